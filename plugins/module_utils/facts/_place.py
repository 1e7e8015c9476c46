# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The room that a dump needs and has: how large it would be, and what is free where it would land."""

from typing import Any, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils import _mounts
from ansible_collections.crashops.kdump.plugins.module_utils._host import Space
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure

# file systems whose server may be gone, so that any look at them may hang
REMOTE = ("nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "autofs", "9p", "lustre")
# statfs(2) by coreutils stat(1): free for others, block size, all blocks, free inodes, all inodes
STATFS = "%a %S %b %d %c"


class Place(NamedTuple):
    """The directory that was looked at (the dump directory, or the nearest one above it), its mount and its room."""

    path: str
    mount: Optional[_mounts.Mount]
    space: Optional[Space]


def place_of(host: Any, directory: str, timeout_s: int) -> Place:
    """Return the place of a dump directory. What lies on a server is asked by a command that can be stopped."""
    found = _mounts.mounts_of(host)
    mount = _mounts.holding(found, directory)
    if mount is not None and mount.fstype in REMOTE:
        return Place(directory, mount, host.attempt(directory, lambda: _asked(host, directory, timeout_s), None))
    path = directory
    while path != "/" and host.stat(path) is None:
        path = path.rsplit("/", 1)[0] or "/"
    real = host.real_path(path)
    mount = _mounts.holding(found, real)
    if mount is not None and mount.fstype in REMOTE:
        return Place(path, mount, host.attempt(path, lambda: _asked(host, real, timeout_s), None))
    return Place(path, mount, host.space(path))


def is_remote(place: Place) -> bool:
    """Return whether the place lies on a server, so that looking at its files may hang."""
    return place.mount is not None and place.mount.fstype in REMOTE


def _asked(host: Any, path: str, timeout_s: int) -> Optional[Space]:
    """Return the room on a mounted network file system, or raise why it does not answer."""
    done = host.run(["stat", "-f", "-c", STATFS, path], timeout_s=timeout_s)
    words = done.stdout.split()
    if len(words) != 5 or not all(word.isdigit() for word in words):
        raise Failure("stat -f %s said %r" % (path, done.stdout[:80]))
    free, block, total, free_inodes, inodes = [int(word) for word in words]
    return Space(free * block, total * block, free_inodes if inodes else None)
