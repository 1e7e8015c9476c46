# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the proof: whether a real crash has left a dump with this very setup."""

import time

from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    mib,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence

PROVE = (
    "Crash the host in its maintenance window: ansible-playbook crashops.kdump.test -l HOST -e kdump_test_confirm=HOST."
)
SOURCES = {"crash_test": "a crash test", "kdumpctl": "kdumpctl test", "dump": "a real crash"}
DAY_S = 86400


def proof_exists(seen: Evidence) -> Outcome:
    """Judge whether a crash has ever left a dump of this host."""
    proof = seen.proof
    if proof.state == "unknown":
        reason = "The proof of the last crash test cannot be read."
        return unknown(reason, "It is damaged or unreadable. " + PROVE if seen.platform.root else None)
    if proof.state == "never":
        return warned("No crash has proved this host yet.", PROVE, "never", "a complete dump")
    when = time.strftime("%Y-%m-%d", time.gmtime(proof.time or 0))
    return passed("%s on %s" % (SOURCES.get(proof.source or "", "a crash"), when))


def proof_current(seen: Evidence) -> Outcome:
    """Judge whether the setup is still the one that a crash proved."""
    if seen.proof.state in ("never", "unknown"):
        return skipped("there is no proof")
    if not seen.proof.changed:
        return passed("nothing has changed since")
    reason = "The proof no longer holds: %s." % "; ".join(seen.proof.changed)
    return warned(reason, PROVE, seen.proof.changed, "nothing")


def proof_young(seen: Evidence, limits: Thresholds) -> Outcome:
    """Judge whether the proof is recent enough: some changes of hardware leave no trace in it."""
    age = seen.proof.age_s(seen.now)
    if age is None:
        return skipped("there is no proof")
    days, limit = age // DAY_S, limits.proof_age_days
    if days <= limit:
        return passed("%d days" % days, "%d days" % limit)
    return warned("The last proof is %d days old." % days, PROVE, "%d days" % days, "%d days" % limit)


def machine_unchanged(seen: Evidence) -> Outcome:
    """Judge whether the machine has as much memory as when a crash proved it."""
    then, now = seen.proof.ram_bytes, seen.running.ram_bytes
    if then is None or now is None:
        return skipped("the proof does not tell the RAM")
    if then == now:
        return passed(mib(now))
    reason = "The machine had %s of RAM when it was proved, and has %s." % (mib(then), mib(now))
    return warned(reason, PROVE, mib(now), mib(then))
