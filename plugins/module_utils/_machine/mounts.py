# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is mounted where, by /proc/self/mountinfo, and the devices that are meant by UUID= and LABEL=."""

import re
from posixpath import join, normpath
from typing import Container, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once

MOUNTINFO = "/proc/self/mountinfo"
FSTAB = "/etc/fstab"
# what is mounted, in the columns of fstab
MOUNTED = "/proc/mounts"
# the tags that mount and findmnt resolve, and where udev links them
LINKS = (("UUID=", "by-uuid"), ("LABEL=", "by-label"), ("PARTUUID=", "by-partuuid"), ("PARTLABEL=", "by-partlabel"))
# file systems that lie on the other side of a network for sure
NETWORKED = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "ceph",
    "glusterfs",
    "fuse.glusterfs",
    "fuse.sshfs",
    "lustre",
    "afs",
    "beegfs",
)
# Those whose server may be gone, so that any look at them may hang. Whoever serves one of fuse is a process, and may be
# gone as well.
REMOTE = (*NETWORKED, "autofs", "9p", "gpfs", "ocfs2")
FUSE = "fuse."
OCTAL = re.compile(rb"\\([0-7]{3})")
ADDRESS = re.compile(r"(?:^|,)addr=([^,]+)")
# as many symbolic links as Linux follows on one way
MOST_LINKS = 40


class Mount(NamedTuple):
    """One mount. root is the part of the file system that is mounted: / unless it is a bind mount or subvolume.

    options are those of the file system itself, such as the address of its server.
    """

    root: str
    point: str
    fstype: str
    source: str
    writable: bool
    options: str = ""


def _plain(word: str) -> str:
    """Return a word with the kernel's octal escapes resolved."""
    raw = OCTAL.sub(lambda match: bytes([int(match.group(1), 8) & 0xFF]), word.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


@parsed_once
def mounts(text: str) -> Tuple[Mount, ...]:
    """Return the mounts in the order in which they were made; a later one hides an earlier one."""
    found = []
    for line in text.splitlines():
        left, separator, right = line.partition(" - ")
        words, more = left.split(" "), right.split(" ")
        if separator and len(words) > 5 and len(more) > 1:
            writable = "rw" in words[5].split(",") and "ro" not in more[-1].split(",")
            found.append(Mount(_plain(words[3]), _plain(words[4]), more[0], _plain(more[1]), writable, more[-1]))
    return tuple(found)


def mounts_of(host: Host) -> Tuple[Mount, ...]:
    """Return the mounts of a host as `mounts` does; nothing where it does not tell them."""
    return mounts(host.read(MOUNTINFO) or "")


def holding(found: Sequence[Mount], path: str) -> Optional[Mount]:
    """Return the mount that a path lies on."""
    over = [mount for mount in found if _within(path, mount.point)]
    # of equal mount points the last one is seen
    return max(enumerate(over), key=lambda pair: (len(pair[1].point), pair[0]))[1] if over else None


def is_remote(mount: Mount) -> bool:
    """Return whether a look at a mount may hang."""
    return mount.fstype in REMOTE or mount.fstype.startswith(FUSE)


def server_address(mount: Mount) -> Optional[str]:
    """Return the address of a mount's server, None where the mount does not have it."""
    match = ADDRESS.search(mount.options)
    return match.group(1) if match else None


def remote_on_way(host: Host, found: Sequence[Mount], path: str, answering: Container[str] = ()) -> Optional[Mount]:
    """Return the first mount on the way to a path whose server may be gone, links followed; None where none is.

    The way is gone part by part, and what lies on a server is not looked at, not even by following a link to it.
    answering are the mount points of servers that are known not to be gone.
    """
    place, left, links = "/", path.split("/"), 0
    while left and links <= MOST_LINKS:
        here = normpath(join(place, left.pop(0)))
        mount = holding(found, here)
        if mount is not None and is_remote(mount) and mount.point not in answering:
            return mount
        target = host.link(here)
        if target is None:
            place = here
            continue
        links += 1
        left = target.split("/") + left
        place = "/" if target.startswith("/") else place
    return None


def device_link(location: str) -> str:
    """Return the link of udev's that UUID=, LABEL= and their kin name; any other location as it is."""
    for key, folder in LINKS:
        if location.startswith(key):
            return "/dev/disk/%s/%s" % (folder, _udev_name(location[len(key) :].strip("\"'")))
    return location


def fstab_rows(host: Host) -> Tuple[Tuple[str, ...], ...]:
    """Return the words of each line of fstab that is no comment."""
    return rows(host.read(FSTAB) or "")


@parsed_once
def rows(text: str) -> Tuple[Tuple[str, ...], ...]:
    """Return the words of each line of a table that is no comment, with the escapes of blanks resolved."""
    split = [line.split() for line in text.splitlines()]
    return tuple(tuple(_plain(word) for word in words) for words in split if words and not words[0].startswith("#"))


def listed(host: Host, location: str, table: str = FSTAB) -> Optional[Tuple[str, ...]]:
    """Return a table's first line about a location: source, directory, type, options. None where there is none.

    The location is a device, what UUID= and its kin name, an export, or the tag of a share. What lies elsewhere than in
    /dev is not looked at: it may be on a server that is gone, such as what fstab binds to another place.
    """
    wanted = device(host, location)
    for words in rows(host.read(table) or ""):
        source = words[0].rstrip("/")
        if len(words) > 3 and (
            source == location.rstrip("/") or wanted in (words[0], source) or wanted == device(host, words[0])
        ):
            return words
    return None


def device(host: Host, location: str) -> str:
    """Return the device that UUID=, LABEL= or a link names; all other locations as they are."""
    link = device_link(location)
    return host.real_path(link) if link.startswith("/dev/") else location.rstrip("/")


def _udev_name(label: str) -> str:
    """Return a label as udev writes it into the name of a link."""
    return re.sub(r"[^A-Za-z0-9#+\-.:=@_]", lambda match: "\\x%02x" % ord(match.group()), label)


def inner_path(mount: Mount, path: str) -> str:
    """Return a path of the running system as the file system itself would call it."""
    inside = path[len(mount.point.rstrip("/")) :]
    return (mount.root.rstrip("/") + inside).rstrip("/") or "/"


def _within(path: str, point: str) -> bool:
    """Return whether a path is a mount point or lies below it."""
    return path == point or path.startswith(point.rstrip("/") + "/")
