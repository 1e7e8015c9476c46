# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the formats of dumps share: the reader, the header, the verdicts, and the text of VMCOREINFO."""

from typing import Callable, Dict, NamedTuple, Optional

# read(offset, size) returns the bytes there, fewer where the file ends
Read = Callable[[int, int], bytes]
# the most that is read at once; a dump may be larger than the memory
CHUNK = 1 << 20


class Unread(Exception):
    """Raised by a reader that cannot read a dump's file although it exists. The text says why."""


class OutOfTime(Unread):
    """Raised by a reader of a dump whose time limit has passed."""


class Header(NamedTuple):
    """What a dump's header says; None for what it does not say."""

    kernel: Optional[str] = None
    nodename: Optional[str] = None
    machine: Optional[str] = None
    crash_time: Optional[int] = None
    dump_level: Optional[int] = None
    compression: Optional[str] = None


class Verdict(NamedTuple):
    """Whether a dump is complete (None: unknown), and the reason."""

    complete: Optional[bool]
    reason: str


class Readability(NamedTuple):
    """Whether the pages of a dump that were read make sense (None: unknown), and what was and was not read."""

    readable: Optional[bool]
    readable_reason: str


def vmcoreinfo(text: bytes) -> Dict[str, str]:
    """Return the text of VMCOREINFO that comes with the header of any dump as NAME=value lines."""
    lines = (line.partition("=") for line in text.decode("ascii", "replace").splitlines())
    return {name: value for name, equals, value in lines if equals}
