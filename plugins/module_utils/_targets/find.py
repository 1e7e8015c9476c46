# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Finds the class that tests a type of dump target, and imports only that one."""

from typing import Any


def prober(kind: str) -> Any:
    """Return the class that tests a type of dump target, one of a Delivery's kinds."""
    if kind == "nfs":
        from ansible_collections.crashops.kdump.plugins.module_utils._targets.nfs import Nfs

        return Nfs
    if kind == "ssh":
        from ansible_collections.crashops.kdump.plugins.module_utils._targets.ssh import Ssh

        return Ssh
    from ansible_collections.crashops.kdump.plugins.module_utils._targets.disk import FileSystem, Local, Raw

    return {"local": Local, "raw": Raw}.get(kind, FileSystem)
