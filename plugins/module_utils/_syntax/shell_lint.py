# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Lint rules for any file of shell assignments, whatever its variables mean."""

import re
from typing import Dict, Iterator, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_assignments as shell
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding

# a value that systemd's EnvironmentFile= reads as a shell does, and what may stand after it
SIMPLE = re.compile(r"(?:\"(?:[^\"\\\r]|\\.)*\"|'[^'\r]*'|[^\s\"'\\]*)[ \t]*(?:\n|\Z)", re.DOTALL)
# a comment that systemd goes on with in the next line
CONTINUED = re.compile(r"^[ \t]*[#;].*\\$", re.MULTILINE)
NOT_UTF8 = re.compile("[\udc80-\udcff]")


class Sentence(NamedTuple):
    """The message about a kind of line, and its severity to bash and to sh; %s is the variable."""

    message: str
    remedy: str
    bash: str
    sh: str


QUOTE = 'write %s="value"'
ALONE = "give it a line of its own"
SENTENCES: Dict[str, Sentence] = {
    shell.BLANKS: Sentence("a shell runs %s as a command: blanks stand at the =", QUOTE, "error", "error"),
    shell.UNQUOTED: Sentence(
        "a shell runs the second word as a command: the value of %s is not in quotes", QUOTE, "error", "error"
    ),
    shell.COMMAND: Sentence(
        "a command stands here, and is run whenever the file is read", "keep to assignments", "warning", "warning"
    ),
    shell.COMPUTED: Sentence("only the shell can tell the value of %s", QUOTE, "advice", "warning"),
    shell.APPENDED: Sentence("%s is added to; sh has no +=", QUOTE, "advice", "error"),
    shell.LISTED: Sentence("%s is an array; sh has none", QUOTE, "advice", "error"),
    shell.NESTED: Sentence("%s is set under a condition, or to no effect", ALONE, "advice", "warning"),
    shell.BEYOND: Sentence("what is set from here on is not known", "keep to assignments", "warning", "warning"),
    shell.NAMED: Sentence("%s may be set behind a line that is no assignment", QUOTE, "advice", "warning"),
    shell.SHARED: Sentence("%s shares its line with something else", ALONE, "advice", "warning"),
    shell.RETURN: Sentence(
        "the line ends in a carriage return, which becomes part of the value", "end lines in a line feed alone",
        "error", "error",
    ),
    shell.ENDS: Sentence("what follows may not be read", "remove the command", "error", "error"),
    shell.BROKEN: Sentence("the shell reads no further", "mend the line", "error", "error"),
}  # fmt: skip
# what is said once of a file
ONCE = (shell.COMMAND, shell.RETURN, shell.NAMED)


def lint(text: str, rule: str, reader: str, touched: List[str]) -> Iterator[Finding]:
    """Find lines that bash or sh does not read as a plain assignment; touched variables must be plain."""
    said = set()
    plain = {entry.name for entry in shell.assignments(text)}
    for odd in shell.oddities(text):
        sentence = SENTENCES[odd.kind]
        severity = sentence.bash if reader == "bash" else sentence.sh
        message = odd.message or (sentence.message % odd.name if "%s" in sentence.message else sentence.message)
        remedy = sentence.remedy % odd.name if "%s" in sentence.remedy else sentence.remedy
        names = [odd.name] if odd.name else [name for name in touched if odd.kind == shell.BEYOND and name not in plain]
        if severity != "error" and any(name in touched for name in names):
            yield Finding(rule, "error", odd.line, "%s cannot be edited safely: %s" % (names[0], message), remedy)
            continue
        # of several variables in a line, the first; of what a file is full of, the first line
        place = (odd.kind, 0 if odd.kind in ONCE else odd.line)
        if place not in said:
            yield Finding(rule, severity, odd.line, message, remedy)
        said.add(place)


def repeated(text: str, rule: str) -> Iterator[Finding]:
    """Find shell variables that are set twice; the last line counts."""
    seen: Dict[str, int] = {}
    for entry in shell.assignments(text):
        if entry.name in seen:
            message = "%s is set in line %d already; this line counts" % (entry.name, seen[entry.name])
            yield Finding(rule, "warning", entry.line, message, "keep one of the two")
        seen[entry.name] = entry.line


def unlike_systemd(text: str, rule: str) -> Iterator[Finding]:
    """Find lines that systemd reads differently from a shell, or that keep systemd from reading the file."""
    found = shell.assignments(text)
    for entry in found:
        if NOT_UTF8.search(entry.value):
            message = "%s is not UTF-8: systemd refuses the file, and its unit does not start" % entry.name
            yield Finding(rule, "error", entry.line, message, "write it in UTF-8")
        elif entry.exported or not SIMPLE.match(text, entry.start):
            message = "systemd reads %s differently from the shell, and the shell's value counts" % entry.name
            yield Finding(rule, "advice", entry.line, message, 'write %s="value" and nothing else' % entry.name)
    within = [(entry.first, entry.last) for entry in found]
    for match in CONTINUED.finditer(text):
        if not any(first < match.start() < last for first, last in within):
            message = "to systemd a comment that ends in a backslash goes on in the next line"
            line = text.count("\n", 0, match.start()) + 1
            yield Finding(rule, "advice", line, message, "remove the backslash")
            return
