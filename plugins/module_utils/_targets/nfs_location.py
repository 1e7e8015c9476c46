# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The location of an NFS target: its server, its export, and the directory there in which dumps land."""

from typing import Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import Delivery


def nfs_parts(location: str) -> Tuple[str, str]:
    """Return the server of an NFS location, and the directory that it exports."""
    server, dummy, export = location.rpartition(":/")
    return server, "/" + export.strip("/")


def below_export(delivery: Delivery, path: str) -> str:
    """Return the directory of dumps below an NFS export, empty if they land in the export itself."""
    return ("/" + path.strip("/")).rstrip("/") if delivery.path_below_target else ""


def nfs_directory(delivery: Delivery, location: str, path: str) -> str:
    """Return the directory on an NFS server in which dumps land."""
    return nfs_parts(location)[1].rstrip("/") + below_export(delivery, path) or "/"
