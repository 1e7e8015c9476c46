# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The crashkernel= argument: its grammar, and what the kernel reserves for it.

Follows kernel/crash_reserve.c, but refuses a list as a whole where the kernel would stop reading at its first match.
"""

import re
from typing import List, NamedTuple, Optional, Tuple

MIB = 1 << 20
GIB = 1 << 30
# the kernel's memparse(): one letter, no "B" after it
UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40, "P": 50, "E": 60}
SIZE = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)([kKmMgGtTpPeE]?)\Z")
PLACES = ("high", "low", "cma")
# what a reservation above 4G takes below it where no ,low is given; x86: swiotlb (64M) + 8M, at least 256M
DEFAULT_LOW = {"x86_64": 256 * MIB}
DEFAULT_LOW_ELSEWHERE = 128 * MIB
# the kernel compares ranges with the RAM rounded up to this
RAM_STEP = 128 * MIB
# "auto" of the RHEL 8 kernel
AUTO = {
    "x86_64": "1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M",
    "s390x": "1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M",
    "aarch64": "2G-:448M",
    "ppc64le": "2G-4G:384M,4G-16G:512M,16G-64G:1G,64G-128G:2G,128G-:4G",
}


class GrammarError(ValueError):
    """What is wrong with a value, as a clause without a subject."""


class Range(NamedTuple):
    """From start up to, but not with, end (None: no end), so many bytes are reserved."""

    start: int
    end: Optional[int]
    size: int


class Argument(NamedTuple):
    """One crashkernel= value. kind: plain, ranges, auto, high, low or cma; size is 0 where ranges say it."""

    text: str
    kind: str
    size: int
    ranges: Tuple[Range, ...]


class Reservation(NamedTuple):
    """The bytes that the kernel would reserve and, where they are 0, why."""

    size: int
    reason: Optional[str]


def parse_size(text: str) -> int:
    """Return a size in bytes, read as the kernel reads it: decimal, 0x hexadecimal or 0 octal, and one unit letter."""
    match = SIZE.match(text)
    if not match:
        raise GrammarError("%r is no size: a number and at most one letter of K, M, G, T, P, E, such as 256M" % text)
    digits, unit = match.groups()
    try:
        number = int(digits, 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10)
    except ValueError:
        raise GrammarError("%r begins with 0, so the kernel reads it as octal, which it is not" % text)
    return number << UNITS[unit.upper()]


def _parse_range(text: str) -> Range:
    """Return one `start-[end]:size`."""
    match = re.match(r"([^-:]+)-([^-:]*):([^-:]+)\Z", text)
    if not match:
        raise GrammarError("%r is no range: it is START-END:SIZE or START-:SIZE" % text)
    start, end, size = match.groups()
    made = Range(parse_size(start), parse_size(end) if end else None, parse_size(size))
    if made.end is not None and made.end <= made.start:
        raise GrammarError("the range %r ends where it starts or before" % text)
    return made


def parse_argument(text: str) -> Argument:
    """Return one crashkernel= value, or raise GrammarError."""
    if text == "auto":
        return Argument(text, "auto", 0, ())
    value, at, offset = text.partition("@")
    if at:
        parse_size(offset)
    if ":" in value:
        return Argument(text, "ranges", 0, tuple(_parse_range(part) for part in value.split(",")))
    size, comma, place = value.partition(",")
    if comma and (place not in PLACES or at):
        raise GrammarError("%r does not end in ,high ,low or ,cma, and is no list of START-END:SIZE" % text)
    made = Argument(text, place or "plain", parse_size(size), ())
    if made.size == 0 and made.kind != "low":
        raise GrammarError("%r reserves nothing" % text)
    return made


def check_together(arguments: List[Argument]) -> None:
    """Raise GrammarError where arguments that are right alone do not go together."""
    kinds = [argument.kind for argument in arguments]
    main = [kind for kind in kinds if kind in ("plain", "ranges", "auto")]
    if len(main) > 1 or len(set(kinds)) < len(kinds):
        raise GrammarError("the kernel takes the last of several values of one kind and drops the others")
    if main and ("high" in kinds or "low" in kinds):
        raise GrammarError("the kernel ignores ,high and ,low beside a value without them")
    if "low" in kinds and "high" not in kinds:
        raise GrammarError("a value with ,low counts only beside one with ,high")
    if "cma" in kinds and len(kinds) == 1:
        raise GrammarError("a value with ,cma only adds to a reservation and needs one beside it")


def round_up(size: int, step: int) -> int:
    """Return the next multiple of a step."""
    return -(-size // step) * step


def mib(size: int) -> str:
    """Return a size in words, in MiB."""
    return "%d MiB" % (size // MIB)


def _from_ranges(argument: Argument, ram_bytes: int) -> Reservation:
    """Return what a list of ranges reserves: the first that holds the RAM counts, a size that is too large ends it."""
    for span in argument.ranges:
        if span.size >= ram_bytes:
            return Reservation(0, "one of its ranges reserves %s, not less than the RAM" % mib(span.size))
        if span.start <= ram_bytes and (span.end is None or ram_bytes < span.end):
            reason = None if span.size else "the range that holds this RAM reserves 0"
            return Reservation(span.size, reason)
    return Reservation(0, "none of its ranges holds this RAM")


def _from_size(size: int, ram_bytes: int) -> Reservation:
    """Return what one size reserves."""
    if size >= ram_bytes:
        return Reservation(0, "%s is not less than the RAM" % mib(size))
    return Reservation(size, None)


def _readable(values: List[str]) -> List[Argument]:
    """Return the arguments that can be read; a later one of a kind takes the place of an earlier one."""
    found = {}
    for value in values:
        try:
            argument = parse_argument(value)
        except GrammarError:
            argument = Argument(value, "unreadable", 0, ())
        slot = argument.kind if argument.kind in PLACES else "main"
        found[slot] = argument
    return [found[slot] for slot in ("main",) + PLACES if slot in found]


def reservation(values: List[str], ram_bytes: int, machine: str = "x86_64", knows_auto: bool = False) -> Reservation:
    """Return what the kernel reserves at boot for all its crashkernel= values, in their order."""
    arguments = {argument.kind: argument for argument in _readable(values)}
    ram = round_up(ram_bytes, RAM_STEP)
    if "unreadable" in arguments:
        return Reservation(0, "the kernel cannot read %r" % arguments["unreadable"].text)
    if "auto" in arguments and not (knows_auto and machine in AUTO):
        return Reservation(0, "this kernel does not know crashkernel=auto")
    if "auto" in arguments:
        return _from_ranges(parse_argument(AUTO[machine]), ram)
    if "ranges" in arguments:
        return _from_ranges(arguments["ranges"], ram)
    if "plain" in arguments:
        return _from_size(arguments["plain"].size, ram)
    if "high" not in arguments:
        return Reservation(0, "no crashkernel= says how much")
    low = DEFAULT_LOW.get(machine, DEFAULT_LOW_ELSEWHERE)
    if "low" in arguments:
        low = arguments["low"].size
    # with no memory above 4G, ,high is placed below it and ,low is not looked at
    return _from_size(arguments["high"].size + (low if ram > 4 * GIB else 0), ram)
