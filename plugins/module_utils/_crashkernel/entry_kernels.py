# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which kernel a boot entry starts, and what that kernel makes of the entry's crashkernel=."""

import re
from typing import List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import will_reserve
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import same
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values

# vmlinuz-RELEASE, MACHINE_ID/RELEASE/linux, and a unified image MACHINE_ID-RELEASE.efi
FILE = re.compile(r"/(?:vmlinu[xz]|kernel|[bz]?Image|[0-9a-f]{32})-(\d+\.\d[^/]*?)(?:\.efi|\.signed)?\Z")
FOLDER = re.compile(r"/(\d+\.\d[^/]*)/(?:linux|vmlinuz)\Z")
# a kernel for each way to read crashkernel=; the last is newer than any
UNLIKE = ("4.18.0-553.el8.x86_64", "5.14.0-503.el9.x86_64", "6.1.0", "999.0")


def release_of(host: Host, entry: BootEntry) -> Optional[str]:
    """Return the release of the kernel that a boot entry starts, by its path or where that leads; None without one."""
    for path in (entry.kernel, host.real_path(entry.kernel) if entry.kernel else ""):
        found = FILE.search("/" + path) or FOLDER.search(path)
        if found:
            return found.group(1)
    return None


def under_entry(host: Host, running: Running, entry: BootEntry) -> Optional[Running]:
    """Return this machine as the kernel of a boot entry finds it; None where that is unknown, and matters.

    A boot loader that names no kernel at all (rpm-ostree) starts one of the same distribution.
    """
    release = release_of(host, entry)
    if release is not None:
        return running.under(release)
    wanted = values(entry.cmdline)
    found = [will_reserve(wanted, running.under(one)) for one in UNLIKE]
    sizes = {(one.size, one.cma) for one in found if one is not None}
    return running if len(sizes) < 2 or not entry.kernel else None


def reserve_alike(host: Host, running: Running, entries: List[BootEntry]) -> bool:
    """Return whether each boot entry reserves the same with its own kernel."""
    if not entries:
        return True
    first = values(entries[0].cmdline)
    kernels = [under_entry(host, running, entry) for entry in entries]
    known = [kernel for kernel in kernels if kernel is not None]
    if len(known) < len(kernels):
        return False
    if len({kernel.reader() for kernel in known}) == 1:
        return all(same(first, values(entry.cmdline), known[0]) for entry in entries[1:])
    found = [will_reserve(values(entry.cmdline), kernel) for entry, kernel in zip(entries, known)]
    return len({(one.size, one.more, one.cma) if one else None for one in found}) == 1


def reserving_nothing(host: Host, running: Running, entries: List[BootEntry]) -> List[Tuple[BootEntry, str]]:
    """Return the boot entries whose crashkernel= reserves nothing with their own kernel, each with the reason."""
    kernels = [(entry, under_entry(host, running, entry)) for entry in entries if values(entry.cmdline)]
    found = [(entry, will_reserve(values(entry.cmdline), kernel)) for entry, kernel in kernels if kernel is not None]
    useless = [(entry, expected.useless) for entry, expected in found if expected is not None]
    return [(entry, why) for entry, why in useless if why]
