# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the dump target: whether it is there, answers, and can be written to."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks import configuration
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_rules, sentence
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
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
    """Judge whether the dump target has its directory."""
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
    """Judge whether a dump target of type raw may overwrite its device."""
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
