# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the running kernel says of the memory that it keeps."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import read_running
from ansible_collections.crashops.kdump.tests.unit.fake_boot import kernel_files
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

MIB = 1 << 20
LOW = "  55000000-597fffff : Crash kernel\n"
HIGH = "  bfe2400000-bfefefffff : Crash kernel\n"


@pytest.mark.parametrize(
    ("size_mib", "blocks", "expected_mib"),
    [
        (219, LOW + HIGH, 291),
        (291, LOW + HIGH, 291),
        (219, HIGH, 219),
        (72, "  00000000-00000000 : Crash kernel\n  00000000-00000000 : Crash kernel\n", 72),
        (0, "", 0),
    ],
)
def test_both_blocks_count_where_the_kernel_shows_one(size_mib: int, blocks: str, expected_mib: int) -> None:
    files = dict(kernel_files("5.14.0-503.el9.x86_64", reserved=size_mib * MIB), **{"/proc/iomem": blocks})
    assert read_running(FakeHost(files)).reserved_bytes == expected_mib * MIB
