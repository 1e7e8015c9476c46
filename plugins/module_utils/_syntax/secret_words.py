# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is secret in texts and options, and the functions that hide it in everything that leaves a host.

Secrets stand in kdump's files and on kernel command lines: FTP_PASSWORD of kdump-tools, rd.iscsi.password and
rd.iscsi.in.password of dracut, netroot=iscsi:USER:PASSWORD@..., mount options of CIFS, credentials for systemd, and
addresses of the form scheme://user:password@server. Names of users and of key files are not secret, but what stands
before the @ of a web address is: a token of GitHub can stand there alone.
"""

import re
from typing import Any, List, Match

from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_assignments

HIDDEN = "(hidden)"
# names of variables, options and words whose value is secret, wherever they stand
NAME = r"[A-Za-z0-9_.-]*(?:password|passwd|passphrase|secret|token|cifspass|rootpw)2?"
NAMES = re.compile(NAME + r"\Z", re.IGNORECASE)
BEFORE = r"(?<![A-Za-z0-9_.-])"
# what gives a name a value
GIVEN = (
    # PASSWORD=x, PASSWORD+=x, password = x, pass=x among the options of a mount
    re.compile(r"%s(?:%s|pass)(?:[ \t]*\+?=(?=\S)|[ \t]+=[ \t]+)" % (BEFORE, NAME), re.IGNORECASE),
    # "password": "x", password: x
    re.compile(r"%s%s(?:[\"']:[ \t]*|:[ \t]+)" % (BEFORE, NAME), re.IGNORECASE),
    # ${PASSWORD:=x}
    re.compile(r"(?<=\$\{)%s:?[=?+-]" % NAME, re.IGNORECASE),
    # --password x
    re.compile(r"(?<!\S)--?(?:%s|pass)[ \t]+(?=[^\s-])" % NAME, re.IGNORECASE),
)
# a line of a file that sets a secret; a blank in the value may lack its quotes
LINE = re.compile(r"^([ \t]*(?:#[ \t]*)?(?:export[ \t]+)?%s[ \t]*\+?=)[ \t]*\S.*$" % NAME, re.IGNORECASE | re.MULTILINE)
# texts with a secret in the middle: the part before it, the secret, the part after it
INSIDE = (
    re.compile(r"(\bhttps?://)([^\s/@\"']{1,512})(@)", re.IGNORECASE),
    re.compile(r"(://[^\s/:@\"']{0,256}:)([^\s/@\"']{1,256})(@)"),
    re.compile(r"(\biscsi:)(?=[^\s@\"':]{0,256}:)([^\s@\"']{1,512})(@)"),
    re.compile(r"(\bsystemd\.set_credential(?:_binary)?=[^\s:\"']*:)([^\s\"']+)()"),
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(.*?)(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
)
# a text without any of these words holds no secret
WORTH = re.compile(r"pass|secret|token|rootpw|://|iscsi:|credential|PRIVATE KEY", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Return whether the value of a variable or an option with this name is secret."""
    return NAMES.match(name) is not None


def hidden(text: str) -> str:
    """Return a text with "(hidden)" in place of its secrets."""
    if not WORTH.search(text):
        return text
    for pattern in INSIDE:
        text = pattern.sub(lambda found: found.group(1) + HIDDEN + found.group(3), text)
    for pattern in GIVEN:
        text = _without_values(text, pattern)
    return text


def hidden_words(words: List[str]) -> List[str]:
    """Return the words of a command line with its secrets hidden, also one in quotes that has blanks."""
    return hidden(" ".join(words)).split(" ") if words else []


def hidden_in_file(text: str) -> str:
    """Return the text of a file that a shell sources with its secrets hidden, also those of several lines."""
    for entry in reversed(shell_assignments.assignments(text)):
        if is_secret(entry.name) and entry.end > entry.start:
            text = text[: entry.start] + _in_place_of(text[entry.start : entry.end]) + text[entry.end :]
    return hidden(LINE.sub(lambda found: found.group(1) + HIDDEN, text))


def masked(value: Any) -> Any:
    """Return a result, an option or a text with its secrets hidden at every depth."""
    if isinstance(value, str):
        return hidden(value)
    if isinstance(value, dict):
        return {key: _of_name(key, inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(inner) for inner in value]
    return value


def _of_name(name: Any, value: Any) -> Any:
    """Return a named value with its secrets hidden: all of it if the name is that of a secret."""
    if isinstance(name, str) and is_secret(name) and isinstance(value, (str, int, float)):
        return value if isinstance(value, bool) or value == "" else HIDDEN
    return masked(value)


def _without_values(text: str, pattern: Any) -> str:
    """Return a text in which every value that follows the pattern is hidden."""
    parts = []
    at, quotes = 0, Quotes(text)
    for found in pattern.finditer(text):
        if found.start() < at:
            continue
        around = quotes.open_at(found.start())
        end = _end_of_value(text, found, around)
        parts += [text[at : found.end()], _in_place_of(text[found.end() : end])]
        at = end
        quotes.passed(end, around)
    return "".join(parts) + text[at:]


class Quotes:
    """Finds out which quote is open at a place of a text. Places are asked for in order, to read long lines only once.

    A quote that a line leaves open does not go on in the next line.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._quote = ""

    def passed(self, place: int, quote: str) -> None:
        """Continue behind a secret, at a place where this quote is open."""
        self._place, self._quote = place, quote

    def open_at(self, end: int) -> str:
        """Return the quote that is open where a secret may begin, empty if none is."""
        while self._place < end:
            character = self._text[self._place]
            if character == "\n":
                self._quote = ""
            elif character == "\\":
                self._place += 1
            elif self._quote:
                self._quote = "" if character == self._quote else self._quote
            elif character in "\"'":
                self._quote = character
            self._place += 1
        return self._quote


def _in_place_of(secret: str) -> str:
    """Return what replaces a secret, with as many line breaks as it had, so that lines keep their numbers."""
    return HIDDEN + "\n" * secret.count("\n") if secret else ""


def _end_of_value(text: str, found: Match[str], around: str) -> int:
    """Return where a secret value ends: at a blank, or at the quote (around) or brace that opened before its name."""
    for already in (HIDDEN, repr(HIDDEN)):
        if text.startswith(already, found.end()):
            return found.end()
    # "name": "value"
    around = "" if found.group()[-1:] in ": \t" and around and around in found.group() else around
    # the kernel's own way to write a blank in a value: "name=one two"
    whole = bool(around) and text[found.start() - 1] == around
    ends = around + ("}" if text[max(0, found.start() - 2) : found.start()] == "${" else "")
    place, quote = found.end(), ""
    while place < len(text):
        character = text[place]
        if character == "\\":
            place += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character in ends or (character.isspace() and not whole):
            break
        elif character in "\"'":
            quote = character
        place += 1
    return min(place, len(text))
