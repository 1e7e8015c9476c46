# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Rules of kdump.conf about what kdump does: the collector, hooks, extra programs, flags, and what follows a dump."""

import re
from typing import Iterator

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_document import (
    Document,
    shown,
    words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import (
    HOOKS,
    Directive,
    split_words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_rules_lines import FLAGS
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.dracut_options import added_modules
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import makedumpfile, value_problems
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, advice, error, warning

FAILURE_ACTIONS = ("reboot", "halt", "poweroff", "shell", "dump_to_rootfs")
FINAL_ACTIONS = ("reboot", "halt", "poweroff")
# programs that get only /proc/vmcore as argument for a stream, and then write nothing to it
NO_STREAM = ("cp", "mv", "dd", "rsync", "install")
# programs that write to a stream only with an option
COMPRESSORS = ("gzip", "bzip2", "xz", "lz4", "lzop", "zstd")
# -F with other options glued to it: a capture script that takes out the two characters leaves a file name
GLUED = re.compile(r"(?<!\S)-F\S")
TO_STREAM = re.compile(r"^(-[A-Za-z0-9]*c[A-Za-z0-9]*|--stdout|--to-stdout)\Z")


def failure_actions(document: Document, rule: str) -> Iterator[Finding]:
    """Find a failure_action that kdumpctl does not know."""
    for entry in document.valued("failure_action", "default"):
        if entry.value not in FAILURE_ACTIONS:
            message = "%s is not one of %s" % (shown(entry.value), ", ".join(FAILURE_ACTIONS))
            yield error(rule, entry, message, "choose one of them")


def final_actions(document: Document, rule: str) -> Iterator[Finding]:
    """Find a final_action that kdumpctl does not know."""
    for entry in document.valued("final_action"):
        if entry.value not in FINAL_ACTIONS:
            message = "%s is not one of %s" % (shown(entry.value), ", ".join(FINAL_ACTIONS))
            yield error(rule, entry, message, "choose one of them")


def old_name(document: Document, rule: str) -> Iterator[Finding]:
    """Find default, the old name of failure_action, next to the new one or alone."""
    for entry in document.named("default"):
        if document.named("failure_action"):
            message = "default is the old name of failure_action, which is set too"
            yield error(rule, entry, message, "remove default")
        elif document.generation == "current":
            message = "default was renamed failure_action, and kdumpctl is going to drop the old name"
            yield warning(rule, entry, message, "write failure_action instead of default")
        else:
            message = "default is the old name of failure_action"
            yield advice(rule, entry, message, "write failure_action instead of default")


def flag_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find force_rebuild or force_no_rebuild that is neither 0 nor 1."""
    for entry in document.valued(*FLAGS):
        if entry.value not in ("0", "1"):
            yield error(rule, entry, "%s is neither 0 nor 1" % entry.name, "write 0 or 1")


def both_flags(document: Document, rule: str) -> Iterator[Finding]:
    """Find force_rebuild and force_no_rebuild that are both 1."""
    wanted = [entry for entry in document.named(*FLAGS) if entry.value == "1"]
    if len({entry.name for entry in wanted}) > 1:
        yield error(rule, wanted[-1], "force_rebuild and force_no_rebuild are both 1", "set one of them to 0")


def missing_flattening(document: Document, rule: str) -> Iterator[Finding]:
    """Find makedumpfile without -F where it writes to a stream, or with an -F that the capture script breaks."""
    target = document.target()
    if target is None or not document.streams():
        return
    for entry in document.named("core_collector"):
        arguments = makedumpfile.command_words(entry.value)
        if arguments is None:
            continue
        # mkdumprd looks for the two characters; to a command that it does not check, 1.0.60 and later add them
        if _is_checked(entry):
            lacks = "-F" not in entry.value
        else:
            lacks = document.generation != "current" and not makedumpfile.flattens(arguments)
        if lacks:
            yield error(rule, entry, "makedumpfile needs -F for a target of type %s" % target.name, "add -F")
        elif document.generation == "current" and GLUED.search(entry.value):
            message = "where the dump is made, kdump takes -F out, and leaves what stands right behind it"
            yield error(rule, entry, message, "write -F as a word of its own")


def needless_flattening(document: Document, rule: str) -> Iterator[Finding]:
    """Find makedumpfile with -F for a target that is a file, unless the capture script takes it out."""
    for entry in document.named("core_collector") if not document.streams() else []:
        arguments = makedumpfile.command_words(entry.value)
        left = makedumpfile.command_words(entry.value.replace("-F", "")) or []
        if arguments is None or not makedumpfile.flattens(arguments):
            continue
        if _is_checked(entry) or makedumpfile.flattens(left) or GLUED.search(entry.value):
            yield error(rule, entry, "makedumpfile takes -F only for targets of type ssh and raw", "remove -F")


def _is_checked(entry: Directive) -> bool:
    """Return whether mkdumprd takes the collector for makedumpfile and checks it: its name has no path."""
    return words(entry.value)[:1] == ["makedumpfile"]


def collector_arguments(document: Document, rule: str) -> Iterator[Finding]:
    """Find arguments in core_collector that makedumpfile refuses, or takes for others."""
    for entry in document.named("core_collector"):
        for problem in makedumpfile.problems(makedumpfile.command_words(entry.value) or []):
            yield error(rule, entry, problem.message, problem.remedy)


def scp_elsewhere(document: Document, rule: str) -> Iterator[Finding]:
    """Find scp as core_collector of a target that is not ssh: to a raw one it writes nothing."""
    target = document.target()
    for entry in document.named("core_collector"):
        if words(entry.value)[:1] == ["scp"] and (target is None or target.name != "ssh"):
            severity = "error" if document.streams() else "warning"
            message = "kdump knows scp as a collector for a target of type ssh only"
            yield Finding(rule, severity, entry.line, message, "use makedumpfile or cp")


def streaming(document: Document, rule: str) -> Iterator[Finding]:
    """Find a core_collector that writes nothing to a stream target, or only to a stream for a file target."""
    target = document.target()
    for entry in document.valued("core_collector"):
        command = words(entry.value)
        name = command[0].rsplit("/", 1)[-1]
        silent = name in NO_STREAM or (name in COMPRESSORS and not any(TO_STREAM.match(word) for word in command[1:]))
        if target is not None and document.streams() and silent:
            message = "%s writes nothing to its standard output, which is what a %s target gets" % (name, target.name)
            yield error(rule, entry, message, "use makedumpfile -F, or a command that writes there")
        elif not document.streams() and name == "cat":
            message = "cat writes to its standard output, and the dump file gets nothing"
            yield error(rule, entry, message, "use makedumpfile or cp")


def hook_files(document: Document, rule: str) -> Iterator[Finding]:
    """Find a kdump_pre, kdump_post or kdump_emergency that is not exactly one program that is there."""
    for entry in document.valued(*HOOKS):
        files = words(entry.value)
        if len(files) > 1:
            yield error(rule, entry, "it is not one file; kdumpctl takes every word for a file", "name one file")
        elif value_problems.path_problem(files[0]):
            yield from value_problems.of_problem(rule, entry, value_problems.path_problem(files[0]))
        elif files[0] in document.host.missing_files:
            message = "%s %s" % (files[0], document.host.missing_files[files[0]])
            yield error(rule, entry, message, "install it, executable, or remove the line")


def extra_files(document: Document, rule: str) -> Iterator[Finding]:
    """Find extra_bins that are not full paths of programs that are there."""
    for entry in document.named("extra_bins"):
        for word in words(entry.value):
            if value_problems.path_problem(word):
                yield error(rule, entry, "%s is not an absolute path" % shown(word), "write it from / on")
            elif word in document.host.missing_files:
                message = "%s %s" % (word, document.host.missing_files[word])
                yield error(rule, entry, message, "install it, executable, or take it out")


def added_drivers(document: Document, rule: str) -> Iterator[Finding]:
    """Find modules to add that the capture kernel lacks: dracut succeeds, without them and those after them."""
    unknown, kernel = document.host.unknown_modules, document.host.kernel
    for entry in document.named("extra_modules", "dracut_args"):
        value = words(entry.value) if entry.name == "extra_modules" else split_words(entry.value)
        for names in added_modules(entry.name, value):
            if unknown is None and names:
                message = "whether the kernel %s has %s cannot be seen: /lib/modules/%s/modules.dep is missing"
                yield advice(rule, entry, message % (kernel, " and ".join(names), kernel), "install that kernel")
                continue
            wrong = [name for name in names if name in (unknown or ())]
            behind = names[names.index(wrong[0]) + 1 :] if wrong else []
            message = "the kernel %s has no module %s, so dracut leaves it out%s"
            rest = (
                ", with all that is named behind it (%s)" % " ".join(shown(name) for name in behind) if behind else ""
            )
            if wrong:
                remedy = "correct the name, take it out, or install the package that brings it (kernel-modules-extra)"
                yield warning(rule, entry, message % (kernel, shown(wrong[0]), rest), remedy)


def own_name(document: Document, rule: str) -> Iterator[Finding]:
    """Find this host itself among fence_kdump_nodes."""
    for entry in document.named("fence_kdump_nodes"):
        for word in words(entry.value):
            if word == document.host.host_name or word in document.host.addresses:
                yield error(rule, entry, "%s is this host itself" % word, "take it out")


def own_address_end(document: Document, rule: str) -> Iterator[Finding]:
    """Find fence_kdump_nodes that an address of this host ends in: kdumpctl takes them for this host."""
    listed = "".join("%s " % address for address in document.host.addresses)
    for entry in document.named("fence_kdump_nodes"):
        for word in words(entry.value):
            pattern = re.escape(word).replace("\\.", ".") + " "
            if word not in document.host.addresses and re.search(pattern, listed):
                message = "an address of this host ends in %s, and kdumpctl takes that for the host itself" % word
                yield error(rule, entry, message, "write the node's full address, or its name")


def reset_words(document: Document, rule: str) -> Iterator[Finding]:
    """Find an auto_reset_crashkernel that looks like no and means yes."""
    for entry in document.valued("auto_reset_crashkernel"):
        if entry.value not in ("yes", "no"):
            yield warning(rule, entry, "kdumpctl takes anything but the word no for yes", "write yes or no")
