# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kernel a boot entry starts, and what that one reserves."""

from typing import Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.entry_kernels import (
    release_of,
    reserve_alike,
    reserving_nothing,
    under_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import GIB, MIB
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import will_reserve
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import pending
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

EL8, EL9 = "4.18.0-553.el8_10.x86_64", "5.14.0-503.el9.x86_64"
ID = "8f6ea6ca0a8f4d3a93e5a3a0a4e1b4aa"
RAM = 64 * GIB - 4 * MIB


def entry(kernel: str, value: str) -> BootEntry:
    return BootEntry("x", kernel, "root=/dev/vda1 crashkernel=" + value, True)


def running(kernel: str, booted: str, reserved: int = 0, ram: int = 8 * GIB) -> Running:
    return Running(kernel, "x86_64", "b", False, ram, reserved, [booted], None, ram)


@pytest.mark.parametrize(
    ("path", "release"),
    [
        ("/boot/vmlinuz-" + EL8, EL8),
        ("/vmlinuz-5.14.0-503.el9.x86_64+debug", "5.14.0-503.el9.x86_64+debug"),
        ("/ostree/rhel-1f/vmlinuz-" + EL9, EL9),
        ("/%s/%s/linux" % (ID, EL9), EL9),
        ("/EFI/Linux/%s-%s.efi" % (ID, EL9), EL9),
        ("/boot/Image-6.12.0", "6.12.0"),
        ("/boot/vmlinuz", "6.1.0-41-amd64"),
        ("/boot/vmlinuz-mine", None),
        ("/vmlinuz-0-rescue-" + ID, None),
        ("", None),
    ],
)
def test_release_is_found_in_the_path_or_where_it_leads(path: str, release: Optional[str]) -> None:
    host = FakeHost()
    host.links["/boot/vmlinuz"] = "/boot/vmlinuz-6.1.0-41-amd64"
    assert release_of(host, entry(path, "256M")) == release


@pytest.mark.parametrize(
    ("kernel", "value", "known"),
    [("/vmlinuz-mine", "auto", False), ("/vmlinuz-mine", "256M", True), ("", "auto", True)],
)
def test_unknown_kernel_matters_only_where_kernels_read_the_value_differently(
    kernel: str, value: str, known: bool
) -> None:
    found = under_entry(FakeHost(), running(EL8, value), entry(kernel, value))
    assert found == (running(EL8, value) if known else None)


def test_ram_is_rounded_as_the_other_kernel_does() -> None:
    machine = running("4.18.0-305.el8.x86_64", "auto", ram=RAM)
    wanted = ["32G-64G:512M,64G-:1G"]
    own, other = will_reserve(wanted, machine), will_reserve(wanted, machine.under(EL9))
    assert own is not None and own.size == 512 * MIB
    assert other is not None and other.size == 1024 * MIB


PENDING = [
    (EL8, "auto", 160, EL9, "auto", False, "would reserve nothing with the kernel " + EL9),
    (EL9, "auto", 0, EL8, "auto", True, "is configured for the kernel " + EL8),
    (EL9, "256M", 256, EL8, "256M", False, "both reserve 256 MiB"),
    (EL9, "256M", 256, EL8, "512M", True, "is configured for the kernel " + EL8),
    (EL9, "256M", 256, EL9, "256M", False, "was booted with what is configured"),
]


@pytest.mark.parametrize(("now", "booted", "reserved", "then", "wanted", "required", "words"), PENDING)
def test_reboot_is_judged_by_the_kernel_that_comes(
    now: str, booted: str, reserved: int, then: str, wanted: str, required: bool, words: str
) -> None:
    machine = running(now, booted, reserved * MIB)
    found = pending([wanted], machine, machine.under(then))
    assert found.reboot_required is required
    assert words in found.reason


def test_entries_are_alike_only_with_the_kernel_of_each() -> None:
    host, machine = FakeHost(), running(EL8, "auto", 160 * MIB, 2 * GIB)
    old, new = entry("/vmlinuz-" + EL8, "auto"), entry("/vmlinuz-" + EL9, "auto")
    assert reserve_alike(host, machine, [old, new]) is False
    assert reserving_nothing(host, machine, [old, new])[0][0] == new
    assert reserve_alike(host, machine, [old, entry("/vmlinuz-" + EL9, "160M")]) is True
    assert reserve_alike(host, machine, [old, entry("/vmlinuz-mine", "auto")]) is False
    assert reserve_alike(host, machine, []) is True
