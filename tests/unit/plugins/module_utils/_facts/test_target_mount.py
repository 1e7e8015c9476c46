# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of systemd's mount units; situations/target.py holds what is judged by them."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_mount import unit_name


@pytest.mark.parametrize(
    ("point", "name"),
    [
        ("/var/crash", "var-crash.mount"),
        ("/srv/kernel-dumps", "srv-kernel\\x2ddumps.mount"),
        ("/.snapshots/a b", "\\x2esnapshots-a\\x20b.mount"),
        ("/mnt/\u00e4", "mnt-\\xc3\\xa4.mount"),
    ],
)
def test_a_mount_unit_is_named_as_systemd_escapes_paths(point: str, name: str) -> None:
    assert unit_name(point) == name
