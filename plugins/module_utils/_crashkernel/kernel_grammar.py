# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the kernel reads in crashkernel=, whoever wrote it.

It follows kernel/crash_reserve.c and its forerunners to the letter, oddities included. Nothing is refused here: what
an operator may write is in option_grammar.
"""

import re
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_versions import Kernel
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import (
    RAM_STEP,
    UNITS,
    mib,
    round_up,
)

NAME = "crashkernel="
# memparse(): 0x and 0 as in C, then at most one letter; the letter alone is read as 0
NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*|)([kKmMgGtTpPeE]?)")
WRAP = (1 << 64) - 1


class Number(NamedTuple):
    """A number that the kernel's memparse() reads in crashkernel=, and where it ends."""

    value: int
    end: int


class Asked(NamedTuple):
    """The size that a crashkernel= value asks for, and its address (0: anywhere). reason: why it asks for nothing."""

    size: int
    base: int
    reason: Optional[str]


def command_line(values: List[str]) -> str:
    """Return crashkernel= values as the kernel reads them on its command line."""
    return " ".join(NAME + value for value in values)


def last_value(cmdline: str, place: Optional[str], kernel: Kernel) -> Optional[str]:
    """Return the last crashkernel= value with a suffix on a command line; None where there is none.

    A suffix of None means a value without any suffix that this kernel knows. As in the kernel, the name also counts
    inside other words, and only blanks end a value.
    """
    suffixes = tuple("," + name for name in (kernel.places if place is None else (place,)))
    for word in reversed(cmdline.split(" ")):
        if NAME in word and word.endswith(suffixes) == (place is not None):
            return word.rpartition(NAME)[2]
    return None


def read_number(text: str, at: int = 0) -> Optional[Number]:
    """Return the number at a place in crashkernel=, wrapped at 64 bits; None where nothing there can be read."""
    match = NUMBER.match(text, at)
    if not match or not match.group():
        return None
    digits, unit = match.groups()
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[:1] == "0" else 10
    value = 0
    for digit in digits[2:] if base == 16 else digits:
        value = (value * base + int(digit, 16)) & WRAP
    return Number((value << UNITS[unit.upper()]) & WRAP, match.end())


def suffixed(text: str, place: str) -> Asked:
    """Return what a crashkernel= value with a suffix asks for; nothing may stand between the size and the suffix."""
    number = read_number(text)
    if number is None or text[number.end :] != "," + place:
        return _nothing("the kernel cannot read %r" % text)
    return Asked(number.value, 0, None)


def plain(text: str, ram_bytes: int, kernel: Kernel) -> Asked:
    """Return what a crashkernel= value without a suffix asks for: a size, a list of ranges, or auto."""
    if kernel.auto is not None and text.startswith("auto"):
        text = kernel.auto
    if ":" in text:
        return _from_ranges(text, round_up(ram_bytes, RAM_STEP) if kernel.rounds_ram else ram_bytes)
    if text.startswith("auto"):
        return _nothing("this kernel does not know crashkernel=auto")
    number = read_number(text)
    if number is None:
        return _nothing("the kernel cannot read %r" % text)
    after = text[number.end : number.end + 1]
    if after not in ("", "@"):
        return _nothing("the kernel cannot read %r: it stops at %r" % (text, after))
    base = read_number(text, number.end + 1)
    return Asked(number.value, base.value if base else 0, None if number.value else "its size is 0")


def _from_ranges(text: str, ram: int) -> Asked:
    """Return what a list of ranges asks for.

    The first range that holds the RAM counts. A wrong range before it ends the search.
    """
    at = 0
    while True:
        start = read_number(text, at)
        if start is None or text[start.end : start.end + 1] != "-":
            return _unread(text, at)
        open_end = Number(WRAP, start.end + 1)
        end = open_end if text[open_end.end : open_end.end + 1] == ":" else read_number(text, open_end.end)
        if end is None or text[end.end : end.end + 1] != ":":
            return _unread(text, at)
        if end.value <= start.value:
            return _nothing("a range in %r ends where it starts or before" % text)
        size = read_number(text, end.end + 1)
        if size is None:
            return _unread(text, at)
        if size.value >= ram:
            return _nothing("one of its ranges reserves %s, not less than the RAM" % mib(size.value))
        if start.value <= ram < end.value:
            return _of_range(text, size)
        if text[size.end : size.end + 1] != ",":
            return _nothing("none of its ranges holds this RAM")
        at = size.end + 1


def _unread(text: str, at: int) -> Asked:
    """Return a request for nothing: the kernel cannot read the list up to the range that holds the RAM."""
    return _nothing("the kernel cannot read %r: it expects START-[END]:SIZE at %r" % (text, text[at:]))


def _of_range(text: str, size: Number) -> Asked:
    """Return what the matching range asks for; the kernel skips what stands between its size and an @."""
    if not size.value:
        return _nothing("the range that holds this RAM reserves 0")
    sign = text.find("@", size.end)
    if sign < 0:
        return Asked(size.value, 0, None)
    base = read_number(text, sign + 1)
    if base is None:
        return _nothing("the kernel cannot read the place after @")
    return Asked(size.value, base.value, None)


def _nothing(reason: str) -> Asked:
    return Asked(0, 0, reason)
