# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration says at its end."""

from typing import Any

from tools.demo.__main__ import summary

RESULT: dict[str, Any] = {
    "host": "demo",
    "armed": True,
    "running_kernel": "6.1.0-56-cloud-amd64",
    "memory": {"reserved_bytes": 134217728},
    "crashkernel": ["384M-:128M"],
    "dump": {
        "directory": "/var/crash/202611232020",
        "files": [
            {"name": "dump.202611232020", "size_bytes": 51000000},
            {"name": "dmesg.202611232020", "size_bytes": 43},
        ],
        "format": "flattened",
        "complete": True,
        "reason": "the end mark is there",
        "kernel": "6.1.0-56-cloud-amd64",
        "panic": "Kernel panic - not syncing: sysrq triggered crash",
    },
}


def test_the_summary_has_what_a_person_wants_to_see() -> None:
    text = summary(RESULT)
    assert "128 MiB, 384M-:128M" in text
    assert "dump.202611232020  51,000,000 bytes" in text
    assert "Kernel panic - not syncing: sysrq triggered crash" in text


def test_the_kernel_is_the_dumps_and_not_the_running_one() -> None:
    text = summary(dict(RESULT, dump=dict(RESULT["dump"], kernel="5.14.0-503.el9")))
    assert "5.14.0-503.el9" in text
    assert "6.1.0-56" not in text


def test_an_incomplete_dump_is_called_so_with_the_reason() -> None:
    broken = dict(RESULT["dump"], complete=False, reason="the end mark is missing")
    assert "no: the end mark is missing" in summary(dict(RESULT, dump=broken))
