# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Predicts, by reading alone, the variables of a shell that sources GRUB's files of settings, as grub-mkconfig does."""

import re
from typing import Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_assignments import DEFAULTING, ENDING, NAME
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_commands import Beyond, Command, read_script
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_words import UnreadableShell, Word, read_word

# escaped characters and $$ match as well, but only to be skipped
VARIABLE = re.compile(r"\\.|\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)", re.DOTALL)
# a name that is not read as $NAME or ${NAME}
TOUCHED = re.compile(r"(?<![A-Za-z0-9_$])(?<!\$\{)[A-Za-z_][A-Za-z0-9_]*")
# stands for a value; no script has it
MARK = "\0"


class GrubVariables:
    """The variables of settings files that a shell sources one after the other.

    values has None for what only a shell can compute, and doubts says why. plain are the assignments of the requested
    variables in the file that was read last. A command that does not name a variable is assumed not to change it.
    """

    def __init__(self, names: List[str]) -> None:
        self.names = names
        self.values: Dict[str, Optional[str]] = dict.fromkeys(names, "")
        self.doubts: Dict[str, str] = {}
        self.plain: List[Word] = []

    def source(self, text: str, path: str) -> None:
        """Apply what the commands in a file of GRUB's settings do to the variables."""
        self.plain = []
        script = read_script(text)
        for command in script.commands:
            raws = [text[word.start : word.end] for word in command.words]
            place = "line %d of %s" % (_line(text, command.words[0].start), path)
            if raws[0] in ENDING:
                self._doubt(self.names, "a shell may stop at %s" % place)
                return
            self._take(text, command, raws, place + " is no plain assignment")
        if script.broken is None:
            return
        place = "line %d of %s" % (_line(text, script.broken.at), path)
        if isinstance(script.broken, Beyond):
            doubt = "%s is not an assignment, and what is set from there on is not known" % place
            named = TOUCHED.findall(text[script.broken.at :])
            self._doubt(named + (self.names if set(ENDING) & set(named) else []), doubt)
        else:
            self._doubt(self.names, "a shell reads no further than %s: %s" % (place, script.broken.message))

    def _take(self, text: str, command: Command, raws: List[str], doubt: str) -> None:
        """Apply one command of GRUB's settings: its assignments, or a doubt about each variable that it names."""
        if _only_assigns(command, raws):
            for word in command.words:
                if word.name is not None:
                    self._assign(text, word, word.name, doubt)
        else:
            self._doubt(TOUCHED.findall(" ".join(raws)), doubt)
        self._doubt(DEFAULTING.findall(" ".join(raws)), doubt)

    def _assign(self, text: str, word: Word, name: str, doubt: str) -> None:
        """Apply one assignment in GRUB's settings to the variables."""
        value = expanded(text[word.start_of_value : word.end], self.values) if word.value is None else word.value
        before = self.values.get(name, "") if word.appends else ""
        if name in self.names:
            self.plain.append(word)
        if value is None or before is None:
            self._doubt([name], doubt)
            return
        self.values[name] = before + value
        self.doubts.pop(name, None)

    def _doubt(self, names: List[str], doubt: str) -> None:
        """Note that only a shell can compute some of GRUB's variables; the first reason is kept."""
        for name in names:
            self.values[name] = None
            self.doubts.setdefault(name, doubt)


def expanded(raw: str, known: Dict[str, Optional[str]]) -> Optional[str]:
    """Return a value of GRUB's settings with its variables expanded, None if that takes more than the known ones."""
    # in single quotes, $ is a plain character
    if "'" in raw:
        return None
    values = [known.get(match.group(1) or match.group(2)) for match in VARIABLE.finditer(raw) if match.lastindex]
    marked = VARIABLE.sub(lambda match: MARK if match.lastindex else match.group(), raw)
    try:
        value = read_word("_=" + marked, 0).value
    except UnreadableShell:
        return None
    if value is None:
        return None
    for one in values:
        if one is None:
            return None
        value = value.replace(MARK, one, 1)
    return value


def _only_assigns(command: Command, raws: List[str]) -> bool:
    """Return whether a command in GRUB's settings certainly assigns variables and does nothing else."""
    if command.nested or any(word.listed for word in command.words):
        return False
    words = command.words[1:] if raws[0] == "export" else command.words
    return all(word.name or (raws[0] == "export" and NAME.match(word.value or "")) for word in words)


def _line(text: str, at: int) -> int:
    """Return the line number in a file of GRUB's settings, from 1; a place behind the end belongs to the last line."""
    return text.count("\n", 0, min(at, len(text) - 1)) + 1
