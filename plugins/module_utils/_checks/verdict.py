# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The verdict on a host: the one word that its checks add up to, by the table below."""

from typing import Callable, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import DOUBT, VITAL, WEIGHTS
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import FAIL, UNKNOWN, WARN, Judgement

# The verdicts, listed here alone: tests/unit/plugins/test_copies.py holds the copies in other languages.
VERDICTS = ("ready", "ready_unproven", "reboot_pending", "degraded", "not_ready", "disabled_by_policy", "unsupported")
# hosts that cannot dump, or must not: no alert may wait for them
NOT_MEANT = ("disabled_by_policy", "unsupported")
# where the machine itself cannot dump
UNSUPPORTED = ("kernel_support", "not_container")
# where somebody has forbidden it on purpose
FORBIDDEN = ("unit_unmasked", "kexec_allowed")
# what fails only because the host was not rebooted yet
MENDED_BY_REBOOT = (
    "kexec_loads_left",
    "reboot_not_pending",
    "crashkernel_booted",
    "memory_reserved",
    "armed",
    "image_exists",
    "image_links",
    "unit_condition",
)
# whether a crash has proved the host
OF_PROOF = ("proof_exists", "proof_current", "proof_young", "machine_unchanged")
# which checks speak for a verdict, where they have anything to say
DECISIVE = {
    "unsupported": UNSUPPORTED,
    "disabled_by_policy": FORBIDDEN,
    "reboot_pending": ("reboot_not_pending",),
    "ready_unproven": OF_PROOF,
}


class Tally(NamedTuple):
    """The ids of the checks that fail, warn or are unknown; those that are waived do not count."""

    failed: List[str]
    warned: List[str]
    unknown: List[str]


def _only_a_reboot_away(seen: Tally) -> bool:
    """Return whether a reboot is pending and would mend every check that failed."""
    pending = "reboot_not_pending" in (*seen.failed, *seen.warned)
    return pending and all(name in MENDED_BY_REBOOT for name in seen.failed)


def _forbidden(seen: Tally) -> bool:
    """Return whether somebody has forbidden kdump on purpose, and no capture kernel is loaded."""
    return "armed" in seen.failed and any(name in FORBIDDEN for name in seen.failed)


def _leaves_dump(seen: Tally) -> bool:
    """Return whether no check fails and no vital one is unknown."""
    return not seen.failed and all(WEIGHTS[name] != VITAL for name in seen.unknown)


# The verdict is that of the first row whose condition holds; docs/verify.md shows the same table.
ROWS: Tuple[Tuple[str, Callable[[Tally], bool]], ...] = (
    ("unsupported", lambda seen: any(name in UNSUPPORTED for name in seen.failed)),
    ("disabled_by_policy", _forbidden),
    ("reboot_pending", _only_a_reboot_away),
    ("not_ready", lambda seen: not _leaves_dump(seen)),
    ("degraded", lambda seen: any(WEIGHTS[name] != DOUBT for name in seen.warned)),
    # what was not seen may be what keeps the dump from coming
    ("ready_unproven", lambda seen: bool(seen.warned or seen.unknown)),
    ("ready", lambda seen: True),
)


def tally(checks: List[Judgement]) -> Tally:
    """Return the ids of the checks that fail, warn or are unknown, without those that are waived."""
    counting = [check for check in checks if not check.waived]
    by_status = [[check.id for check in counting if check.status == word] for word in (FAIL, WARN, UNKNOWN)]
    return Tally(*by_status)


def verdict(checks: List[Judgement]) -> str:
    """Return the verdict on a host by what its checks say."""
    seen = tally(checks)
    return next(word for word, holds in ROWS if holds(seen))


def ready(checks: List[Judgement]) -> bool:
    """Return whether a crash would leave a dump, as far as the checks can tell without one."""
    return _leaves_dump(tally(checks))


def decider(word: str, checks: List[Judgement]) -> Optional[Judgement]:
    """Return the check that decided the verdict, the one that weighs most; None where the verdict is ready."""
    if word == "ready":
        return None
    counting = [check for check in checks if not check.waived]
    decisive = [check for check in counting if check.status in (FAIL, WARN) and check.id in DECISIVE.get(word, ())]
    by_weight = [check for status in (FAIL, WARN, UNKNOWN) for check in counting if check.status == status]
    plain = [check for check in by_weight if WEIGHTS[check.id] != DOUBT]
    blind = [check for check in by_weight if check.status == UNKNOWN and WEIGHTS[check.id] == VITAL]
    if word == "not_ready":
        decisive = [check for check in by_weight if check.status == FAIL] or blind
    return (decisive or (plain if word == "degraded" else by_weight) or by_weight)[0]


def summary(decided_by: Optional[Judgement], checks: List[Judgement]) -> str:
    """Return the one sentence that says why the verdict is what it is."""
    if decided_by is not None:
        return str(decided_by.reason)
    waived = [check.id for check in checks if check.waived]
    if any(check in OF_PROOF for check in waived):
        return "Nothing that counts speaks against a dump; %s waived." % ", ".join(waived)
    return "A crash has proved this very setup."


def reasons(checks: List[Judgement]) -> List[str]:
    """Return the reason of each check that failed: why a crash, now or after the next boot, would leave no dump."""
    return [str(check.reason) for check in checks if check.status == FAIL and not check.waived]
