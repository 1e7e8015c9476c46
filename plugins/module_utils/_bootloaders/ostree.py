# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Image-based hosts: kernel arguments belong to the deployment that boots next, and go with every later one.

`rpm-ostree kargs` sets them where it exists. bootc has no command that replaces an argument of one host, so without
rpm-ostree they are set in the image.
"""

import re
from typing import Dict, List

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    BootEntry,
    Bootloader,
    BootPlan,
    Kernels,
    not_read_back,
)
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.bootc_kargs import (
    DIRECTORY,
    FILE,
    kargs_d_text,
    kargs_d_values,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import (
    replaced,
    said,
    values,
    without,
    words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

KARGS = ["rpm-ostree", "kargs"]
BLS_ENTRIES = "/boot/loader/entries/ostree-*.conf"
FIELD = re.compile(r"^(\w+)[ \t]+(.*[^ \t\n]|)[ \t]*$", re.MULTILINE)


class Ostree(Bootloader):
    """What both kinds of image-based hosts have in common."""

    def refusals(self, kernels: Kernels) -> List[str]:
        """Return the refusal of a list of kernels: a deployment has one kernel."""
        if isinstance(kernels, str):
            return []
        rule = "this host boots images, and each has one kernel"
        return [refusal("kernels", kernels, rule, "leave it out or say all")]

    def _of_image(self) -> Dict[str, List[str]]:
        """Return the crashkernel= values that an ostree host's image has in kargs.d, by file."""
        paths = self.host.glob(DIRECTORY + "/*.toml")
        return kargs_d_values({path: self.host.read(path) or "" for path in paths})


class RpmOstree(Ostree):
    """The deployment that boots next, set by rpm-ostree. Every change makes a new deployment; the old one stays."""

    name = "rpm-ostree"

    def entries(self) -> List[BootEntry]:
        """Return the pending deployment as the one boot entry, or the booted one if none is pending."""
        cmdline = self.host.run(KARGS, timeout_s=self.timeout_s).stdout.strip()
        if not cmdline:
            raise Failure("rpm-ostree kargs names no kernel arguments; look at rpm-ostree status")
        return [BootEntry("next deployment", "", cmdline, True)]

    def notes(self, wanted: List[str]) -> List[str]:
        """Return a sentence for each other value in an ostree image that the next deployment may bring back."""
        sentence = "%s of the image says %s: change it there as well, or an update of the image may bring it back"
        found = sorted(self._of_image().items())
        return [sentence % (path, said(standing)) for path, standing in found if standing != wanted]

    def plan(self, wanted: List[str], kernels: Kernels) -> BootPlan:
        """Return the planned change: one transaction that takes every value out and puts the wanted ones in."""
        before = self.entries()
        after = [entry._replace(cmdline=replaced(entry.cmdline, wanted)) for entry in before]
        commands = [_argv(values(before[0].cmdline), wanted)] if before != after else []
        return BootPlan(before, after, [], commands)

    def apply(self, plan: BootPlan) -> BootPlan:
        """Run rpm-ostree and read the deployment back; undo the change if it differs from the plan."""
        for argv in plan.commands:
            self.host.run(argv, timeout_s=self.timeout_s)
        seen = self.entries()
        if [_as_words(entry) for entry in seen] != [_as_words(entry) for entry in plan.after]:
            failure = not_read_back("rpm-ostree", plan, seen)
            raise Failure("%s; %s" % (failure.msg, self._undo(plan, seen)), **failure.details)
        return plan

    def _undo(self, plan: BootPlan, seen: List[BootEntry]) -> str:
        """Put the old crashkernel= values back by rpm-ostree; return a sentence that says how it went."""
        now, before = values(seen[0].cmdline), values(plan.before[0].cmdline)
        if now == before:
            return "they have %s, as before" % said(before)
        try:
            self.host.run(_argv(now, before), timeout_s=self.timeout_s)
        except Failure as failure:
            return "nor could %s be put back (%s)" % (said(before), failure.msg)
        return "%s was put back" % said(before)


class BootcImage(Ostree):
    """A host that boots an image and cannot set its own arguments: plan() says what to put into the image."""

    name = "bootc"

    def entries(self) -> List[BootEntry]:
        """Return the deployments of the boot menu, the one that boots next first."""
        texts = [self.host.read(path) or "" for path in self.host.glob(BLS_ENTRIES)]
        found = sorted((dict(FIELD.findall(text)) for text in texts), key=_menu_order, reverse=True)
        if not found:
            raise Failure("this host boots images, and there is no %s to read its arguments from" % BLS_ENTRIES)
        return [
            BootEntry(fields.get("title", ""), fields.get("linux", ""), fields.get("options", ""), fields is found[0])
            for fields in found
        ]

    def plan(self, wanted: List[str], kernels: Kernels) -> BootPlan:
        """Plan nothing on an ostree host if the next deployment has the values, else raise Failure with what to do."""
        before = self.entries()
        if values(before[0].cmdline) == wanted:
            return BootPlan(before, before, [], [])
        standing = sorted(self._of_image())
        if wanted:
            remedy = "put the line %s into %s" % (kargs_d_text(wanted).strip(), " and ".join(standing) or FILE)
        else:
            remedy = "take crashkernel= out of %s" % (" and ".join(standing) or "what installed this host")
        raise Failure(
            "this host boots images and has no rpm-ostree, so that its kernel arguments are set in the image, and %s "
            "cannot be set here: %s of the image, build it, and run bootc upgrade" % (said(wanted), remedy)
        )

    def apply(self, plan: BootPlan) -> BootPlan:
        """Do nothing on an ostree host without rpm-ostree: the plan is always empty."""
        return plan


def _argv(before: List[str], after: List[str]) -> List[str]:
    """Return the rpm-ostree call that replaces values: --delete takes name and value, and comes before --append."""
    deleted = ["--delete=crashkernel=%s" % value for value in before]
    return KARGS + deleted + ["--append=crashkernel=%s" % value for value in after]


def _as_words(entry: BootEntry) -> List[str]:
    """Return what to compare of a deployment: its arguments except ostree=, which differs in each of them."""
    return [*words(without(without(entry.cmdline, "ostree"))), *values(entry.cmdline)]


def _menu_order(fields: Dict[str, str]) -> int:
    """Return a deployment's place in the boot menu: ostree gives the one that boots next the highest version."""
    return whole(fields.get("version")) or 0
