# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of dumps that prove nothing, and of proofs of a setup that is no longer there."""

from typing import Any

from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.dump_builder import (
    BLOCK,
    KERNEL,
    PACKED,
    elf,
    flattened,
    kdump_compressed,
)
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

FOLDER = "/var/crash/202611232010"
CORE = FOLDER + "/dump.202611232010"
EL_FOLDER = "/var/crash/127.0.0.1-2026-11-23-20:10:00"
DATA = 4 * BLOCK + 5 * 24
SIZE = len(PACKED[1])
SPARSE = "a sparse, truncated file that rsync restored has its full size"
# what is only said where there is a dump
LIES = {"dumps_private": ("pass", ""), "dumps_space": ("pass", "")}


def private(host: Any) -> None:
    """Make the folders of the dumps private, as kdump does."""
    host.directories.update({FOLDER: 0o700, EL_FOLDER: 0o700})


def hole(content: bytes, offset: int, size: int) -> bytes:
    """Return a file with zeros in a place."""
    return content[:offset] + bytes(size) + content[offset + size :]


SITUATIONS = [
    Situation(
        "a dump lies there whose pages can all be read",
        armed_debian,
        {CORE: flattened(kdump_compressed())},
        private,
        LIES,
        source="kdump-tools of Debian 12",
        before="ready_unproven, no word",
    ),
    Situation(
        "a dump has its size and its end, and a page of zeros in between",
        armed_debian,
        {CORE: flattened(hole(kdump_compressed(), DATA + SIZE, SIZE), piece=1 << 20)},
        private,
        dict(LIES, dumps_complete=("warn", "cannot be unpacked")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a flattened dump has its end mark, and a hole in which its records end",
        armed_debian,
        {CORE: hole(flattened(kdump_compressed()), 9000, 3000)},
        private,
        dict(LIES, dumps_complete=("warn", "there is no record")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a vmcore has its size and random bytes for its last page",
        armed_el9,
        {EL_FOLDER + "/vmcore": kdump_compressed()[:-SIZE] + b"\xa5" * SIZE},
        private,
        dict(LIES, dumps_complete=("warn", "page 4 of 5")),
        verdict="degraded",
        source="makedumpfile's page flags: each page is compressed on its own",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a vmcore of lzo, as kdump.conf of EL asks for, can be read",
        armed_el9,
        {EL_FOLDER + "/vmcore": kdump_compressed(status=0x2)},
        private,
        LIES,
        source="kdump.conf: core_collector makedumpfile -l",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a vmcore's pages of zstd are zeros",
        armed_el9,
        {EL_FOLDER + "/vmcore": hole(kdump_compressed(status=0x20), DATA, len(PACKED[0x20]))},
        private,
        dict(LIES, dumps_complete=("warn", "they are no zstd frame")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "the memory in an ELF core is a hole",
        armed_el9,
        {EL_FOLDER + "/vmcore": elf()[:-500] + bytes(500)},
        private,
        dict(LIES, dumps_complete=("warn", "all zeros")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "an ELF core, whose pages cannot be tested, is not called rubbish",
        armed_el9,
        {EL_FOLDER + "/vmcore": elf()},
        private,
        LIES,
        source="core_collector cp",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "the log beside a dump is of another kernel",
        armed_debian,
        {
            CORE: flattened(kdump_compressed()),
            FOLDER + "/dmesg.202611232010": "[    0.000000] Linux version 5.10.0-9-amd64 (gcc)\n",
        },
        private,
        dict(LIES, dumps_complete=("warn", "the log beside it of 5.10.0-9-amd64")),
        verdict="degraded",
        source="two crashes in one minute share a folder on Debian",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "the VMCOREINFO in a dump is of another kernel than its header",
        armed_debian,
        {CORE: flattened(kdump_compressed().replace(b"OSRELEASE=" + KERNEL.encode(), b"OSRELEASE=5.10.0-9-amd64   "))},
        private,
        dict(LIES, dumps_complete=("warn", "its VMCOREINFO of 5.10.0-9-amd64")),
        verdict="degraded",
        source="made up",
        before="ready_unproven, dumps_complete: pass",
    ),
]
