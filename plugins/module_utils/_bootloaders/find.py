# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Finds the boot loader of a host by its tools (grubby, update-grub, rpm-ostree, zipl), and imports only that one."""

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import ZIPL_CONF, Bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.image_based import is_image_based
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure


def find_bootloader(host: Host, timeout_s: int = 900) -> Bootloader:
    """Return the boot loader of a host; raise Failure if the host has none that is known here."""
    if is_image_based(host):
        from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.ostree import BootcImage, RpmOstree

        # grubby may be there as well, but does not see a deployment that is staged for the next boot
        return RpmOstree(host, timeout_s) if host.which("rpm-ostree") else BootcImage(host, timeout_s)
    if host.which("grubby"):
        from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grubby import Grubby

        return Grubby(host, timeout_s)
    if host.which("update-grub"):
        from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grub_dropin import GrubDropIn

        return GrubDropIn(host, timeout_s)
    if host.which("zipl") and host.stat(ZIPL_CONF) is not None:
        from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.zipl import ZiplConf

        return ZiplConf(host, timeout_s)
    raise Failure(
        "neither grubby nor update-grub is on this host, so nothing can set its kernel arguments; "
        "install grubby (RHEL family, Fedora) or the GRUB packages (Debian, Ubuntu)"
    )
