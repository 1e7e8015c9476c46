# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Rules of kdump.conf about the dump target: which one, how it is named, and what the host shows of it."""

import re
from typing import Iterator

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_document import Document
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import TARGETS, words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import value_problems
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, advice, error, warning
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DISKS

# what dracut takes after --mount, and kdump can find again: device, directory, type of file system, options
MOUNT = re.compile(r"""--mount (["'])[^\s"']+ /[^\s"']* [^\s"']+( [^"']*)?\1""")
# devices that are named in the order in which they are found
UNSTEADY = re.compile(r"^/dev/((sd|hd|vd|xvd)[a-z]+|nvme\d+n|mmcblk\d|dm-\d|md\d|nbd\d|loop\d)")


def several_targets(document: Document, rule: str) -> Iterator[Finding]:
    """Find a second dump target in kdump.conf: kdumpctl takes one."""
    for entry in document.named(*TARGETS)[1:]:
        yield error(rule, entry, "more than one dump target is specified", "keep one of them")


def mounts_and_target(document: Document, rule: str) -> Iterator[Finding]:
    """Find a dump target next to dracut's --mount: that is a target as well."""
    for entry in document.named("dracut_args"):
        if "--mount" in entry.value and document.target():
            message = "--mount in dracut_args is a dump target next to %s" % document.named(*TARGETS)[0].name
            yield error(rule, entry, message, "keep one of the two")


def several_mounts(document: Document, rule: str) -> Iterator[Finding]:
    """Find more than one dump target by --mount in dracut_args."""
    for entry in document.named("dracut_args"):
        if entry.value.count("--mount") > 1:
            yield error(rule, entry, "dracut_args has more than one --mount", "keep one of them")


def mount_form(document: Document, rule: str) -> Iterator[Finding]:
    """Find a dump target by --mount in dracut_args that kdump does not see: it looks for three words in quotes."""
    for entry in document.named("dracut_args"):
        # kexec-tools of EL 8 makes one blank of several before it looks
        value = re.sub(" +", " ", entry.value) if document.generation == "el8" else entry.value
        if value.count("--mount") == 1 and not MOUNT.search(value):
            message = "kdump does not find the dump target in this form of --mount"
            yield error(rule, entry, message, 'write --mount "device directory type options", blanks between them')


def ssh_form(document: Document, rule: str) -> Iterator[Finding]:
    """Find ssh targets without an account (R14), or with an address in brackets (R16)."""
    for entry in document.valued("ssh"):
        if ("[" in entry.value) == (rule == "R16"):
            yield from value_problems.of_problem(rule, entry, value_problems.ssh_problem(entry.value))


def ssh_alias(document: Document, rule: str) -> Iterator[Finding]:
    """Find an ssh target whose host ssh calls otherwise: by its configuration, or in small letters."""
    for entry in document.valued("ssh"):
        account, sign, host = entry.value.partition("@")
        known = document.host.ssh_hostname
        # without the sign, R14 asks for both
        if sign and known is not None and known != host:
            message = "ssh calls the host %s, and kdumpctl refuses names that ssh replaces" % known
            yield error(rule, entry, message, "write %s@%s" % (account, known))
        elif known is None and host != host.lower() and ":" not in host and document.generation != "el8":
            message = "ssh writes the host in small letters, and kdump-utils refuses names that ssh replaces"
            yield error(rule, entry, message, "write %s" % host.lower())


def nfs_form(document: Document, rule: str) -> Iterator[Finding]:
    """Find nfs targets without a server or an export, or with an IPv6 address without brackets."""
    for entry in document.valued("nfs"):
        yield from value_problems.of_problem(rule, entry, value_problems.nfs_problem(entry.value))


def ssh_key_path(document: Document, rule: str) -> Iterator[Finding]:
    """Find an sshkey that is not an absolute path, or is not there: kdumpctl then takes its default key."""
    for entry in document.valued("sshkey"):
        problem = value_problems.path_problem(entry.value)
        yield from value_problems.of_problem(rule, entry, problem)
        if problem is None and entry.value in document.host.missing_files:
            message = (
                "the key %s, and kdumpctl takes its default key instead" % document.host.missing_files[entry.value]
            )
            yield warning(rule, entry, message, "make the key, or name another")


def dump_path(document: Document, rule: str) -> Iterator[Finding]:
    """Find a path for dumps that is not absolute, or is two words.

    Without a target, a relative one depends on where kdumpctl is called from. mkdumprd looks for one directory of the
    whole text, and the shell of an ssh server makes two of it.
    """
    for entry in document.valued("path"):
        if re.search(r"\S[ \t]+\S", entry.value):
            message = "a blank is in the path: mkdumprd takes both words for one directory, an ssh server for two"
            yield Finding(rule, "error", entry.line, message, "name one directory without blanks")
        if not entry.value.startswith("/"):
            severity = "warning" if document.target() is not None else "error"
            yield Finding(rule, severity, entry.line, "the path is not absolute", "begin it with /")


def dump_directory(document: Document, rule: str) -> Iterator[Finding]:
    """Find a dump directory that is missing or not mounted: kdumpctl neither makes nor mounts one."""
    places, target = document.named("path", *TARGETS), document.target()
    line = places[0].line if places else None
    if document.host.unmounted is not None:
        message = "the dump target stands in fstab and is not mounted on %s" % document.host.unmounted
        yield Finding(rule, "error", line, message, "mount it, or take it out of fstab")
    elif document.host.unlisted is not None and target is not None:
        message = "%s is neither mounted nor in /etc/fstab, and kdumpctl refuses such a target when it starts"
        remedy = "write it into /etc/fstab, and mount it"
        yield Finding(rule, "error", target.line, message % document.host.unlisted, remedy)
    elif document.host.missing_directory is not None:
        message = (
            "the dump directory %s does not exist, and kdumpctl does not make it" % document.host.missing_directory
        )
        yield Finding(rule, "error", line, message, "make it, for root alone")


def real_type(document: Document, rule: str) -> Iterator[Finding]:
    """Find a dump target whose file system is of another type than the directive says."""
    for entry in document.named(*DISKS):
        known = document.host.fs_type
        if known and known != entry.name:
            remedy = "write %s instead of %s" % (known, entry.name) if known in DISKS else "choose another target"
            yield error(rule, entry, "the file system of the dump target is of the type %s" % known, remedy)


def steady_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find dump targets by device names that may be another disk after the next boot."""
    for entry in document.valued("raw", *DISKS):
        if UNSTEADY.match(entry.value):
            remedy = "name it by "
            remedy += "a link in /dev/disk/by-id or /dev/disk/by-path" if entry.name == "raw" else "UUID= or LABEL="
            yield advice(rule, entry, "%s may be another disk after the next boot" % words(entry.value)[0], remedy)


def raw_with_files(document: Document, rule: str) -> Iterator[Finding]:
    """Find a raw target that holds a file system, which the dump overwrites."""
    for entry in document.valued("raw"):
        if document.host.mounted_at:
            message = "the device is mounted on %s, and a dump would overwrite it" % document.host.mounted_at
            yield error(rule, entry, message, "choose a device that holds nothing")
        elif document.host.fs_type:
            message = "the device holds %s, which a dump would overwrite" % document.host.fs_type
            yield warning(rule, entry, message, "choose a device that holds nothing, or wipe it")


def raw_on_opal(document: Document, rule: str) -> Iterator[Finding]:
    """Find a raw target on OPAL firmware, whose own dump cannot go there."""
    for entry in document.named("raw") if document.host.opal else []:
        message = "on a machine with OPAL firmware a raw target does not get the firmware's own dump"
        severity = "error" if document.generation == "el8" else "warning"
        yield Finding(rule, severity, entry.line, message, "choose a file system, nfs or ssh")


def second_try(document: Document, rule: str) -> Iterator[Finding]:
    """Find a dump target that failure_action dump_to_rootfs only tries again: the root file system."""
    elsewhere = document.target() is not None or any("--mount" in one.value for one in document.named("dracut_args"))
    for entry in document.named("failure_action", "default"):
        if entry.value == "dump_to_rootfs" and not elsewhere and document.host.path_on_root is not False:
            message = "without a dump target of its own, dump_to_rootfs tries the same file system again"
            yield advice(rule, entry, message, "name a target, or choose another action")
