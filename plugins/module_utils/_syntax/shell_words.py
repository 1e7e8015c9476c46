# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads one word of a shell script: where it ends, and its value after a shell has resolved the quotes."""

import re
from typing import List, NamedTuple, Optional, Tuple

METACHARACTERS = " \t\n;&|<>()"
ORDINARY = re.compile(r"[^ \t\n;&|<>()\\\"'$`]+")
WITHIN_DOUBLE = re.compile(r"[^\"\\$`]+")
# NAME=, NAME+= and NAME[i]= at the beginning of a word
TARGET = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<index>\[[^\]\s]*\])?(?P<plus>\+?)=")
EXPANDED = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])")
# the characters at which the scan of $(...), ${...} and `...` has to stop
NOTABLE = re.compile(r"[\\'\"`(){}$#]")
CLOSERS = {"(": ")", "{": "}"}
ESCAPED = '"\\$`'

Piece = Tuple[int, Optional[str]]


class UnreadableShell(Exception):
    """A text that no shell can read, or not every shell: the place where it begins, and the reason."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


class Word(NamedTuple):
    """A word of a shell script; value is None if a shell computes it.

    In NAME=value, name is set, and start_of_value and value concern the part after the sign. appends means that the
    sign is +=; listed means bash's NAME=(a b) or NAME[1]=a.
    """

    start: int
    end: int
    value: Optional[str]
    name: Optional[str]
    start_of_value: int
    appends: bool
    listed: bool


def closed(text: str, at: int, closer: str) -> int:
    """Return the place after an expansion whose body begins at a place; quotes and nested expansions are skipped."""
    begin, stack = at, [closer]
    while stack:
        found = NOTABLE.search(text, at)
        if found is None:
            raise UnreadableShell(begin, "an expansion or a bracket is not closed")
        sign, at = found.group(), found.end()
        if sign == stack[-1]:
            stack.pop()
        elif sign == "\\":
            at += 1
        elif stack[-1] == "`":
            continue
        elif sign == "$" and text[at : at + 1] in ("(", "{"):
            stack.append(CLOSERS[text[at]])
            at += 1
        elif sign in '"`':
            stack.append(sign)
        elif stack[-1] != '"':
            at = _nested(text, at, sign, stack)
    return at


def _nested(text: str, at: int, sign: str, stack: List[str]) -> int:
    """Return the place after what a sign begins within an expansion, outside double quotes."""
    if sign == "'" and '"' not in stack:
        return single_quoted(text, at - 1)[0]
    if sign == "(" and stack[-1] == ")":
        stack.append(")")
    if sign == "#" and stack[-1] == ")" and text[at - 2] in METACHARACTERS:
        end = text.find("\n", at)
        return len(text) if end < 0 else end
    return at


def single_quoted(text: str, at: int) -> Piece:
    """Return the place after a text in single quotes, and its content."""
    end = text.find("'", at + 1)
    if end < 0:
        raise UnreadableShell(at, "a single quote is not closed")
    return end + 1, text[at + 1 : end]


def _expansion(text: str, at: int) -> Piece:
    """Return the place after a $ or a backtick and what belongs to it; the value is None if a shell expands it."""
    if text[at] == "`":
        return closed(text, at + 1, "`"), None
    following = text[at + 1 : at + 2]
    if following in ("(", "{"):
        return closed(text, at + 2, CLOSERS[following]), None
    found = EXPANDED.match(text, at)
    return (found.end(), None) if found else (at + 1, "$")


def _in_double_quotes(text: str, at: int) -> Piece:
    """Return the place after the next piece inside double quotes, and the piece's value."""
    if text[at] == "\\":
        following = text[at + 1 : at + 2]
        if following == "\n":
            return at + 2, ""
        return at + 2, following if following in tuple(ESCAPED) else "\\" + following
    if text[at] in "$`":
        return _expansion(text, at)
    found = WITHIN_DOUBLE.match(text, at)
    end = found.end() if found else at
    return end, text[at:end]


def _double_quoted(text: str, begin: int) -> Piece:
    """Return the place after a text in double quotes, and its value."""
    at, parts = begin + 1, []  # type: int, List[Optional[str]]
    while at < len(text):
        if text[at] == '"':
            return at + 1, _joined(parts)
        at, part = _in_double_quotes(text, at)
        parts.append(part)
    raise UnreadableShell(begin, "a double quote is not closed")


def _ansi_quoted(text: str, at: int) -> Piece:
    """Return the place after bash's $'...', provided that other shells find its end at the same place."""
    end, inner = single_quoted(text, at + 1)
    if "\\" in (inner or ""):
        raise UnreadableShell(at, "shells do not agree on what $' with a backslash means")
    return end, None


def _unquoted(text: str, at: int) -> Piece:
    """Return the place after the next piece of a word outside quotes, and the piece's value."""
    if text[at] == "\\":
        if at + 1 == len(text) or (text[at + 1] == "\n" and at + 2 == len(text)):
            raise UnreadableShell(at, "the file ends in a backslash")
        return at + 2, "" if text[at + 1] == "\n" else text[at + 1]
    if text.startswith("$'", at):
        return _ansi_quoted(text, at)
    if text[at] in "$`":
        end, part = _expansion(text, at)
        # $"..." is a translated string to bash, a dollar and a string to others
        return end, None if text[end : end + 1] == '"' and end == at + 1 else part
    found = ORDINARY.match(text, at)
    end = found.end() if found else at
    return end, text[at:end]


def _piece(text: str, at: int) -> Piece:
    """Return the place after the next piece of a word, and the value that a shell gives it."""
    if text[at] == '"':
        return _double_quoted(text, at)
    if text[at] == "'":
        return single_quoted(text, at)
    end, part = _unquoted(text, at)
    home = text[at] == "~" and text[at - 1 : at] in ("=", ":")
    return end, None if home or ":~" in text[at:end] else part


def _joined(parts: List[Optional[str]]) -> Optional[str]:
    """Return the pieces of a word as one text, None if a shell computes one of them."""
    known = [part for part in parts if part is not None]
    return "".join(known) if len(known) == len(parts) else None


def read_word(text: str, start: int) -> Word:
    """Return the word of a shell script that begins at a place."""
    target = TARGET.match(text, start)
    at = begin = target.end() if target else start
    listed = bool(target and (target.group("index") or text[at : at + 1] == "("))
    parts = [None] if listed else []  # type: List[Optional[str]]
    if listed and text[at : at + 1] == "(":
        at = closed(text, at + 1, ")")
    while at < len(text) and text[at] not in METACHARACTERS:
        at, part = _piece(text, at)
        parts.append(part)
    name = target.group("name") if target else None
    return Word(start, at, _joined(parts), name, begin, bool(target and target.group("plus")), listed)
