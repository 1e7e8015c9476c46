# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what crash_test decides."""

import os
import re
import subprocess

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import decisions

OLD = "11111111-2222-3333-4444-555555555555"
NEW = "66666666-7777-8888-9999-000000000000"
INFO = {
    "kernel": "6.1.0-41-cloud-amd64",
    "capture_kernel": False,
    "armed": True,
    "verdict": "ready_unproven",
    "summary": "No crash has proved it.",
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

CONNECTIONS = [
    ("local", [], None, "connection: 'local' is refused: it reaches no machine of its own"),
    ("community.general.chroot", [], None, "the control node would crash"),
    ("community.docker.docker", [], None, "the control node would crash"),
    ("containers.podman.podman", [], None, "the control node would crash"),
    ("community.docker.nsenter", [], None, "the control node would crash"),
    ("community.general.lxd", [], None, "the control node would crash"),
    ("community.general.lxd", ["community.general.lxd"], None, "the control node would crash"),
    ("community.aws.aws_ssm", [], None, "say kdump_test_connections: [community.aws.aws_ssm]"),
    ("sshjail", [], None, "whether it reaches one real machine is not known"),
    ("ssh", [], "web2", "delegate_to: 'web2' is refused"),
]


@pytest.mark.parametrize("transport, named, delegate, words", CONNECTIONS)
def test_connection_that_may_crash_another_machine_is_refused(transport, named, delegate, words):
    (sentence,) = decisions.connection_refusals(transport, named, delegate)
    assert words in sentence


@pytest.mark.parametrize("transport, named", [("ssh", []), ("paramiko", []), ("aws_ssm", ["aws_ssm"])])
def test_connection_to_one_machine_is_taken(transport, named):
    assert decisions.connection_refusals(transport, named, None) == []


MACHINES = [
    (OLD, OLD, "this is the boot id of the control node"),
    (OLD, None, "the boot id of the control node cannot be read"),
    (None, NEW, "its boot id cannot be read"),
    ("", "", "its boot id cannot be read"),
]


@pytest.mark.parametrize("boot_id, own, words", MACHINES)
def test_machine_that_may_be_the_control_node_is_refused(boot_id, own, words):
    (sentence,) = decisions.machine_refusals(boot_id, own)
    assert words in sentence


@pytest.mark.parametrize("own", [NEW, ""])
def test_machine_with_another_boot_id_than_the_control_node_is_taken(own):
    assert decisions.machine_refusals(OLD, own) == []


def test_armed_host_of_a_good_verdict_is_taken():
    assert decisions.host_refusals(INFO) == []
    assert decisions.host_refusals(dict(INFO, verdict="ready")) == []


VERDICTS = [
    ("degraded", "or say kdump_test_verdicts: [degraded]"),
    ("reboot_pending", "or say kdump_test_verdicts: [reboot_pending]"),
    ("not_ready", "or say kdump_test_verdicts: [not_ready]"),
    ("disabled_by_policy", "mend that first."),
    ("unheard_of", "mend that first."),
]


@pytest.mark.parametrize("verdict, words", VERDICTS)
def test_armed_host_of_another_verdict_is_refused(verdict, words):
    info = dict(INFO, verdict=verdict, summary="The disk is full.")
    (sentence,) = decisions.host_refusals(info)
    assert sentence.startswith(
        "verdict: %r is refused: verify calls the host %s (The disk is full)" % (verdict, verdict)
    )
    assert words in sentence
    assert decisions.host_refusals(info, None, ["degraded", "reboot_pending", "not_ready"]) == (
        [] if "kdump_test_verdicts" in words else [sentence]
    )


def test_unsupported_host_is_refused_even_where_its_verdict_is_named():
    (sentence,) = decisions.host_refusals(dict(INFO, verdict="unsupported"), None, ["unsupported"])
    assert "take it out of this run" in sentence


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
    (sentence,) = decisions.host_refusals(dict(INFO, **change))
    assert words in sentence


@pytest.mark.parametrize("kind", ["ssh", "nfs"])
def test_a_target_on_a_server_is_no_reason_to_refuse_where_the_server_is_known(kind):
    info = dict(INFO, settings={"target_type": kind}, dump_directory={"path": None})
    assert decisions.host_refusals(info, "store") == []


def test_a_raw_target_is_no_reason_to_refuse_and_its_dump_is_awaited_in_the_local_path():
    checks = [{"id": "raw_device", "status": "pass", "reason": None}]
    info = dict(INFO, settings=RAW, dump_directory={"path": None}, checks=checks)
    assert decisions.host_refusals(info) == []
    assert (decisions.local_path(info), decisions.local_path(INFO)) == ("/var/crash", "/var/crash")


NUMBERS = [("delay", 0), ("delay", 301), ("timeout", 59), ("timeout", 21601), ("rearm_timeout", -1)]


@pytest.mark.parametrize("option, value", NUMBERS)
def test_number_that_makes_no_sense_is_refused(option, value):
    options = dict({"delay": 2, "timeout": None, "rearm_timeout": 600}, **{option: value})
    (sentence,) = decisions.option_refusals(options)
    assert sentence.startswith("%s: %d is refused" % (option, value))


@pytest.mark.parametrize("ram, seconds", [(2 * GIB, 960), (GIB + 1, 960), (64 * GIB, 2820), (4096 * GIB, 21600)])
def test_the_time_limit_grows_with_the_memory(ram, seconds):
    assert decisions.default_timeout_s(ram) == seconds


SIGHTS = [
    (NEW + "\n", True, "it is back"),
    (NEW + "\ncapture\n", False, "the capture kernel is at work"),
    (OLD + "\n", False, "it still runs the old kernel"),
    ("Permission denied", False, "it does not answer (it answered something else than a boot id"),
    ("", False, "it does not answer"),
]


@pytest.mark.parametrize("stdout, back, words", SIGHTS)
def test_only_a_new_boot_outside_the_capture_kernel_is_back(stdout, back, words):
    seen = decisions.sight(stdout)
    assert decisions.is_back(seen, OLD) is back
    assert decisions.in_words(seen, OLD).startswith(words)


def test_the_trigger_returns_before_the_panic_with_a_timer_and_without_one():
    command = decisions.trigger_command(3, OLD)
    assert "--unit=crashops-kdump-crash --on-active=3s" in command
    assert "setsid sh -c 'sleep 3; exec sh /run/crashops-kdump-crash fire' </dev/null >/dev/null 2>&1 &" in command


def test_a_host_that_held_its_crash_back_says_why_without_codes_for_a_terminal():
    seen = decisions.sight(OLD + "\nheld it is not armed\x1b[2J any more\n")
    assert (seen.boot_id, seen.held) == (OLD, "it is not armed\\x1b[2J any more")


@pytest.fixture
def machine(tmp_path):
    """Return a function that runs the program that crashes a host, with the files of a machine of its own."""
    for folder in ("proc/sys/kernel/random", "proc/7", "sys/kernel/fadump", "sys/kernel/kexec", "run"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/random/boot_id").write_text(OLD + "\n")
    (tmp_path / "sys/kernel/kexec_crash_loaded").write_text("1\n")
    (tmp_path / "proc/7/comm").write_text("sh\n")
    program = re.sub(r"/(proc|sys|run)/", lambda found: "%s%s" % (tmp_path, found[0]), decisions.guard(OLD))
    (tmp_path / "guard").write_text(program)

    def run(word, **files):
        for name, text in files.items():
            (tmp_path / name.replace("__", "/")).write_text(text)
        done = subprocess.run(
            ["sh", str(tmp_path / "guard"), word],
            stdout=subprocess.PIPE,
            universal_newlines=True,
            timeout=60,
            check=False,
        )
        trigger = tmp_path / "proc/sysrq-trigger"
        return done.returncode, done.stdout.strip(), trigger.read_text() if trigger.exists() else None

    run.folder = tmp_path
    return run


def test_the_program_crashes_a_host_that_is_as_it_was(machine):
    assert machine("look") == (0, "", None)
    assert machine("fire") == (0, "", "c\n")


ARMED = [
    {"sys__kernel__fadump__enabled": "1\n", "sys__kernel__fadump__registered": "1\n"},
    {"sys__kernel__fadump_enabled": "1\n", "sys__kernel__fadump_registered": "1\n"},
    {"sys__kernel__kexec__crash_loaded": "1\n"},
]


@pytest.mark.parametrize("files", ARMED, ids=["fadump", "older_fadump", "newer_kernel"])
def test_the_program_crashes_a_host_that_is_armed_in_another_place(machine, files):
    (machine.folder / "sys/kernel/kexec_crash_loaded").unlink()
    assert machine("fire", **files) == (0, "", "c\n")


UNREGISTERED = {"sys__kernel__fadump__enabled": "1\n", "sys__kernel__fadump__registered": "0\n"}
CHANGED = [
    (UNREGISTERED, "it is not armed any more (fadump is not registered)"),
    ({"sys__kernel__kexec_crash_loaded": "0\n"}, "it is not armed any more (kexec_crash_loaded is not 1)"),
    ({"proc__sys__kernel__random__boot_id": NEW + "\n"}, "it has booted since it was checked"),
    ({"proc__vmcore": ""}, "it is inside a capture kernel"),
    ({"proc__7__comm": "makedumpfile\n"}, "makedumpfile is at work there"),
    ({"proc__7__comm": "kexec\n"}, "kexec is at work there"),
    ({"proc__7__comm": "dpkg\n"}, "dpkg is at work there"),
]


@pytest.mark.parametrize("files, words", CHANGED)
def test_the_program_crashes_no_host_that_has_changed(machine, files, words):
    assert machine("fire", **files) == (1, words, None)
    assert (machine.folder / "run/crashops-kdump-crash.held").read_text() == words + "\n"


def test_host_that_another_run_changes_is_not_crashed(machine):
    lock = host_lock.Lock(str(machine.folder / "run/crashops-kdump.lock"))
    lock.take("kdump_service")
    rc, words, panic = machine("fire")
    lock.release()
    assert (rc, panic) == (1, None)
    assert re.match(
        r"another run has been changing it since [\d:]{8} \(kdump_service, process %d\)$" % os.getpid(), words
    )
    assert machine("fire") == (0, "", "c\n")


def test_host_whose_lock_cannot_be_seen_is_not_crashed(machine):
    (machine.folder / "run/crashops-kdump.lock").mkdir()
    rc, words, panic = machine("fire")
    assert (rc, panic) == (1, None)
    assert words.endswith("crashops-kdump.lock cannot be opened, so a run that changes it would not be seen")


def test_a_dump_that_is_being_written_is_a_reason_to_wait():
    dumps = [{"core": "/var/crash/a", "directory": "/var/crash", "mtime": 985.0}]
    (sentence,) = decisions.writing_refusals(dumps, 1000.0)
    assert sentence.startswith("dump: '/var/crash/a' is refused: it was written to less than 30 s ago")
    assert decisions.writing_refusals(dumps, 1016.0) == []


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
    found = decisions.choose_dump(known, dumps, since=1000)
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
    trouble = decisions.dump_trouble(dump("new", **facts), INFO["kernel"], latest=2000)
    assert (trouble is None) if words is None else (words in trouble)


@pytest.mark.parametrize(("target", "doubt"), [("local", "x"), ("raw", "x"), ("nfs", None), ("ssh", None)])
def test_who_could_have_written_a_dump_is_asked_on_the_hosts_own_disk_alone(target, doubt):
    assert decisions.believed([dump("new", doubt="x")], target)[0]["doubt"] == doubt


def test_the_evidence_names_the_files_or_says_that_there_are_none():
    assert decisions.evidence("/var/crash", [dump("a")]) == "/var/crash holds /var/crash/a (5 bytes)"
    assert decisions.evidence("/var/crash", []) == "/var/crash holds no dump at all"


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
    trouble = decisions.dump_trouble(dict(dump, readable_reason="page 3 of 5 cannot be unpacked"), "6.1", latest=10)
    assert trouble == "the content of the dump /c is wrong: page 3 of 5 cannot be unpacked"
    assert decisions.dump_trouble(dict(dump, readable=None, readable_reason="not compressed"), "6.1", latest=10) is None
