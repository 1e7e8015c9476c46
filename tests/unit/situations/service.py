# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations in which kdump's tool refuses to start once more, while the host is still armed."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_el8, armed_el9, armed_el10
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

GUEST = "a guest with the kdumpctl of kdump-utils 1.0.61"
PLAIN = "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\n"
DISK = PLAIN + "ext4 /dev/disk/by-id/virtio-dumps\n"
UNSEEN = ("space", "space_to_keep", "inodes", "dump_directory_private", "dumps_complete")


def disk(host: FakeHost) -> None:
    """Give the machine the disk, with a file system on it."""
    host.files["/dev/vdb"] = ""
    host.kinds["/dev/vdb"] = "block"
    host.links["/dev/disk/by-id/virtio-dumps"] = "/dev/vdb"
    host.answers["blkid -p -o export /dev/vdb"] = "TYPE=ext4\nUSAGE=filesystem\n"


SITUATIONS = [
    Situation(
        "a file system target is neither mounted nor in fstab (%s)" % name,
        on,
        {"/etc/kdump.conf": DISK, "/etc/fstab": ""},
        disk,
        says={
            "dump_directory": ("fail", "neither mounted nor in /etc/fstab"),
            "target_writable": ("fail", "neither mounted nor in /etc/fstab"),
            **dict.fromkeys(UNSEEN, ("skip", "")),
        },
        verdict="not_ready",
        source=GUEST + "; kdumpctl's start says: Dump target is invalid",
        before="dump_directory and target_writable pass: it mounted the disk for itself",
    )
    for name, on in (("el8", armed_el8), ("el9", armed_el9), ("el10", armed_el10))
]
SITUATIONS += [
    Situation(
        "a program of extra_bins is not there",
        armed_el10,
        {"/etc/kdump.conf": PLAIN + "extra_bins /nonexistent\n"},
        says={"hooks": ("fail", "/nonexistent does not exist")},
        verdict="not_ready",
        source=GUEST,
        before="not_ready, the same; but kdump_service unloaded the kernel first",
    ),
]
