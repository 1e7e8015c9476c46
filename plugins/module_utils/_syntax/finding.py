# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Findings of rules about lines of configuration files, and refusals of option values, in words for the operator."""

from typing import Any, Callable, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple, TypeVar

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

Subject = TypeVar("Subject")
# a bool is a number to Python, so it comes first; Ansible's own types are subclasses of these
KINDS: Tuple[Tuple[Any, str], ...] = (
    (bool, "yes or no"),
    ((int, float), "a number"),
    (str, "a text"),
    (Mapping, "a mapping"),
    ((list, tuple, set), "a list"),
)


class Finding(NamedTuple):
    """What a rule finds in a configuration file's line (counted from 1; None: in the file as a whole).

    severity is error (the tool refuses the file, or the dump would be lost), warning or advice. message completes "this
    is refused: ..."; remedy completes "...; ".
    """

    rule: str
    severity: str
    line: Optional[int]
    message: str
    remedy: str


def found_by(
    rules: Iterable[Tuple[str, Callable[[Subject, str], Iterator[Finding]]]], subject: Subject
) -> Iterator[Finding]:
    """Return the findings of rules in a configuration file; each rule gets its name.

    What a sentence quotes from the file is made visible here: it may hold anything.
    """
    for name, rule in rules:
        for finding in rule(subject, name):
            yield finding._replace(message=visible(finding.message), remedy=visible(finding.remedy))


def error(rule: str, entry: Any, message: str, remedy: str) -> Finding:
    """Return a finding of severity error: the tool refuses it, or it would lose the dump; an entry has a line."""
    return Finding(rule, "error", entry.line, message, remedy)


def warning(rule: str, entry: Any, message: str, remedy: str) -> Finding:
    """Return the finding of what misleads without breaking anything."""
    return Finding(rule, "warning", entry.line, message, remedy)


def advice(rule: str, entry: Any, message: str, remedy: str) -> Finding:
    """Return the finding of what works but could be better."""
    return Finding(rule, "advice", entry.line, message, remedy)


def in_order(findings: Iterable[Finding]) -> List[Finding]:
    """Return findings sorted by line, and on one line by the number of their rule."""
    return sorted(findings, key=lambda finding: (finding.line or 0, int(finding.rule[1:])))


def kind_of(value: Any) -> str:
    """Return for a refusal what kind a value is, in plain words: operators do not know the names of Python's types."""
    if value is None:
        return "nothing"
    for types, words in KINDS:
        if isinstance(value, types):
            return words
    return "something else"


def refusal(option: str, value: Any, rule: str, remedy: str) -> str:
    """Return a refusal in one sentence, as a finding is worded: option, value, rule, remedy."""
    return visible("%s: %r is refused: %s; %s." % (option, value, rule, remedy))
