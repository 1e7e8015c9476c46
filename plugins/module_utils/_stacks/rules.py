# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the rules for configuration files share: how they are called, and the findings that they yield."""

from typing import Any, Callable, Iterable, Iterator, Optional, Tuple, TypeVar

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import Problem

Subject = TypeVar("Subject")


def found_by(
    rules: Iterable[Tuple[str, Callable[[Subject, str], Iterator[Finding]]]], subject: Subject
) -> Iterator[Finding]:
    """Return what rules find in a configuration file; each rule gets its name."""
    for name, rule in rules:
        yield from rule(subject, name)


def error(rule: str, entry: Any, message: str, remedy: str) -> Finding:
    """Return the finding of what the tool refuses, or what would lose the dump; an entry has a line."""
    return Finding(rule, "error", entry.line, message, remedy)


def warning(rule: str, entry: Any, message: str, remedy: str) -> Finding:
    """Return the finding of what misleads without breaking anything."""
    return Finding(rule, "warning", entry.line, message, remedy)


def advice(rule: str, entry: Any, message: str, remedy: str) -> Finding:
    """Return the finding of what works but could be better."""
    return Finding(rule, "advice", entry.line, message, remedy)


def of_problem(rule: str, entry: Any, problem: Optional[Problem]) -> Iterator[Finding]:
    """Return the error finding for a value's problem, if it has one."""
    if problem is not None:
        yield error(rule, entry, problem.message, problem.remedy)
