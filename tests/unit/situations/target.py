# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of the dump target: what it is made of, which drivers it needs, and whether the next boot has it."""

from typing import Any, Dict

from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    MOUNTS,
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

CRASH = "30 22 0:99 / /var/crash rw,relatime shared:9 - %s rw\n"
QUIET = "ready_unproven, no word"


def crash_on(kind: str, source: str, table: bool = True) -> Dict[str, Any]:
    """Return the files of a host whose dump directory is a file system of its own, in fstab unless told otherwise."""
    files = {"/proc/self/mountinfo": MOUNTS + CRASH % ("%s %s" % (kind, source))}
    return dict(files, **({"/etc/fstab": "%s /var/crash %s defaults 0 0\n" % (source, kind)} if table else {}))


def block(name: str, place: str, **attributes: str) -> Dict[str, Any]:
    """Return the files of a block device in /sys: attributes are its files, two underscores for a slash."""
    named = "/sys/class/block/%s" % name
    files = {named: "", place: ""}
    return dict(files, **{"%s/%s" % (named, path.replace("__", "/")): text for path, text in attributes.items()})


def answering(host: Any) -> None:
    """Let the server of the dump directory answer."""
    host.answers["stat -f -c %T /var/crash"] = "UNKNOWN\n"


def made_of(
    name: str, kind: str, device: str, on: Any = armed_debian, status: str = "warn", words: str = "", **more: Any
) -> Situation:
    """Return a situation in which the type of the file system is a doubt, or leaves no dump."""
    verdict = "not_ready" if status == "fail" else "ready_unproven"
    says = {"target_supported": (status, words or kind)}
    return Situation(name, on, crash_on(kind, device), answering, says, verdict, before=QUIET, **more)


TYPES = [
    made_of(
        "the dumps go to a data set of ZFS", "zfs", "tank/crash", source="https://github.com/openzfs/zfs/issues/6476"
    ),
    made_of("the dumps go to a Windows share", "cifs", "//store/dumps", armed_el10),
    made_of("the dumps go to Ceph's file system", "ceph", "10.0.0.9:6789:/dumps", armed_el9),
    made_of("the dumps go to GlusterFS", "fuse.glusterfs", "store:/dumps", armed_el9),
    made_of("the dumps go to a folder of the hypervisor over 9p", "9p", "hostshare", armed_ubuntu),
    made_of("the dumps go to f2fs", "f2fs", "/dev/vdb", armed_el10),
    made_of("the dumps go to a memory device's own file system", "devtmpfs", "udev", status="fail"),
    made_of("the dumps go to the initramfs", "rootfs", "rootfs", armed_el8, status="fail", words="memory"),
    made_of("the dumps go to a read-only image", "squashfs", "/dev/vdb", armed_el9, status="fail", words="written"),
    Situation(
        "the root file system is ZFS, and the dumps go to a disk of their own",
        armed_ubuntu,
        {"/proc/self/mountinfo": MOUNTS.replace("ext4 /dev/vda1", "zfs rpool/ROOT") + CRASH % "ext4 /dev/vdb"},
        says={"target_supported": ("warn", "boots the root file system")},
        source="https://github.com/openzfs/zfs/issues/6476",
        before=QUIET,
    ),
    Situation(
        "the root is a read-only image of composefs, and /var lies on xfs",
        armed_el10,
        {
            "/proc/self/mountinfo": MOUNTS.replace("ext4 /dev/vda1", "overlay composefs")
            + "31 22 254:1 /ostree/deploy/default/var /var rw,relatime - xfs /dev/vda1 rw\n",
            "/etc/fstab": "",
            "/run/systemd/generator/var.mount": "[Mount]\n",
        },
        source="https://github.com/rhkdump/kdump-utils/pull/28",
    ),
    Situation(
        "the dump directory is a bind mount of a directory of the root file system",
        armed_el9,
        {
            "/proc/self/mountinfo": MOUNTS + "30 22 254:1 /srv/crash /var/crash rw,relatime - ext4 /dev/vda1 rw\n",
            "/etc/fstab": "/srv/crash /var/crash none bind 0 0\n",
        },
    ),
    Situation(
        "it cannot be seen what the dump directory lies on",
        armed_debian,
        {"/proc/self/mountinfo": None},
        says={"target_supported": ("unknown", "/var/crash"), "target_writable": ("skip", "")},
        before=QUIET,
    ),
]


def layered(name: str, device: str, files: Dict[str, Any], word: str, on: Any = armed_debian, **more: Any) -> Situation:
    """Return a situation in which a device below the dumps is a doubt; a word that begins with ! is no dump at all."""
    status, verdict = ("fail", "not_ready") if word.startswith("!") else ("warn", "ready_unproven")
    says = {"target_supported": (status, word.lstrip("!"))} if word else {}
    made = dict(crash_on("ext4", "/dev/" + device), **files)
    return Situation(name, on, made, says=says, verdict=verdict, before=QUIET, **more)


VIRTUAL = "/sys/devices/virtual/block/"
DEVICES = [
    layered("the dumps go to compressed memory", "zram0", block("zram0", VIRTUAL + "zram0"), "!memory"),
    layered("the dumps go to a RAM disk", "ram0", block("ram0", VIRTUAL + "ram0"), "!memory", armed_el9),
    layered("the dumps go to a file that is mounted by a loop", "loop3", block("loop3", VIRTUAL + "loop3"), "loop"),
    layered("the dumps go to a network block device", "nbd0", block("nbd0", VIRTUAL + "nbd0"), "nbd", armed_el9),
    layered("the dumps go to a block device of Ceph", "rbd0", block("rbd0", "/sys/devices/rbd/0/block/rbd0"), "rbd"),
    layered("the dumps go to a mirror of DRBD", "drbd1", block("drbd1", VIRTUAL + "drbd1"), "drbd", armed_el8),
    layered("the dumps go through a cache", "bcache0", block("bcache0", VIRTUAL + "bcache0"), "bcache"),
    layered(
        "the dumps go to a device that dmsetup made by hand",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="\n"),
        "mapped",
        armed_el9,
    ),
    layered(
        "the dumps go to a volume of VDO",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf-vpool\n"),
        "vdo",
        armed_el9,
    ),
    layered(
        "the dumps go to a snapshot",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf-cow\n"),
        "snapshot",
        armed_el9,
    ),
    layered(
        "the dumps go to a volume behind LVM's cache",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf-cdata\n"),
        "cache",
    ),
    layered(
        "the dumps go to a plain volume of LVM",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf\n"),
        "",
        armed_el9,
    ),
    layered(
        "the dumps go to an NVMe disk",
        "nvme0n1p2",
        block("nvme0n1p2", "/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1/nvme0n1p2", partition="2\n"),
        "",
        armed_el10,
    ),
]
SITUATIONS = [*TYPES, *DEVICES]
