# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a reboot is needed."""

from typing import List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import GIB, MIB
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import pending
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running


def running(booted: List[str], reserved_mib: Optional[int], ram: Optional[int] = 2 * GIB) -> Running:
    reserved = None if reserved_mib is None else reserved_mib * MIB
    return Running("6.1.0-18-amd64", "x86_64", "b", False, ram, reserved, booted)


@pytest.mark.parametrize(
    ("configured", "booted", "reserved_mib", "required", "words"),
    [
        (["256M"], ["256M"], 256, False, "has 256 MiB reserved"),
        (["256M"], ["auto", "256M"], 256, False, "both reserve 256 MiB"),
        (["256M"], ["512M,high", "256M"], 256, False, "both reserve 256 MiB"),
        (["auto", "256M"], ["256M", "auto"], 256, False, "both reserve 256 MiB"),
        (["256M,high", "64M,low"], ["64M,low", "256M,high"], 320, False, "both reserve 320 MiB"),
        (["256M,high"], ["128M,low", "256M,high"], 384, True, "is configured"),
        (["256M"], [], 0, True, "crashkernel=256M is configured, and the running kernel was booted with no"),
        (["256M"], ["128M"], 128, True, "was booted with crashkernel=128M"),
        ([], ["128M"], 128, True, "gives 128 MiB back"),
        ([], ["256M"], None, True, "gives back what crashkernel=256M took, which this kernel does not say"),
        ([], ["64G-:1G"], 0, False, "a reboot would change nothing"),
        ([], [], 0, False, "no crashkernel= is configured or booted"),
        (["4G-:256M"], ["4G-:256M"], 0, False, "none of its ranges holds this RAM"),
        (["256M"], ["256M"], 0, False, "look for crashkernel in the kernel log"),
        (["256M"], ["256M"], None, False, "does not say what it reserves"),
        (["4G-:256M"], ["192M"], 192, False, "correct it before a reboot"),
        (["256"], ["512M"], 512, False, "(256 bytes hold no kernel; a unit, such as M, may be missing); correct it"),
        (["1G-:192K"], [], 0, False, "correct it before a reboot"),
        (["256"], ["256"], 0, False, "256 bytes hold no kernel"),
        (["192M"], ["512M-:192M"], 192, False, "both reserve 192 MiB"),
        (["192M"], ["512M-:128M", "192M"], 192, False, "both reserve 192 MiB"),
        (["192M@64M"], ["192M"], 192, True, "is configured"),
        (["192M"], ["192M,high"], 192, True, "is configured"),
    ],
)
def test_a_reboot_is_needed_only_where_it_changes_something(
    configured: List[str], booted: List[str], reserved_mib: Optional[int], required: bool, words: str
) -> None:
    found = pending(configured, running(booted, reserved_mib))
    assert found.reboot_required is required
    assert words in found.reason


def test_without_known_ram_the_lists_decide() -> None:
    assert pending(["1G-:1M"], running([], 0, ram=None)).reboot_required


def test_a_low_block_that_came_on_top_is_no_reason_for_a_reboot() -> None:
    assert not pending(["1G"], running(["1024M"], 1024 + 256, ram=8 * GIB)).reboot_required
    assert pending(["1G"], running(["1024M"], 1024 + 128, ram=8 * GIB)).reboot_required
