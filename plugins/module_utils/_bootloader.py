# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which way of setting kernel arguments a host has, found by its tools."""

from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure
from ansible_collections.crashops.kdump.plugins.module_utils.bootloaders._base import Bootloader
from ansible_collections.crashops.kdump.plugins.module_utils.bootloaders._grub_dropin import GrubDropIn
from ansible_collections.crashops.kdump.plugins.module_utils.bootloaders._grubby import Grubby

OSTREE = "/run/ostree-booted"


def find_bootloader(host: Any, timeout_s: int = 300) -> Bootloader:
    """Return the boot loader of a host, or raise Failure where it has none that is known here."""
    if host.stat(OSTREE) is not None:
        raise Failure(
            "this host is image-based (%s exists): its kernel arguments are set by rpm-ostree kargs or in the image, "
            "which this collection does not do" % OSTREE
        )
    if host.which("grubby"):
        return Grubby(host, timeout_s)
    if host.which("update-grub"):
        return GrubDropIn(host, timeout_s)
    raise Failure(
        "neither grubby nor update-grub is on this host, so nothing can set its kernel arguments; "
        "install grubby (RHEL and its kin, Fedora) or the GRUB packages (Debian, Ubuntu)"
    )
