# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The outcomes that every check returns, and the words that several checks share."""

from typing import Any, NamedTuple, Optional, Sequence

from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Waiver
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence

# what only a crash can tell
PROVE = "Prove it by a crash test (crashops.kdump.test)."
AS_ROOT = "Run it as root (become: true)."
LOOK_AGAIN = "Mend what the reason names, then run ansible-playbook crashops.kdump.verify again."
# what hinders root too, by the words of the system or of those who looked
OF_REASONS = (
    ("does not answer", "Bring the server back, or unmount what it exports (umount -l)."),
    (
        "did not end within",
        "Find out what the command waits for, then run ansible-playbook crashops.kdump.verify again.",
    ),
    ("Device or resource busy", "Look again: kexec keeps the file busy while it loads."),
    ("Input/output error", "The kernel's log names the failing disk: journalctl -k -p err."),
    ("Stale file handle", "Mount the file system of the server again."),
    ("Too many levels of symbolic links", "A link leads to itself: see ls -l, and replace it."),
)
DENIED = ("Permission denied", "Operation not permitted")
DENIED_ROOT = "Even root may not read it: see ausearch -m avc -ts recent, and root_squash on a file server."
NOT_INSTALLED = "kdump is not installed"
# The statuses, listed here alone: tests/unit/plugins/test_copies.py holds the copies in other languages.
PASS, WARN, FAIL, SKIP, UNKNOWN = STATUSES = ("pass", "warn", "fail", "skip", "unknown")
# what speaks against a host, the worst first
PROBLEMS = (FAIL, WARN, UNKNOWN)


class Outcome(NamedTuple):
    """What a check found: its status, the value and the wanted value as text, a reason, and advice."""

    status: str
    value: Optional[str] = None
    wanted: Optional[str] = None
    reason: Optional[str] = None
    advice: Optional[str] = None


class Judgement(NamedTuple):
    """What a check says of a host; waived is the waiver that takes it out of the verdict, None without one.

    doubt: the status without any proof, where a crash can settle it; None for all others.
    """

    id: str
    group: str
    status: str
    value: Optional[str]
    wanted: Optional[str]
    reason: Optional[str]
    advice: Optional[str]
    reference: str
    doubt: Optional[str] = None
    waived: Optional[Waiver] = None


def passed(value: Any = None, wanted: Any = None, reason: Optional[str] = None) -> Outcome:
    """Return a pass: the check finds all well."""
    return Outcome(PASS, _text(value), _text(wanted), reason)


def warned(reason: str, advice: str, value: Any = None, wanted: Any = None) -> Outcome:
    """Return a warning: the check finds something doubtful."""
    return Outcome(WARN, _text(value), _text(wanted), reason, advice)


def failed(reason: str, advice: str, value: Any = None, wanted: Any = None) -> Outcome:
    """Return a failure: a crash, now or after the next boot, would leave no dump, or none that anybody could use."""
    return Outcome(FAIL, _text(value), _text(wanted), reason, advice)


def skipped(reason: str) -> Outcome:
    """Return a skip: the check does not apply to this host, and why."""
    return Outcome(SKIP, reason=reason)


def unknown(reason: str, advice: Optional[str] = None) -> Outcome:
    """Return an unknown: the check cannot tell, and why; without advice here, advice_on() finds some by the reason."""
    return Outcome(UNKNOWN, reason=reason, advice=advice)


def advice_on(reason: str, root: bool) -> str:
    """Return the advice on something that could not be seen, by the words of the reason."""
    for words, advice in OF_REASONS:
        if words in reason:
            return advice
    if root and any(words in reason for words in DENIED):
        return DENIED_ROOT
    return LOOK_AGAIN if root else AS_ROOT


def mib(size: Optional[int]) -> str:
    """Return a size as outcomes say it: in MiB, rounded down, or in GiB from 10 GiB on."""
    if size is None:
        return "unknown"
    return "%d GiB" % (size >> 30) if size >= 10 << 30 else "%d MiB" % (size >> 20)


def of_unseen(seen: Evidence, paths: Sequence[str], advice: Optional[str] = None) -> Optional[Outcome]:
    """Return unknown for the first of these paths that could not be looked at, None where all could."""
    return next((unknown("%s." % seen.unseen[path], advice) for path in paths if path in seen.unseen), None)


def _text(value: Any) -> Optional[str]:
    """Return a value as the text that an outcome has for it; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
