# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the free space and the free inodes of the dump target."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
    mib,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._checks.target import PREPARE
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence


def space(seen: Evidence) -> Outcome:
    """Judge whether a dump would fit into the target's free space."""
    free, needed = seen.target.room.free_bytes, seen.dump_size.size
    if free is None:
        return _no_space(seen)
    if needed is None:
        return unknown("It is not known how large a dump would be.")
    if free >= needed:
        return passed("%s free" % mib(free), mib(needed))
    reason = "%s are free where the dump lands, and it would take %s."
    advice = "Free or add room, remove old dumps, or raise the dump level (kdump_core_collector with -d 31)."
    return failed(reason % (mib(free), mib(needed)), advice, mib(free), mib(needed))


def _no_space(seen: Evidence) -> Outcome:
    """Return the outcome where the free space is not known."""
    directory = seen.target.directory.path or ""
    if seen.target.place is not None and seen.target.place.path in seen.unseen:
        reason = "%s: %s" % (directory, seen.unseen[seen.target.place.path])
        return failed(reason, PREPARE, "no answer", "an answer") if seen.platform.root else unknown(reason)
    return skipped(seen.target.probe.untried or "the target does not tell its room")


def space_to_keep(seen: Evidence) -> Outcome:
    """Judge whether as much free space is left as experience says should be kept."""
    free, keep = seen.target.room.free_bytes, seen.dump_size.keep
    if free is None or keep is None:
        return skipped("the room, or how much of it to keep, is not known")
    if free >= keep:
        return passed("%s free" % mib(free), mib(keep))
    reason = "%s are free where the dump lands, and %s should be free."
    advice = "Free or add room, or remove old dumps."
    return warned(reason % (mib(free), mib(keep)), advice, mib(free), mib(keep))


def inodes(seen: Evidence, limits: Thresholds) -> Outcome:
    """Judge the free inodes of the dump target: whether it can take more files."""
    free = seen.target.room.free_inodes
    if free is None:
        return skipped("the target counts no inodes, or does not tell")
    if free >= limits.free_inodes:
        return passed(free, limits.free_inodes)
    reason = "Only %d inodes are free where the dump lands." % free
    judge = failed if free < 5 else warned
    return judge(reason, "Remove files there.", free, limits.free_inodes)
