# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the dumps that already lie on this host."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks import configuration
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    mib,
    of_unseen,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.trusted_files import SLACK_S

ELSEWHERE = "the dumps do not lie on this host"
PURGED_NAME = "2"


def dumps_complete(seen: Evidence) -> Outcome:
    """Judge whether an earlier dump is incomplete or has wrong content."""
    if seen.dumps.directory is None:
        return skipped(ELSEWHERE)
    unseen = of_unseen(seen, [seen.dumps.directory])
    if unseen is not None:
        return unseen
    broken = [dump for dump in seen.dumps.found if dump.complete is False]
    rubbish = [dump for dump in seen.dumps.found if dump.complete is not False and dump.readable is False]
    if not broken and not rubbish:
        return _none_broken(seen)
    if not broken:
        reason = "The content of %d of %d dumps is wrong, such as %s: %s."
        told = reason % (len(rubbish), len(seen.dumps.found), rubbish[0].path, rubbish[0].readable_reason)
        advice = "See to the disk and to what copied them, prove the setup by a crash test, and remove them."
        return warned(told, advice, len(rubbish), 0)
    reason = "%d of %d dumps are not complete, such as %s: %s."
    told = reason % (len(broken), len(seen.dumps.found), broken[0].path, broken[0].reason)
    advice = "See why (space, memory, kexec-dmesg.log), prove the setup by a crash test, and remove the broken ones."
    return warned(told, advice, len(broken), 0)


def _none_broken(seen: Evidence) -> Outcome:
    """Return the outcome where no dump is known to be incomplete."""
    own = seen.dumps.own
    proved = (seen.proof.time or 0) + SLACK_S if seen.proof.state == "proven" else 0
    if own and own[0].complete is None and own[0].time > proved:
        told = "It is not known whether the newest dump, %s, is complete: %s."
        return unknown(
            told % (own[0].path, own[0].reason), "Look into it, move it elsewhere, and prove the setup by a crash test."
        )
    value = "%d dumps, none broken off" % len(own)
    unjudged = [dump.complete for dump in own].count(None)
    if unjudged:
        value += "; %d of them not judged" % unjudged
    if len(own) < len(seen.dumps.found):
        value += "; %d more of users or other hosts, not judged" % (len(seen.dumps.found) - len(own))
    return passed(value)


def dumps_space(seen: Evidence, limits: Thresholds) -> Outcome:
    """Judge whether old dumps pile up in the dump directory."""
    if seen.dumps.directory is None or not seen.dumps.found:
        return skipped(ELSEWHERE if seen.dumps.directory is None else "there is no dump")
    count, size = len(seen.dumps.found), sum(dump.size for dump in seen.dumps.found)
    total = seen.target.room.total_bytes
    percent = size * 100 // total if total else 0
    value = "%d dumps, %s" % (count, mib(size))
    wanted = "%d dumps, %d %% of the file system" % (limits.dumps_count, limits.dumps_percent)
    if count <= limits.dumps_count and percent <= limits.dumps_percent:
        return passed(value, wanted)
    reason = "%s lie in %s, %d %% of its file system." % (value, seen.dumps.directory, percent)
    return warned(reason, "Look at them, and remove what nobody needs.", value, wanted)


def dumps_purged(seen: Evidence) -> Outcome:
    """Judge whether kdump-tools would remove files that are no dumps."""
    if not any(one.rule in configuration.PURGING for one in seen.configuration.findings):
        return skipped("KDUMP_NUM_DUMPS is not set, or the stack has no such variable")
    foreign = seen.dumps.foreign
    if not foreign:
        return passed("nothing but dumps")
    reason = "After a dump, KDUMP_NUM_DUMPS removes old entries whose names begin with %s, these too: %s."
    return warned(reason % (PURGED_NAME, ", ".join(foreign)), "Move them elsewhere.", foreign, "none")
