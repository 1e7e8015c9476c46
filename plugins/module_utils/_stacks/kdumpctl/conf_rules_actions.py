# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Rules of kdump.conf about actions: what runs before and after a dump, extra programs and drivers, and fencing."""

import re
from typing import Iterator

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_document import Document
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import (
    HOOKS,
    shown,
    words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.dracut_options import (
    added_modules,
    split_words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import value_problems
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, advice, error, warning

FAILURE_ACTIONS = ("reboot", "halt", "poweroff", "shell", "dump_to_rootfs")
FINAL_ACTIONS = ("reboot", "halt", "poweroff")


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
    """Find extra drivers that the capture kernel lacks: dracut succeeds, without them and those after them."""
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
    """Find a fencing action that is to notify this host itself."""
    for entry in document.named("fence_kdump_nodes"):
        for word in words(entry.value):
            if word == document.host.host_name or word in document.host.addresses:
                yield error(rule, entry, "%s is this host itself" % word, "take it out")


def own_address_end(document: Document, rule: str) -> Iterator[Finding]:
    """Find a fencing action for a node that kdumpctl takes for this host: one of its addresses ends so."""
    listed = "".join("%s " % address for address in document.host.addresses)
    for entry in document.named("fence_kdump_nodes"):
        for word in words(entry.value):
            pattern = re.escape(word).replace("\\.", ".") + " "
            if word not in document.host.addresses and re.search(pattern, listed):
                message = "an address of this host ends in %s, and kdumpctl takes that for the host itself" % word
                yield error(rule, entry, message, "write the node's full address, or its name")
