# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the commands of a stage with their output in a log file, and shows meanwhile that something happens."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.dev.outcome import StepFailed
from tools.dev.tallies import names_a_failure

HEARTBEAT_S = 30.0
GRACE_S = 20.0
# how long a command may log nothing, and how long it may take at most: several times the largest budget of a stage
LONGEST_S = 1800.0
TOTAL_S = 4 * 3600.0
WIDTH = 120
# characters that are shown of a line that names a failure
WIDEST = 240
# set where the run is interrupted: each thread then ends its own command
_ending = threading.Event()
# the latest state of each running stage; a terminal shows all of them on one line
_beats: dict[str, str] = {}


class Log:
    """The log of one stage. `doing` is the step that the heartbeat names."""

    def __init__(self, path: Path, stage: str) -> None:
        self.path = path
        self.stage = stage
        self.doing = ""
        self._began = self._spoke = time.monotonic()
        self._looked_at = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")

    def say(self, text: str) -> None:
        """Write a line to the log and, since a person wants to know it at once, to the screen."""
        self.write(text)
        show(f"   {self.stage}: {text}")

    def write(self, text: str) -> None:
        """Write a line to the log alone, and not to the screen."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")

    def end(self) -> None:
        """Take the stage off the terminal's line of running stages."""
        _beats.pop(self.stage, None)

    def size(self) -> int:
        """Return the log's length in bytes."""
        return self.path.stat().st_size

    def text(self, start: int = 0) -> str:
        """Return what the stage logged after `start` bytes."""
        with self.path.open("rb") as stream:
            stream.seek(start)
            return stream.read().decode("utf-8", "replace")

    def tail(self, lines: int, start: int = 0) -> list[str]:
        """Return the last lines of what the stage logged after `start` bytes."""
        return self.text(max(start, self.size() - 64 * 1024)).splitlines()[-lines:]

    def run(
        self,
        argv: Sequence[str],
        cwd: Path,
        env: Mapping[str, str] | None = None,
        limit_s: float = LONGEST_S,
        session: bool = True,
    ) -> None:
        """Run a command to its end. One that fails, logs nothing for limit_s, or takes TOTAL_S raises StepFailed.

        A slow machine makes a command slow, and the log shows that it goes on. Only one that hangs is stopped, or one
        that logs something for ever.
        `session=False` leaves it on the terminal, so that sudo can ask for a password.
        """
        self.write(f"\n$ {shlex.join(argv)}")
        if _ending.is_set():
            raise StepFailed("not started: the run was ended")
        with self.path.open("ab") as stream:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=session,
            )
            try:
                status = self._wait(process, limit_s)
            except BaseException:
                _end(process, session)
                raise
        if status:
            raise StepFailed(f"{Path(argv[0]).name} exited with {status}")

    def wait(self) -> None:
        """Wait a moment for another process, with heartbeats. Where the run is ended, raise StepFailed."""
        time.sleep(0.5)
        self._beat()
        if _ending.is_set():
            raise StepFailed("stopped: the run was ended")

    def _wait(self, process: "subprocess.Popen[bytes]", limit_s: float) -> int:
        """Return the exit status of the command, with heartbeats while it runs."""
        size, end, last = self.size(), time.monotonic() + limit_s, time.monotonic() + TOTAL_S
        while True:
            status = _ended_with(process)
            self._show_failures()
            if self.size() != size:
                size, end = self.size(), time.monotonic() + limit_s
            if status is not None:
                return status
            self._beat()
            if _ending.is_set():
                raise StepFailed("stopped: the run was ended")
            if time.monotonic() > end:
                raise StepFailed(f"stopped: it said nothing for {limit_s:.0f} s")
            if time.monotonic() > last:
                raise StepFailed(f"stopped: it did not end within {TOTAL_S:.0f} s")

    def _show_failures(self) -> None:
        """Show at once the new log lines that name a failure: the rest of the step may take many minutes."""
        with self.path.open("rb") as stream:
            stream.seek(self._looked_at)
            new = stream.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._looked_at += len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            if names_a_failure(line):
                show(f"-- {self.stage}: {plain(line)[:WIDEST]}")

    def _beat(self) -> None:
        """Print the heartbeat: each half minute, or on one line of a terminal all the time."""
        now = time.monotonic()
        if not sys.stdout.isatty() and now - self._spoke < HEARTBEAT_S:
            return
        self._spoke = now
        last = next((line.strip() for line in reversed(self.tail(5)) if line.strip()), "")
        line = f"{self.stage}: {now - self._began:.0f} s, {self.doing}: {plain(last)}"[:WIDTH]
        if sys.stdout.isatty():
            _beats[self.stage] = line
            _draw()
        else:
            show(f"   {line}")


def _ended_with(process: "subprocess.Popen[bytes]") -> int | None:
    """Return the exit status of a command, None where it has not ended after a moment."""
    try:
        return process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        return None


def _draw() -> None:
    """Draw on one line of the terminal the heartbeat of every running stage, each in its share of the width."""
    lines = list(_beats.values())
    share = max(8, (shutil.get_terminal_size().columns - 1) // max(1, len(lines)) - 3)
    print("\r\x1b[K   " + " | ".join(line[:share] for line in lines), end="", flush=True)


def is_ending() -> bool:
    """Return whether the run is ended, for what works long in a thread of ./dev itself."""
    return _ending.is_set()


@contextmanager
def ending_what_runs() -> Iterator[None]:
    """End the commands of all threads where the block is left by an exception, such as an interrupt."""
    _ending.clear()
    try:
        yield
    except BaseException:
        _ending.set()
        raise


def _end(process: "subprocess.Popen[bytes]", session: bool) -> None:
    """End a command and all that it started: asked first, killed after a while."""

    def send(number: int) -> None:
        try:
            if session:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        except (ProcessLookupError, PermissionError):
            pass  # it has ended, or sudo ends it

    send(signal.SIGTERM)
    try:
        process.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        pass
    send(signal.SIGKILL)


def plain(text: str) -> str:
    """Return a line of a log without characters that only a terminal understands."""
    return "".join(character for character in text if character.isprintable())


def show(line: str) -> None:
    """Print a line at once, over the heartbeat's line if there is one; in one piece, as several threads print."""
    sys.stdout.write(("\r\x1b[K" if sys.stdout.isatty() else "") + line + "\n")
    sys.stdout.flush()
