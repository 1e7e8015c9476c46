# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Boot entries that nothing boots: written before this boot, and not what the running kernel was booted with.

Another reboot would not boot them either.
"""

import re
from typing import Optional

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry, Bootloader, NotBooted
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import same
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import PROC_CMDLINE
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said, values, words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

# type_of_loader of the x86 boot protocol, as the kernel shows it: GRUB is 0x72, or 0x21 by way of the EFI stub
LOADER_TYPE = "/proc/sys/kernel/bootloader_type"
KEXEC, QEMU, SYSLINUX, ETHERBOOT = 0xD, 0xB, 0x3, 0x6
STUB = "/sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
FROM_NETWORK = re.compile(r"(?:BOOTIF=|BOOT_IMAGE=\(?(?:tftp|http|https|pxe)\b)")
UNKNOWN_REMEDY = (
    "Find out what the firmware starts (efibootmgr -v; another grub.cfg), and set crashkernel= there. If somebody "
    "edited the line in the boot menu, reboot by hand."
)
# words of a recovery entry, which somebody chose in the boot menu
CHOSEN = ("single", "recovery", "rescue", "emergency", "1")


def not_booted(host: Host, bootloader: Bootloader, entry: BootEntry, running: Running) -> Optional[NotBooted]:
    """Return why a boot entry that differs from the booted one will not be booted next time; None where it may be."""
    wanted = values(entry.cmdline)
    if same(wanted, running.booted, running):
        return None
    found = bootloader.unread() or _started_otherwise(host)
    if found is None and _other_chosen(host, entry, running):
        return None
    seen = [host.stat(path) for path in bootloader.entry_files(entry)]
    booted = host.boot_time()
    if not seen or any(one is None or one.mtime_ns / 1e9 >= booted for one in seen):
        return None
    tail = ": %s" % found.reason if found else ", so the boot loader does not read this entry"
    reason = "the boot entry %s had %s before this boot, and the running kernel was booted with %s%s"
    text = reason % (entry.id, said(wanted), said(running.booted), tail)
    return NotBooted(text, found.remedy if found else UNKNOWN_REMEDY)


def _other_chosen(host: Host, entry: BootEntry, running: Running) -> bool:
    """Return whether another boot entry than the default was booted: then a reboot does change something."""
    booted = words(host.read(PROC_CMDLINE) or "")
    roots = [values(text, "root")[-1:] for text in (" ".join(booted), entry.cmdline)]
    kinds = [re.split("[=/]", root[0])[0] if root else None for root in roots]
    other_kernel = bool(entry.kernel and running.kernel and running.kernel not in entry.kernel)
    by_hand = any(word in booted and word not in words(entry.cmdline) for word in CHOSEN)
    return other_kernel or by_hand or (kinds[0] == kinds[1] == "UUID" and roots[0] != roots[1])


def _started_otherwise(host: Host) -> Optional[NotBooted]:
    """Return what started the running kernel, where it surely was not the boot loader with these entries."""
    text = (host.read(LOADER_TYPE) or "").strip()
    loader = whole(text)
    kind = None if loader is None else loader >> 4
    if kind == KEXEC:
        remedy = "Reboot through the firmware: SYSTEMCTL_SKIP_AUTO_KEXEC=1 systemctl reboot."
        return NotBooted("it was started by kexec, which passes over the boot loader", remedy)
    if kind == QEMU:
        remedy = "Set crashkernel= where the virtual machine is defined."
        return NotBooted("the hypervisor starts the kernel itself", remedy)
    if kind in (SYSLINUX, ETHERBOOT) or FROM_NETWORK.search(host.read(PROC_CMDLINE) or ""):
        remedy = "Set crashkernel= in the configuration of what boots this host: the boot server, or syslinux.cfg."
        return NotBooted("it was started from the network or by SYSLINUX", remedy)
    if host.stat(STUB) is not None:
        remedy = "Set crashkernel= where the unified kernel image is made, or by an addon of it."
        return NotBooted("it was started from a unified kernel image, which has its own command line", remedy)
    return None
