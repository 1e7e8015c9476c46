# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What a shell script's commands do to variables: plain assignments, and oddities such as computed values."""

import bisect
import re
from typing import Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple, Union

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_commands import (
    Beyond,
    Command,
    read_script,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_words import Word

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
GLOBBED = re.compile(r"^[^'\"]*[{*?\[~]")
DEFAULTING = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?=")
# commands that change variables by name, and those that end the reading of the file
CHANGING = ("declare", "typeset", "readonly", "local", "export", "unset", "read")
ENDING = ("return", "exit", "exec")

# why a line is no plain assignment
BLANKS = "blanks"  # NAME = value
UNQUOTED = "unquoted"  # NAME=a b
COMMAND = "command"
COMPUTED = "computed"  # NAME=$OTHER, NAME=$(command), : ${NAME:=value}
APPENDED = "appended"  # NAME+=value
LISTED = "listed"  # NAME=(a b), NAME[1]=a
NESTED = "nested"  # after &&, in a pipe
SHARED = "shared"  # A=1 B=2, A=1; B=2
RETURN = "carriage return"
ENDS = "ends"
BEYOND = "beyond"  # if, case, a function, a here-document: nothing from here on is read
NAMED = "named"  # a variable that is named there
BROKEN = "broken"
# names in a text that is not read: all of them, and those that look like an assignment
ANY_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*")
SET_THERE = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]\s]*\])?[:+]?=")


class Assignment(NamedTuple):
    """A plain assignment, alone on its line: line number (from 1), name, and value as a shell reads it.

    start and end enclose the value as it is written, first and last the whole command.
    """

    line: int
    name: str
    value: str
    start: int
    end: int
    first: int
    last: int
    exported: bool


class Oddity(NamedTuple):
    """A command that is no plain assignment: the reason, and the variable that it concerns ("": none).

    value is None if it is unknown.
    """

    line: int
    name: str
    kind: str
    value: Optional[str] = None
    message: str = ""


Event = Union[Assignment, Oddity]


class _Lines:
    """Finds the line number of a place in a text."""

    def __init__(self, text: str) -> None:
        self.starts = [0] + [match.end() for match in re.finditer("\n", text)]
        self.size = len(text)

    def number(self, at: int) -> int:
        """Return an assignment's line, from 1; a place behind the end belongs to the last line that has anything."""
        return bisect.bisect_right(self.starts, max(0, min(at, self.size - 1)))


@parsed_once
def events(text: str) -> Tuple[Event, ...]:
    """Return the assignments in a shell script's commands, and the oddities, in order."""
    return tuple(_events(text))


def assignments(text: str) -> List[Assignment]:
    """Return the plain assignments of a shell file, in order."""
    return [event for event in events(text) if isinstance(event, Assignment)]


def oddities(text: str) -> List[Oddity]:
    """Return everything in a shell file that is no plain assignment to a variable, in order."""
    return [event for event in events(text) if isinstance(event, Oddity)]


def _events(text: str) -> List[Event]:
    script, lines = read_script(text), _Lines(text)
    found: List[Event] = []
    for command in script.commands:
        line = lines.number(command.words[0].start)
        done = list(_of_command(text, command, line))
        found.extend(done)
        if any(event.kind == ENDS for event in done if isinstance(event, Oddity)):
            return found
    broken = script.broken
    if isinstance(broken, Beyond):
        message = "this is not an assignment (%s); what is set from here on is not known" % broken.message
        found.append(Oddity(lines.number(broken.at), "", BEYOND, None, message))
        found.extend(_unread(text, broken.at, {event.name for event in found}, lines))
    elif broken is not None:
        found.append(Oddity(lines.number(broken.at), "", BROKEN, None, broken.message))
    return found


def _unread(text: str, begin: int, known: Set[str], lines: _Lines) -> Iterator[Oddity]:
    """Return the variables that assignments after the place where reading stops may set."""
    rest = text[begin:]
    for match in SET_THERE.finditer(rest):
        yield Oddity(lines.number(begin + match.start()), match.group(1), NAMED)
    for name in sorted(known & set(ANY_NAME.findall(rest))):
        yield Oddity(lines.number(begin), name, NAMED)


def _of_command(text: str, command: Command, line: int) -> Iterator[Event]:
    """Return the assignments of one shell command, and the oddities in it."""
    words = command.words
    rest = next((number for number, word in enumerate(words) if word.name is None), len(words))
    raws = [text[word.start : word.end] for word in words]
    if raws[-1].endswith("\r"):
        yield Oddity(line, words[0].name or "", RETURN)
    elif rest == len(words):
        yield from _of_assignments(command, words, line, False)
    elif raws[0] == "export" and all(NAME.match(raw) or word.name for raw, word in zip(raws[1:], words[1:])):
        # outside quotes, some shells expand these in an exported value
        assigned = [word._replace(value=None) if GLOBBED.search(raw) else word for raw, word in zip(raws, words)]
        yield from _of_assignments(command, [word for word in assigned if word.name], line, True)
    else:
        yield from _of_other(raws, words, rest, line)
    for name in [name for raw in raws for name in DEFAULTING.findall(raw)]:
        yield Oddity(line, name, COMPUTED)


def _of_assignments(command: Command, words: Sequence[Word], line: int, exported: bool) -> Iterator[Event]:
    """Return the assignments of a command that does nothing else; those that are not plain are oddities."""
    first, last = command.words[0].start, command.words[-1].end
    for word in words:
        name = word.name or ""
        if command.nested:
            yield Oddity(line, name, NESTED)
        elif word.appends:
            yield Oddity(line, name, APPENDED)
        elif word.listed:
            yield Oddity(line, name, LISTED)
        elif word.value is None:
            yield Oddity(line, name, COMPUTED)
        elif not command.alone or len(command.words) > (2 if exported else 1):
            yield Oddity(line, name, SHARED, word.value)
        else:
            yield Assignment(line, name, word.value, word.start_of_value, word.end, first, last, exported)


def _of_other(raws: List[str], words: Sequence[Word], rest: int, line: int) -> Iterator[Oddity]:
    """Return the oddities of a command that is more than assignments."""
    head, following = raws[rest], raws[rest + 1 : rest + 2]
    named = [word.name for word in words[rest + 1 :] if word.name]
    if head in CHANGING:
        arguments = [(word.value or "").split("=", 1)[0].rstrip("+") for word in words[rest + 1 :] if not word.name]
        named += [argument for argument in arguments if NAME.match(argument)]
    for word in words[:rest]:
        blank = word is words[rest - 1] and word.start_of_value == word.end
        yield Oddity(line, word.name or "", BLANKS if blank else UNQUOTED)
    if head in ENDING:
        yield Oddity(line, "", ENDS)
    elif rest:
        return
    elif NAME.match(head) and following and following[0].startswith(("=", "+=")):
        yield Oddity(line, head, BLANKS)
    elif named:
        for name in named:
            yield Oddity(line, name, COMPUTED)
    elif not any(DEFAULTING.search(raw) for raw in raws):
        yield Oddity(line, "", COMMAND)
