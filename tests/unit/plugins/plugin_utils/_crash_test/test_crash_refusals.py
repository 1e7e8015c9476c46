# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts are not crashed, and why."""

from typing import Any, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import new_dump, refusals
from ansible_collections.crashops.kdump.tests.unit.crashing_host import INFO, NEW, OLD, RAW

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
def test_connection_that_may_crash_another_machine_is_refused(
    transport: str, named: List[str], delegate: Optional[str], words: str
) -> None:
    (sentence,) = refusals.connection_refusals(transport, named, delegate)
    assert words in sentence


@pytest.mark.parametrize("transport, named", [("ssh", []), ("paramiko", []), ("aws_ssm", ["aws_ssm"])])
def test_connection_to_one_machine_is_taken(transport: str, named: List[str]) -> None:
    assert refusals.connection_refusals(transport, named, None) == []


MACHINES = [
    (OLD, OLD, "this is the boot id of the control node"),
    (OLD, None, "the boot id of the control node cannot be read"),
    (None, NEW, "its boot id cannot be read"),
    ("", "", "its boot id cannot be read"),
]


@pytest.mark.parametrize("boot_id, own, words", MACHINES)
def test_machine_that_may_be_the_control_node_is_refused(
    boot_id: Optional[str], own: Optional[str], words: str
) -> None:
    (sentence,) = refusals.machine_refusals(boot_id, own)
    assert words in sentence


@pytest.mark.parametrize("own", [NEW, ""])
def test_machine_with_another_boot_id_than_the_control_node_is_taken(own: str) -> None:
    assert refusals.machine_refusals(OLD, own) == []


def test_armed_host_of_a_good_verdict_is_taken() -> None:
    assert refusals.host_refusals(INFO) == []
    assert refusals.host_refusals(dict(INFO, verdict="ready")) == []


VERDICTS = [
    ("degraded", "or say kdump_test_verdicts: [degraded]"),
    ("reboot_pending", "or say kdump_test_verdicts: [reboot_pending]"),
    ("not_ready", "or say kdump_test_verdicts: [not_ready]"),
    ("disabled_by_policy", "mend that first."),
    ("unheard_of", "mend that first."),
]


@pytest.mark.parametrize("verdict, words", VERDICTS)
def test_armed_host_of_another_verdict_is_refused(verdict: str, words: str) -> None:
    info = dict(INFO, verdict=verdict, summary="The disk is full.")
    (sentence,) = refusals.host_refusals(info)
    assert sentence.startswith(
        "verdict: %r is refused: verify calls the host %s (The disk is full)" % (verdict, verdict)
    )
    assert words in sentence
    assert refusals.host_refusals(info, None, ["degraded", "reboot_pending", "not_ready"]) == (
        [] if "kdump_test_verdicts" in words else [sentence]
    )


def test_unsupported_host_is_refused_even_where_its_verdict_is_named() -> None:
    (sentence,) = refusals.host_refusals(dict(INFO, verdict="unsupported"), None, ["unsupported"])
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
def test_a_host_that_could_not_prove_anything_is_refused(change: Dict[str, Any], words: str) -> None:
    (sentence,) = refusals.host_refusals(dict(INFO, **change))
    assert words in sentence


@pytest.mark.parametrize("kind", ["ssh", "nfs"])
def test_a_target_on_a_server_is_no_reason_to_refuse_where_the_server_is_known(kind: str) -> None:
    info = dict(INFO, settings={"target_type": kind}, dump_directory={"path": None})
    assert refusals.host_refusals(info, "store") == []


def test_a_raw_target_is_no_reason_to_refuse_and_its_dump_is_awaited_in_the_local_path() -> None:
    checks = [{"id": "raw_device", "status": "pass", "reason": None}]
    info = dict(INFO, settings=RAW, dump_directory={"path": None}, checks=checks)
    assert refusals.host_refusals(info) == []
    assert (new_dump.local_path(info), new_dump.local_path(INFO)) == ("/var/crash", "/var/crash")


NUMBERS = [("delay", 0), ("delay", 301), ("timeout", 59), ("timeout", 21601), ("rearm_timeout", -1)]


@pytest.mark.parametrize("option, value", NUMBERS)
def test_number_that_makes_no_sense_is_refused(option: str, value: int) -> None:
    options = dict({"delay": 2, "timeout": None, "rearm_timeout": 600}, **{option: value})
    (sentence,) = refusals.option_refusals(options)
    assert sentence.startswith("%s: %d is refused" % (option, value))


def test_a_dump_that_is_being_written_is_a_reason_to_wait() -> None:
    dumps = [{"core": "/var/crash/a", "directory": "/var/crash", "mtime": 985.0}]
    (sentence,) = refusals.writing_refusals(dumps, 1000.0)
    assert sentence.startswith("dump: '/var/crash/a' is refused: it was written to less than 30 s ago")
    assert refusals.writing_refusals(dumps, 1016.0) == []
