# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What a host's checks add up to: one word, by the table below."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils.checks._base import FAIL, UNKNOWN, WARN
from ansible_collections.crashops.kdump.plugins.module_utils.checks._table import DOUBT, VITAL, WEIGHTS

VERDICTS = ("ready", "ready_unproven", "reboot_pending", "degraded", "not_ready", "disabled_by_policy", "unsupported")
# where the machine itself cannot dump
UNSUPPORTED = ("kernel_support", "not_container")
# where somebody has forbidden it on purpose
FORBIDDEN = ("unit_unmasked", "kexec_allowed")
# what fails only because the host was not rebooted yet
MENDED_BY_REBOOT = (
    "reboot_not_pending",
    "crashkernel_booted",
    "memory_reserved",
    "armed",
    "image_exists",
    "image_links",
    "unit_condition",
)

# which checks speak for a verdict, where they have anything to say
DECISIVE = {
    "unsupported": UNSUPPORTED,
    "disabled_by_policy": FORBIDDEN,
    "reboot_pending": ("reboot_not_pending",),
    "ready_unproven": ("proof_exists", "proof_current", "proof_young", "machine_unchanged"),
}


class Tally(NamedTuple):
    """The ids of the checks that count, by what they say; those that are waived do not count."""

    failed: List[str]
    warned: List[str]
    unknown: List[str]


def _only_a_reboot_away(seen: Tally) -> bool:
    """Return whether a reboot is pending and nothing is wrong that it would not mend."""
    pending = "reboot_not_pending" in (*seen.failed, *seen.warned)
    return pending and all(name in MENDED_BY_REBOOT for name in seen.failed)


# The verdict is that of the first row whose condition holds; docs/verify.md shows the same table.
ROWS: Tuple[Tuple[str, Any], ...] = (
    ("unsupported", lambda seen: any(name in UNSUPPORTED for name in seen.failed)),
    ("disabled_by_policy", lambda seen: any(name in FORBIDDEN for name in seen.failed)),
    ("reboot_pending", _only_a_reboot_away),
    ("not_ready", lambda seen: bool(seen.failed)),
    ("degraded", lambda seen: any(WEIGHTS[name] != DOUBT for name in seen.warned)),
    ("degraded", lambda seen: any(WEIGHTS[name] == VITAL for name in seen.unknown)),
    ("ready_unproven", lambda seen: bool(seen.warned) or "proof_exists" in seen.unknown),
    ("ready", lambda seen: True),
)


def tally(checks: List[Dict[str, Any]]) -> Tally:
    """Return the checks that count, by what they say."""
    counting = [check for check in checks if not check["waived"]]
    by_status = [[check["id"] for check in counting if check["status"] == word] for word in (FAIL, WARN, UNKNOWN)]
    return Tally(*by_status)


def verdict(checks: List[Dict[str, Any]]) -> str:
    """Return the one word for what the checks say."""
    seen = tally(checks)
    return next(word for word, holds in ROWS if holds(seen))


def decider(word: str, checks: List[Dict[str, Any]]) -> Optional[Dict[str, Any]]:
    """Return the check for which the verdict is what it is, the one that weighs most; None where it is ready."""
    if word == "ready":
        return None
    counting = [check for check in checks if not check["waived"]]
    decisive = [
        check for check in counting if check["status"] in (FAIL, WARN) and check["id"] in DECISIVE.get(word, ())
    ]
    by_weight = [check for status in (FAIL, WARN, UNKNOWN) for check in counting if check["status"] == status]
    plain = [check for check in by_weight if WEIGHTS[check["id"]] != DOUBT]
    return (decisive or (plain if word == "degraded" else by_weight) or by_weight)[0]


def summary(decided_by: Optional[Dict[str, Any]]) -> str:
    """Return one sentence for why the verdict is what it is."""
    return "A crash has proved this very setup." if decided_by is None else str(decided_by["reason"])


def reasons(checks: List[Dict[str, Any]]) -> List[str]:
    """Return why a crash now would leave no dump: a sentence of each check that failed."""
    return [check["reason"] for check in checks if check["status"] == FAIL and not check["waived"]]
