# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The lines of kdump.conf: read as each generation of kdumpctl reads them, and edited without losing anything.

Generations differ in their reader: el8 (kexec-tools of EL 8), el9 (EL 9, EL 10 and kdump-utils before 1.0.60) and
current (kdump-utils 1.0.60 and later).
"""

import re
from typing import Dict, List, NamedTuple, Optional

GENERATIONS = ("el8", "el9", "current")
# the directives that name a dump target
TARGETS = ("raw", "ext2", "ext3", "ext4", "xfs", "btrfs", "minix", "virtiofs", "nfs", "ssh")
DEFAULT_PATH = "/var/crash"
DEFAULT_SSH_KEY = "/root/.ssh/kdump_id_rsa"
# no blank before the name and one after it: what the helpers of EL 8 need beyond what its reader does
PLAIN = re.compile(r"^[^\s#]+ [^\s#]")


class Entry(NamedTuple):
    """One directive: its line number (from 1), name, value, and the line as it stands."""

    line: int
    name: str
    value: str
    text: str


def _value(rest: str, generation: str) -> str:
    """Return a directive's value out of what follows its name."""
    value = rest.split("#", 1)[0].rstrip(" \t")
    if generation == "el9":
        value = value.rstrip()
    if generation == "current" and len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return value


def lines(text: str) -> List[str]:
    """Return the lines of a text with their ends; only a line feed ends one."""
    parts = text.split("\n")
    ended = [part + "\n" for part in parts[:-1]]
    return ended + parts[-1:] if parts[-1] else ended


def entries(text: str, generation: str = "current") -> List[Entry]:
    """Return the directives of a file, as this generation of kdumpctl reads them."""
    found = []
    for number, line in enumerate(lines(text), 1):
        content = line.rstrip("\n").lstrip(" \t")
        if not content.strip() or content.startswith("#"):
            continue
        if generation != "current":
            content = content.split("#", 1)[0]
        words = re.split(r"[ \t]+", content.rstrip(" \t"), maxsplit=1)
        value = _value(words[1], generation) if len(words) > 1 else ""
        found.append(Entry(number, words[0].rstrip("\r") if not value else words[0], value, line))
    return found


def values(text: str, generation: str = "current") -> Dict[str, str]:
    """Return the directives by name; of a name that stands twice, the last."""
    return {entry.name: entry.value for entry in entries(text, generation)}


def _comment(line: str) -> str:
    """Return the comment after a directive's value as a line of its own, nothing if there is none."""
    return "#" + line.rstrip("\r\n").split("#", 1)[1] + "\n" if "#" in line else ""


def _says(line: str, name: str, value: str) -> bool:
    """Return whether a line gives this name this value to every generation's reader."""
    read = [[(entry.name, entry.value) for entry in entries(line, generation)] for generation in GENERATIONS]
    return PLAIN.match(line) is not None and all(pairs == [(name, value)] for pairs in read)


def _placed(text: str, old_names: List[str], name: str, value: Optional[str]) -> str:
    """Return the text with one directive in place of all that have one of the old names."""
    result = []
    done = value is None
    stand_at = {entry.line for entry in entries(text) if entry.name in old_names}
    for number, line in enumerate(lines(text), 1):
        if number not in stand_at:
            result.append(line)
        elif done:
            result.append(_comment(line))
        else:
            result.append(line if _says(line, name, str(value)) else "%s%s %s\n" % (_comment(line), name, value))
            done = True
    if not done:
        if result and not result[-1].endswith("\n"):
            result.append("\n")
        result.append("%s %s\n" % (name, value))
    return "".join(result)


def with_directive(text: str, name: str, value: Optional[str]) -> str:
    """Return the text with a directive set where it stands, else at the end; None removes it."""
    return _placed(text, [name], name, value)


def with_renamed(text: str, old: str, name: str, value: str) -> str:
    """Return the text with a directive set in place of itself and of its old name."""
    return _placed(text, [old, name], name, value)


def with_target(text: str, kind: str, location: Optional[str]) -> str:
    """Return the text with this one dump target instead of whatever target stands there; `local` removes it."""
    if kind == "local":
        return _placed(text, list(TARGETS), kind, None)
    return _placed(text, list(TARGETS), kind, location)


def with_only(text: str, names: List[str]) -> str:
    """Return the text without the directives of any other name."""
    for name in sorted({entry.name for entry in entries(text)} - set(names)):
        text = with_directive(text, name, None)
    return text


def flattened(collector: str, wanted: bool) -> str:
    """Return a makedumpfile command with -F exactly if wanted; any other command as it is."""
    words = collector.split(" ")
    if words[0] != "makedumpfile" or ("-F" in words) == wanted:
        return collector
    rest = [word for word in words[1:] if word != "-F"]
    return " ".join(words[:1] + (["-F"] if wanted else []) + rest)
