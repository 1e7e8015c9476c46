# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What an operator may write for crashkernel=: the kernel's grammar, but whole and in one meaning.

It is stricter than the kernel, which reads a list up to its first match and a size up to an @. What the kernel makes
of a command line as it stands is in predicted_reservation.
"""

import re
from typing import List, NamedTuple, Optional, Tuple

MIB = 1 << 20
GIB = 1 << 30
# the kernel's memparse(): one letter, no "B" after it
UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40, "P": 50, "E": 60}
SIZE = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)([kKmMgGtTpPeE]?)\Z")
PLACES = ("high", "low", "cma")
WORD_BITS = 64
LONGEST = 22  # the octal digits of 64 bits
# the kernel compares ranges with the RAM rounded up to this
RAM_STEP = 128 * MIB


class GrammarError(ValueError):
    """What is wrong with a crashkernel= value, as a clause without a subject."""


class Range(NamedTuple):
    """One range of crashkernel=: RAM from start up to, but without, end (None: no end) reserves size bytes."""

    start: int
    end: Optional[int]
    size: int


class Argument(NamedTuple):
    """One crashkernel= value. kind: plain, ranges, auto, high, low or cma; size is 0 where ranges give it."""

    text: str
    kind: str
    size: int
    ranges: Tuple[Range, ...]


def parse_size(text: str) -> int:
    """Return the bytes of a size in an option, read as the kernel does: decimal, 0x or octal, at most one letter."""
    match = SIZE.match(text)
    if not match:
        raise GrammarError("%r is no size: a number and at most one letter of K, M, G, T, P, E, such as 256M" % text)
    digits, unit = match.groups()
    if len(digits) > LONGEST:
        raise GrammarError("%r is larger than 64 bits hold" % text)
    try:
        number = int(digits, 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10)
    except ValueError:
        raise GrammarError("%r begins with 0, so the kernel reads it as octal, which it is not" % text)
    size = number << UNITS[unit.upper()]
    if size >> WORD_BITS:
        raise GrammarError("%r is larger than 64 bits hold" % text)
    return size


def _parse_range(text: str) -> Range:
    """Return one START-[END]:SIZE that an operator wrote for crashkernel=, or raise GrammarError."""
    match = re.match(r"([^-:]+)-([^-:]*):([^-:]+)\Z", text)
    if not match:
        raise GrammarError("%r is no range: it is START-END:SIZE or START-:SIZE" % text)
    start, end, size = match.groups()
    made = Range(parse_size(start), parse_size(end) if end else None, parse_size(size))
    if made.end is not None and made.end <= made.start:
        raise GrammarError("the range %r ends where it starts or before" % text)
    return made


def parse_argument(text: str) -> Argument:
    """Return the parts of one crashkernel= value as an operator may write it, or raise GrammarError."""
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
    """Raise GrammarError where crashkernel= values that are right alone do not go together."""
    kinds = [argument.kind for argument in arguments]
    main = [kind for kind in kinds if kind in ("plain", "ranges", "auto")]
    if len(main) > 1 or len(set(kinds)) < len(kinds):
        raise GrammarError("the kernel takes the last of several values of one kind and drops the others")
    if main and ("high" in kinds or "low" in kinds):
        raise GrammarError("the kernel ignores ,high and ,low next to a value without them")
    if "low" in kinds and "high" not in kinds:
        raise GrammarError("a value with ,low counts only next to one with ,high")
    if "cma" in kinds and len(kinds) == 1:
        raise GrammarError("a value with ,cma only adds to a reservation and needs one next to it")


def round_up(size: int, step: int) -> int:
    """Return a size, rounded up to a multiple of a step."""
    return -(-size // step) * step


def mib(size: int) -> str:
    """Return a size as messages about an option say it, in MiB where it is that large."""
    return "%d MiB" % (size // MIB) if size >= MIB or not size else "%d bytes" % size
