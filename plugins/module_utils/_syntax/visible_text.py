# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Makes text of a host fit for a screen: whatever steers a terminal or a page becomes a visible escape."""

import bisect
import itertools
import math
import unicodedata
from typing import Any, Callable, Mapping

# control characters, line separators, what changes the direction of writing, and bytes that are not UTF-8
UNSEEN = ("Cc", "Zl", "Zp", "Cf", "Cs")
LINES = "\n\t"
# characters: more than any configuration file has, and few enough for a controller with thousands of hosts
LONGEST = 100000
ROOM_FOR_THE_REST = 50  # characters, for the words that say how much is left out


def visible(text: str, kept: str = "") -> str:
    r"""Return a text with invisible characters as escapes such as \x1b or \u2028; those in `kept` stay.

    No result has more than LONGEST characters, so a text that passes here twice is cut only once: of a longer one the
    beginning is returned, and how many characters of the text are left out.
    """
    if len(text) <= LONGEST and text.isprintable():
        return text
    # ssh and serial consoles end their lines like this
    text = text.replace("\r\n", "\n")
    pieces = [
        _escape(char) if char not in kept and unicodedata.category(char) in UNSEEN else char for char in text[:LONGEST]
    ]
    ends = list(itertools.accumulate(len(piece) for piece in pieces))
    if len(text) <= LONGEST and ends[-1] <= LONGEST:
        return "".join(pieces)
    fit = bisect.bisect_right(ends, LONGEST - ROOM_FOR_THE_REST)
    return "%s... (%d more characters)" % ("".join(pieces[:fit]), len(text) - fit)


def _escape(char: str) -> str:
    """Return a character as an escape; a byte that is not UTF-8 is shown as that byte."""
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    if number < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, "\\x%02x" % number)
    return ("\\u%04x" if number < 0x10000 else "\\U%08x") % number


def in_lines(text: str) -> str:
    """Return a text with invisible characters as escapes; the line breaks and tabs of a file or an output stay."""
    return visible(text, LINES)


def shown(value: Any, how: Callable[[str], str] = in_lines) -> Any:
    """Return a result with each of its texts and names made visible."""
    if isinstance(value, str):
        return how(value)
    if isinstance(value, Mapping):
        return {shown(key, how): shown(one, how) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [shown(one, how) for one in value]
    # JSON has neither infinity nor NaN, so what reads a result may refuse them
    return None if isinstance(value, float) and not math.isfinite(value) else value
