# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is to be crashed, as kdump_info describes it, for the tests of the crash test."""

from typing import Any, Dict

OLD = "11111111-2222-3333-4444-555555555555"
NEW = "66666666-7777-8888-9999-000000000000"
INFO: Dict[str, Any] = {
    "kernel": "6.1.0-41-cloud-amd64",
    "capture_kernel": False,
    "armed": True,
    "verdict": "ready_unproven",
    "summary": "No crash has proved it.",
    "reasons": [],
    "settings": {"target_type": "local", "target_location": None, "path": "/var/crash", "ssh_key": None},
    "dump_directory": {"path": "/var/crash"},
    "dump_file_system": "ext4 on /dev/vda1",
    "crashkernel": {"booted": ["256M"]},
    "image": {"path": "/var/lib/kdump/initrd.img"},
    "memory": {"ram_bytes": 2**31},
    "collector": {"mtime": 99.5},
    "firmware": "SeaBIOS 1.16",
    "own_files": {"/usr/sbin/kexec": "0a"},
    "capture_words": ["ro", "nr_cpus=1"],
    "findings": [],
    "checks": [],
}
RAW = {"target_type": "raw", "target_location": "/dev/vdb", "path": "/var/crash"}
GIB = 2**30
