# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of the memory that is kept for the capture kernel, and of the values that say how much."""

import re
from typing import Any, Dict, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el8, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_boot import EL9_ENTRIES, RHEL, DebianHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Change, Situation

LOADED, SIZE = "/sys/kernel/kexec_crash_loaded", "/sys/kernel/kexec_crash_size"
NEW_LOADED, NEW_SIZE = "/sys/kernel/kexec/crash_loaded", "/sys/kernel/kexec/crash_size"
CMA_RANGES = "/sys/kernel/kexec/crash_cma_ranges"
# 320 MiB
RANGES = "40000000-53ffffff\n"
DROP_IN = "/etc/default/grub.d/kdump-tools.cfg"
CMDLINE = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro %s\n"


def booted_el9(*values: str, mib: int = 256, entries: bool = True) -> Dict[str, Any]:
    """Return the files of an EL 9 host that was booted with some values, which its entries have."""
    words = " ".join("crashkernel=" + value for value in values)
    files: Dict[str, Any] = {"/proc/cmdline": CMDLINE % words, SIZE: "%d\n" % (mib * MIB)}
    files["/etc/kernel/cmdline"] = "root=/dev/mapper/rhel-root ro %s\n" % words
    for name, kernel, options in EL9_ENTRIES if entries else ():
        text = options.replace("crashkernel=" + RHEL, words)
        files["/boot/loader/entries/%s.conf" % name] = "title x\nlinux %s\noptions %s\n" % (kernel, text)
    return files


def with_kernel(mib: int) -> str:
    """Return /proc/iomem of a machine whose kernel has so many MiB."""
    return "00100000-7ffdcfff : System RAM\n  01000000-%08x : Kernel code\n" % (0x01000000 + mib * MIB - 1)


def with_cma(
    standard_mib: int, level: str = "31", ranges: Optional[str] = RANGES, release: str = "7.2.13+deb14-amd64"
) -> Change:
    """Return what makes a Debian host one that has CMA beside its reservation."""

    def change(host: FakeHost) -> None:
        words = "crashkernel=%dM crashkernel=320M,cma" % (standard_mib or 96)
        host.files["/proc/sys/kernel/osrelease"] = release + "\n"
        host.files["/proc/cmdline"] = CMDLINE % words
        host.files[SIZE] = "%d\n" % (standard_mib * MIB)
        host.files["/proc/iomem"] = with_kernel(80)
        if ranges is not None:
            host.files[CMA_RANGES] = ranges
        host.files["/etc/default/kdump-tools"] = 'USE_KDUMP=1\nMAKEDUMP_ARGS="-c -d %s"\n' % level
        image = "/var/lib/kdump/initrd.img-" + release
        host.files[image] = "image"
        host.files["/boot/vmlinuz-" + release] = "kernel"
        host.links["/var/lib/kdump/vmlinuz"] = "/boot/vmlinuz-" + release
        host.links["/var/lib/kdump/initrd.img"] = image
        assert isinstance(host, DebianHost)
        host.releases = [release]
        host.files["/boot/grub/grub.cfg"] = re.sub(r"6\.1\.0-4\d-amd64", release, host.files["/boot/grub/grub.cfg"])
        host.files["/boot/grub/grub.cfg"] = host.files["/boot/grub/grub.cfg"].replace("crashkernel=384M-:128M", words)

    return change


def set_for_next_boot(value: str) -> Change:
    """Return what sets a value in every boot entry and for new kernels on EL 9, while RHEL's default is booted."""

    def change(host: FakeHost) -> None:
        for path in [*host.glob("/boot/loader/entries/*.conf"), "/etc/kernel/cmdline"]:
            host.files[path] = host.files[path].replace("crashkernel=" + RHEL, "crashkernel=" + value)

    return change


SITUATIONS = [
    Situation(
        "a plain value after crashkernel=auto counts on EL 9",
        armed_el9,
        booted_el9("auto", "256M"),
        says={
            "crashkernel_single": ("warn", "Only crashkernel=256M counts"),
            "value_stays": ("warn", "crashkernel=auto crashkernel=256M"),
        },
        verdict="degraded",
        source="hosts that were upgraded from EL 8 with auto left on the line",
        before="not_ready: crashkernel=auto is known to the kernel of RHEL 8 only",
    ),
    Situation(
        "crashkernel=auto after a plain value counts on EL 9, and reserves nothing",
        armed_el9,
        booted_el9("256M", "auto"),
        says={
            "crashkernel_single": ("warn", "Only crashkernel=auto counts"),
            "crashkernel_auto": ("fail", "RHEL 8 only"),
            "crashkernel_value": ("fail", "does not know crashkernel=auto"),
            "reserved_as_booted": ("skip", ""),
            "value_stays": ("skip", "nothing to keep"),
        },
        verdict="not_ready",
        source="the same with the words the other way round",
    ),
    Situation(
        "the value of the next boot reserves nothing: nobody is told to keep it",
        armed_el9,
        booted_el9("64G-:512M", mib=0),
        says={
            "memory_reserved": ("fail", "none of its ranges holds this RAM"),
            "crashkernel_value": ("fail", "none of its ranges holds this RAM"),
            "reserved_as_booted": ("skip", ""),
            "reserved_enough": ("skip", ""),
            "vendor_default": ("skip", ""),
            "reservation_used": ("skip", ""),
            "value_stays": ("skip", "reserves nothing, so there is nothing to keep"),
        },
        verdict="not_ready",
        source="a machine that lost memory",
        before="not_ready, and value_stays advised kdump_auto_reset_crashkernel: false, which keeps that value",
    ),
    Situation(
        "the value of the next boot lacks its unit: nobody is told to reboot into it",
        armed_el9,
        change=set_for_next_boot("256"),
        says={
            "crashkernel_value": ("fail", "256 bytes hold no kernel; a unit, such as M, may be missing"),
            "value_stays": ("skip", "nothing to keep"),
        },
        verdict="not_ready",
        source="an operator who forgot the M",
        before="reboot_pending, with the advice to reboot, after which no capture kernel could be loaded",
    ),
    Situation(
        "the entry has the booted values in another order, with one that is dropped",
        armed_el9,
        {"/proc/cmdline": CMDLINE % ("crashkernel=128M,low crashkernel=" + RHEL)},
        source="two lists that differ in text and mean the same",
        before="reboot_pending",
    ),
    Situation(
        "the vendor's default is written as the size that it comes to",
        armed_el9,
        booted_el9("192M", mib=192),
        source="a value that an operator wrote by hand",
        before="degraded: value_stays, the next update puts the default in place",
    ),
    Situation(
        "one entry writes as a size what the others write as ranges",
        armed_el9,
        {
            "/boot/loader/entries/%s.conf" % EL9_ENTRIES[1][0]: "title x\nlinux %s\noptions %s\n"
            % (EL9_ENTRIES[1][1], EL9_ENTRIES[1][2].replace(RHEL, "192M"))
        },
        source="an older kernel that was set by hand",
        before="degraded: the boot entries differ",
    ),
    Situation(
        "/etc/kernel/cmdline writes as a size what the entries write as ranges",
        armed_el9,
        {"/etc/kernel/cmdline": "root=/dev/mapper/rhel-root ro crashkernel=192M\n"},
        source="an operator's edit",
        before="degraded: kernels yet to come have another value",
    ),
    Situation(
        "little is reserved and CMA holds the rest",
        armed_debian,
        change=with_cma(96),
        says={"cma_user_pages": ("pass", "in any case")},
        verdict="ready_unproven",
        source="Debian 14 with Linux 7.2: a real panic left a dump",
        before="ready_unproven, 96 MiB of what is needed, set kdump_crashkernel: estimate",
    ),
    Situation(
        "less than a kernel takes is reserved, and CMA holds the rest",
        armed_debian,
        change=with_cma(64),
        says={"cma_user_pages": ("pass", "in any case")},
        verdict="ready_unproven",
        source="the same with 64 MiB",
        before="not_ready: 64 MiB are reserved",
    ),
    Situation(
        "CMA was asked for, and this kernel does not say what it set aside",
        armed_debian,
        change=with_cma(96, ranges=None, release="6.17.1-amd64"),
        says={
            "cma_user_pages": ("pass", "in any case"),
            "reserved_enough": ("unknown", "only if the kernel also set aside the 320 MiB"),
        },
        verdict="ready_unproven",
        source="Linux 6.17 and 6.18 have no crash_cma_ranges",
        before="ready_unproven, 96 MiB of what is needed, set kdump_crashkernel: estimate",
    ),
    Situation(
        "CMA was asked for on arm64, and it is not known whether this kernel sets it aside",
        armed_debian,
        {"/proc/sys/kernel/arch": "aarch64\n"},
        change=with_cma(96, ranges=None, release="7.3.1-arm64"),
        says={
            "cma_user_pages": ("pass", "in any case"),
            "reserved_enough": ("unknown", "only if the kernel also set aside the 320 MiB"),
            "vendor_default": ("unknown", "is not known"),
        },
        verdict="ready_unproven",
        source="the patches for arm64 and riscv were under review at Linux 7.1",
        before="the kernels of arm64 from 7.3 on were taken to have it",
    ),
    Situation(
        "programs' pages are to be in the dump, and those in CMA are lost",
        armed_debian,
        change=with_cma(96, level="17"),
        says={"cma_user_pages": ("warn", "lost at any dump level")},
        verdict="degraded",
        source="the kernel's documentation of crashkernel=...,cma",
        before="ready_unproven, no word",
    ),
    Situation(
        "the kernel set aside less CMA than was asked for",
        armed_debian,
        change=with_cma(96, ranges="40000000-43ffffff\n"),
        says={"cma_user_pages": ("pass", "in any case"), "reserved_as_booted": ("warn", "only 64 MiB of the 320 MiB")},
        verdict="degraded",
        source="crashkernel CMA reservation failed, in a report on powerpc",
        before="ready_unproven, no word",
    ),
    Situation(
        "CMA was asked for on a kernel that takes it for a wrong value",
        armed_debian,
        change=with_cma(0, ranges=None, release="6.12.1-amd64"),
        says={
            "memory_reserved": ("fail", "cannot read '320M,cma'"),
            "crashkernel_value": ("fail", "cannot read '320M,cma'"),
            "reserved_as_booted": ("skip", ""),
            "reserved_enough": ("skip", ""),
            "vendor_default": ("skip", ""),
            "reservation_used": ("skip", ""),
        },
        verdict="not_ready",
        source="Debian 13, where the value was tried",
    ),
    Situation(
        "the kernel has its files in /sys/kernel/kexec alone",
        armed_debian,
        {LOADED: None, SIZE: None, NEW_LOADED: "1\n", NEW_SIZE: "%d\n" % (128 * MIB), CMA_RANGES: ""},
        source="what the kernel's ABI documentation announces for after 2028",
        before="unsupported",
    ),
    Situation(
        "the kernel has its files in /sys/kernel/kexec alone and is not armed",
        armed_el8,
        {LOADED: None, SIZE: None, NEW_LOADED: "0\n", NEW_SIZE: "%d\n" % (160 * MIB)},
        says={
            "armed": ("fail", "No capture kernel is loaded"),
            "loaded_fresh": ("skip", ""),
            "panic_timeout": ("warn", ""),
            "unit_active": ("warn", "without loading"),
        },
        verdict="not_ready",
        source="the same",
        before="unsupported",
    ),
]
