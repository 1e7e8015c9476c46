# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Assignments in a file that a shell sources: read and edited in place, everything else byte for byte."""

import re
from typing import Any, Dict, List, NamedTuple, Optional

# NAME="value", NAME='value' or NAME=value at the beginning of a line, a comment allowed after it
ASSIGNMENT = re.compile(
    r"^(?P<head>[ \t]*(?:export[ \t]+)?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)="
    r"(?P<raw>\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\"'#;&|()<>]*)(?P<tail>[ \t]*(?:[ \t]#[^\n]*)?)$",
    re.MULTILINE | re.DOTALL,
)
# the way in which packages show a default: a comment sign right before the name
SHOWN = re.compile(r"^#(?P<name>[A-Za-z_]\w*)=(?P<raw>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#]*)[ \t]*$", re.MULTILINE)
# what a variable's line looks like at all, however odd the rest of it
MENTION = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)(?P<blank>[ \t]*)\+?=(?P<after>[ \t]*)", re.MULTILINE
)


class Assignment(NamedTuple):
    """One assignment: its line number (from 1), name, value without quotes, and the quote it is in."""

    line: int
    name: str
    value: str
    quote: str


def _unquoted(raw: str) -> str:
    """Return a value without the quotes around it."""
    return raw[1:-1] if raw[:1] in ("'", '"') else raw


def _quoted(value: str, standing: str) -> str:
    """Return a value in the manner of the one that stands there, as far as that carries it."""
    if standing[:1] == "'" and re.search(r"[\"$`\\]", value):
        return "'%s'" % value
    if standing and standing[0] not in "\"'" and re.match(r"^[\w./:@+-]+$", value):
        return value
    return '"%s"' % value


def _assignment(text: str, match: Any) -> Assignment:
    """Return the assignment that a match of ASSIGNMENT is."""
    raw = match.group("raw")
    quote = raw[0] if raw[:1] in ("'", '"') else ""
    return Assignment(text.count("\n", 0, match.start()) + 1, match.group("name"), _unquoted(raw), quote)


def assignments(text: str) -> List[Assignment]:
    """Return the plain assignments of a file, in order."""
    return [_assignment(text, match) for match in ASSIGNMENT.finditer(text)]


def values(text: str) -> Dict[str, str]:
    """Return the variables by name; of a name that is assigned twice, the last."""
    return {found.name: found.value for found in assignments(text)}


def shown_defaults(text: str) -> Dict[str, str]:
    """Return the defaults that the file shows as comments, `#NAME="value"`."""
    return {match.group("name"): _unquoted(match.group("raw")) for match in SHOWN.finditer(text)}


class Oddity(NamedTuple):
    """A line that names a variable without being a plain assignment."""

    line: int
    name: str
    blanks: bool


def oddities(text: str) -> List[Oddity]:
    """Return the lines that look like assignments and are none that both a shell and systemd read alike."""
    plain = {found.line for found in assignments(text)}
    within = [match.span() for match in ASSIGNMENT.finditer(text)]
    found = []
    for match in MENTION.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if line in plain or any(start < match.start() < end for start, end in within):
            continue
        found.append(Oddity(line, match.group("name"), bool(match.group("blank") or match.group("after"))))
    return found


def _without(text: str, name: str) -> str:
    """Return the text without any assignment of a name."""
    for match in reversed([match for match in ASSIGNMENT.finditer(text) if match.group("name") == name]):
        end = match.end() + 1 if text[match.end() : match.end() + 1] == "\n" else match.end()
        text = text[: match.start()] + text[end:]
    return text


def _added(text: str, line: str, name: str) -> str:
    """Return the text with a new line below the shown default of the name, else at the end."""
    shown = [match for match in SHOWN.finditer(text) if match.group("name") == name]
    if shown:
        before, after = text[: shown[-1].end()], text[shown[-1].end() + 1 :]
        return before + "\n" + line + "\n" + after
    return (text + "\n" if text and not text.endswith("\n") else text) + line + "\n"


def with_value(text: str, name: str, value: Optional[str]) -> str:
    """Return the text with a variable set where it is assigned last, else added; None removes it."""
    if value is None:
        return _without(text, name)
    found = [match for match in ASSIGNMENT.finditer(text) if match.group("name") == name]
    if not found:
        return _added(text, '%s="%s"' % (name, value), name)
    last = found[-1]
    raw = last.group("raw")
    if _unquoted(raw) == value:
        return text
    return text[: last.start("raw")] + _quoted(value, raw) + text[last.end("raw") :]


def _drops(word: str, remove: List[str]) -> bool:
    """Return whether a word is to go: named as a whole, or by its name alone."""
    return word in remove or ("=" in word and word.split("=", 1)[0] in remove)


def edited_words(value: str, append: List[str], remove: List[str]) -> str:
    """Return a command line without some words and with others at its end; words that stay keep their place."""
    words = [word for word in value.split() if word in append or not _drops(word, remove)]
    added = []  # type: List[str]
    for word in append:
        if word not in words and word not in added:
            added.append(word)
    result = " ".join(words + added)
    return value if result.split() == value.split() else result


def with_listed(value: str, key: str, members: List[str]) -> str:
    """Return a command line whose word `key=a,b` lists these members as well."""
    words = value.split()
    standing = [word for word in words if word.startswith(key + "=")]
    known = [member for word in standing for member in word.split("=", 1)[1].split(",")]
    new = [member for member in members if member not in known]
    if not new:
        return value
    if not standing:
        return " ".join(words + ["%s=%s" % (key, ",".join(dict.fromkeys(new)))])
    at = words.index(standing[-1])
    words[at] = ",".join([words[at].rstrip(",")] + list(dict.fromkeys(new)))
    return " ".join(words)
