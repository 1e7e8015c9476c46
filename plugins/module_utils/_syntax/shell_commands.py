# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Splits a shell file of settings into simple commands, without running it, up to what only a shell can read.

Compound commands, functions and here-documents are not read: what such a file sets by them cannot be known.
"""

import re
from typing import List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_words import UnreadableShell, Word, read_word

OPERATOR = re.compile(r";;&|;;|;&|;|&&|\|\||\|&|\||&")
REDIRECTION = re.compile(r"&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||<|>")
# the reserved words that begin a command of several lines, and those that can only stand within one
OPENING = ("if", "while", "until", "for", "select", "case", "function", "{", "[[")
WITHIN = ("then", "else", "elif", "do", "in", "fi", "done", "esac", "}", "]]")


class Beyond(UnreadableShell):
    """Something that a shell reads and this reader does not, such as an `if` command."""


class Command(NamedTuple):
    """A simple shell command: its words, whether it may have no effect (nested), whether it is alone on its lines."""

    words: Tuple[Word, ...]
    nested: bool
    alone: bool


class Script(NamedTuple):
    """The commands of a shell script up to where it cannot be read, and the places of comments between them."""

    commands: Tuple[Command, ...]
    comments: Tuple[Tuple[int, int], ...]
    broken: Optional[UnreadableShell]


class _Reader:
    """Reads a shell script once, from start to end; each method takes what stands at `at`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.commands: List[Command] = []
        self.comments: List[Tuple[int, int]] = []
        self.words: List[Word] = []
        self.done: List[List[Word]] = []
        # whether &&, a pipe or a redirection stands on this line, and whether a command has to follow
        self.joined = self.redirected = self.awaiting = False

    def beyond(self, what: str) -> Beyond:
        """Return the exception for a command that only a shell can read; it names the beginning of the line."""
        words = [word for command in [*self.done, self.words] for word in command]
        return Beyond(words[0].start if words else self.at, what)

    def end(self) -> None:
        """Keep the commands of the line that ends here."""
        if self.awaiting and not (self.words or self.redirected):
            raise self.beyond("a command goes on in the next line")
        done = [words for words in [*self.done, self.words] if words]
        alone = not (self.done or self.joined)
        self.commands += [Command(tuple(words), self.joined or self.redirected, alone) for words in done]
        self.words, self.done = [], []
        self.joined = self.redirected = self.awaiting = False

    def comment(self) -> None:
        """Take a comment."""
        stop = self.text.find("\n", self.at)
        stop = len(self.text) if stop < 0 else stop
        if not (self.words or self.done) and (self.at == 0 or self.text[self.at - 1] == "\n"):
            self.comments.append((self.at, stop))
        self.at = stop

    def operator(self, sign: str) -> None:
        """Take an operator between two commands, such as && or a semicolon."""
        if not (self.words or self.redirected):
            raise UnreadableShell(self.at, "no command stands before %s" % sign)
        if sign[:2] in (";;", ";&"):
            raise UnreadableShell(self.at, "%s stands outside case" % sign)
        self.done.append(self.words)
        self.words = []
        self.joined = self.joined or self.redirected or sign != ";"
        self.redirected, self.awaiting = False, sign not in (";", "&")
        self.at += len(sign)

    def redirection(self, sign: str) -> None:
        """Take a redirection and the file that it names."""
        if sign in ("<<", "<<-"):
            raise self.beyond("a here-document begins here")
        self.at += len(sign)
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        if self.text.startswith("(", self.at):
            raise self.beyond("a bracket opens here")
        word = read_word(self.text, self.at)
        if word.start == word.end or self.text[word.start] == "#":
            raise UnreadableShell(self.at, "%s names no file" % sign)
        self.redirected, self.at = True, word.end

    def word(self) -> None:
        """Take a word, reserved or not."""
        word = read_word(self.text, self.at)
        raw = self.text[word.start : word.end]
        begins = not (self.words or self.redirected)
        if begins and raw in OPENING:
            raise self.beyond("%s begins a command of several parts" % raw)
        if begins and raw in WITHIN:
            raise UnreadableShell(self.at, "%s stands where it cannot" % raw)
        if begins and raw == "!":
            self.joined = self.awaiting = True
        elif not (raw.isdigit() and self.text[word.end : word.end + 1] in ("<", ">")):
            self.words.append(word)
        self.at = word.end

    def step(self) -> None:
        """Take whatever comes next."""
        text, at = self.text, self.at
        redirection, operator = REDIRECTION.match(text, at), OPERATOR.match(text, at)
        if text[at] in " \t":
            self.at += 1
        elif text.startswith("\\\n", at) and at + 2 < len(text):
            self.at += 2
        elif text[at] == "#":
            self.comment()
        elif text[at] == "\n":
            self.end()
            self.at += 1
        elif redirection:
            self.redirection(redirection.group())
        elif operator:
            self.operator(operator.group())
        elif text[at] == "(":
            raise self.beyond("a bracket opens here")
        elif text[at] == ")":
            raise UnreadableShell(self.at, "a closing bracket stands where none can")
        else:
            self.word()


@parsed_once
def read_script(text: str) -> Script:
    """Return the commands of a shell script; if it cannot be read to its end, those before that place."""
    reader, broken = _Reader(text), None
    try:
        if "\0" in text:
            raise UnreadableShell(text.index("\0"), "a NUL byte stands in it")
        while reader.at < len(text):
            reader.step()
        reader.end()
    except UnreadableShell as problem:
        broken = problem
    return Script(tuple(reader.commands), tuple(reader.comments), broken)
