# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of kdump's own files: what stands there, and what kdump makes of it."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import EL9_RELEASE, armed_el8, armed_el9, armed_el10
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
    Situation(
        "dracut is to add a module that the kernel does not have, and with it one that the dump needs",
        armed_el9,
        {
            "/etc/kdump.conf": "path /var/crash\nextra_modules nosuch_mod ext4\n" + COLLECTOR,
            "/lib/modules/%s/modules.dep" % EL9_RELEASE: "kernel/fs/ext4/ext4.ko.xz:\n",
        },
        says={"configuration_warnings": ("warn", "has no module nosuch_mod")},
        verdict="degraded",
        source="dracut 059 --add-drivers: it ends with 0, and both are missing",
        before="ready_unproven, no word",
    ),
    Situation(
        "dracut is to add a module by its alias and one that is built into the kernel",
        armed_el9,
        {
            "/etc/kdump.conf": "path /var/crash\nextra_modules fs-xfs ext4\n" + COLLECTOR,
            "/lib/modules/%s/modules.dep" % EL9_RELEASE: "kernel/fs/xfs/xfs.ko.xz:\n",
            "/lib/modules/%s/modules.builtin" % EL9_RELEASE: "kernel/fs/ext4/ext4.ko\n",
            "/lib/modules/%s/modules.alias" % EL9_RELEASE: "alias fs-xfs xfs\n",
        },
    ),
]
