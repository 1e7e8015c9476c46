# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations that people reported in public: reserved memory, boot entries, what runs in the capture kernel."""

from typing import Any, Dict

from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    EL10,
    EL10_RELEASE,
    UBUNTU,
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_boot import (
    MACHINE_ID,
    PACKAGE_DROP_IN,
    PACKAGE_TEXT,
    GrubbyHost,
)
from ansible_collections.crashops.kdump.tests.unit.situations.changes import (
    BUT_ACTIVE,
    EL9_CAPTURE_IMAGE,
    FAILED,
    NOT_LOADED,
    NOT_RESERVED,
    NOT_STARTED,
    attributes,
    booted,
    both,
    entries,
    ram,
    unit,
)
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

SYSTEM_ENTRY = "/boot/loader/entries/%s-4.18.0-553.el8_10.x86_64.conf" % MACHINE_ID
LARGE = "219M,high crashkernel=72M,low"
TWO_BLOCKS = "  55000000-597fffff : Crash kernel\n  bfe2400000-bfefefffff : Crash kernel\n"
FADUMP = {
    "/proc/sys/kernel/arch": "ppc64le\n",
    "/proc/sys/kernel/osrelease": EL10_RELEASE + "\n",
    "/sys/kernel/fadump/enabled": "1\n",
    "/sys/kernel/fadump/registered": "1\n",
    "/sys/kernel/fadump/mem_reserved": "%d\n" % (1 << 30),
}


def el10_with_current_makedumpfile(files: Dict[str, Any]) -> GrubbyHost:
    """Return an EL 10 host whose makedumpfile knows its kernel."""
    host = armed_el10(files)
    host.answers["makedumpfile -v"] = "makedumpfile: version 1.7.8 (released on 20 Oct 2025)\nlzo\tenabled\n"
    return host


SITUATIONS = [
    Situation(
        "an image was built without crashkernel=, and kdump.service is enabled in it",
        armed_el9,
        dict(booted(""), **{"/etc/kernel/cmdline": "root=/dev/vda1 ro\n"}),
        both(entries(""), unit(FAILED)),
        says=dict(
            NOT_STARTED,
            **NOT_RESERVED,
            crashkernel_booted=("fail", "without crashkernel="),
            crashkernel_value=("fail", "its entry has no crashkernel="),
            new_kernels=("skip", ""),
        ),
        verdict="not_ready",
        source="CentOS/sig-atomic-buildscripts#304",
        before="not_ready, the same words",
    ),
    Situation(
        "kdump-tools is installed and switched on, and GRUB does not know of it",
        armed_debian,
        dict(booted(""), **{PACKAGE_DROP_IN: None}),
        says=dict(
            BUT_ACTIVE,
            **NOT_RESERVED,
            crashkernel_booted=("fail", "without crashkernel="),
            crashkernel_value=("fail", "its entry has no crashkernel="),
        ),
        verdict="not_ready",
        source="sonic-net/sonic-buildimage#9629",
        before="not_ready, the same words",
    ),
    Situation(
        "GRUB has crashkernel=, and the machine was not booted since",
        armed_debian,
        booted(""),
        says=dict(
            BUT_ACTIVE,
            **NOT_RESERVED,
            crashkernel_booted=("fail", "without crashkernel="),
            reboot_not_pending=("fail", "A reboot is pending"),
        ),
        verdict="reboot_pending",
        source="ryran/xsos#139",
        before="reboot_pending, the same words",
    ),
    Situation(
        "a virtual machine has less memory than the default of EL 10 begins at",
        armed_el10,
        dict(booted("crashkernel=" + EL10), **ram(1280)),
        unit(FAILED),
        says=dict(NOT_STARTED, **NOT_RESERVED, crashkernel_value=("fail", "none of its ranges holds this RAM")),
        verdict="not_ready",
        source="cockpit-project/bots#7762",
        before="not_ready, the same words",
    ),
    Situation(
        "Ubuntu's default reserves nothing on a machine with 1 GiB",
        armed_ubuntu,
        dict(booted("crashkernel=" + UBUNTU), **ram(1024)),
        says=dict(BUT_ACTIVE, **NOT_RESERVED, crashkernel_value=("fail", "reserves nothing on this machine")),
        verdict="not_ready",
        source="canonical/ubuntu-server-documentation#544",
        before="not_ready, the same words",
    ),
    Situation(
        "crashkernel= names a place that is in use",
        armed_ubuntu,
        dict(booted("crashkernel=256M@16M"), **{PACKAGE_DROP_IN: PACKAGE_TEXT.replace("384M-:128M", "256M@16M")}),
        says=dict(BUT_ACTIVE, **NOT_RESERVED),
        verdict="not_ready",
        source="microsoft/lisa#164",
        before="not_ready, the same words",
    ),
    Situation(
        "the capture initramfs has grown beyond what its memory can unpack",
        armed_el9,
        {EL9_CAPTURE_IMAGE: "x" * (60 << 20)},
        says={"reserved_enough": ("warn", "three times")},
        source="cockpit-project/bots#6769",
        before="ready_unproven, the same words",
    ),
    Situation(
        "a machine with 768 GiB keeps a value that was chosen for a small one",
        armed_el9,
        dict(
            booted("crashkernel=" + LARGE, 219),
            **ram(786432, TWO_BLOCKS),
            **{"/etc/kernel/cmdline": "root=/dev/vda1 ro crashkernel=%s\n" % LARGE},
        ),
        both(entries(" crashkernel=" + LARGE), attributes(free={"/var/crash": 500 << 30})),
        says={
            "vendor_default": ("warn", "less than the 512 MiB"),
            "value_stays": ("warn", "puts the vendor's default in place"),
        },
        verdict="degraded",
        source="harvester/harvester#1357",
        before="degraded, with a false word of a smaller reservation: Linux 5.14 counts one of two blocks",
    ),
    Situation(
        "a custom value would be replaced by the next update",
        armed_el9,
        dict(booted("crashkernel=512M", 512), **{"/etc/kernel/cmdline": "root=/dev/vda1 ro crashkernel=512M\n"}),
        entries(" crashkernel=512M"),
        says={"value_stays": ("warn", "puts the vendor's default in place of crashkernel=512M")},
        verdict="degraded",
        source="rhkdump/kdump-utils#61",
        before="degraded, the same words",
    ),
    Situation(
        "kdumpctl has set the value in one of the boot entries only",
        armed_el9,
        {},
        entries(" crashkernel=512M", "362"),
        says={"entries_alike": ("warn", "The boot entries differ")},
        verdict="degraded",
        source="rhkdump/kdump-utils#91",
        before="degraded, the same words",
    ),
    Situation(
        "a kernel update before the reboot has lost the new argument",
        armed_el9,
        {"/etc/kernel/cmdline": "root=/dev/vda1 ro\n"},
        entries("", "503"),
        says={
            "crashkernel_value": ("fail", "its entry has no crashkernel="),
            "reboot_not_pending": ("warn", "no crashkernel= is configured"),
            "entries_alike": ("warn", "no crashkernel="),
            "new_kernels": ("skip", ""),
        },
        verdict="not_ready",
        source="rhboot/grubby#55",
        before="not_ready, the same words",
    ),
    Situation(
        "the entry of EL 8 has its own crashkernel=, and new kernels take theirs from grubenv, which has none",
        armed_el8,
        {
            "/boot/grub2/grubenv": "kernelopts=root=/dev/mapper/rhel-root ro\n",
            SYSTEM_ENTRY: "linux /vmlinuz-4.18.0-553.el8_10.x86_64\noptions root=/dev/vda1 ro crashkernel=auto\n",
        },
        says={"new_kernels": ("warn", "/boot/grub2/grubenv, which has no crashkernel=")},
        verdict="degraded",
        source="cockpit-project/cockpit#11485",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: grub2-mkconfig has not brought /etc/default/grub into the boot entries, which are right",
        armed_el9,
        {"/etc/default/grub": 'GRUB_CMDLINE_LINUX="crashkernel=auto rhgb"\nGRUB_ENABLE_BLSCFG=true\n'},
        source="voxpupuli/puppet-augeasproviders_grub#95",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: /etc/default/grub has no crashkernel=, the boot entries have it",
        armed_el9,
        {"/etc/default/grub": 'GRUB_CMDLINE_LINUX="rhgb quiet"\nGRUB_ENABLE_BLSCFG=true\n'},
        source="rhinstaller/anaconda#1717",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: an upgrade to EL 9 has left crashkernel=auto in grubenv, which its entries do not use",
        armed_el9,
        {"/boot/grub2/grubenv": "kernelopts=root=/dev/mapper/rhel-root ro crashkernel=auto\n"},
        source="oamg/leapp-repository#1113",
        before="ready_unproven, no word",
    ),
    Situation(
        "firmware-assisted dump was registered by the kernel, and the service could not build its initramfs",
        armed_el10,
        dict(booted("fadump=on crashkernel=1024M"), **FADUMP, **{"/etc/kernel/cmdline": "ro crashkernel=1024M\n"}),
        both(entries(" crashkernel=1024M"), unit(FAILED)),
        says={
            "unit_active": ("fail", "registered, but kdump.service did not start"),
            "loaded_fresh": ("unknown", ""),
            "unit_condition": ("skip", ""),
            "vendor_default": ("skip", ""),
            "value_stays": ("skip", ""),
        },
        verdict="not_ready",
        source="rhkdump/kdump-utils#142",
        before="degraded: changes of memory or CPUs reload nothing",
    ),
    Situation(
        "ranges of ,high and ,low were set on arm64, where this kernel reserved nothing for them",
        armed_el9,
        dict(
            booted("crashkernel=256M,high crashkernel=128M,low"),
            **{
                "/proc/sys/kernel/arch": "aarch64\n",
                "/etc/kernel/cmdline": "ro crashkernel=256M,high crashkernel=128M,low\n",
            },
        ),
        both(entries(" crashkernel=256M,high crashkernel=128M,low"), unit(FAILED)),
        says=dict(NOT_STARTED, **NOT_RESERVED, value_stays=("skip", "")),
        verdict="not_ready",
        source="os-autoinst/os-autoinst-distri-opensuse#7233",
        before="not_ready, the same words",
    ),
    Situation(
        "makedumpfile is older than the kernel and takes free pages for used ones",
        el10_with_current_makedumpfile,
        {},
        attributes(answers={"makedumpfile -v": "makedumpfile: version 1.7.6 (x)\nlzo\tenabled\n"}),
        says={"collector_kernel": ("warn", "takes free pages for used ones")},
        source="sonic-net/sonic-buildimage#25890",
        before="ready_unproven, the same words",
    ),
    Situation(
        "memory is reserved, and no kdump is enabled to use it",
        armed_el9,
        {"/sys/kernel/kexec_crash_loaded": "0\n"},
        unit("LoadState=loaded\nUnitFileState=disabled\nActiveState=inactive\n"),
        says=dict(
            NOT_STARTED,
            unit_enabled=("fail", "will not arm the host"),
            reservation_used=("warn", "nothing loads one"),
        ),
        verdict="not_ready",
        source="microsoft/azurelinux#5460",
        before="not_ready, the same words",
    ),
    Situation(
        "looks wrong: the unit is still starting shortly after the boot",
        armed_debian,
        {"/sys/kernel/kexec_crash_loaded": "0\n"},
        unit("LoadState=loaded\nActiveState=activating\nUnitFileState=enabled\n"),
        says=dict(NOT_LOADED, armed=("fail", "is still starting"), unit_condition=("skip", "")),
        verdict="not_ready",
        source="microsoft/lisa#339",
        before="not_ready, the same words",
    ),
]
