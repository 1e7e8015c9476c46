# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a crash test: what is written after the crash is what is read and compared later."""

import json
from typing import Any, Callable, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import (
    KDUMPCTL_STATUS,
    PROOF,
    TESTS_WITHOUT_DUMP,
    Setup,
    judged,
    record_of,
)
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import read_facts
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

DUMP = {
    "id": "new",
    "core": "/var/crash/new/dump.new",
    "format": "flattened",
    "size_bytes": 5,
    "crash_time": 1700000100,
    "mtime": 1700000160.0,
    "kernel": "6.1.0",
    "panic": "Kernel panic - not syncing: x",
}
INFO: Dict[str, Any] = {
    "kernel": "6.1.0",
    "crashkernel": {"booted": ["256M"]},
    "image": {"path": "/var/lib/kdump/initrd.img"},
    "settings": {"target_type": "ssh", "target_location": "k@store", "ssh_key": "/root/.ssh/id", "path": "/var/crash"},
    "memory": {"ram_bytes": 2**31},
    "collector": {"mtime": 99.5},
    "firmware": None,
    "own_files": {"/usr/sbin/kexec": "aa"},
    "dump_file_system": "ext4 on /dev/vda1",
    "capture_words": ["ro", "nr_cpus=1"],
    "checks": [
        {"id": "encrypted_target", "doubt": "warn", "value": "crypt"},
        {"id": "space", "doubt": None, "value": "1 MiB"},
    ],
}


def test_the_record_says_what_was_proved_and_holds_no_key() -> None:
    record = record_of(INFO, 123.5, DUMP)
    assert (record["version"], record["kernel"], record["time"]) == (4, "6.1.0", 1700000100)
    assert record["image"] == {"path": "/var/lib/kdump/initrd.img", "mtime": 123.5}
    assert record["crashkernel"] == ["256M"]
    assert record["settings"] == {"target_type": "ssh", "target_location": "k@store", "path": "/var/crash"}
    assert (record["ram_bytes"], record["collector_mtime"]) == (2**31, 99.5)
    assert (record["firmware"], record["own_files"]) == (None, {"/usr/sbin/kexec": "aa"})
    assert (record["file_system"], record["capture_words"]) == ("ext4 on /dev/vda1", ["ro", "nr_cpus=1"])
    assert record["doubts"] == {"encrypted_target": ["warn", "crypt"]}
    assert (record["dump"]["id"], record["panic"]) == ("new", "Kernel panic - not syncing: x")
    assert record["dumps_host"] is None
    assert record_of(INFO, 123.5, DUMP, "store")["dumps_host"] == "store"


def test_a_dump_without_a_time_of_its_own_has_that_of_its_file() -> None:
    assert record_of(INFO, 123.5, dict(DUMP, crash_time=None))["time"] == 1700000160.0


@pytest.mark.parametrize("make", [armed_debian, armed_ubuntu, armed_el8, armed_el9, armed_el10])
def test_a_host_that_stays_as_it_was_is_proven_by_its_record(make: Callable[..., FakeHost]) -> None:
    host = make()
    info = read_facts(host, LookOptions())
    mtime = host.mtime_ns(info["image"]["path"]) / 1e9
    record = record_of(info, mtime, dict(DUMP, kernel=info["kernel"], crash_time=int(host.now())))
    host.files[PROOF] = json.dumps(record)
    proof = read_facts(host, LookOptions())["proof"]
    assert (proof["state"], proof["source"], proof["stale_because"]) == ("proven", "crash_test", [])
    host.files[PROOF] = json.dumps(dict(record, crashkernel=["1G"]))
    assert read_facts(host, LookOptions())["proof"]["state"] == "stale"


@pytest.mark.parametrize(
    ("was", "words"),
    [
        (["BOOT_IMAGE=/old", "ro", "a=1", "b"], []),
        (["ro", "b"], ["the command line of the capture kernel got a=1"]),
        (["ro", "a=2", "b", "quiet"], ["the command line of the capture kernel got a=1 and lost a=2 quiet"]),
        (["b", "ro", "a=1"], ["the command line of the capture kernel has its words in another order"]),
        (None, []),
    ],
)
def test_a_change_of_the_capture_kernels_command_line_is_named(was: Optional[List[str]], words: List[str]) -> None:
    record = dict(record_of(INFO, 123.5, DUMP), capture_words=was, settings={}, collector_mtime=None, firmware=None)
    now = Setup("6.1.0", ["256M"], "/var/lib/kdump/initrd.img", 123.5, {}, None, own_files=INFO["own_files"])
    now = now._replace(capture_words=["BOOT_IMAGE=/new", "ro", "a=1", "b"])
    assert judged(json.dumps(record), now, 1700000200).changed == words


LEVEL_1 = "path /var/crash\ncore_collector makedumpfile -l -d 1\n"
LEVEL_31 = "path /var/crash\ncore_collector makedumpfile -l -d 31\n"


def proven_with(conf: str, **changes: Any) -> FakeHost:
    """Return a host that has 1500 MiB free, and whose dump of 1900 MiB is the proof."""
    host = armed_el9({"/etc/kdump.conf": conf, "/usr/sbin/makedumpfile": "x"})
    host.free["/var/crash"] = 1500 << 20
    info = read_facts(host, LookOptions())
    dump = dict(DUMP, kernel=info["kernel"], crash_time=int(host.now()), size_bytes=1900 << 20)
    record = record_of(info, host.mtime_ns(info["image"]["path"]) / 1e9, dump)
    host.files[PROOF] = json.dumps(dict(record, **changes))
    return host


def expected_dump(host: FakeHost) -> Any:
    facts = read_facts(host, LookOptions())
    status = next(check["status"] for check in facts["checks"] if check["id"] == "space")
    return status, facts["space"]["dump_bytes_from"]


def test_the_last_dump_counts_as_the_size_of_the_next_one() -> None:
    assert expected_dump(proven_with(LEVEL_31)) == ("fail", "last_dump")


@pytest.mark.parametrize(
    "changes", [{"collector_mtime": 5.0}, {"ram_bytes": 64 << 30}, {"settings": {"core_collector": "cp"}}], ids=repr
)
def test_the_last_dump_of_another_collector_or_ram_says_nothing_of_the_next_one(changes: Dict[str, Any]) -> None:
    assert expected_dump(proven_with(LEVEL_31, **changes)) == ("pass", "ram")


def test_the_last_dump_of_a_lower_level_says_nothing_of_the_next_one() -> None:
    host = proven_with(LEVEL_1)
    host.files["/etc/kdump.conf"] = LEVEL_31
    assert expected_dump(host) == ("pass", "ram")


@pytest.mark.parametrize("value", [[1], ["x"], "x", 5.5, True, {"a": [1]}, float("nan"), -1], ids=repr)
@pytest.mark.parametrize(
    "name",
    [
        "time",
        "kernel",
        "crashkernel",
        "image",
        "settings",
        "dump",
        "own_files",
        "collector_mtime",
        "capture_words",
        "doubts",
    ],
)
def test_a_record_with_a_value_of_another_type_proves_nothing(name: str, value: Any) -> None:
    host = armed_debian()
    info = read_facts(host, LookOptions())
    mtime = host.mtime_ns(info["image"]["path"]) / 1e9
    record = record_of(info, mtime, dict(DUMP, kernel=info["kernel"], crash_time=int(host.now())))
    host.files[PROOF] = json.dumps(dict(record, **{name: value}))
    assert read_facts(host, LookOptions())["proof"]["state"] in ("stale", "unknown")


def proved(make: Callable[..., FakeHost]) -> FakeHost:
    """Return a host that a crash test proved a day ago."""
    host = make()
    info = read_facts(host, LookOptions())
    mtime = host.mtime_ns(info["image"]["path"]) / 1e9
    record = record_of(info, mtime, dict(DUMP, kernel=info["kernel"], crash_time=int(host.now())))
    host.files[PROOF] = json.dumps(record)
    host.clock += 86400
    return host


# FakeHost's clock starts at 1700000000, on 2023-11-14
FAILED = [
    ({TESTS_WITHOUT_DUMP: "1700050000 a1\n"}, "the crash test of 2023-11-15 found no complete dump"),
    ({TESTS_WITHOUT_DUMP: "1600000000 a1\n1700050000 b2\n"}, "the crash test of 2023-11-15 found no complete dump"),
    ({KDUMPCTL_STATUS: "fail kdump_test_id=1700050000-1\n"}, "kdumpctl test of 2023-11-15 failed"),
]


@pytest.mark.parametrize(("files", "words"), FAILED)
@pytest.mark.parametrize("make", [armed_debian, armed_el9])
def test_a_test_that_failed_after_the_proof_ends_it(
    make: Callable[..., FakeHost], files: Dict[str, str], words: str
) -> None:
    host = proved(make)
    host.files.update(files)
    facts = read_facts(host, LookOptions())
    assert (facts["proof"]["state"], facts["verdict"]) == ("stale", "ready_unproven")
    assert facts["proof"]["stale_because"] == [words]
    assert "The proof no longer holds: %s." % words in facts["summary"]


@pytest.mark.parametrize(
    "files",
    [
        {TESTS_WITHOUT_DUMP: "1600000000 a1\n"},
        {KDUMPCTL_STATUS: "fail kdump_test_id=1600000000-1\n"},
        {KDUMPCTL_STATUS: "pending kdump_test_id=1700050000-1\n"},
    ],
)
def test_a_test_that_failed_before_the_proof_does_not_count(files: Dict[str, str]) -> None:
    host = proved(armed_el9)
    host.files.update(files)
    assert read_facts(host, LookOptions())["proof"]["state"] == "proven"


def test_a_later_success_of_kdumpctl_counts_after_a_failed_test() -> None:
    host = proved(armed_el9)
    host.files[TESTS_WITHOUT_DUMP] = "1700050000 a1\n"
    host.files[KDUMPCTL_STATUS] = "success kdump_test_id=1700060000-1\n"
    proof = read_facts(host, LookOptions())["proof"]
    assert (proof["state"], proof["source"]) == ("proven", "kdumpctl")


@pytest.mark.parametrize("text", ["", "what?\n", "1700050000\n", "\x00" * 20])
def test_a_list_of_failed_tests_that_is_rubbish_leaves_the_proof_unknown(text: str) -> None:
    host = proved(armed_debian)
    host.files[TESTS_WITHOUT_DUMP] = text
    assert read_facts(host, LookOptions())["proof"]["state"] == "unknown"


def test_a_list_of_failed_tests_that_a_user_could_have_written_leaves_the_proof_unknown() -> None:
    host = proved(armed_debian)
    host.files[TESTS_WITHOUT_DUMP] = "1600000000 a1\n"
    host.owners[TESTS_WITHOUT_DUMP] = 1000
    assert read_facts(host, LookOptions())["proof"]["state"] == "unknown"


def recorded(host: FakeHost) -> FakeHost:
    """Return a host with the record of a crash test, made of what run_module sends."""
    info = shown(secret_words.masked(read_facts(host, LookOptions(probe=False))))
    mtime = host.mtime_ns(info["image"]["path"]) / 1e9
    record = record_of(info, mtime, dict(DUMP, kernel=info["kernel"], crash_time=int(host.now())))
    host.files[PROOF] = json.dumps(record)
    return host


def stale_because(host: FakeHost) -> Any:
    """Return what made the proof of a host stale."""
    return read_facts(host, LookOptions(probe=False))["proof"]["stale_because"]


DEFAULTS = "/etc/default/kdump-tools"
USED = "USE_KDUMP=1\n"
SSH = USED + "SSH=kdump@10.0.0.9\nSSH_KEY=/root/.ssh/good\n"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (USED, USED + "KDUMP_COMPRESSION=xz\n", ["KDUMP_COMPRESSION was none and is xz"]),
        (SSH, SSH.replace("good", "bad"), ["SSH_KEY was /root/.ssh/good and is /root/.ssh/bad"]),
        (USED + "HOSTTAG=ip\n", USED, ["HOSTTAG was ip and is none"]),
        (SSH + "FTP=a\n", SSH, ["FTP was a and is none"]),
        (USED + "FTP_PASSWORD=old\n", USED + "FTP_PASSWORD=new\n", []),
        (USED, "USE_KDUMP=2\nKDUMP_NUM_DUMPS=3\nKDUMP_SYSCTL='kernel.panic_on_warn=1'\n", []),
    ],
)
def test_a_variable_that_changes_how_kdump_tools_dumps_makes_the_proof_stale(
    before: str, after: str, words: Any
) -> None:
    host = recorded(armed_debian({DEFAULTS: before}))
    assert stale_because(host) == []
    host.files[DEFAULTS] = after
    assert stale_because(host) == words


def test_a_proof_of_a_firmware_whose_name_is_no_utf8_stays_current() -> None:
    host: FakeHost = armed_el9()
    host.files.update({"/sys/class/dmi/id/bios_vendor": b"ACME\xae BIOS\n", "/sys/class/dmi/id/bios_version": "1.0\n"})
    host = recorded(host)
    assert "\\xae" in json.loads(host.files[PROOF])["firmware"]
    assert stale_because(host) == []


def test_a_proof_stays_current_where_the_target_was_mounted_for_the_test_only() -> None:
    host: FakeHost = armed_el9({"/etc/kdump.conf": "ext4 /dev/vdb1\npath /crash\n"})
    host.files["/dev/vdb1"] = ""
    mounts = {"/proc/mounts": "/dev/vda1 / ext4 rw 0 0\n", "/proc/self/mountinfo": host.files["/proc/self/mountinfo"]}
    host.files["/proc/mounts"] = mounts["/proc/mounts"] + "/dev/vdb1 /mnt/dumps ext4 rw 0 0\n"
    host.files["/proc/self/mountinfo"] += "31 22 254:17 / /mnt/dumps rw - ext4 /dev/vdb1 rw\n"
    host.directories.update({"/mnt": 0o755, "/mnt/dumps": 0o755, "/mnt/dumps/crash": 0o700})
    host = recorded(host)
    assert json.loads(host.files[PROOF])["settings"]["dump_directory"] == "/mnt/dumps/crash"
    host.files.update(mounts)
    assert stale_because(host) == []
