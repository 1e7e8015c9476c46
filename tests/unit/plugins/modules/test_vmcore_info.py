# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of vmcore_info, on a fake host's dumps and once through main on real files."""

import os
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.modules import vmcore_info
from ansible_collections.crashops.kdump.tests.unit.dump_builder import CRASH_TIME, KERNEL, flattened, kdump_compressed
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

DMESG = """\
[    0.000000] Linux version 6.1.0-41-cloud-amd64 (gcc-12) #1 SMP
[  118.404312] sysrq: Trigger a crash
[  118.405310] Kernel panic - not syncing: sysrq triggered crash
"""
PANIC = "Kernel panic - not syncing: sysrq triggered crash"
OPTIONS = {"path": "/var/crash", "newest": None, "after": None, "slack": 60, "check": True, "timeout": 300}
NO_NAME = "the kernel's name and log in its memory were not read: VMCOREINFO has no NUMBER(phys_base)"
STAMPED = "/var/crash/202611232010"


def debian_host(content: Optional[bytes] = None) -> FakeHost:
    """Return a host with one dump of kdump-tools, made some seconds after the crash."""
    host = FakeHost(
        files={
            "/var/crash/kdump_lock": "",
            "/var/crash/kexec_cmd": "/sbin/kexec -p",
            STAMPED + "/dump.202611232010": flattened(kdump_compressed()) if content is None else content,
            STAMPED + "/dmesg.202611232010": DMESG,
        },
        directories={"/var/crash": 0o700, STAMPED: 0o755},
    )
    host.modes[STAMPED + "/dmesg.202611232010"] = 0o600
    host.mtimes = dict.fromkeys(host.files, CRASH_TIME + 32)
    host.clock = CRASH_TIME + 100
    return host


def look(host: FakeHost, **options: Any) -> Dict[str, Any]:
    """Return the module's result."""
    return vmcore_info.ensure(host, dict(OPTIONS, **options), False)


def test_a_dump_is_told_with_all_its_facts() -> None:
    host = debian_host()
    result = look(host)
    assert (result["changed"], result["path"], result["now"]) == (False, "/var/crash", CRASH_TIME + 100)
    (dump,) = result["dumps"]
    size = len(host.files[STAMPED + "/dump.202611232010"])
    assert dump == {
        "id": "%s/dump.202611232010:%d:%d:%d" % (STAMPED, size, CRASH_TIME + 32, CRASH_TIME),
        "directory": STAMPED,
        "core": STAMPED + "/dump.202611232010",
        "format": "flattened",
        "readable": True,
        "readable_reason": "5 of 5 pages were read; " + NO_NAME,
        "complete": True,
        "reason": dump["reason"],
        "size_bytes": size,
        "mtime": CRASH_TIME + 32,
        "crash_time": CRASH_TIME,
        "kernel": KERNEL,
        "machine": "x86_64",
        "nodename": "web1",
        "dump_level": 31,
        "compression": "zlib",
        "dmesg": STAMPED + "/dmesg.202611232010",
        "kexec_log": None,
        "doubt": None,
        "panic": PANIC,
        "dmesg_kernel": KERNEL,
        "files": [
            {"name": "dump.202611232010", "size_bytes": size, "mode": "0644"},
            {"name": "dmesg.202611232010", "size_bytes": len(DMESG), "mode": "0600"},
        ],
    }


def test_nothing_is_run_or_written() -> None:
    host = debian_host()
    look(host)
    assert (host.commands, host.written, host.removed) == ([], [], [])


def test_a_dump_without_its_end_is_not_complete() -> None:
    (dump,) = look(debian_host(flattened(kdump_compressed(), terminator=False)))["dumps"]
    assert dump["complete"] is False
    assert "terminator" in dump["reason"]


def test_a_whole_dump_whose_name_says_incomplete_is_not_complete() -> None:
    host = debian_host()
    host.files[STAMPED + "/dump-incomplete"] = host.files.pop(STAMPED + "/dump.202611232010")
    (dump,) = look(host)["dumps"]
    assert dump["complete"] is False
    assert "its name" in dump["reason"]
    assert dump["panic"] == PANIC


def test_a_crash_that_left_only_a_log_is_told_of() -> None:
    host = debian_host()
    del host.files[STAMPED + "/dump.202611232010"]
    (dump,) = look(host)["dumps"]
    assert (dump["core"], dump["format"], dump["complete"], dump["panic"]) == (None, None, False, PANIC)


def with_older_dump() -> FakeHost:
    """Return a host that also holds a dump of the day before."""
    host = debian_host()
    older = "/var/crash/127.0.0.1-2026-11-22-20:09:40"
    host.directories[older] = 0o755
    host.files[older + "/vmcore"] = kdump_compressed().replace(b"CRASHTIME=1795464580", b"CRASHTIME=1795378180")
    host.mtimes[older + "/vmcore"] = CRASH_TIME - 86300
    return host


SELECTIONS = [
    ({}, [CRASH_TIME, CRASH_TIME - 86400]),
    ({"newest": 1}, [CRASH_TIME]),
    ({"after": CRASH_TIME - 10.5}, [CRASH_TIME]),
    ({"after": CRASH_TIME + 30.0}, [CRASH_TIME]),
    ({"after": CRASH_TIME + 30.0, "slack": 0}, []),
    ({"after": CRASH_TIME + 61.0}, []),
]


@pytest.mark.parametrize("options, times", SELECTIONS)
def test_dumps_are_chosen_by_number_and_by_the_time_of_the_crash(options: Dict[str, Any], times: List[int]) -> None:
    assert [dump["crash_time"] for dump in look(with_older_dump(), **options)["dumps"]] == times


def test_a_dump_that_takes_the_name_of_an_earlier_one_has_an_id_of_its_own() -> None:
    first = look(debian_host())["dumps"][0]["id"]
    again = flattened(kdump_compressed().replace(b"CRASHTIME=1795464580", b"CRASHTIME=1795464599"))
    assert look(debian_host(again))["dumps"][0]["id"] != first


def test_without_the_check_a_dump_is_told_of_and_not_judged() -> None:
    (dump,) = look(debian_host(), check=False)["dumps"]
    assert (dump["complete"], dump["reason"]) == (None, "it was not asked for")
    assert (dump["kernel"], dump["panic"]) == (KERNEL, PANIC)


class SlowHost(FakeHost):
    """A host where each read takes a second."""

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        self.clock += 1
        return super().read_bytes(path, offset, size)


def test_a_dump_that_cannot_be_read_in_time_is_left_open() -> None:
    quick = debian_host()
    host = SlowHost(files=quick.files, directories=quick.directories)
    (dump,) = look(host, timeout=15)["dumps"]
    assert dump["complete"] is None
    assert "time limit" in dump["reason"]


@pytest.mark.parametrize("option, value", [("newest", 0), ("slack", -1), ("timeout", 0)])
def test_a_number_that_makes_no_sense_is_refused(option: str, value: int) -> None:
    with pytest.raises(Refused, match="%s: .* is refused" % option):
        look(debian_host(), **{option: value})


def test_without_a_path_the_directory_of_the_configuration_is_used() -> None:
    host = debian_host()
    host.programs = ["kdump-config"]
    host.files["/etc/default/kdump-tools"] = 'USE_KDUMP=1\nKDUMP_COREDIR="/var/crash"\n'
    assert look(host, path=None)["path"] == "/var/crash"


def test_a_host_that_sends_its_dumps_away_is_refused_with_the_remedy() -> None:
    host = FakeHost(files={"/etc/kdump.conf": "ssh kdump@store.example.org\n"}, programs=["kdumpctl"])
    with pytest.raises(Failure, match="on the host that receives the dumps"):
        look(host, path=None)


def test_a_long_log_is_read_at_both_ends() -> None:
    host = debian_host()
    first, rest = DMESG.split("\n", 1)
    host.files[STAMPED + "/dmesg.202611232010"] = first + "\n" + "[    1.0] noise\n" * 200000 + rest
    (dump,) = look(host)["dumps"]
    assert (dump["panic"], dump["dmesg_kernel"]) == (PANIC, KERNEL)


def test_real_files_are_read_through_main(run_module: Callable[..., Dict[str, Any]], tmp_path: Path) -> None:
    folder = tmp_path / "crash [1]" / "202611232010"
    folder.mkdir(parents=True)
    core = folder / "dump.202611232010"
    core.write_bytes(flattened(kdump_compressed()))
    (folder / "dmesg.202611232010").write_text(DMESG)
    os.chmod(str(core), 0o600)
    result = run_module(vmcore_info.main, path=str(folder.parent), _ansible_check_mode=True)
    assert not result["failed"], result
    (dump,) = result["dumps"]
    assert (dump["core"], dump["complete"], dump["panic"]) == (str(core), True, PANIC)
    assert dump["files"][0]["mode"] == "0600"


def test_without_a_path_a_raw_target_is_looked_for_where_kdumpctl_moves_its_dumps_to() -> None:
    host = FakeHost({"/etc/kdump.conf": "raw /dev/vdb\npath /srv/moved\n"}, programs=["kdumpctl"])
    assert look(host, path=None)["path"] == "/srv/moved"


def test_a_dump_whose_pages_are_rubbish_is_complete_and_not_readable() -> None:
    inner = kdump_compressed()
    (dump,) = look(debian_host(flattened(inner[:-60] + b"\xa5" * 60)))["dumps"]
    assert (dump["complete"], dump["readable"]) == (True, False)
    assert "page 4 of 5" in dump["readable_reason"]


def test_a_log_of_another_kernel_beside_a_dump_makes_it_unreadable() -> None:
    host = debian_host()
    (path,) = [path for path in host.files if "/dmesg." in path]
    host.files[path] = "[    0.000000] Linux version 6.1.0-9-amd64 (gcc-12)\n"
    (dump,) = look(host)["dumps"]
    assert (dump["complete"], dump["readable"]) == (True, False)
    assert "the log next to it of 6.1.0-9-amd64" in dump["readable_reason"]


def test_without_the_check_or_without_the_end_the_pages_are_not_read() -> None:
    (dump,) = look(debian_host(), check=False)["dumps"]
    assert (dump["readable"], dump["readable_reason"]) == (None, "it was not asked for")
    (dump,) = look(debian_host(flattened(kdump_compressed(), terminator=False)))["dumps"]
    assert (dump["readable"], dump["readable_reason"]) == (None, "it is not complete")


@pytest.mark.parametrize(("uid", "words"), [(1000, "belongs to the user 1000"), (0, None), (65534, None)])
def test_who_could_have_put_a_dump_there_is_told(uid: int, words: Optional[str]) -> None:
    host = debian_host()
    host.owners[STAMPED] = uid
    (dump,) = look(host)["dumps"]
    assert dump["complete"] is True
    assert (dump["doubt"] is None) if words is None else (words in dump["doubt"])


def test_a_dump_of_a_host_whose_clock_was_ahead_is_found_by_the_time_of_its_crash() -> None:
    host = debian_host()
    # ten minutes: the host's clock was set back when it booted, or the dump server's clock is behind
    host.clock -= 600
    host.mtimes = {path: mtime - 600 for path, mtime in host.mtimes.items()}
    (dump,) = look(host, after=CRASH_TIME - 5.0)["dumps"]
    assert (dump["crash_time"], dump["complete"]) == (CRASH_TIME, True)
    assert look(host, after=CRASH_TIME + 61.0)["dumps"] == []


def test_a_crash_in_the_future_is_listed_by_the_time_of_its_file() -> None:
    host = debian_host(flattened(kdump_compressed().replace(b"%d" % CRASH_TIME, b"3786912000")))
    assert look(host)["dumps"][0]["crash_time"] == 3786912000
    assert look(host, after=CRASH_TIME + 1000.0)["dumps"] == []
