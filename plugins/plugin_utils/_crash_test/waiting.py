# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""How long to wait for a crashed host, and whether it is back."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.trigger import HELD

# how long a host may take to die, dump, boot and answer again: firmware and services, and the dumping of its memory
BASE_TIMEOUT_S = 900
TIMEOUT_PER_GIB_S = 30
LONGEST_TIMEOUT_S = 6 * 3600
# what has not grown for so long hangs: a large page table, a full disk or a server that is gone take less
STALL_S = 300
# after this time a host that still runs the old kernel did not take the trigger
TRIGGER_LIMIT_S = 180
# prints the boot id, a second line inside a capture kernel, and why the crash did not happen
LOOK = (
    "cat /proc/sys/kernel/random/boot_id; test ! -e /proc/vmcore || echo capture; sed -n '1s/^/held /p' %s 2>/dev/null"
    % HELD
)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Sight(NamedTuple):
    """What was seen of a crashed host: its boot id and whether the capture kernel runs, or why nothing was."""

    boot_id: str | None
    capture: bool
    trouble: str | None
    held: str | None = None


class Work:
    """Tells a slow host from one that hangs: past its limit, it is waited for as long as something grows."""

    def __init__(self, limit_s: float, began: float) -> None:
        self._limit_s = limit_s
        self._sizes: list[Any] | None = None
        self._grew = began

    def is_watched(self, away_s: float) -> bool:
        """Return whether to look at what grows: only near the time limit, as a look may cost a login elsewhere."""
        return away_s > self._limit_s - STALL_S

    def note(self, sizes: list[Any], now: float) -> None:
        """Note when the host's console log or dump has grown; the first call only notes their sizes."""
        if self._sizes is not None and sizes != self._sizes:
            self._grew = now
        self._sizes = sizes

    def is_over(self, away_s: float, now: float) -> bool:
        """Return whether to stop waiting for the crashed host."""
        return away_s > LONGEST_TIMEOUT_S or (away_s > self._limit_s and now - self._grew > min(STALL_S, self._limit_s))


def default_timeout_s(ram_bytes: int) -> int:
    """Return how long to wait for a crashed host with this much RAM."""
    return min(LONGEST_TIMEOUT_S, BASE_TIMEOUT_S + TIMEOUT_PER_GIB_S * -(-ram_bytes // 2**30))


def sight(stdout: str) -> Sight:
    """Return what the output of LOOK shows of the crashed host; lines of the login may come before."""
    lines = [line.strip() for line in stdout.splitlines()]
    start = next((number for number, line in enumerate(lines) if UUID.fullmatch(line)), None)
    if start is None:
        return Sight(None, False, "it answered something else than a boot id: %r" % stdout[:80])
    held = [line[len("held ") :] for line in lines[start:] if line.startswith("held ")]
    return Sight(lines[start], "capture" in lines[start:], None, last_words(held[0]) if held else None)


def last_words(text: str) -> str:
    """Return the end of what a host that is waited for has put out, on one line."""
    return visible(" ".join(text.split())[-500:])


def is_back(seen: Sight, old_boot_id: str) -> bool:
    """Return whether the crashed host runs a new kernel that is not the capture kernel."""
    return seen.boot_id is not None and seen.boot_id != old_boot_id and not seen.capture


def still_old(seen: Sight, old_boot_id: str) -> bool:
    """Return whether the kernel that was to crash still answers."""
    return seen.boot_id == old_boot_id


def in_words(seen: Sight, old_boot_id: str) -> str:
    """Return in words what was seen of the crashed host."""
    if seen.boot_id is None:
        return "it does not answer (%s)" % " ".join((seen.trouble or "no reason given").split())[-200:]
    if still_old(seen, old_boot_id):
        return "it still runs the old kernel"
    return "the capture kernel is at work" if seen.capture else "it is back"
