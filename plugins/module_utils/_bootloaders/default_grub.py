# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Edits GRUB_CMDLINE_LINUX in /etc/default/grub, from which grub2-mkconfig of EL 8 and 9.0 to 9.2 makes all entries.

A shell sources the file, so the value is what its last assignments make of it: it is read before, and read back.
"""

import re
from typing import List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import ETC_DEFAULT_GRUB
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grub_variables import (
    VARIABLE,
    GrubVariables,
    expanded,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import (
    replaced,
    said,
    values,
    without,
    words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_variables import quoted
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_words import Word

NAME = "GRUB_CMDLINE_LINUX"
# a value in one piece, which keeps its quotes when it is edited
ONE_PIECE = re.compile(r"""(["']?)((?:(?<=")(?:[^"\\]|\\.)*|(?<=')[^']*|[^\s"'#;&|\\]*))\1\Z""", re.DOTALL)
# a line's end that a shell drops; what is escaped otherwise is kept
CONTINUED = re.compile(r"\\\n|(\\.)", re.DOTALL)


def edited_default_grub(text: str, wanted: List[str]) -> str:
    """Return /etc/default/grub with the wanted crashkernel= values in the last assignment of GRUB_CMDLINE_LINUX only.

    Raises Failure if a shell would not read exactly these values in it, and all other arguments unchanged.
    """
    before = _read(text)
    standing = before.values[NAME]
    if standing is not None and values(standing) == wanted:
        return text
    if not wanted and "crashkernel=" not in text:
        return text
    edited = _edited(text, before.plain, wanted)
    problem = before.doubts.get(NAME) if standing is None else _problem(standing, _read(edited).values[NAME], wanted)
    if problem:
        remedy = 'write its whole value in one plain line %s="..." of %s, and try again' % (NAME, ETC_DEFAULT_GRUB)
        msg = "%s cannot be made to have %s: %s; %s" % (NAME, said(wanted), problem, remedy)
        raise Failure(msg, path=ETC_DEFAULT_GRUB)
    return edited


def _read(text: str) -> GrubVariables:
    """Return GRUB_CMDLINE_LINUX as a shell has it after it sourced /etc/default/grub."""
    settings = GrubVariables([NAME])
    settings.source(text, ETC_DEFAULT_GRUB)
    return settings


def _problem(before: str, after: Optional[str], wanted: List[str]) -> Optional[str]:
    """Return what is wrong with GRUB_CMDLINE_LINUX when it is read back, None if it is as wanted."""
    if after is None or values(after) != wanted:
        return "read back, it would have %s" % said(values(after or ""))
    if words(without(after)) != words(without(before)):
        return "other arguments would change as well"
    return None


def _edited(text: str, plain: List[Word], wanted: List[str]) -> str:
    """Return /etc/default/grub with the wanted values in the last assignment, or in a new line if there is none."""
    for word in reversed(plain):
        value = _with_values(text, word, wanted if word is plain[-1] else [])
        text = text[: word.start_of_value] + value + text[word.end :]
    if plain or not wanted:
        return text
    ended = text + "\n" if text and not text.endswith("\n") else text
    return ended + '%s="%s"\n' % (NAME, replaced("", wanted))


def _with_values(text: str, word: Word, wanted: List[str]) -> str:
    """Return an assignment's value, as it is written, with exactly the wanted crashkernel= values.

    It stays as it is if only a shell can compute it.
    """
    raw = text[word.start_of_value : word.end]
    value = _told(raw) if word.value is None else word.value
    if value is None or values(value) == wanted:
        return raw
    changed = _with(value, word, wanted)
    for candidate in _candidates(raw, word, wanted):
        if words(_told(candidate) or "") == words(changed):
            return candidate
    return raw if word.value is None else quoted(changed, raw)


def _candidates(raw: str, word: Word, wanted: List[str]) -> List[str]:
    """Return edited forms of GRUB_CMDLINE_LINUX in one piece: as it is written, and without its continued lines."""
    match = ONE_PIECE.match(raw)
    if not match:
        return []
    quote, inner = match.groups()
    # a word at the beginning of a continued line is removed with the line's end before it: the backslash would stay
    whole = CONTINUED.sub(lambda found: found.group(1) or "", inner)
    return [(quote or '"') + _with(one, word, wanted) + (quote or '"') for one in (inner, whole)]


def _told(raw: str) -> Optional[str]:
    """Return GRUB_CMDLINE_LINUX as a shell reads it, with variables left as $NAME; None if only a shell can do so."""
    names = [name for pair in VARIABLE.findall(raw) for name in pair if name]
    return expanded(raw, {name: "$" + name for name in names})


def _with(value: str, word: Word, wanted: List[str]) -> str:
    """Return GRUB_CMDLINE_LINUX with exactly the wanted crashkernel= values; an appended value begins with a blank."""
    if not wanted:
        return without(value)
    edited = replaced(value, wanted)
    return " " + edited if word.appends and not edited[:1].isspace() else edited
