# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Text of a host, made fit for a screen: whatever steers a terminal or a page becomes an escape that can be seen."""

import math
import unicodedata
from typing import Any, Callable, Mapping

# control characters, line separators, what turns the direction of writing around, and bytes that are not UTF-8
UNSEEN = ("Cc", "Zl", "Zp", "Cf", "Cs")
LINES = "\n\t"


def visible(text: str, kept: str = "") -> str:
    r"""Return a text with what cannot be seen as \x1b or \u2028; `kept` are the characters that stay all the same."""
    if text.isprintable():
        return text
    # ssh and serial consoles end their lines so
    text = text.replace("\r\n", "\n")
    return "".join(
        _escape(char) if char not in kept and unicodedata.category(char) in UNSEEN else char for char in text
    )


def _escape(char: str) -> str:
    """Return a character as an escape; a byte that is not UTF-8 is shown as that byte."""
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    if number < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, "\\x%02x" % number)
    return ("\\u%04x" if number < 0x10000 else "\\U%08x") % number


def in_lines(text: str) -> str:
    """Return a text with what cannot be seen as escapes; the line breaks and tabs of a file or an output stay."""
    return visible(text, LINES)


def shown(value: Any, how: Callable[[str], str] = in_lines) -> Any:
    """Return a result with each of its texts, and each name in it, made visible."""
    if isinstance(value, str):
        return how(value)
    if isinstance(value, Mapping):
        return {shown(key, how): shown(one, how) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [shown(one, how) for one in value]
    # JSON has no infinite numbers, and what reads a result need not take one that is none
    return None if isinstance(value, float) and not math.isfinite(value) else value
