# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""GRUB_CMDLINE_LINUX in /etc/default/grub, which grub2-mkconfig of EL 8 and 9.0 to 9.2 makes every entry from."""

import re
from typing import List, Match

from ansible_collections.crashops.kdump.plugins.module_utils._cmdline import replaced, values

NAME = "GRUB_CMDLINE_LINUX"
# a value in one piece; += and values glued together of several pieces are not touched
ASSIGNMENT = re.compile(
    r"""^([ \t]*(?:export[ \t]+)?%s=)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#;&|\\]*)(?=[\s;#]|\Z)""" % NAME,
    re.MULTILINE | re.DOTALL,
)
MENTION = re.compile(r"^[ \t]*(?:export[ \t]+)?%s\b" % NAME, re.MULTILINE)


def edited_default_grub(text: str, wanted: List[str]) -> str:
    """Return /etc/default/grub with the wanted values in the last assignment of GRUB_CMDLINE_LINUX, and in no other."""
    found = list(ASSIGNMENT.finditer(text))
    for match in reversed(found):
        edited = _with_values(match, wanted if match is found[-1] else [])
        text = text[: match.start()] + edited + text[match.end() :]
    if found or MENTION.search(text) or not wanted:
        return text
    ended = text + "\n" if text and not text.endswith("\n") else text
    return ended + '%s="%s"\n' % (NAME, replaced("", wanted))


def _with_values(match: Match[str], wanted: List[str]) -> str:
    """Return one assignment with exactly the wanted values, in the quotes that it has."""
    head, raw = match.groups()
    quote = raw[0] if raw[:1] in ('"', "'") else ""
    value = raw[1:-1] if quote else raw
    if values(value) == wanted:
        return match.group()
    return head + (quote or '"') + replaced(value, wanted) + (quote or '"')
