# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The commands of a shell script that only a file of settings can be expected to hold, told apart and not run."""

import re
from typing import List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_words import (
    Unreadable,
    Word,
    closed,
    read_word,
)

OPERATOR = re.compile(r";;&|;;|;&|;|&&|\|\||\|&|\||&")
REDIRECTION = re.compile(r"&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||<|>")
EMPTY_BRACKETS = re.compile(r"\([ \t]*\)")
CONDITION = re.compile(r"\[\[[ \t][^\n]{0,1000}?[ \t]\]\](?=[ \t\n;&|)]|\Z)")
FUNCTION = re.compile(r"function[ \t]+[^ \t\n;&|<>()]+[ \t]*(?:\([ \t]*\))?")
# reserved words: those that open something, by what closes it; those that stand within, by what closes that
OPENERS = {"if": "fi", "while": "done", "until": "done", "{": "}"}
HEADED = {"case": "esac", "for": "done", "select": "done"}
WITHIN = {"then": "fi", "else": "fi", "elif": "fi", "do": "done"}
CLOSING = ("fi", "done", "esac", "}")
COMPOUND = tuple(OPENERS) + tuple(HEADED)


class Command(NamedTuple):
    """A simple command: its words, whether it may have no effect (nested), whether its lines hold it alone."""

    words: List[Word]
    nested: bool
    alone: bool


class Script(NamedTuple):
    """What a text holds up to where it cannot be read; comments are those that stand between commands."""

    commands: List[Command]
    comments: List[Tuple[int, int]]
    broken: Optional[Unreadable]


class _Reader:
    """Goes through a text once; each method takes what stands at `at`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.commands = []  # type: List[Command]
        self.comments = []  # type: List[Tuple[int, int]]
        self.stack = []  # type: List[str]
        self.words = []  # type: List[Word]
        self.documents = []  # type: List[Tuple[str, bool]]
        self.begun = False  # whether anything stands on this line yet
        self.redirected = False
        self.complete = False  # whether a compound command has just been closed
        self.joined = False  # whether && or the like connects this command with the one before
        self.awaiting = False  # whether it needs one after it
        self.function = False  # whether the body of a function has to follow

    def end(self, joined: bool, last: bool) -> None:
        """Keep the command that ends here."""
        if self.words:
            nested = bool(self.stack) or joined or self.joined or self.redirected
            self.commands.append(Command(self.words, nested, last and not self.begun))
        if self.words or self.complete or self.redirected:
            self.awaiting = False
        self.words, self.redirected, self.complete, self.begun = [], False, False, not last

    def line(self) -> None:
        """Take the end of a line, and the here-documents that begin after it."""
        self.at += 1
        if not self.awaiting or self.words or self.complete or self.redirected:
            self.end(False, True)
            self.joined = False
        for delimiter, stripped in self.documents:
            self.document(delimiter, stripped)
        self.documents = []

    def document(self, delimiter: str, stripped: bool) -> None:
        """Pass over a here-document."""
        begin = self.at
        while self.at < len(self.text):
            stop = self.text.find("\n", self.at)
            stop = len(self.text) if stop < 0 else stop
            line = self.text[self.at : stop]
            self.at = stop + 1
            if (line.lstrip("\t") if stripped else line) == delimiter:
                return
        raise Unreadable(min(begin, len(self.text)), "a here-document is not closed")

    def comment(self) -> None:
        """Take a comment."""
        stop = self.text.find("\n", self.at)
        stop = len(self.text) if stop < 0 else stop
        first = self.at == 0 or self.text[self.at - 1] == "\n"
        if first and not (self.words or self.stack or self.awaiting or self.redirected or self.complete):
            self.comments.append((self.at, stop))
        self.at = stop

    def operator(self, sign: str) -> None:
        """Take what separates two commands."""
        case = self.stack[-1:] == ["esac"]
        if not (self.words or self.complete or self.redirected or (case and sign.startswith(";;"))):
            raise Unreadable(self.at, "no command stands before %s" % sign)
        if sign[:2] in (";;", ";&") and not case:
            raise Unreadable(self.at, "%s stands outside case" % sign)
        joined = sign in ("&&", "||", "|", "|&", "&")
        self.end(joined, False)
        self.joined = joined and sign != "&"
        self.awaiting = self.joined
        self.at += len(sign)

    def redirection(self, sign: str) -> None:
        """Take a redirection and the file that it names."""
        if self.function:
            raise Unreadable(self.at, "a function has no body")
        self.at += len(sign)
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        self.redirected = True
        if sign in ("<", ">") and self.text.startswith("(", self.at):
            self.at = closed(self.text, self.at + 1, ")")
            return
        word = read_word(self.text, self.at)
        if word.start == word.end or self.text[word.start] == "#":
            raise Unreadable(self.at, "%s names no file" % sign)
        self.at = word.end
        if sign in ("<<", "<<-"):
            raw = self.text[word.start : word.end]
            self.documents.append((re.sub(r"[\"'\\]", "", raw), sign == "<<-"))

    def opening_bracket(self) -> None:
        """Take a bracket that opens a subshell, or that makes a function of the word before it."""
        empty = EMPTY_BRACKETS.match(self.text, self.at)
        if empty and len(self.words) == 1 and self.words[0].name is None:
            self.at, self.words, self.begun = empty.end(), [], True
            self.joined = self.awaiting = self.function = True
        elif self.words or self.complete:
            raise Unreadable(self.at, "an opening bracket stands where none can")
        elif self.text.startswith("((", self.at):
            self.at, self.complete = closed(self.text, self.at + 1, ")"), True
        else:
            self.stack.append(")")
            self.at, self.begun, self.function = self.at + 1, True, False

    def closing_bracket(self) -> None:
        """Take a bracket that closes a subshell, or that ends a pattern of case."""
        if self.stack[-1:] == ["esac"]:
            self.words = []
        elif self.stack[-1:] == [")"] and (self.words or self.complete or self.redirected):
            self.end(False, False)
            self.stack.pop()
            self.complete = True
        else:
            raise Unreadable(self.at, "a closing bracket stands where none can")
        self.at += 1

    def reserved(self, raw: str) -> bool:
        """Take a reserved word, and return whether it was one."""
        if raw in OPENERS:
            self.stack.append(OPENERS[raw])
        elif raw in WITHIN or raw in CLOSING:
            if self.stack[-1:] != [WITHIN.get(raw, raw)]:
                raise Unreadable(self.at, "%s stands where it cannot" % raw)
            if raw in CLOSING:
                self.stack.pop()
            self.complete = raw in CLOSING
        elif raw in ("[[", "]]", "in"):
            raise Unreadable(self.at, "%s stands where it cannot" % raw)
        elif raw != "!":
            return False
        self.awaiting = self.awaiting or raw == "!"
        self.begun = True
        return True

    def word(self) -> None:
        """Take a word, reserved or not."""
        special = FUNCTION.match(self.text, self.at) or CONDITION.match(self.text, self.at)
        if special and not self.words:
            self.at, self.begun = special.end(), True
            self.complete = special.re is CONDITION
            self.joined = self.awaiting = self.function = not self.complete
            return
        word = read_word(self.text, self.at)
        raw = self.text[word.start : word.end]
        if self.function and raw not in COMPOUND:
            raise Unreadable(self.at, "a function has no body")
        self.function = False
        if self.words or self.redirected or not self.reserved(raw):
            if self.complete:
                raise Unreadable(self.at, "%s stands where an operator is needed" % raw)
            if raw in HEADED and not self.words:
                self.stack.append(HEADED[raw])
            if not (raw.isdigit() and self.text[word.end : word.end + 1] in ("<", ">")):
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
            self.line()
        elif redirection:
            self.redirection(redirection.group())
        elif operator:
            self.operator(operator.group())
        elif text[at] == "(":
            self.opening_bracket()
        elif text[at] == ")":
            self.closing_bracket()
        else:
            self.word()

    def finish(self) -> None:
        """Take the end of the text."""
        self.end(False, True)
        if self.stack or self.awaiting or self.documents or self.function:
            what = self.stack[-1] if self.stack else "a here-document" if self.documents else "a command"
            raise Unreadable(len(self.text), "the file ends where %s is missing" % what)


def read_script(text: str) -> Script:
    """Return the commands of a text; where it cannot be read, those before."""
    reader, broken = _Reader(text), None
    try:
        if "\0" in text:
            raise Unreadable(text.index("\0"), "a NUL byte stands in it")
        while reader.at < len(text):
            reader.step()
        reader.finish()
    except Unreadable as problem:
        broken = problem
    return Script(reader.commands, reader.comments, broken)
