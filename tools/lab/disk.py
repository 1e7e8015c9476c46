# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a root tree to a bootable BIOS disk, with no loop device and no mount."""

import struct
from pathlib import Path

from tools.lab.commands import need, run
from tools.lab.errors import LabError

SIZE_GIB = 6
SECTOR = 512
FIRST_SECTOR = 2048
# the part of sector 0 that is code; the partition table follows it
BOOT_CODE_BYTES = 440
# Named one by one, as each e2fsprogs has defaults of its own: 1.47 turns on orphan_file and metadata_csum_seed, which
# GRUB 2.06 and Debian 12's e2fsck do not know, and 1.46 (Ubuntu 22.04) does not know their names to turn them off.
FEATURES = (
    "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,"
    "sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum"
)


def partition_table(sectors: int) -> bytes:
    """Return bytes 440 to 511 of a disk's sector 0: one active Linux partition from sector 2048 to the end."""
    # CHS fields are 0xfe 0xff 0xff, «look at the sector numbers instead»
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff", FIRST_SECTOR, sectors - FIRST_SECTOR)
    return struct.pack("<IH", 0x4C414221, 0) + entry + bytes(48) + b"\x55\xaa"


def write(tree: Path, disk: Path, work: Path, log: Path) -> None:
    """Make a bootable qcow2 disk from a root tree that holds GRUB in boot/grub/i386-pc."""
    raw = work / "disk.raw"
    sectors = SIZE_GIB * 1024**3 // SECTOR
    with open(raw, "wb") as stream:
        stream.truncate(sectors * SECTOR)
    argv = [need("mke2fs", "e2fsprogs"), "-q", "-t", "ext4", "-L", "root", "-O", FEATURES, "-d", str(tree)]
    offset = f"offset={FIRST_SECTOR * SECTOR}"
    size_kib = (sectors - FIRST_SECTOR) * SECTOR // 1024
    run(argv + ["-E", offset, str(raw), f"{size_kib}k"], log=log)
    _write_boot_loader(raw, tree / "boot/grub/i386-pc", sectors)
    argv = [need("qemu-img", "qemu-utils"), "convert", "-f", "raw", "-O", "qcow2", str(raw), str(disk)]
    run(argv, log=log)
    raw.unlink()


def _write_boot_loader(raw: Path, grub: Path, sectors: int) -> None:
    """Write GRUB's boot.img to sector 0 and core.img after it.

    boot.img as shipped loads sector 1, and core.img loads the rest.
    """
    boot, core = (grub / "boot.img").read_bytes(), (grub / "core.img").read_bytes()
    if len(core) > (FIRST_SECTOR - 1) * SECTOR:
        raise LabError(f"GRUB's core is {len(core)} bytes and does not fit before the first partition")
    with open(raw, "r+b") as stream:
        stream.write(boot[:BOOT_CODE_BYTES] + partition_table(sectors) + core)
