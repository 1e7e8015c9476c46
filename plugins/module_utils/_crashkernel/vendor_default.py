# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The vendor's default crashkernel= for a host: asked of its tool where that can answer, else from a table."""

import re
from typing import List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import mib
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.wanted_reservation import (
    WantedReservation,
    wanted,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_variables
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said

OS_RELEASE = "/etc/os-release"
# ID and VERSION_ID of os-release (VERSION_CODENAME before the release), and the crashkernel= of its kdump-tools.cfg
PACKAGED = (
    ("debian", "12", "384M-:128M"),  # kdump-tools 1.8.1
    ("debian", "13", "512M-:192M"),  # kdump-tools 1.10.7
    ("debian", "forky", "512M-:192M"),  # kdump-tools 1.10.9
    ("ubuntu", "22.04", "512M-:192M"),  # kdump-tools 1.6.10ubuntu2.2
    ("ubuntu", "24.04", "2G-4G:320M,4G-32G:512M,32G-64G:1024M,64G-128G:2048M,128G-:4096M"),  # 1.10.3ubuntu2
    ("ubuntu", "25.10", "2G-4G:320M,4G-32G:512M,32G-64G:1024M,64G-128G:2048M,128G-:4096M"),  # 1.10.7ubuntu2
)
# a mark of the kernel's release, and kdumpctl's default on x86_64: only to predict, before kdumpctl is installed
PREDICTED = (
    (".el9", "1G-4G:192M,4G-64G:256M,64G-:512M"),  # kexec-tools 2.0.26-8
    (".el10", "2G-64G:256M,64G-:512M"),  # RHEL 10's documentation
    (".fc", "2G-64G:256M,64G-:512M"),  # kdump-utils 1.0.61
)
NO_DEFAULT = "name a size such as 256M, or ranges such as 2G-64G:256M,64G-:512M"


def default_unasked(stack: Stack, running: Running) -> Optional[List[str]]:
    """Return the vendor's default crashkernel= without asking its tool, as files show it; else None."""
    if running.knows_auto():
        return ["auto"]
    packaged = stack.packaged_crashkernel(running.machine)
    return None if packaged is None else [packaged]


def vendor_default(host: Host, stack: Stack, running: Running, timeout_s: int, check_mode: bool) -> WantedReservation:
    """Return the vendor's default crashkernel= for this host, or raise Failure where it is unknown."""
    if running.knows_auto():
        return wanted(["auto"], running, [])
    if stack.installed() and stack.default_argv:
        return wanted([_asked(host, stack, running, timeout_s)], running, [])
    packaged = stack.packaged_crashkernel(running.machine)
    return _of_release(host, running, check_mode) if packaged is None else wanted([packaged], running, [])


def below_floor(default: WantedReservation, running: Running) -> Optional[str]:
    """Return why the vendor's default crashkernel= leaves this machine out; None where it does not."""
    if default.expected is None or default.expected.size:
        return None
    words = (
        "this machine is below the vendor's floor: the default %s reserves nothing with %s of RAM (%s), so nothing was "
        "changed and no reboot is needed; to get dumps from it anyway, name a size such as 128M for it"
    )
    told = said(default.values or []), mib(running.ram_bytes or 0), default.expected.reason
    return words % told


def _asked(host: Host, stack: Stack, running: Running, timeout_s: int) -> str:
    """Return the vendor's default as its tool prints it. That of RHEL 8 cannot be asked: there the kernel knows it."""
    done = host.run(list(stack.default_argv), timeout_s=timeout_s, check=False)
    value = done.stdout.strip()
    if done.rc == 0 and value and not re.search(r"\s", value):
        return str(value)
    answer = value or (done.stderr.strip() or "nothing").splitlines()[-1]
    words = "%s exited with %d and said %r, which is no value for the kernel %s; %s"
    msg = words % (" ".join(done.argv), done.rc, answer, running.kernel, NO_DEFAULT)
    raise Failure(msg, argv=done.argv, rc=done.rc, stdout=done.stdout, stderr=done.stderr)


def _of_release(host: Host, running: Running, check_mode: bool) -> WantedReservation:
    """Return the vendor's default crashkernel= of this release of a distribution, before its package is installed."""
    release = _os_release(host)
    for distribution, version, value in PACKAGED:
        if release == (distribution, version):
            return wanted([value], running, [])
    marks = [value for mark, value in PREDICTED if mark in (running.kernel or "") and running.machine == "x86_64"]
    if marks and check_mode:
        words = "kdumpctl is not installed yet, so its default is predicted as %s; the real run asks it"
        return wanted([marks[0]], running, [words % marks[0]])
    raise Failure(
        "size: 'default' cannot be found: there is no kdumpctl, no /etc/default/grub.d/kdump-tools.cfg, and %s %s is "
        "not a release whose default is known; install kdump first, or name a size such as 256M" % release
    )


def _os_release(host: Host) -> Tuple[str, str]:
    """Return ID and version of os-release, by which a vendor's default is known; a word for what is missing.

    Debian's os-release has no VERSION_ID before the release.
    """
    found = shell_variables.values(host.read(OS_RELEASE) or "")
    version = found.get("VERSION_ID") or found.get("VERSION_CODENAME")
    return found.get("ID") or "this system", version or "without a version"
