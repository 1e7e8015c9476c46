# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what the lab is doing and for how long: a line at the start, one now and then, one at the end."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

HEARTBEAT_S = 20.0


def say(text: str) -> None:
    """Print one line to standard error at once: standard output is for results."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


class Watch:
    """The clock of one step. `beat` prints a line where the last one was a while ago."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._began = self._spoke = time.monotonic()

    def elapsed_s(self) -> float:
        """Return the seconds since the step began."""
        return time.monotonic() - self._began

    def beat(self, seen: str) -> None:
        """Say what was last seen, unless the last line is recent."""
        if time.monotonic() - self._spoke >= HEARTBEAT_S:
            self._spoke = time.monotonic()
            say(f"  {self.what}: {self.elapsed_s():.0f} s; last seen: {seen}")


@contextmanager
def step(what: str) -> Iterator[Watch]:
    """Time a step of the lab, and say when it starts and ends."""
    watch = Watch(what)
    say(what)
    try:
        yield watch
    except BaseException:
        say(f"{what}: FAILED after {watch.elapsed_s():.1f} s")
        raise
    say(f"{what}: done in {watch.elapsed_s():.1f} s")
