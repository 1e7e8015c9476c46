# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The boot entries: which crashkernel= the next boot and later kernels get, and whether a reboot is needed."""

from typing import List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    BootEntry,
    Bootloader,
    Future,
    NextOther,
    NotBooted,
    default_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.entry_kernels import (
    reserve_alike,
    reserving_nothing,
    under_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import pending, same
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.unbooted_entries import not_booted
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said, values


class BootEntries(NamedTuple):
    """What the boot entries say of crashkernel=; None without a known boot loader or readable entries.

    other: what the next boot takes instead of these entries. unread: why the machine does not boot what the default
    entry says; default_values, its crashkernel= values, are then None. next: the machine as the default entry's kernel
    finds it; None where that cannot be known. reboot_required and reason: whether a reboot would change what is
    reserved (None: not known), and why. same: all entries reserve the same. empty: the entries that reserve nothing
    with their own kernel, and why. future: what kernels installed later get; future_alike: that reserves the same.
    """

    bootloader: Optional[str] = None
    entries: Optional[List[BootEntry]] = None
    other: Optional[NextOther] = None
    unread: Optional[NotBooted] = None
    next: Optional[Running] = None
    reboot_required: Optional[bool] = None
    reason: Optional[str] = None
    default_values: Optional[List[str]] = None
    same: bool = True
    empty: Sequence[Tuple[BootEntry, str]] = ()
    future: Optional[Future] = None
    future_alike: bool = False

    @property
    def default(self) -> Optional[BootEntry]:
        """Return the boot entry, of those that were read, which the next boot takes."""
        return None if self.other else default_entry(self.entries or [])


def read_boot_entries(host: TolerantHost, running: Running, timeout_s: int) -> BootEntries:
    """Read the boot entries, and what they and later kernels reserve."""
    bootloader = None
    try:
        bootloader = find_bootloader(host, timeout_s)
        entries, other = bootloader.entries(), bootloader.boots_other()
    except Failure as failure:
        return BootEntries(bootloader.name if bootloader else None, reason=failure.msg)
    found = _judged(host, running, bootloader, BootEntries(bootloader.name, entries, other))
    known = [entry for entry in entries if "-rescue-" not in entry.kernel]
    found = found._replace(
        same=reserve_alike(host, running, known), empty=tuple(reserving_nothing(host, running, known))
    )
    # what nothing boots says nothing of the next boot
    default = None if found.unread else found.default
    words = values(default.cmdline) if default else None
    future = host.attempt("kernels to come", bootloader.future, None) if words else None
    alike = bool(future and words and same(words, future.values, found.next or running))
    return found._replace(default_values=words, future=future, future_alike=alike)


def _judged(host: Host, running: Running, bootloader: Bootloader, found: BootEntries) -> BootEntries:
    """Return the facts about boot entries, with what the next boot reserves and whether a reboot is needed."""
    default = found.default
    if default is None:
        return found._replace(reason=found.other.reason if found.other else "there is no boot entry")
    booting = under_entry(host, running, default)
    if booting is None:
        words = "the entry %s boots %s, whose release cannot be seen, and not all kernels read %s in the same way"
        return found._replace(reason=words % (default.id, default.kernel, said(values(default.cmdline))))
    judged = pending(values(default.cmdline), running, booting)
    unread = not_booted(host, bootloader, default, running) if judged.reboot_required else None
    if unread is not None:
        judged = judged._replace(reboot_required=False, reason="%s; a reboot would not help" % unread.reason)
    return found._replace(unread=unread, next=booting, reboot_required=judged.reboot_required, reason=judged.reason)
