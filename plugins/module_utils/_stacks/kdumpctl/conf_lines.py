# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The lines of kdump.conf: read as each generation of kdumpctl reads them, and edited without losing anything."""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_generations import (
    GENERATIONS,
    directive,
    reads_alike,
    reads_nothing,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import LOCATED

# the directives that name a dump target
TARGETS = LOCATED
STREAMS = ("raw", "ssh")  # targets that a collector writes to through its standard output
# the directives that name a program which runs around the dump
HOOKS = ("kdump_pre", "kdump_post", "kdump_emergency")
# the directives that name any programs
PROGRAMS = (*HOOKS, "extra_bins")
# a message shows this many characters of a line
SHOWN = 60


class Directive(NamedTuple):
    """One directive of kdump.conf: its line number (from 1), name, value, and the line as it stands."""

    line: int
    name: str
    value: str
    text: str


def lines(text: str) -> List[str]:
    """Return the lines of kdump.conf with their ends; only a line feed ends one."""
    parts = text.split("\n")
    ended = [part + "\n" for part in parts[:-1]]
    return ended + parts[-1:] if parts[-1] else ended


@parsed_once
def entries(text: str, generation: str = "current") -> Tuple[Directive, ...]:
    """Return the lines of kdump.conf that set something, as directives of this generation of kdumpctl."""
    if reads_nothing(text, generation):
        return ()
    found = []
    for number, line in enumerate(lines(text), 1):
        read = directive(line.rstrip("\n"), generation)
        if read is not None:
            found.append(Directive(number, read[0], read[1], line))
    return tuple(found)


def values(text: str, generation: str = "current") -> Dict[str, str]:
    """Return the values that the lines of kdump.conf set, by directive; of two lines for one, the last counts."""
    return {entry.name: entry.value for entry in entries(text, generation)}


def _comment(line: str) -> str:
    """Return the comment at the end of a line of kdump.conf as a line of its own; empty where there is none."""
    return "#" + line.rstrip("\r\n").split("#", 1)[1] + "\n" if "#" in line else ""


def names_at(text: str) -> Dict[int, Tuple[str, ...]]:
    """Return the lines of kdump.conf by number, as the names that each one sets for any kdumpctl."""
    return {number: names for number, names in enumerate(_names(text), 1) if names}


@parsed_once
def _names(text: str) -> Tuple[Tuple[str, ...], ...]:
    """Return the lines of kdump.conf as the names that each one sets, as any kdumpctl reads it."""
    read = [[directive(line.rstrip("\n"), generation) for generation in GENERATIONS] for line in lines(text)]
    return tuple(tuple(pair[0] for pair in pairs if pair is not None) for pairs in read)


def _placed(text: str, old_names: List[str], name: str, value: Optional[str]) -> str:
    """Return the lines of kdump.conf with one line in place of all that set one of the old names."""
    result = []
    done = value is None
    stand_at = {number for number, names in names_at(text).items() if set(names) & set(old_names)}
    for number, line in enumerate(lines(text), 1):
        if number not in stand_at:
            result.append(line)
        elif done:
            result.append(_comment(line))
        else:
            result.append(line if reads_alike(name, str(value), line) else "%s%s %s\n" % (_comment(line), name, value))
            done = True
    if not done:
        if result and not result[-1].endswith("\n"):
            result.append("\n")
        result.append("%s %s\n" % (name, value))
    return "".join(result)


def with_directive(text: str, name: str, value: Optional[str]) -> str:
    """Return the lines of kdump.conf with a directive on the line where it stands, else the last; None removes it."""
    return _placed(text, [name], name, value)


def with_renamed(text: str, old: str, name: str, value: str) -> str:
    """Return the lines of kdump.conf with one line for a directive in place of those with it or its old name."""
    return _placed(text, [old, name], name, value)


def with_target(text: str, kind: str, location: Optional[str]) -> str:
    """Return the lines of kdump.conf with one line for this dump target in place of any other; `local` has none."""
    if kind == "local":
        return _placed(text, list(TARGETS), kind, None)
    return _placed(text, list(TARGETS), kind, location)


def with_only(text: str, names: List[str]) -> str:
    """Return the lines of kdump.conf without those that set any other name."""
    found = {name for some in names_at(text).values() for name in some}
    return _placed(text, sorted(found - set(names)), "", None)


def words(value: str) -> List[str]:
    """Return the words of a value on a line of kdump.conf, split as in a shell: at blanks and tabs only."""
    return [word for word in re.split("[ \t]+", value) if word]


def shown(text: str) -> str:
    """Return a part of a line of kdump.conf for a message: what cannot be seen is escaped, a long text is cut off."""
    return visible(text[:SHOWN]) + ("..." if len(text) > SHOWN else "")
