# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The room that a dump needs and has: how large it would be, and what is free where it would land."""

from typing import Any, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils import _mounts
from ansible_collections.crashops.kdump.plugins.module_utils._host import Space, command_failure
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure

# statfs(2) by coreutils stat(1): free for others, block size, all blocks, free inodes, all inodes
STATFS = "%a %S %b %d %c"
ABSENT = "No such file or directory"


class Place(NamedTuple):
    """The directory that was looked at (the dump directory, or the nearest one above it), its mount and its room.

    Where a server did not answer, the mount is that server's, the room is not known, and the host's `unseen` has the
    dump directory: whoever would look at what lies there is to leave it, as the look could take for ever.
    """

    path: str
    mount: Optional[_mounts.Mount]
    space: Optional[Space]


def place_of(host: Any, directory: str, timeout_s: int) -> Place:
    """Return the place of a dump directory. What lies on a server is asked by a command that can be stopped."""
    found = _mounts.mounts_of(host)
    remote = _mounts.remote_on_way(host, found, directory)
    if remote is None:
        path = directory
        while path != "/" and host.stat(path) is None:
            path = _above(path)
        return Place(path, _mounts.holding(found, host.real_path(path)), host.space(path))
    answer = host.attempt(directory, lambda: _asked_up(host, directory, timeout_s), None)
    if answer is None:
        return Place(directory, remote, None)
    path, space = answer
    # all that lies on the way has answered by now
    return Place(path, _mounts.holding(found, host.real_path(path)), space)


def is_remote(place: Place) -> bool:
    """Return whether the place lies on a server, so that looking at its files may hang."""
    return place.mount is not None and place.mount.fstype in _mounts.REMOTE


def _above(path: str) -> str:
    """Return the directory that holds a path; of one that is not absolute, the root in the end."""
    return path.rpartition("/")[0] or "/"


def _asked_up(host: Any, directory: str, timeout_s: int) -> Tuple[str, Optional[Space]]:
    """Return the nearest directory that is there, and its room, or raise why its server does not answer."""
    path, space = directory, _asked(host, directory, timeout_s)
    while space is None and path != "/":
        path = _above(path)
        space = _asked(host, path, timeout_s)
    return path, space


def _asked(host: Any, path: str, timeout_s: int) -> Optional[Space]:
    """Return the room on a mounted network file system, None without such a path, or raise why it does not answer."""
    done = host.run(["stat", "-f", "-c", STATFS, path], timeout_s=timeout_s, check=False)
    if done.rc != 0 and ABSENT in done.stderr:
        return None
    if done.rc != 0:
        raise command_failure("the command failed", done)
    words = done.stdout.split()
    if len(words) != 5 or not all(word.isdigit() for word in words):
        raise Failure("stat -f %s said %r" % (path, done.stdout[:80]))
    free, block, total, free_inodes, inodes = [int(word) for word in words]
    return Space(free * block, total * block, free_inodes if inodes else None)
