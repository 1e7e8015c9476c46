# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser, steered by Chrome's DevTools protocol over two pipes: no port is opened, and no library is needed.

https://chromedevtools.github.io/devtools-protocol/ describes the methods and events.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.dev.packages import BROWSERS

OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    # Chromium's sandbox does not start as root, and in containers without user namespaces. The pages are our own.
    "--no-sandbox",
    # containers often give /dev/shm 64 MiB, which a page of 10,000 hosts fills
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # nothing but the page may want the network, and no name is found
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
LIMIT_S = 300.0
# The browser reads 3 and writes 4. Both ends are moved up first, so that neither takes the place of the other.
PLACE = """
import os, sys
ends = [os.dup2(int(end), 20 + number, False) for number, end in enumerate(sys.argv[1:3])]
for number, end in enumerate(ends):
    os.dup2(end, 3 + number)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One browser process. Messages are JSON, each with a NUL behind it."""

    def __init__(self, inlet: int, outlet: int) -> None:
        self._inlet, self._outlet = inlet, outlet
        self._number = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **values: Any) -> dict[str, Any]:
        """Call a method and return its result; events that come meanwhile are kept."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": values, **({"sessionId": session} if session else {})}
        os.write(self._inlet, json.dumps(message).encode() + b"\0")
        answer = self._next(lambda one: one.get("id") == number)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return dict(answer["result"])

    def wait_for(self, event: str, session: str) -> None:
        """Wait until an event has come."""
        if not any(one["method"] == event and one.get("sessionId") == session for one in self.events):
            self._next(lambda one: one.get("method") == event and one.get("sessionId") == session)

    def _next(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the next message that is wanted."""
        end = time.monotonic() + LIMIT_S
        while True:
            while b"\0" in self._rest:
                text, _nul, self._rest = self._rest.partition(b"\0")
                message = json.loads(text)
                if "method" in message:
                    self.events.append(message)
                if wanted(message):
                    return dict(message)
            if not select.select([self._outlet], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"the browser did not answer within {LIMIT_S:.0f} s")
            data = os.read(self._outlet, 1 << 20)
            if not data:
                raise AssertionError("the browser ended")
            self._rest += data


class Page:
    """One page in the browser."""

    def __init__(self, browser: Browser, url: str, dark: bool = False, script: bool = True) -> None:
        self._browser = browser
        self._context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self._context)["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=scheme)
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Page.navigate", url=url)
        browser.wait_for("Page.loadEventFired", self._session)

    def close(self) -> None:
        """Close the page, and forget all that it had."""
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Call a method for this page."""
        return self._browser.call(method, self._session, **values)

    def js(self, expression: str) -> Any:
        """Return the value of an expression, which may be a promise."""
        options = {"returnByValue": True, "awaitPromise": True, "userGesture": True}
        answer = self.call("Runtime.evaluate", expression=expression, **options)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def texts(self, selector: str) -> list[str]:
        """Return what a reader sees of each element."""
        return list(
            self.js(f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.innerText.trim())")
        )

    def text(self, selector: str) -> str:
        """Return what a reader sees of the one element."""
        (text,) = self.texts(selector)
        return text

    def click(self, selector: str, text: str = "") -> None:
        """Click the middle of the first element of a selector that holds a text, with the mouse."""
        found = (
            f"const one = [...document.querySelectorAll({json.dumps(selector)})]"
            f".find((each) => each.innerText.includes({json.dumps(text)}));"
            "one.scrollIntoView({block: 'center', behavior: 'instant'}); const box = one.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2];"
        )
        x, y = self.js(f"(() => {{ {found} }})()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, selector: str, text: str) -> None:
        """Type a text into a field, and give the page time to act on it."""
        self.js(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)
        # the page waits 120 ms for the next letter
        self.js("new Promise((done) => setTimeout(done, 300))")

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list."""
        one = f"document.querySelector({json.dumps(selector)})"
        self.js(f"{one}.value = {json.dumps(value)}; {one}.dispatchEvent(new Event('change', {{bubbles: true}}))")

    def of(self, event: str) -> list[dict[str, Any]]:
        """Return what came with each event of a kind."""
        self.js("0")
        return [
            one["params"]
            for one in self._browser.events
            if one["method"] == event and one.get("sessionId") == self._session
        ]

    def requests(self) -> list[str]:
        """Return the URLs that the page asked for."""
        return [one["request"]["url"] for one in self.of("Network.requestWillBeSent")]

    def complaints(self) -> list[str]:
        """Return what went wrong: exceptions, dialogs that opened, and what the policy or the browser refused."""
        thrown = [one["exceptionDetails"]["text"] for one in self.of("Runtime.exceptionThrown")]
        opened = [one["message"] for one in self.of("Page.javascriptDialogOpening")]
        return thrown + opened + [one["entry"]["text"] for one in self.of("Log.entryAdded")]


@contextmanager
def started(folder: Path) -> Iterator[Browser]:
    """Start a browser with a profile of its own, and end it."""
    program = next((found for found in map(shutil.which, BROWSERS) if found), None)
    assert program, "no browser: ./dev test installs Debian's chromium"
    (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()

    argv = [sys.executable, "-c", PLACE, str(theirs_in), str(theirs_out)]
    argv += [program, *OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    with open(folder / "browser.log", "wb") as log:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(theirs_in, theirs_out)
        )
    for fd in (theirs_in, theirs_out):
        os.close(fd)
    browser = Browser(ours_in, ours_out)
    try:
        yield browser
        browser.call("Browser.close")
        process.wait(30)
    finally:
        process.kill()
        process.wait(30)
        for fd in (ours_in, ours_out):
            os.close(fd)
