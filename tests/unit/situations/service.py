# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations in which kdump's tool refuses to start once more, while the host is still armed."""

from ansible_collections.crashops.kdump.plugins.module_utils._service.state import PROPERTIES
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    JUDGED,
    STARTED,
    UNIT,
    armed_el8,
    armed_el9,
    armed_el10,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, FakeHost
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


def suspended_after_an_edit(host: FakeHost) -> None:
    """Let sysconfig/kdump be newer than the start of the unit, and the machine sleep for eight hours since."""
    host.suspended = 8 * 3600
    host.mtimes.update(dict.fromkeys(host.files, START - UPTIME - 10 * 3600))
    host.mtimes["/etc/sysconfig/kdump"] = START - 9 * 3600
    host.answers["systemctl show -p %s kdump.service" % PROPERTIES] = UNIT + JUDGED + STARTED


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
        "the machine was suspended for hours after an edit of sysconfig/kdump that was never loaded",
        armed_el9,
        change=suspended_after_an_edit,
        says={"loaded_fresh": ("warn", "What is loaded is older than /etc/sysconfig/kdump")},
        verdict="degraded",
        source="a laptop: systemd's monotonic time stamps leave out suspends",
        before="ready_unproven: loaded_fresh passed",
    ),
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
