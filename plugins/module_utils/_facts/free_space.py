# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The room that a dump needs and has: how large it would be, and what is free where it would land."""

from typing import NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_probe import Answer
from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Space
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost


class Place(NamedTuple):
    """The directory that was looked at (the dump directory, or the nearest one above it), its mount and its room.

    Where a server does not answer, that is the dump directory, whose mount and room are not known then.
    """

    path: str
    mount: Optional[mounts.Mount]
    space: Optional[Space]


class Room(NamedTuple):
    """The room where the dump lands; None where that is not known."""

    free_bytes: Optional[int]
    total_bytes: Optional[int]
    free_inodes: Optional[int]


def room_of(place: Optional[Place], probe: Answer) -> Room:
    """Return the room of a place, or what the server says of its own."""
    space = place.space if place else None
    return Room(space.free, space.total, space.free_inodes) if space else Room(probe.free, None, None)


def place_of(host: TolerantHost, directory: str) -> Place:
    """Return the place of a dump directory, as far as it can be seen."""
    path = directory
    while path != "/" and host.stat(path) is None:
        if path in host.unseen:
            return Place(path, None, None)
        path = path.rpartition("/")[0] or "/"
    return Place(path, mounts.holding(mounts.mounts_of(host), host.real_path(path)), host.space(path))
