# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Numbers in text that others wrote: whole numbers of at most 64 bits, or none.

int() takes digits of every script, refuses more than 4300 of them since Python 3.11, and needs hours for a million.
"""

import re
from typing import Optional, Sequence, Tuple, TypeVar

# what 64 bits hold: 20 decimal digits, 16 hexadecimal ones, 22 octal ones
FORMS = {
    8: re.compile(r"[0-7]{1,22}\Z"),
    10: re.compile(r"[0-9]{1,20}\Z"),
    16: re.compile(r"(?:0[xX])?[0-9a-fA-F]{1,16}\Z"),
}
MOST = (1 << 64) - 1
# a time after this (the year 5138) is rubbish, and too late for calendars; page.js ranks ages below it
LAST_TIME_S = 1e11

Seconds = TypeVar("Seconds", int, float)


def whole(text: Optional[str], base: int = 10) -> Optional[int]:
    """Return the number in a text, blanks around it ignored; None if it is no number or has more than 64 bits."""
    word = (text or "").strip()
    value = int(word, base) if FORMS[base].match(word) else MOST + 1
    return value if value <= MOST else None


def signed(text: Optional[str], base: int = 10) -> Optional[int]:
    """Return the number in a text, with or without a sign; None if it is no number."""
    word = (text or "").strip()
    number = whole(word[1:] if word[:1] in ("-", "+") and word[1:2].strip() else word, base)
    # no minus before it: pylint of ansible-core 2.16 takes number for None there
    return None if number is None else number * (-1 if word[:1] == "-" else 1)


def version(digits: Sequence[str]) -> Tuple[int, ...]:
    """Return the whole numbers of a version; a part of more than 64 bits counts as 0."""
    return tuple(whole(part) or 0 for part in digits)


def moment(seconds: Optional[Seconds]) -> Optional[Seconds]:
    """Return a number of seconds that can be a time: after the epoch, and not after the year 5138; else None."""
    return seconds if seconds is not None and 0 < seconds <= LAST_TIME_S else None
