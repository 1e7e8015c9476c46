# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The free space where a dump would land: that of a directory on this host, or what the dump server reports."""

from typing import NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_probe import Answer
from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Space
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost


class Place(NamedTuple):
    """The dump directory, or the nearest directory above it that exists, with its mount and free space.

    Where a server does not answer, path is what could not be looked at, and mount and space are None.
    """

    path: str
    mount: Optional[mounts.Mount]
    space: Optional[Space]


class Room(NamedTuple):
    """The free and total space and the free inodes where the dump lands; None where that is not known."""

    free_bytes: Optional[int]
    total_bytes: Optional[int]
    free_inodes: Optional[int]


def room_of(place: Optional[Place], probe: Answer) -> Room:
    """Return the free space at the dump directory's place, or else what the dump server reports."""
    space = place.space if place else None
    return Room(space.free, space.total, space.free_inodes) if space else Room(probe.free, None, None)


def place_of(host: TolerantHost, directory: str) -> Place:
    """Return the place whose free space counts for the dump directory, as far as it can be seen."""
    path = directory
    while path != "/" and host.stat(path) is None:
        if path in host.unseen:
            return Place(path, None, None)
        path = path.rpartition("/")[0] or "/"
    return Place(path, mounts.holding(mounts.mounts_of(host), host.real_path(path)), host.space(path))
