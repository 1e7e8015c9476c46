# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The running kernel's files in /proc and /sys: its release, its host's name, its command line, and its kdump's state.

Kernels after 6.19 have the kdump files in /sys/kernel/kexec/ as well. The older places are deprecated and will go.
"""

from typing import TYPE_CHECKING, Optional, Tuple

if TYPE_CHECKING:
    from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host

Places = Tuple[str, ...]
RELEASE = "/proc/sys/kernel/osrelease"
CRASH_LOADED = ("/sys/kernel/kexec_crash_loaded", "/sys/kernel/kexec/crash_loaded")
CRASH_SIZE = ("/sys/kernel/kexec_crash_size", "/sys/kernel/kexec/crash_size")
# exists in a capture kernel only
VMCORE = "/proc/vmcore"
HOSTNAME = "/proc/sys/kernel/hostname"
PROC_CMDLINE = "/proc/cmdline"
# exists if SELinux is on
SELINUX = "/sys/fs/selinux/enforce"


def place_of(host: "Host", places: Places) -> str:
    """Return the path at which this kernel has a file; the first path if it has none."""
    return next((path for path in places if host.stat(path) is not None), places[0])


def read_first(host: "Host", places: Places) -> Optional[str]:
    """Return the text of a kernel's file at whichever path it is, None if it is at none."""
    text = host.read(place_of(host, places))
    return None if text is None else str(text).strip()


def kernel_release(host: "Host") -> str:
    """Return the running kernel's release, as uname -r prints it; empty if /proc does not show it."""
    return (host.read(RELEASE) or "").strip()


def hostname(host: "Host") -> str:
    """Return the host's name as the kernel knows it, and writes it into a dump; empty if /proc does not show it."""
    return (host.read(HOSTNAME) or "").strip()
