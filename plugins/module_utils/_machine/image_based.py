# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Image-based hosts (ostree, bootc), whose root file system is replaced as a whole."""

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host

BOOTED_MARK = "/run/ostree-booted"


def is_image_based(host: Host) -> bool:
    """Return whether this host booted an image (ostree or bootc)."""
    return host.stat(BOOTED_MARK) is not None
