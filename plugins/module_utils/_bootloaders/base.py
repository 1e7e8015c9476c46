# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The interface of all boot loaders, each a way to set kernel arguments, and the plan between plan() and apply()."""

import abc
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Union

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said, values

# what GRUB makes the arguments of its entries from
ETC_DEFAULT_GRUB = "/etc/default/grub"
# what zipl writes into the boot record (s390x)
ZIPL_CONF = "/etc/zipl.conf"
# which entries are meant: "all", "default", or the paths of kernels
Kernels = Union[str, List[str]]


class BootEntry(NamedTuple):
    """One boot entry: its id, its kernel's path ("" if unknown), its command line, whether the next boot takes it."""

    id: str
    kernel: str
    cmdline: str
    default: bool


class BootPlan(NamedTuple):
    """Planned changes of boot entries: the entries before and after in the same order, files, and commands.

    notes are sentences about what changes besides crashkernel=.
    """

    before: List[BootEntry]
    after: List[BootEntry]
    files: List[FileChange]
    commands: List[List[str]]
    notes: Sequence[str] = ()

    def changed(self) -> bool:
        """Return whether the boot loader's plan changes anything."""
        return bool(self.commands) or bool(self.files)


class Future(NamedTuple):
    """Where a kernel that an update installs will take its arguments from, and the crashkernel= values there."""

    source: str
    values: List[str]


class NotBooted(NamedTuple):
    """Why a reboot would not apply what a boot entry says, as a clause, and what to do."""

    reason: str
    remedy: str


class NextOther(NamedTuple):
    """An entry that the next boot takes, and that the boot loader here cannot set.

    reason: a clause that says so. values: its crashkernel= values, None where they are not known.
    """

    reason: str
    values: Optional[List[str]]


class Bootloader(abc.ABC):
    """One way to set kernel arguments. Only apply() writes."""

    name = ""  # grubby | grub-dropin | rpm-ostree | bootc | zipl

    def __init__(self, host: Host, timeout_s: int) -> None:
        self.host = host
        self.timeout_s = timeout_s

    @abc.abstractmethod
    def entries(self) -> List[BootEntry]:
        """Return the boot entries whose crashkernel= this boot loader can set, in its own order."""

    @abc.abstractmethod
    def refusals(self, kernels: Kernels) -> List[str]:
        """Return a sentence for each choice of kernels that this boot loader cannot make."""

    def notes(self, wanted: List[str]) -> List[str]:
        """Return further advice for an operator who wants these crashkernel= values."""
        return []

    def entry_files(self, entry: BootEntry) -> List[str]:
        """Return the files that hold what a boot entry says, none if they are not known."""
        return []

    def unread(self) -> Optional[NotBooted]:
        """Let every boot loader answer why the machine certainly does not boot its entries; None if it may."""
        return None

    def boots_other(self) -> Optional[NextOther]:
        """Return what the next boot takes instead of the boot loader's entries(); None where it takes one of them."""
        return None

    def future(self) -> Optional[Future]:
        """Return where kernels that are installed later take their arguments from; None if from the entries."""
        return None

    @abc.abstractmethod
    def plan(self, wanted: List[str], kernels: Kernels) -> BootPlan:
        """Return the changes by which the boot entries get exactly the wanted crashkernel= values."""

    @abc.abstractmethod
    def apply(self, plan: BootPlan) -> BootPlan:
        """Carry out a plan and return it with its outcome; if it did not take effect, undo it and raise Failure."""


def default_entry(entries: List[BootEntry]) -> Optional[BootEntry]:
    """Return the boot entry that the next boot takes: the first if none is marked."""
    return next((entry for entry in entries if entry.default), entries[0] if entries else None)


def configured(entries: List[BootEntry]) -> List[Dict[str, Any]]:
    """Return the crashkernel= values of each boot entry, as modules return them."""
    return [
        {"id": entry.id, "kernel": entry.kernel or None, "args": values(entry.cmdline), "default": entry.default}
        for entry in entries
    ]


def consistent(entries: List[BootEntry]) -> bool:
    """Return for any boot loader whether all its entries except rescue ones have the same crashkernel= values."""
    return len({tuple(values(entry.cmdline)) for entry in entries if "-rescue-" not in entry.kernel}) <= 1


def put_back(host: Host, texts: Dict[str, Optional[str]]) -> None:
    """Write a boot loader's files so that they have these texts, all or none; None removes a file."""
    changed = [FileContent(path, text) for path, text in texts.items() if host.read(path) != text]
    if changed:
        host.write_all(changed)


def not_read_back(tool: str, plan: BootPlan, seen: List[BootEntry]) -> Failure:
    """Return the Failure for boot entries that differ from the plan although the tool succeeded."""
    wanted = {entry.id: values(entry.cmdline) for entry in plan.after}
    wrong = [
        "%s has %s instead of %s" % (entry.id, said(values(entry.cmdline)), said(wanted[entry.id]))
        for entry in seen
        if entry.id in wanted and values(entry.cmdline) != wanted[entry.id]
    ]
    missing = sorted(set(wanted) - {entry.id for entry in seen})
    wrong += ["%s is gone" % name for name in missing]
    what = "; ".join(wrong) or "other arguments of an entry changed as well"
    return Failure("%s ended well, but the boot entries are not as asked: %s" % (tool, what), entries=configured(seen))
