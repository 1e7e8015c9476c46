# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What modules are made of: failures, planned changes of files and states, and Ansible's diffs of them."""

from typing import Any, Dict, List, NamedTuple, Optional


class Failure(Exception):
    """Why a module stops: one sentence for the operator, and details for a closer look.

    Raised anywhere below main(), caught once in run_module().
    """

    def __init__(self, msg: str, **details: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.details = details


class Refused(Failure):
    """The failure for values that were refused before anything was written."""

    def __init__(self, sentences: List[str]) -> None:
        super().__init__(" ".join(sentences), refused=list(sentences))


class FileChange(NamedTuple):
    """One file's text before and after; None means that the file does not exist."""

    path: str
    before: Optional[str]
    after: Optional[str]


class StateChange(NamedTuple):
    """A state that is not a file, such as "armed": how it is called before and after the change."""

    what: str
    before: str
    after: str


def file_diff(change: FileChange) -> Dict[str, str]:
    """Return one entry of Ansible's diff list for a changed file."""
    header = {"before_header": change.path, "after_header": change.path}
    return dict(header, before=change.before or "", after=change.after or "")


def state_diff(changes: List[StateChange], header: str) -> Dict[str, str]:
    """Return one entry of Ansible's diff list for changed states, a line for each."""
    return {
        "before_header": header,
        "after_header": header,
        "before": "".join("%s: %s\n" % (change.what, change.before) for change in changes),
        "after": "".join("%s: %s\n" % (change.what, change.after) for change in changes),
    }
