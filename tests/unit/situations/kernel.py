# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of the kernel and of what it was booted with."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

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
]
