# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what crash_test decides."""

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils import _crash

OLD = "11111111-2222-3333-4444-555555555555"
NEW = "66666666-7777-8888-9999-000000000000"
INFO = {
    "kernel": "6.1.0-41-cloud-amd64",
    "capture_kernel": False,
    "armed": True,
    "reasons": [],
    "settings": {"target_type": "local", "target_location": None, "path": "/var/crash", "ssh_key": None},
    "dump_directory": {"path": "/var/crash"},
    "crashkernel": {"booted": ["256M"]},
    "image": {"path": "/var/lib/kdump/initrd.img"},
    "memory": {"ram_bytes": 2**31},
    "collector": {"mtime": 99.5},
    "firmware": "SeaBIOS 1.16",
    "own_files": {"/usr/sbin/kexec": "0a"},
    "findings": [],
    "checks": [],
}
RAW = {"target_type": "raw", "target_location": "/dev/vdb", "path": "/var/crash"}
GIB = 2**30

REFUSED = [
    ("web1", "", "ssh", None, ["confirm: '' is refused", "kdump_test_confirm", "'web1'"]),
    ("web1", "web2", "ssh", None, ["confirm: 'web2' is refused"]),
    ("web1", "true", "ssh", None, ["confirm: 'true' is refused"]),
    ("web1", "web1", "local", None, ["connection: 'local' is refused", "control node"]),
    ("web1", "web1", "ssh", "web2", ["delegate_to: 'web2' is refused"]),
]


@pytest.mark.parametrize("name, confirm, transport, delegate, words", REFUSED)
def test_without_consent_for_this_very_host_a_crash_is_refused(name, confirm, transport, delegate, words):
    (sentence,) = _crash.refusals(name, confirm, transport, delegate)
    for word in words:
        assert word in sentence


def test_the_named_host_is_not_refused():
    assert _crash.refusals("web1", "web1", "ssh", None) == []
    assert _crash.host_refusals(INFO) == []


HOSTS = [
    ({"armed": False, "reasons": ["nothing is reserved"]}, "nothing is reserved"),
    ({"armed": False}, "no capture kernel is loaded"),
    ({"capture_kernel": True}, "inside a capture kernel"),
    ({"settings": {"target_type": "ssh"}, "dump_directory": {"path": None}}, "kdump_dump_server"),
    ({"settings": {"target_type": "nfs"}, "dump_directory": {"path": None}}, "kdump_dump_server"),
    ({"settings": {"target_type": "ext4"}, "dump_directory": {"path": None}}, "mount its target on the host"),
    (
        {"settings": RAW, "findings": [{"rule": "R40", "message": "it holds ext4"}]},
        "target: 'raw /dev/vdb' is refused: kdumpctl moves no dump off this device (it holds ext4)",
    ),
    (
        {"settings": RAW, "checks": [{"id": "raw_device", "status": "fail", "reason": "It is mounted."}]},
        "moves no dump off this device (It is mounted)",
    ),
]


@pytest.mark.parametrize("change, words", HOSTS)
def test_a_host_that_could_not_prove_anything_is_refused(change, words):
    (sentence,) = _crash.host_refusals(dict(INFO, **change))
    assert words in sentence


@pytest.mark.parametrize("kind", ["ssh", "nfs"])
def test_a_target_on_a_server_is_no_reason_to_refuse_where_the_server_is_known(kind):
    info = dict(INFO, settings={"target_type": kind}, dump_directory={"path": None})
    assert _crash.host_refusals(info, "store") == []


def test_a_raw_target_is_no_reason_to_refuse_and_its_dump_is_awaited_in_the_local_path():
    checks = [{"id": "raw_device", "status": "pass", "reason": None}]
    info = dict(INFO, settings=RAW, dump_directory={"path": None}, checks=checks)
    assert _crash.host_refusals(info) == []
    assert (_crash.local_path(info), _crash.local_path(INFO)) == ("/var/crash", "/var/crash")


@pytest.mark.parametrize("option, value", [("delay", 0), ("timeout", 59), ("rearm_timeout", -1)])
def test_a_number_that_makes_no_sense_is_refused(option, value):
    options = dict({"delay": 2, "timeout": None, "rearm_timeout": 600}, **{option: value})
    (sentence,) = _crash.option_refusals(options)
    assert sentence.startswith("%s: %d is refused" % (option, value))


@pytest.mark.parametrize("ram, seconds", [(2 * GIB, 960), (GIB + 1, 960), (64 * GIB, 2820), (4096 * GIB, 21600)])
def test_the_time_limit_grows_with_the_memory(ram, seconds):
    assert _crash.default_timeout_s(ram) == seconds


SIGHTS = [
    (NEW + "\n", True, "it is back"),
    (NEW + "\ncapture\n", False, "the capture kernel is at work"),
    (OLD + "\n", False, "it still runs the old kernel"),
    ("Permission denied", False, "it does not answer (it answered something else than a boot id"),
    ("", False, "it does not answer"),
]


@pytest.mark.parametrize("stdout, back, words", SIGHTS)
def test_only_a_new_boot_outside_the_capture_kernel_is_back(stdout, back, words):
    seen = _crash.sight(stdout)
    assert _crash.is_back(seen, OLD) is back
    assert _crash.in_words(seen, OLD).startswith(words)


def test_the_trigger_returns_before_the_panic_with_a_timer_and_without_one():
    command = _crash.trigger_command(3)
    assert command.startswith("timeout 60 sync; systemd-run ")
    assert "--on-active=3s" in command
    assert "setsid sh -c 'sleep 3; echo c > /proc/sysrq-trigger' </dev/null >/dev/null 2>&1 &" in command


def dump(name, **facts):
    """Return a dump as vmcore_info tells it."""
    base = {"id": name, "core": "/var/crash/" + name, "directory": "/var/crash", "complete": True, "crash_time": 1000}
    more = {"kernel": INFO["kernel"], "reason": "because", "files": [{"name": name, "size_bytes": 5}]}
    return dict(base, **dict(more, **facts))


CHOICES = [
    ({"old"}, [dump("old"), dump("new")], "new"),
    ({"old"}, [dump("old")], None),
    (set(), [], None),
    (set(), [dump("new", crash_time=939)], None),
    (set(), [dump("new", crash_time=941)], "new"),
    (set(), [dump("log", core=None, complete=False, crash_time=None)], "log"),
    (set(), [dump("log", core=None, complete=False, crash_time=None), dump("cut", complete=False)], "cut"),
    (set(), [dump("cut", complete=False, crash_time=1002), dump("whole")], "whole"),
    (set(), [dump("first"), dump("second", crash_time=1005)], "second"),
    (set(), [dump("planted", crash_time=1005, doubt="of a user"), dump("cut", complete=False)], "cut"),
]


@pytest.mark.parametrize("known, dumps, chosen", CHOICES)
def test_the_dump_of_this_crash_is_never_an_older_one(known, dumps, chosen):
    found = _crash.choose_dump(known, dumps, since=1000)
    assert (found["id"] if found else None) == chosen


TROUBLES = [
    ({}, None),
    ({"complete": False}, "is not complete: because"),
    ({"complete": None}, "cannot be told: because"),
    ({"kernel": "5.10.0"}, "is of the kernel 5.10.0"),
    ({"kernel": None}, "does not say of which kernel it is"),
    ({"kernel": ""}, "does not say of which kernel it is"),
    ({"crash_time": None}, "does not say when the kernel crashed"),
    ({"crash_time": 3786912000}, "crashed in the future, at 3786912000"),
    ({"doubt": "/var/crash/new belongs to the user 1000"}, "others than root could have made the dump"),
    ({"doubt": None}, None),
]


@pytest.mark.parametrize("facts, words", TROUBLES)
def test_only_a_complete_dump_of_the_crashed_kernel_proves_anything(facts, words):
    trouble = _crash.dump_trouble(dump("new", **facts), INFO["kernel"], latest=2000)
    assert (trouble is None) if words is None else (words in trouble)


@pytest.mark.parametrize(("target", "doubt"), [("local", "x"), ("raw", "x"), ("nfs", None), ("ssh", None)])
def test_who_could_have_written_a_dump_is_asked_on_the_hosts_own_disk_alone(target, doubt):
    assert _crash.believed([dump("new", doubt="x")], target)[0]["doubt"] == doubt


def test_the_evidence_names_the_files_or_says_that_there_are_none():
    assert _crash.evidence("/var/crash", [dump("a")]) == "/var/crash holds /var/crash/a (5 bytes)"
    assert _crash.evidence("/var/crash", []) == "/var/crash holds no dump at all"


def test_the_proof_says_what_was_proved_and_holds_no_key():
    made = dump("new", format="flattened", size_bytes=5, panic="Kernel panic - not syncing: x")
    proof = _crash.proof(INFO, 123.5, made)
    assert proof["kernel"] == INFO["kernel"]
    assert proof["image"] == {"path": "/var/lib/kdump/initrd.img", "mtime": 123.5}
    assert proof["time"] == 1000
    assert proof["crashkernel"] == ["256M"]
    assert proof["dump"]["id"] == "new"
    assert proof["panic"] == "Kernel panic - not syncing: x"
    assert proof["settings"] == {"target_type": "local", "target_location": None, "path": "/var/crash"}
    assert (proof["ram_bytes"], proof["collector_mtime"]) == (2**31, 99.5)
    assert proof["dumps_host"] is None
    assert _crash.proof(INFO, 123.5, made, "store")["dumps_host"] == "store"


def test_a_whole_dump_of_rubbish_proves_nothing():
    dump = {
        "core": "/c",
        "directory": "/",
        "complete": True,
        "reason": "",
        "kernel": "6.1",
        "readable": False,
        "crash_time": 9,
    }
    trouble = _crash.dump_trouble(dict(dump, readable_reason="page 3 of 5 cannot be unpacked"), "6.1", latest=10)
    assert trouble == "the content of the dump /c is wrong: page 3 of 5 cannot be unpacked"
    assert _crash.dump_trouble(dict(dump, readable=None, readable_reason="not compressed"), "6.1", latest=10) is None
