# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the dump target: whether it is there, answers, can be written to, and has free space."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks import configuration
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_rules, sentence
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
    mib,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import HOST_KEY, KEY, REACH

PREPARE = "Run ansible-playbook crashops.kdump.setup: it prepares the target, or says what is wrong with it."
LOCAL = "the dumps do not go to a file system that this host sees"


def dump_directory(seen: Evidence) -> Outcome:
    """Judge whether the dump directory is there."""
    found = of_rules(seen, configuration.DIRECTORY)
    directory = seen.target.directory
    if directory.path is None:
        if seen.target.probe.existed is False and seen.settings.target_type != "ssh":
            return failed("The directory is not there on the target.", PREPARE, "missing", seen.settings.path)
        return found or skipped("the dumps go to a place that this host does not see")
    if directory.exists:
        return found or passed(directory.path)
    if directory.exists is None:
        return unknown("It cannot be seen whether %s exists." % directory.path)
    reason = "The dump directory %s does not exist." % directory.path
    # a directory that is made at the crash is one that everybody may look into
    judge = warned if seen.stack_class.makes_dump_directory else failed
    return judge(
        reason,
        "Run ansible-playbook crashops.kdump.setup, which makes it, for root alone.",
        "missing",
        directory.path,
    )


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
    """Return the outcome where the target's free space is not known."""
    directory = seen.target.directory.path or ""
    if seen.target.place is not None and seen.target.place.path in seen.unseen:
        reason = "%s: %s" % (directory, seen.unseen[seen.target.place.path])
        return failed(reason, PREPARE, "no answer", "an answer") if seen.platform.root else unknown(reason)
    return skipped(seen.target.probe.untried or "the target does not tell its room")


def space_to_keep(seen: Evidence) -> Outcome:
    """Judge whether the target has as much free space as experience says should be kept."""
    free, keep = seen.target.room.free_bytes, seen.dump_size.keep
    if free is None or keep is None:
        return skipped("the room, or how much of it to keep, is not known")
    if free >= keep:
        return passed("%s free" % mib(free), mib(keep))
    reason = "%s are free where the dump lands; %s should be kept (half of the RAM, or 30 %% of more than 500 GB)."
    advice = "Free or add room, or remove old dumps."
    return warned(reason % (mib(free), mib(keep)), advice, mib(free), mib(keep))


def inodes(seen: Evidence, limits: Thresholds) -> Outcome:
    """Judge whether the dump target has free inodes, and so can take more files."""
    free = seen.target.room.free_inodes
    if free is None:
        return skipped("the target counts no inodes, or does not tell")
    if free >= limits.free_inodes:
        return passed(free, limits.free_inodes)
    reason = "Only %d inodes are free where the dump lands." % free
    judge = failed if free < 5 else warned
    return judge(reason, "Remove files there.", free, limits.free_inodes)


def target_writable(seen: Evidence) -> Outcome:
    """Judge whether the dump target can be written to."""
    mount = seen.target.place.mount if seen.target.place else None
    if mount is not None:
        if mount.writable:
            return passed("%s on %s, read and write" % (mount.fstype, mount.point))
        reason = "%s is mounted for reading only." % mount.point
        advice = "Remount it (mount -o remount,rw %s), and look into the kernel log for why it is." % mount.point
        return (failed if seen.stack_class.boots_root else warned)(reason, advice, "ro", "rw")
    trouble = seen.target.probe.trouble
    if not seen.target.probe.tried:
        return skipped(seen.target.probe.untried or LOCAL)
    if trouble is None or trouble in (*REACH, *KEY, *HOST_KEY, "login_refused"):
        return passed("it answers") if trouble is None else skipped("the target cannot be reached")
    return failed(seen.target.probe.msg or trouble, PREPARE, trouble)


def device_name(seen: Evidence) -> Outcome:
    """Judge whether the dump target's device keeps its name over boots."""
    named = [one for one in seen.configuration.findings if one.rule in configuration.DEVICE]
    if not named:
        return passed(seen.settings.target_location or "no device is named")
    reason = "%s: %s." % (named[0].path, named[0].message)
    return warned(reason, sentence(named[0].remedy) + ".", "not persistent")


def file_system_type(seen: Evidence) -> Outcome:
    """Judge whether the dump target's configured type is that of its file system."""
    return of_rules(seen, configuration.FILE_SYSTEM) or passed(seen.settings.target_type)


def raw_device(seen: Evidence) -> Outcome:
    """Judge whether the device of a raw target is free to be overwritten."""
    if seen.settings.target_type != "raw":
        return skipped("the target is no raw device")
    found = of_rules(seen, configuration.RAW)
    if found is not None and found.status == "fail":
        return found
    if seen.target.probe.trouble:
        return failed(seen.target.probe.msg or seen.target.probe.trouble, PREPARE, seen.target.probe.trouble)
    return found or passed(seen.settings.target_location)


def path_meaning(seen: Evidence) -> Outcome:
    """Judge whether `path` means a directory on the dump target, as kdumpctl reads it: below the target's root."""
    directory, path = seen.target.directory.path, seen.settings.path
    if not seen.stack_class.delivery.path_below_target or directory is None or seen.settings.target_type == "local":
        return skipped("the path is that of the running system, or of a server")
    if not directory.endswith(path.rstrip("/") * 2) or path.strip("/") == "":
        return passed(directory)
    reason = "The path is taken below the target's own root, so the dumps land in %s." % directory
    return warned(reason, "Set kdump_path to / if the target itself is meant for the dumps.", directory, path)
