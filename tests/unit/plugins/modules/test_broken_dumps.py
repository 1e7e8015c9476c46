# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One broken file among the dumps costs one row: all others are judged, by vmcore_info and by kdump_info."""

import os
import struct
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dumps import read_dumps
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import dumps_facts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import FileFacts, Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.find import find_dumps
from ansible_collections.crashops.kdump.plugins.modules import vmcore_info
from ansible_collections.crashops.kdump.tests.unit.dump_builder import CRASH_TIME, KERNEL, elf, kdump_compressed
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

GOOD = kdump_compressed()
BROKEN = "dump.202601010101"
CRASHED = b"CRASHTIME=%d" % CRASH_TIME
# where the sizes and places of the second program header of a 64-bit ELF core are
ELF_OFFSET, ELF_SIZE = 64 + 56 + 8, 64 + 56 + 32


def flat(offset: int, size: int) -> bytes:
    """Return a flattened dump of one record that lies about its place or its length."""
    return (
        struct.pack(">16sqq", b"makedumpfile", 1, 1).ljust(4096, b"\0") + struct.pack(">qq", offset, size) + b"x" * 99
    )


def elf_with(offset: int, number: int) -> bytes:
    """Return an ELF core with another number in its header."""
    content = bytearray(elf())
    struct.pack_into("<Q", content, offset, number)
    return bytes(content)


def timed(seconds: bytes) -> bytes:
    """Return a kdump-compressed dump that says when its kernel died, its VMCOREINFO of the same length as before."""
    words = b"CRASHTIME=" + seconds
    return kdump_compressed().replace(b"PAGESIZE=4096\n" + CRASHED, (b"PAGESIZE=4096\n" + words)[: 14 + len(CRASHED)])


def with_timestamp(seconds: int) -> bytes:
    """Return a kdump-compressed dump without VMCOREINFO whose header has a time."""
    content = bytearray(kdump_compressed().replace(CRASHED, b"#" * len(CRASHED)))
    struct.pack_into("<q", content, 408, seconds)
    return bytes(content)


CONTENTS = [
    ("an ELF segment at 2^63", elf_with(ELF_OFFSET, 1 << 63)),
    ("an ELF segment at 2^64-1", elf_with(ELF_OFFSET, (1 << 64) - 1)),
    ("an ELF segment of 2^64-1 bytes", elf_with(ELF_SIZE, (1 << 64) - 1)),
    ("a table of program headers at 2^63", elf_with(32, 1 << 63)),
    ("a record of 2^63-1 bytes", flat(0, (1 << 63) - 1)),
    ("a record at 2^63-1", flat((1 << 63) - 1, (1 << 63) - 1)),
    ("a crash time of 5000 digits", elf().replace(b"CRASHTIME=", b"CRASHTIME=" + b"9" * 5000)),
    ("a crash time in superscript", elf().replace(CRASHED, "CRASHTIME=²²²²".encode().ljust(len(CRASHED)))),
    ("a crash time of 10^21", elf().replace(b"CRASHTIME=", b"CRASHTIME=1" + b"0" * 21)),
    ("a header's time of 2^62", with_timestamp(1 << 62)),
    ("a header's time of -1", with_timestamp(-1)),
    ("flattened in flattened, 600 times", b""),
]


def nested() -> bytes:
    """Return a flattened dump in a flattened dump, and so on."""
    magic = struct.pack(">16sqq", b"makedumpfile", 1, 1).ljust(4096, b"\0")
    # each layer is the one around it without its head, its record's header and its terminator
    heads = [magic + struct.pack(">qq", 0, 1 + 4128 * inside) for inside in range(600)]
    return b"".join(reversed(heads)) + b"x" + b"\xff" * 16 * 600


def told(directory: Path, timeout: int = 60) -> Tuple[Dict[str, Dict[str, Any]], Dict[str, Any]]:
    """Return the rows of vmcore_info by the names of their cores, and what kdump_info counts."""
    options = {"path": str(directory), "newest": None, "after": None, "slack": 60, "check": True, "timeout": timeout}
    rows = vmcore_info.ensure(Host(None), options, False)["dumps"]
    host = TolerantHost(Host(None), 2)
    counted = dumps_facts(read_dumps(host, str(directory)))
    assert host.unseen == {}
    return {row["core"].rpartition("/")[2]: row for row in rows}, counted


@pytest.mark.parametrize("content", [content for dummy, content in CONTENTS], ids=[name for name, dummy in CONTENTS])
def test_a_dump_that_lies_about_a_number_costs_its_own_row(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vmcore").write_bytes(GOOD)
    (tmp_path / BROKEN).write_bytes(content or nested())
    rows, counted = told(tmp_path)
    assert (rows["vmcore"]["complete"], rows["vmcore"]["kernel"]) == (True, KERNEL)
    assert rows[BROKEN]["crash_time"] is None or rows[BROKEN]["crash_time"] == CRASH_TIME
    assert counted["count"] == 2 and 0 < counted["newest_time"] < 1e11


@pytest.mark.parametrize("target", [BROKEN, "nowhere", "vmcore/under/a/file"])
def test_a_link_that_leads_nowhere_is_no_dump(tmp_path: Path, target: str) -> None:
    (tmp_path / "vmcore").write_bytes(GOOD)
    (tmp_path / BROKEN).symlink_to(target)
    rows, counted = told(tmp_path)
    assert list(rows) == ["vmcore"] and rows["vmcore"]["complete"] is True
    assert counted["count"] == 1


def test_a_name_that_is_no_utf8_is_told_and_its_dump_judged(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(str(tmp_path)), b"caf\xe9-dump.202601010101")
    with open(path, "wb") as stream:
        stream.write(GOOD)
    rows, counted = told(tmp_path)
    assert [row["complete"] for row in rows.values()] == [True] and counted["complete"] == 1


@pytest.mark.parametrize("target", ["/proc/kmsg", "/proc/kcore", "/dev/zero", "/sys/kernel/kexec_crash_loaded"])
def test_a_log_that_is_a_link_to_the_kernels_own_files_is_not_read(tmp_path: Path, target: str) -> None:
    (tmp_path / BROKEN).write_bytes(GOOD)
    (tmp_path / "dmesg.202601010101").symlink_to(target)
    rows, counted = told(tmp_path)
    assert (rows[BROKEN]["complete"], rows[BROKEN]["dmesg_kernel"], counted["count"]) == (True, None, 1)


@pytest.mark.parametrize("target", ["/proc/kmsg", "/proc/self/maps"])
def test_a_dump_that_is_a_link_to_the_kernels_own_files_is_not_judged(tmp_path: Path, target: str) -> None:
    (tmp_path / "vmcore").symlink_to(target)
    rows, counted = told(tmp_path)
    assert rows["vmcore"]["complete"] is not True
    assert (counted["count"], counted["complete"]) == (1, 0)


def test_a_pipe_or_a_socket_is_no_dump_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(str(tmp_path / "vmcore"))
    os.mkfifo(str(tmp_path / "dmesg.202601010101"))
    (tmp_path / BROKEN).write_bytes(GOOD)
    rows, counted = told(tmp_path)
    assert list(rows) == [BROKEN] and rows[BROKEN]["dmesg"] is None and counted["count"] == 1


class BadDisk(FakeHost):
    """A host on which a look at some paths fails as a disk or a server fails."""

    bad: Dict[str, str] = {}

    def _tried(self, path: str, look: str) -> None:
        if look in self.bad.get(path, ""):
            raise Failure("cannot %s %s: Input/output error" % (look, path))

    def stat(self, path: str) -> Optional[FileFacts]:
        self._tried(path, "stat")
        return super().stat(path)

    def entries(self, directory: str) -> List[str]:
        self._tried(directory, "list")
        return super().entries(directory)

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        self._tried(path, "read")
        return super().read_bytes(path, offset, size)


def bad_disk(bad: Dict[str, str]) -> BadDisk:
    """Return a host with a good dump in one directory, and with a bad one in another."""
    files: Dict[str, Union[str, bytes]] = {
        "/var/crash/a/vmcore": GOOD,
        "/var/crash/b/vmcore": GOOD,
        "/var/crash/b/vmcore-dmesg.txt": "x",
    }
    host = BadDisk(files, directories={"/var/crash": 0o700, "/var/crash/a": 0o700, "/var/crash/b": 0o700})
    host.bad = bad
    return host


@pytest.mark.parametrize(
    "path, look, words",
    [
        ("/var/crash/b/vmcore", "stat", "cannot stat /var/crash/b/vmcore: Input/output error"),
        ("/var/crash/b/vmcore", "read", "cannot read /var/crash/b/vmcore: Input/output error"),
        ("/var/crash/b", "stat", "cannot stat /var/crash/b: Input/output error"),
        ("/var/crash/b", "list", "cannot list /var/crash/b: Input/output error"),
    ],
)
def test_what_cannot_be_read_is_a_row_with_the_reason_and_unknown(path: str, look: str, words: str) -> None:
    options = {"path": "/var/crash", "newest": None, "after": None, "slack": 60, "check": True, "timeout": 60}
    rows = vmcore_info.ensure(bad_disk({path: look}), options, False)["dumps"]
    found = {row["directory"]: row for row in rows}
    assert (len(rows), found["/var/crash/a"]["complete"], found["/var/crash/b"]["complete"]) == (2, True, None)
    assert (found["/var/crash/b"]["reason"], found["/var/crash/b"]["readable"]) == (words, None)


@pytest.mark.parametrize(
    "path, look", [("/var/crash/b/vmcore", "stat"), ("/var/crash/b/vmcore", "read"), ("/var/crash/b", "stat")]
)
def test_what_cannot_be_read_of_a_dump_is_no_doubt_about_the_host(path: str, look: str) -> None:
    host = TolerantHost(bad_disk({path: look}), 2)
    counted = dumps_facts(read_dumps(host, "/var/crash"))
    assert (counted["complete"], counted["incomplete"], counted["unjudged"], host.unseen) == (1, 0, 1, {})


def test_a_log_that_cannot_be_read_leaves_its_dump_judged() -> None:
    options = {"path": "/var/crash", "newest": None, "after": None, "slack": 60, "check": True, "timeout": 60}
    rows = vmcore_info.ensure(bad_disk({"/var/crash/b/vmcore-dmesg.txt": "read"}), options, False)["dumps"]
    assert [(row["complete"], row["panic"]) for row in rows] == [(True, None), (True, None)]


def test_a_directory_that_cannot_be_read_at_all_fails_with_the_reason() -> None:
    with pytest.raises(Failure, match="cannot list /var/crash: Input/output error"):
        find_dumps(bad_disk({"/var/crash": "list"}), "/var/crash")
    host = TolerantHost(bad_disk({"/var/crash": "list"}), 2)
    assert read_dumps(host, "/var/crash").hidden is True


def test_ten_thousand_planted_names_are_told_apart_at_once() -> None:
    names = ["/var/crash/dump.%012d" % number for number in range(10000)]
    nothing: Dict[str, bytes] = dict.fromkeys(names, b"")
    host = FakeHost(nothing, directories={"/var/crash": 0o700})
    assert len(find_dumps(host, "/var/crash")) == 10000
