# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The block devices below a dump target, from its file system's device down to the disks, as /sys shows them."""

import re
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

# device-mapper's UUIDs begin with the name of the tool that made the device
MAPPED = (("CRYPT-LUKS2", "luks2"), ("CRYPT-", "crypt"), ("mpath-", "multipath"), ("DMRAID-", "raid"))
# how LVM calls the parts that it makes a volume of, behind the volume's own UUID; a plain volume has no such end
LVM_UUID = re.compile(r"LVM-[0-9A-Za-z]+(?:-(\w+))?\Z")
LVM_PARTS = {
    "tpool": "thin pool",
    "tdata": "lvm",
    "tmeta": "lvm",
    "real": "snapshot",
    "cow": "snapshot",
    "vpool": "vdo",
    "vdata": "vdo",
}
CACHE = re.compile(r"c(data|meta|pool|vol|orig)|wcorig")
# how LVM calls the parts of a volume of RAID and of a mirror; their UUIDs say nothing of it
LVM_RAID = re.compile(r"_r(?:image|meta)_\d+\Z")
LVM_MIRROR = re.compile(r"_m(?:image_\d+|log)\Z")
# how kpartx calls the partitions of a mapped disk
MAPPED_PARTITION = re.compile(r"part\d+-")
# how a disk hangs on the machine, by the path of its device in /sys
ATTACHED = (("/session", "iscsi"), ("/rport-", "fibre channel"), ("/nvme-fabrics", "nvme over fabrics"))
# An NVMe disk with several controllers is a device of their subsystem, which has links to them: multipath of nvme_core.
SUBSYSTEM = re.compile(r".*/nvme-subsystem/[^/]+(?=/)")
CONTROLLER = re.compile(r"/nvme\d+\Z")
# the names of what is a disk of itself; anything else (loop0, nbd1, zram0, bcache2) is what its name says
DISK = re.compile(r"(sd[a-z]+|hd[a-z]|vd[a-z]+|xvd[a-z]+|dasd[a-z]+|nvme\d+(c\d+)?n\d+|mmcblk\d+|pmem\d+|cciss!.*)\Z")
CLASS = "/sys/class/block/%s"
# what dmsetup status says of a thin pool: the used and all of its blocks are the last two numbers
THIN_POOL = re.compile(r" thin-pool \d+ \d+/\d+ (\d+)/(\d+) ")


class Layer(NamedTuple):
    """A block device below the dump target, and its kind: disk, partition, raid, lvm, or a word of the tables above.

    lvm raid and lvm mirror are the parts of such a volume; mapped is any other device of device-mapper. A device of
    another sort has the letters of its name, such as loop or zram.
    """

    name: str
    kind: str


def layers(host: Host, device: str) -> List[Layer]:
    """Return the block layers of a device, the device itself first; nothing where /sys does not know it."""
    found = []  # type: List[Layer]
    names = [host.real_path(device).rsplit("/", 1)[-1]] if device.startswith("/dev/") else []
    while names:
        name = names.pop(0)
        if name in [layer.name for layer in found] or host.stat(CLASS % name) is None:
            continue
        found.append(Layer(name, _kind(host, name)))
        names += [path.rsplit("/", 1)[1] for path in host.glob(CLASS % name + "/slaves/*")]
        names += _whole_disk(host, name)
    return found


def _kind(host: Host, name: str) -> str:
    """Return the kind of a block device, as /sys shows it."""
    uuid = (host.read(CLASS % name + "/dm/uuid") or "").strip()
    if uuid or name.startswith("dm-"):
        return _mapped_kind(uuid, (host.read(CLASS % name + "/dm/name") or "").strip())
    if host.stat(CLASS % name + "/md") is not None:
        return "raid"
    if host.stat(CLASS % name + "/partition") is not None:
        return "partition"
    places = attachments(host, name)
    attached = next((kind for part, kind in ATTACHED for place in places if part in place), None)
    return attached or ("disk" if DISK.match(name) else re.split(r"\d", name)[0] or name)


def attachments(host: Host, name: str) -> List[str]:
    """Return the places of a disk in /sys: its own, and those of the controllers that an NVMe disk of several has."""
    place = host.real_path(CLASS % name)
    subsystem = SUBSYSTEM.match(place)
    paths = host.glob(subsystem.group() + "/nvme[0-9]*") if subsystem else []
    return [place] + [host.real_path(path) for path in paths if CONTROLLER.search(path)]


def _mapped_kind(uuid: str, name: str) -> str:
    """Return the kind of a device-mapper device, by its UUID and name."""
    volume = LVM_UUID.match(uuid)
    if volume and (LVM_RAID.search(name) or LVM_MIRROR.search(name)):
        return "lvm raid" if LVM_RAID.search(name) else "lvm mirror"
    if volume:
        part = volume.group(1)
        return "cache" if part and CACHE.match(part) else LVM_PARTS.get(part or "tdata", "lvm " + (part or ""))
    if MAPPED_PARTITION.match(uuid):
        return "partition"
    return next((kind for prefix, kind in MAPPED if uuid.startswith(prefix)), "mapped")


def _whole_disk(host: Host, name: str) -> List[str]:
    """Return the disk that a partition belongs to."""
    if host.stat(CLASS % name + "/partition") is None:
        return []
    parts = host.real_path(CLASS % name).split("/")
    return [parts[-2]] if len(parts) > 1 and re.match(r"[\w!.-]+\Z", parts[-2]) else []


def thin_percent(host: TolerantHost, found: List[Layer], timeout_s: int) -> Optional[int]:
    """Return how full the LVM thin pool among these block layers is, in percent; None where that is not known."""
    pool = next((layer.name for layer in found if layer.kind == "thin pool"), None)
    name = (host.read(CLASS % pool + "/dm/name") or "").strip() if pool else ""
    if not name or not host.which("dmsetup"):
        return None
    done = host.attempt(name, lambda: host.run(["dmsetup", "status", name], timeout_s=timeout_s), None)
    match = THIN_POOL.search(done.stdout) if done else None
    used, size = (whole(match.group(1)), whole(match.group(2))) if match else (None, None)
    return used * 100 // size if used is not None and size else None
