# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of kdump's own files: what stands there, and what kdump makes of it."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_el8, armed_el9, armed_el10
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

COLLECTOR = "core_collector makedumpfile -l --message-level 7 -d 31\n"
LOCAL = {"/etc/kdump.conf": "path /a /b\n" + COLLECTOR}
SSH = {"/etc/kdump.conf": "ssh kdump@dumps\npath /a /b\n" + COLLECTOR.replace("-l", "-l -F")}
REFUSED = ("fail", "a blank is in the path")
ELSEWHERE = ("skip", "")
NOT_THERE = {
    "configuration_valid": REFUSED,
    "dump_directory": ("fail", "The dump directory /a /b does not exist."),
    "dump_directory_private": ELSEWHERE,
    "inodes": ELSEWHERE,
    "space": ELSEWHERE,
    "space_to_keep": ELSEWHERE,
}
# what any ssh target changes on these hosts
ON_A_SERVER = {
    "configuration_valid": REFUSED,
    "dump_directory": ELSEWHERE,
    "dump_directory_private": ELSEWHERE,
    "dumps_complete": ELSEWHERE,
    "inodes": ELSEWHERE,
    "space": ELSEWHERE,
    "space_to_keep": ELSEWHERE,
    "target_writable": ELSEWHERE,
    "ssh_name": ("pass", ""),
    "capture_network": ("unknown", ""),
}
MKDUMPRD = "mkdumprd, check_save_path_fs: Dump path /a /b does not exist"
SHELL = "kdumpctl: ssh ... mkdir -p /a /b makes two directories on the server, and the dump is written to neither"

SITUATIONS = [
    Situation(
        "two paths stand in kdump.conf, the dump is %s (%s)" % (words, on.__name__),
        on,
        files,
        says=says,
        verdict="not_ready",
        source=source,
        before=before,
    )
    for on in (armed_el8, armed_el9, armed_el10)
    for words, files, says, source, before in (
        ("local", LOCAL, NOT_THERE, MKDUMPRD, "not_ready, dump_directory: fail; lint had no word"),
        ("sent by ssh", SSH, ON_A_SERVER, SHELL, "ready_unproven, no word"),
    )
] + [
    Situation(
        "blanks stand behind the path in kdump.conf",
        armed_el9,
        {"/etc/kdump.conf": "path /var/crash   \n" + COLLECTOR},
        source="kdumpctl strips them",
        before="ready_unproven, no word",
    ),
]
