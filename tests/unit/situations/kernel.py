# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of the kernel and of what it was booted with."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

NOTIFIERS = "/sys/module/kernel/parameters/crash_kexec_post_notifiers"
CMDLINE = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M %s"
SITUATIONS = [
    Situation(
        "the machine is inside its capture kernel",
        armed_debian,
        {"/proc/vmcore": "x"},
        says={"not_capture_kernel": ("fail", "writes a dump and reboots")},
        verdict="not_ready",
        source="a guest that was looked at too early",
    ),
    Situation(
        "a kernel word that no kernel knows stands on the command line",
        armed_el9,
        {"/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M potato"},
    ),
    Situation(
        "crash_kexec_post_notifiers was set while the system ran",
        armed_debian,
        {NOTIFIERS: "Y\n"},
        says={"panic_notifiers": ("warn", "It was set while the system ran")},
        verdict="degraded",
        source="kernel/panic.c: core_param(crash_kexec_post_notifiers, ..., bool, 0644)",
        before="ready_unproven, no word",
    ),
    Situation(
        "Hyper-V has set crash_kexec_post_notifiers, as its kernel does",
        armed_el9,
        {
            NOTIFIERS: "Y\n",
            "/sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n",
            "/sys/class/dmi/id/product_name": "Virtual Machine\n",
        },
        source="drivers/hv/hv_common.c: Hyper-V: enabling crash_kexec_post_notifiers",
        before="ready_unproven, no word",
    ),
    Situation(
        "crash_kexec_post_notifiers was set on a machine that Microsoft made",
        armed_el9,
        {
            NOTIFIERS: "Y\n",
            "/sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n",
            "/sys/class/dmi/id/product_name": "Surface Pro 7\n",
        },
        says={"panic_notifiers": ("warn", "It was set while the system ran")},
        verdict="degraded",
        before="ready_unproven, no word",
    ),
    Situation(
        "crash_kexec_post_notifiers was booted and switched off since",
        armed_el9,
        {"/proc/cmdline": CMDLINE % "crash_kexec_post_notifiers", NOTIFIERS: "N\n"},
        source="kernel/panic.c: core_param(crash_kexec_post_notifiers, ..., bool, 0644)",
        before="degraded, panic_notifiers: warn",
    ),
    Situation(
        "crash_kexec_post_notifiers=0 stands on the command line",
        armed_el9,
        {"/proc/cmdline": CMDLINE % "crash_kexec_post_notifiers=0"},
        source="Documentation/admin-guide/kernel-parameters.txt",
        before="degraded, panic_notifiers: warn",
    ),
    Situation(
        "a module parameter holds what is neither yes nor no",
        armed_el9,
        {NOTIFIERS: "?\n"},
        says={"panic_notifiers": ("unknown", "neither yes nor no")},
        source="made up",
        before="ready_unproven, no word",
    ),
]
