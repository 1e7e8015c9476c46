# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of finding dumps, on directories as both stacks leave them."""

from typing import Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import find
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.find import FileVersion, Found
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

NAMES = [
    ("dump.202611232010", ("core", "202611232010")),
    ("dump.202611232010.gz", ("core", "202611232010")),
    ("vmcore.202611232010", ("core", "202611232010")),
    ("dump-incomplete", ("core", "incomplete")),
    ("dump-incomplete.xz", ("core", "incomplete")),
    ("dmesg.202611232010", ("dmesg", "202611232010")),
    ("10.0.2.15-dump.202611232010", ("core", "10.0.2.15-202611232010")),
    ("10.0.2.15-dmesg.202611232010", ("dmesg", "10.0.2.15-202611232010")),
    ("vmcore", ("core", "")),
    ("vmcore.flat", ("core", "")),
    ("vmcore-incomplete", ("core", "")),
    ("vmcore-dmesg.txt", ("dmesg", "")),
    ("vmcore-dmesg-incomplete.txt", ("dmesg", "")),
    ("kexec-dmesg.log", ("kexec_log", "")),
    ("kdump_lock", None),
    ("kexec_cmd", None),
    ("vmcore-creation.status", None),
    ("dump.txt", None),
    ("linux-image-6.1.0-202611232010.crash", None),
]


@pytest.mark.parametrize("name, part", NAMES)
def test_files_of_dumps_are_known_by_their_names(name: str, part: Optional[Tuple[str, str]]) -> None:
    assert find.part_of(name) == part


def host_with(directories: List[str], files: Dict[str, int]) -> FakeHost:
    """Return a host with files under /var/crash, each with its time after the start of the fake clock."""
    folders = dict.fromkeys(["/var/crash"] + ["/var/crash/%s" % name for name in directories], 0o755)
    host = FakeHost(files={"/var/crash/%s" % name: "x" for name in files}, directories=folders)
    host.mtimes = {"/var/crash/%s" % name: when for name, when in files.items()}
    return host


def names(dumps: List[Found]) -> List[Tuple[Optional[str], Optional[str], Optional[str]]]:
    """Return (core, dmesg, kexec_log) of each dump, by the files' names."""

    def name(file: Optional[FileVersion]) -> Optional[str]:
        return file.path.rsplit("/", 1)[1] if file else None

    return [(name(dump.core), name(dump.dmesg), name(dump.kexec_log)) for dump in dumps]


def test_dumps_of_both_stacks_are_found_the_newest_first() -> None:
    host = host_with(
        ["202611232010", "127.0.0.1-2026-11-23-20:30:01"],
        {
            "kdump_lock": 9,
            "kexec_cmd": 9,
            "202611232010/dump.202611232010": 100,
            "202611232010/dmesg.202611232010": 101,
            "127.0.0.1-2026-11-23-20:30:01/vmcore": 200,
            "127.0.0.1-2026-11-23-20:30:01/vmcore-dmesg.txt": 199,
            "127.0.0.1-2026-11-23-20:30:01/kexec-dmesg.log": 201,
        },
    )
    assert names(find.find_dumps(host, "/var/crash")) == [
        ("vmcore", "vmcore-dmesg.txt", "kexec-dmesg.log"),
        ("dump.202611232010", "dmesg.202611232010", None),
    ]


def test_a_crash_that_left_only_its_log_is_a_dump_without_a_core() -> None:
    host = host_with(["127.0.0.1-x"], {"127.0.0.1-x/vmcore-dmesg.txt": 5, "127.0.0.1-x/kexec-dmesg.log": 6})
    assert names(find.find_dumps(host, "/var/crash")) == [(None, "vmcore-dmesg.txt", "kexec-dmesg.log")]


def test_a_second_crash_that_shares_a_directory_is_a_dump_of_its_own() -> None:
    host = host_with(
        ["202611232010"],
        {
            "202611232010/dump.202611232010": 100,
            "202611232010/dmesg.202611232010": 101,
            "202611232010/dump-incomplete": 150,
        },
    )
    assert names(find.find_dumps(host, "/var/crash")) == [
        ("dump-incomplete", None, None),
        ("dump.202611232010", "dmesg.202611232010", None),
    ]


def test_an_unfinished_dump_has_the_log_that_no_other_claims() -> None:
    host = host_with(["202611232010"], {"202611232010/dmesg.202611232010": 1, "202611232010/dump-incomplete": 2})
    assert names(find.find_dumps(host, "/var/crash")) == [("dump-incomplete", "dmesg.202611232010", None)]


def test_dumps_that_came_by_ftp_lie_in_one_directory_and_are_told_apart() -> None:
    host = host_with(
        [],
        {
            "10.0.0.1-dump.202611232010": 1,
            "10.0.0.1-dmesg.202611232010": 1,
            "10.0.0.2-dump.202611232010": 2,
        },
    )
    assert names(find.find_dumps(host, "/var/crash/")) == [
        ("10.0.0.2-dump.202611232010", None, None),
        ("10.0.0.1-dump.202611232010", "10.0.0.1-dmesg.202611232010", None),
    ]


def test_a_directory_that_is_not_there_holds_no_dumps() -> None:
    assert find.find_dumps(FakeHost(), "/var/crash") == []


def test_a_path_that_is_a_file_is_refused() -> None:
    with pytest.raises(Failure, match="is not a directory"):
        find.find_dumps(FakeHost(files={"/var/crash": "x"}), "/var/crash")
