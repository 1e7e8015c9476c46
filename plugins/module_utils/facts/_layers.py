# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What a dump target's device is made of, from the file system down to the disks, as /sys tells it."""

import re
from typing import Any, List, NamedTuple

# device-mapper's UUIDs begin with the name of the tool that made the device
MAPPED = (("CRYPT-LUKS2", "luks2"), ("CRYPT-", "crypt"), ("LVM-", "lvm"), ("mpath-", "multipath"), ("DMRAID-", "raid"))
# how a disk hangs on the machine, by the path of its device in /sys
ATTACHED = (("/session", "iscsi"), ("/rport-", "fibre channel"), ("/nvme-fabrics", "nvme over fabrics"))
CLASS = "/sys/class/block/%s"


class Layer(NamedTuple):
    """One block device of a stack, and its kind: disk, partition, raid, or one of MAPPED, ATTACHED and thin pool."""

    name: str
    kind: str


def layers(host: Any, device: str) -> List[Layer]:
    """Return a block device and all that it lies on, the device itself first; nothing where /sys does not know it."""
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


def _kind(host: Any, name: str) -> str:
    """Return what a block device is."""
    uuid = (host.read(CLASS % name + "/dm/uuid") or "").strip()
    # what the volumes of a thin pool lie on
    if uuid.startswith("LVM-") and uuid.endswith("-tpool"):
        return "thin pool"
    mapped = next((kind for prefix, kind in MAPPED if uuid.startswith(prefix)), None)
    if mapped or uuid:
        return mapped or "mapped"
    if host.stat(CLASS % name + "/md") is not None:
        return "raid"
    if host.stat(CLASS % name + "/partition") is not None:
        return "partition"
    place = host.real_path(CLASS % name)
    return next((kind for part, kind in ATTACHED if part in place), "disk")


def _whole_disk(host: Any, name: str) -> List[str]:
    """Return the disk that a partition is of."""
    if host.stat(CLASS % name + "/partition") is None:
        return []
    parts = host.real_path(CLASS % name).split("/")
    return [parts[-2]] if len(parts) > 1 and re.match(r"[\w!.-]+\Z", parts[-2]) else []
