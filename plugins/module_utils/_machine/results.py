# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What passes between the layers: a failure, a planned change, and the diff made of such changes."""

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

# yes and no are numbers to Python, so they come first; Ansible's own types are kinds of these
KINDS = (
    (bool, "yes or no"),
    ((int, float), "a number"),
    (str, "a text"),
    (Mapping, "a mapping"),
    ((list, tuple, set), "a list"),
)  # type: Tuple[Tuple[Any, str], ...]


class Failure(Exception):
    """Why a module stops: one sentence for the operator, and details for whoever looks closer.

    Raised anywhere below main(), caught once in run_module().
    """

    def __init__(self, msg: str, **details: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.details = details


class Refused(Failure):
    """Values that were refused before anything was written."""

    def __init__(self, sentences: List[str]) -> None:
        super().__init__(" ".join(sentences), refused=list(sentences))


class FileChange(NamedTuple):
    """One file's text before and after; None stands for a file that is not there."""

    path: str
    before: Optional[str]
    after: Optional[str]


class StateChange(NamedTuple):
    """One fact that is not a file, such as "armed", before and after, in words."""

    what: str
    before: str
    after: str


class Finding(NamedTuple):
    """What a rule says of a configuration file's line (counted from 1; None: of the file as a whole).

    severity is error (the tool refuses the file, or the dump would be lost), warning or advice.
    message completes "this is refused: ..."; remedy completes "...; ".
    """

    rule: str
    severity: str
    line: Optional[int]
    message: str
    remedy: str


def in_order(findings: Iterable[Finding]) -> List[Finding]:
    """Return findings in the order of their lines, and of the numbers of their rules."""
    return sorted(findings, key=lambda finding: (finding.line or 0, int(finding.rule[1:])))


def kind_of(value: Any) -> str:
    """Return the type of a value in plain words, because operators do not know Python's names."""
    if value is None:
        return "nothing"
    for types, words in KINDS:
        if isinstance(value, types):
            return words
    return "something else"


def refusal(option: str, value: Any, rule: str, remedy: str) -> str:
    """Return the one sentence for a refused value: option, value, rule, remedy."""
    return visible("%s: %r is refused: %s; %s." % (option, value, rule, remedy))


def file_diff(change: FileChange) -> Dict[str, str]:
    """Return one entry of Ansible's diff list for a file."""
    header = {"before_header": change.path, "after_header": change.path}
    return dict(header, before=change.before or "", after=change.after or "")


def state_diff(changes: List[StateChange], header: str) -> Dict[str, str]:
    """Return one entry of Ansible's diff list for facts, a line for each."""
    return {
        "before_header": header,
        "after_header": header,
        "before": "".join("%s: %s\n" % (change.what, change.before) for change in changes),
        "after": "".join("%s: %s\n" % (change.what, change.after) for change in changes),
    }
