# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Mounts by /proc/self/mountinfo, fstab and units' names, and the devices behind UUID= and LABEL=."""

import re
import string
from posixpath import join, normpath
from typing import Container, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once

MOUNTINFO = "/proc/self/mountinfo"
FSTAB = "/etc/fstab"
# what is mounted, in the columns of fstab
MOUNTED = "/proc/mounts"
# the tags that mount and findmnt resolve, and where udev links them
LINKS = (("UUID=", "by-uuid"), ("LABEL=", "by-label"), ("PARTUUID=", "by-partuuid"), ("PARTLABEL=", "by-partlabel"))
# file systems that are certainly on the other side of a network
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
# File systems whose server may be gone, so that any access may hang. A process serves those of fuse, and may be gone as
# well.
REMOTE = (*NETWORKED, "autofs", "9p", "gpfs", "ocfs2")
# file systems that several machines may have mounted at once
SHARED = (*REMOTE, "smbfs", "gfs", "gfs2", "pvfs2", "davfs", "virtiofs")
FUSE = "fuse."
OCTAL = re.compile(rb"\\([0-7]{3})")
ADDRESS = re.compile(r"(?:^|,)addr=([^,]+)")
# as many symbolic links as Linux follows in one path
MOST_LINKS = 40
# what stays as it is in the name of a unit
SAFE = string.ascii_letters + string.digits + ":_."


class Mount(NamedTuple):
    """One mount. root is the mounted part of the file system: / except for a bind mount or subvolume.

    options are those of the file system itself, such as the address of its server.
    """

    root: str
    point: str
    fstype: str
    source: str
    writable: bool
    options: str = ""


def _plain(word: str) -> str:
    """Return a word of a mount table with its octal escapes resolved."""
    raw = OCTAL.sub(lambda match: bytes([int(match.group(1), 8) & 0xFF]), word.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


@parsed_once
def mounts(text: str) -> Tuple[Mount, ...]:
    """Return the mounts that a text of mountinfo lists, the oldest first; a later one hides an earlier one."""
    found = []
    for line in text.splitlines():
        left, separator, right = line.partition(" - ")
        words, more = left.split(" "), right.split(" ")
        if separator and len(words) > 5 and len(more) > 1:
            writable = "rw" in words[5].split(",") and "ro" not in more[-1].split(",")
            found.append(Mount(_plain(words[3]), _plain(words[4]), more[0], _plain(more[1]), writable, more[-1]))
    return tuple(found)


def mounts_of(host: Host) -> Tuple[Mount, ...]:
    """Return the mounts of a host; none if it does not show /proc/self/mountinfo."""
    return mounts(host.read(MOUNTINFO) or "")


def holding(found: Sequence[Mount], path: str) -> Optional[Mount]:
    """Return the mount on which a path lies, None if no mount holds it."""
    over = [mount for mount in found if _within(path, mount.point)]
    # of mounts on the same point, the last one is visible
    return max(enumerate(over), key=lambda pair: (len(pair[1].point), pair[0]))[1] if over else None


def is_remote(mount: Mount) -> bool:
    """Return whether access to a mount may hang, because its server may be gone."""
    return mount.fstype in REMOTE or mount.fstype.startswith(FUSE)


def is_shared(mount: Mount) -> bool:
    """Return whether other machines may write to what is mounted as well."""
    return mount.fstype in SHARED or mount.fstype.startswith(FUSE)


def server_address(mount: Mount) -> Optional[str]:
    """Return the address of a mount's server, None if the mount options do not name it."""
    match = ADDRESS.search(mount.options)
    return match.group(1) if match else None


def remote_on_way(host: Host, found: Sequence[Mount], path: str, answering: Container[str] = ()) -> Optional[Mount]:
    """Return the first mount on the way to a path whose server may be gone, links followed; None if there is none.

    The path is followed part by part. Nothing on a server is accessed, not even to follow a link to it. answering are
    the mount points of servers that are known to answer.
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
    """Return udev's link for what is mounted by UUID=, LABEL=, PARTUUID= or PARTLABEL=; else the location as it is."""
    for key, folder in LINKS:
        if location.startswith(key):
            return "/dev/disk/%s/%s" % (folder, _udev_name(location[len(key) :].strip("\"'")))
    return location


def fstab_rows(host: Host) -> Tuple[Tuple[str, ...], ...]:
    """Return the columns of each line of /etc/fstab that is not a comment."""
    return rows(host.read(FSTAB) or "")


@parsed_once
def rows(text: str) -> Tuple[Tuple[str, ...], ...]:
    """Return the columns of each line of a mount table that is not a comment, with escaped blanks resolved."""
    split = [line.split() for line in text.splitlines()]
    return tuple(tuple(_plain(word) for word in words) for words in split if words and not words[0].startswith("#"))


def listed(host: Host, location: str, table: str = FSTAB) -> Optional[Tuple[str, ...]]:
    """Return the first line of fstab, or of another mount table, about a location; None if there is none.

    Its columns are source, directory, type and options. The location is a device, a UUID= or another such tag, an
    export, or the tag of a share. Only paths in /dev are accessed: others, such as the source of a bind mount, may be
    on a server that is gone.
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
    """Return the device behind a mount's UUID=, LABEL= or link in /dev; any other location as it is."""
    link = device_link(location)
    return host.real_path(link) if link.startswith("/dev/") else location.rstrip("/")


def lasting_source(host: Host, mount: Mount) -> Optional[str]:
    """Return a mount's source by a name that it keeps: by UUID for a device, as its name may differ after a reboot.

    btrfs over several disks is mounted as one of them, now this one and now that; None where its UUID is not known.
    """
    if not mount.source.startswith("/dev/"):
        return mount.source
    path = host.real_path(mount.source)
    if mount.fstype == "btrfs":
        found = host.glob("/sys/fs/btrfs/*/devices/%s" % path.rpartition("/")[2])
        return "/dev/disk/by-uuid/%s" % found[0].split("/")[4] if found else None
    links = host.glob("/dev/disk/by-uuid/*")
    return next((link for link in links if host.real_path(link) == path), mount.source)


def _udev_name(label: str) -> str:
    """Return the label of a mount as udev writes it in the name of a link in /dev/disk."""
    return re.sub(r"[^A-Za-z0-9#+\-.:=@_]", lambda match: "\\x%02x" % ord(match.group()), label)


def inner_path(mount: Mount, path: str) -> str:
    """Return a path of the running system as a path from the mounted file system's own root."""
    inside = path[len(mount.point.rstrip("/")) :]
    return (mount.root.rstrip("/") + inside).rstrip("/") or "/"


def _within(path: str, point: str) -> bool:
    """Return whether a path is a mount point or lies below it."""
    return path == point or path.startswith(point.rstrip("/") + "/")


def unit_name(point: str) -> str:
    """Return the name of systemd's unit for a mount point: systemd.unit(5), escaping of paths."""
    escaped = ""
    for number, one in enumerate(point.strip("/")):
        if one == "/":
            escaped += "-"
        elif one in SAFE and not (number == 0 and one == "."):
            escaped += one
        else:
            escaped += "".join("\\x%02x" % byte for byte in one.encode("utf-8", "surrogateescape"))
    return escaped + ".mount"


def fstab_points(host: Host) -> Dict[str, Tuple[str, ...]]:
    """Return the lines of fstab by mount point, links followed as /proc/self/mountinfo shows them; the last counts."""
    mounted = {mount.point for mount in mounts_of(host)}
    lines = [(row[1].rstrip("/") or "/", row) for row in fstab_rows(host) if len(row) > 1 and row[1].startswith("/")]
    # a point that is mounted as it is written has no link in it, and its server may be gone
    return {point if point in mounted else host.real_path(point): row for point, row in lines}


def fstab_options(host: Host, point: str) -> Optional[List[str]]:
    """Return the options that fstab has for a mount point, None where fstab does not have it."""
    row = fstab_points(host).get(point)
    return None if row is None else row[3].split(",") if len(row) > 3 else []
