# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations that people reported in public: where the dumps go, what lies there, and what drives it."""

from typing import Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    MOUNTS,
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.dump_builder import flattened, kdump_compressed
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.changes import SIZE, attributes, ram
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

NOUVEAU = {"/proc/modules": "nouveau 3000000 0 - Live 0x0\next4 940000 1 - Live 0x0\n"}
BTRFS = (
    "22 1 0:31 /root / rw,relatime - btrfs /dev/vda1 rw,subvol=/root\n"
    "30 22 0:31 /var /var rw,relatime - btrfs /dev/vda1 rw,subvol=/var\n"
)


def kexec_holds_its_lock(host: FakeHost) -> None:
    """Let the kernel refuse to say what is reserved."""
    plain = host.read_bytes

    def read_bytes(path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        if path == SIZE:
            raise Failure("cannot read %s: Device or resource busy" % path)
        return plain(path, offset, size)

    host.replace_methods(read_bytes=read_bytes)


SITUATIONS = [
    Situation(
        "another dump directory was configured, and nobody made it",
        armed_el9,
        {"/etc/kdump.conf": "path /var/mytest/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\n"},
        says={
            "dump_directory": ("fail", "/var/mytest/crash"),
            "space": ("skip", ""),
            "space_to_keep": ("skip", ""),
            "inodes": ("skip", ""),
            "dump_directory_private": ("skip", ""),
        },
        verdict="not_ready",
        source="linux-system-roles/kdump#8",
        before="not_ready, the same words",
    ),
    Situation(
        "more than a TiB of memory is to be dumped to a small /var",
        armed_el9,
        dict(ram(1572864), **{SIZE: "%d\n" % (512 << 20)}),
        attributes(free={"/var/crash": 20 << 30}),
        says={"space": ("fail", "it would take"), "space_to_keep": ("warn", "should be free")},
        verdict="not_ready",
        source="microsoft/lisa#2091",
        before="not_ready, the same words",
    ),
    Situation(
        "the dump directory lies on a resource disk that is not mounted",
        armed_debian,
        {
            "/etc/default/kdump-tools": "USE_KDUMP=1\nKDUMP_COREDIR=/mnt/crash\n",
            "/etc/fstab": "/dev/disk/cloud/azure_resource-part1 /mnt auto defaults 0 2\n",
        },
        attributes(directories={"/mnt/crash": 0o700}, free={"/mnt/crash": 4 << 30}),
        says={"target_mounted": ("fail", "fstab mounts /mnt")},
        verdict="not_ready",
        source="microsoft/lisa#3947",
        before="not_ready, the same words",
    ),
    Situation(
        "/var/crash is a subvolume of btrfs",
        armed_el9,
        {"/proc/self/mountinfo": BTRFS},
        says={"target_supported": ("warn", "btrfs")},
        source="cockpit-project/cockpit#20911",
        before="ready_unproven, the same words",
    ),
    Situation(
        "the system runs from an overlay of which the capture kernel sees nothing",
        armed_el9,
        {"/proc/self/mountinfo": "22 1 0:21 / / rw - overlay LiveOS_rootfs rw\n"},
        says={"target_supported": ("fail", "overlay")},
        verdict="not_ready",
        source="Cray-HPE/docs-csm#2429",
        before="not_ready, the same words",
    ),
    Situation(
        "the disk is encrypted by LUKS2, whose key takes more memory than is reserved",
        armed_el10,
        {"/sys/class/block/vda1/dm/uuid": "CRYPT-LUKS2-aa-x\n"},
        says={"encrypted_target": ("warn", "encrypted disk")},
        source="rhkdump/kdump-utils#10",
        before="ready_unproven, the same words",
    ),
    Situation(
        "nouveau brings 38 MB of firmware into the capture initramfs",
        armed_el9,
        NOUVEAU,
        says={"memory_extras": ("warn", "the driver nouveau")},
        source="rhkdump/kdump-utils#65",
        before="ready_unproven, the same words",
    ),
    Situation(
        "the Mellanox driver hangs when the capture kernel starts the card again",
        armed_debian,
        {"/proc/modules": "mlx5_core 3000000 0 - Live 0x0\next4 940000 1 - Live 0x0\n"},
        says={"memory_extras": ("warn", "the driver mlx5_core")},
        source="lf-edge/eve#2794",
        before="ready_unproven, the same words",
    ),
    Situation(
        "the frame buffer of Hyper-V keeps the capture kernel from dumping",
        armed_el8,
        {"/proc/modules": "hyperv_fb 30000 0 - Live 0x0\next4 940000 1 - Live 0x0\n"},
        says={"memory_extras": ("warn", "the driver hyperv_fb")},
        source="microsoft/lis-test#1098",
        before="ready_unproven, the same words",
    ),
    Situation(
        "looks wrong: /var/crash is a bind mount of another directory of the root file system",
        armed_el9,
        {"/proc/self/mountinfo": MOUNTS + "30 22 254:1 /data/crash /var/crash rw - ext4 /dev/vda1 rw\n"},
        source="rhkdump/kdump-utils#41",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: reports of crashed programs lie in /var/crash, and no dump of a kernel",
        armed_ubuntu,
        {
            "/var/crash/_usr_bin_lscpu.1000.crash": "ProblemType: Crash\n",
            "/var/crash/kexec_cmd": "/sbin/kexec -p /var/lib/kdump/vmlinuz\n",
        },
        source="freedomofpress/securedrop#5815",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: everybody may read the dump file, and nobody but root may enter its directory",
        armed_ubuntu,
        {"/var/crash/202601210724/dump.202601210724": flattened(kdump_compressed())},
        attributes(directories={"/var/crash/202601210724": 0o755}),
        says={"dumps_private": ("pass", "the directory keeps them"), "dumps_space": ("pass", "1 dumps")},
        source="canonical/ubuntu-server-documentation#565",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: the local disk is full, and the dumps go to an NFS server that is mounted",
        armed_el9,
        {
            "/etc/kdump.conf": "nfs store:/dumps\npath /web1\ncore_collector makedumpfile -l --message-level 7 -d 31\n",
            "/proc/self/mountinfo": MOUNTS + "30 22 0:40 / /srv rw - nfs4 store:/dumps rw\n",
            "/proc/mounts": "/dev/vda1 / ext4 rw 0 0\nstore:/dumps /srv nfs4 rw 0 0\n",
            "/proc/net/route": "Iface\tDestination\tGateway\tFlags\neth0\t00000000\t0100000A\t0003\n",
        },
        attributes(
            free={"/var/crash": 0, "/srv": 900 << 30, "/srv/web1": 900 << 30},
            directories={"/srv/web1": 0o700},
            answers={"stat -f -c %T /srv": "nfs\n", "getent ahosts store": (2, "", "")},
        ),
        says={"capture_network": ("pass", "an ordinary interface"), "path_meaning": ("pass", "/srv/web1")},
        source="ryran/xsos#88",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: kexec holds its lock while kexec_crash_size is read",
        armed_el9,
        {},
        kexec_holds_its_lock,
        says={
            "reservation_readable": ("unknown", "busy"),
            "all_seen": ("unknown", "busy"),
            "reserved_as_booted": ("skip", ""),
            "reserved_enough": ("skip", ""),
            "vendor_default": ("skip", ""),
            "reservation_used": ("skip", ""),
        },
        source="linux-system-roles/kdump#169",
        before="ready_unproven, the same words",
    ),
]
