# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's variables as people type them: what is taken, what is refused, and the sentence for it."""

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.roles.made_up import Done, Fleet

CHECK = "Check all variables on this host"
# the first host of a batch does it for all of them
REMEMBER = "Remember the hosts of this batch"
REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"kdump_crashkernal": "256M"},
        "kdump_crashkernal: '256M' is refused: the role has no such variable; use kdump_crashkernel, "
        "or name it in kdump_allow_unknown if something else needs it.",
    ),
    ({"kdump_reboot_alowed": True}, "use kdump_reboot_allowed"),
    ({"kdump_pathh": "/x"}, "use kdump_path"),
    (
        {"kdump_reboot_ok": True},
        "kdump_reboot_ok: True is refused: it is a variable of linux-system-roles.kdump; use kdump_reboot_allowed, "
        "or translate the whole file with crashops.kdump.migrate.",
    ),
    ({"kdump_ssh_user": "kdump"}, "write user@server into the location of kdump_target"),
    ({"kdump_sshkey": "/root/.ssh/k"}, "use ssh_key in kdump_target"),
    ({"kdump_system_action": "halt"}, "use kdump_failure_action"),
    ({"kdump_kdump_tools": {"USE_KDUMP": 1}}, "use kdump_sysconfig"),
    ({"kdump_reboot_required": True}, "verify says reboot_pending"),
    ({"kdump_dump_target": {"type": "local"}}, "use kdump_target"),
    ({"kdump_colour": "blue"}, "the role has no such variable; remove it, or name it in kdump_allow_unknown"),
    ({"kdump_own_path": "var/kdump"}, "it is no absolute path of plain characters; give one such as /var/kdump"),
    ({"kdump_path": "var/crash"}, "kdump_path: 'var/crash' is refused: the path is not absolute; begin it with /."),
    ({"kdump_path": True}, "kdump_path: True is refused: YAML reads this word as a truth value; put it in quotes."),
    ({"kdump_path": ["/a", "/b"]}, "kdump_path: ['/a', '/b'] is refused: it must be one text"),
    ({"kdump_target": {"type": "nfs"}}, "a target of type nfs needs a location; give it one."),
    ({"kdump_target": {"type": "nfs", "location": ":server:/export"}}, "a colon stands before the server"),
    ({"kdump_target": "nfs"}, "kdump_target: 'nfs' is refused: this text is no dictionary; write one such as"),
    ({"kdump_target": ["nfs"]}, "kdump_target: ['nfs'] is refused: it must be a dictionary"),
    ({"kdump_target": {"typ": "nfs"}}, "kdump_target.typ: 'nfs' is refused: there is no such option; use type."),
    ({"kdump_target": {"location": "s:/e"}}, "it lacks type; add type."),
    ({"kdump_target": {"type": None}}, "it lacks type; add type."),
    ({"kdump_crashkernel": "256MB"}, "kdump_crashkernel: '256MB' is refused"),
    ({"kdump_crashkernel": {"size": "256M"}}, "kdump_crashkernel: {'size': '256M'} is refused: it must be one text"),
    ({"kdump_crashkernel": True}, "kdump_crashkernel: True is refused"),
    ({"kdump_crashkernel": "8G-:256M"}, "kdump_crashkernel: '8G-:256M' is refused: it would reserve nothing"),
    ({"kdump_crashkernel_kernels": "one"}, "kdump_crashkernel_kernels: 'one' is refused"),
    ({"kdump_crashkernel_margin_percent": 10}, "leave it out or say kdump_crashkernel: estimate"),
    ({"kdump_core_collector": "makedumpfile # x"}, "kdump_core_collector: 'makedumpfile # x' is refused"),
    ({"kdump_failure_action": "explode"}, "kdump_failure_action"),
    ({"kdump_extra_bins": [None]}, "an entry of the list is empty"),
    ({"kdump_blocked_drivers": ["a b"]}, "it is not the name of a kernel module"),
    ({"kdump_blocked_drivers": {"nouveau": True}}, "it must be a list; write [one, two]."),
    ({"kdump_commandline_append": "console=ttyS0,115200"}, "a comma may be a part of one word"),
    ({"kdump_path": "/usr/lib"}, "kdump_path: '/usr/lib' is refused: the system itself needs what is in /usr"),
    ({"kdump_path": "/var/crash/.."}, "kdump_path: '/var/crash/..' is refused: it leads elsewhere by . or .."),
    ({"kdump_blocked_drivers": ["e1000\n"]}, "it has control characters, line separators or other invisible"),
    ({"kdump_directives": "failure_action"}, "kdump_directives: 'failure_action' is refused: this text is no dict"),
    ({"kdump_sysconfig": ["KDUMP_KERNELVER"]}, "kdump_sysconfig: ['KDUMP_KERNELVER'] is refused"),
    ({"kdump_service_timeout": "soon"}, "kdump_service_timeout: 'soon' is refused: it is no whole number"),
    ({"kdump_service_timeout": 0}, "kdump_service_timeout: 0 is refused: it must be at least 1 seconds"),
    ({"kdump_target_timeout": 0}, "kdump_target_timeout: 0 is refused"),
    ({"kdump_reboot_timeout": -1}, "kdump_reboot_timeout: -1 is refused"),
    ({"kdump_reboot_allowed": "maybe"}, "kdump_reboot_allowed: 'maybe' is refused: it is neither true nor false"),
    ({"kdump_masked": True}, "kdump_masked: True is refused: there is no such choice; choose false."),
    ({"kdump_ssh_key_type": "ed448x"}, "choose ed25519, ecdsa, rsa"),
    ({"kdump_panic_policy": "hung_task"}, "use hung_tasks"),
    ({"kdump_panic_policy": "none,oops"}, "none stands alone"),
    ({"kdump_metrics": True, "kdump_metrics_directory": "metrics"}, "it is no absolute path of plain characters"),
    ({"kdump_metrics": True, "kdump_metrics_interval": 15}, "it is no number with s, min, h or d"),
    # what only a look at the host shows
    ({"kdump_target": {"type": "ext4", "location": "/dev/none"}}, "kdump_target.location: '/dev/none' is refused"),
    ({"kdump_ssh_server": "dumbs"}, "kdump_ssh_server: 'dumbs' is refused: the inventory has no such host; use dumps."),
    ({"kdump_dump_server": "elsewhere"}, "the inventory has no such host; add it to the inventory"),
    ({"kdump_ssh_host_keys": "AAAAC3Nza"}, "it is not of the form: type key"),
    ({"kdump_verify_fail": "not_redy"}, "use not_ready"),
    ({"kdump_verify_fail": ""}, "it is an empty text; leave it out, or write [] for an empty list."),
    ({"kdump_panic_policy": []}, "it names nothing; give the one word none to take the policy away"),
    ({"kdump_waivers": [{"id": "space_to_keep", "reason": "ordered"}]}, "it lacks until; add until."),
    ({"kdump_waivers": {"id": "x"}}, "it must be a list"),
    ({"kdump_thresholds": {"proof_days": 3}}, "there is no such threshold"),
    ({"kdump_thresholds": {"proof_age_days": "old"}}, "it is no whole number"),
]


@pytest.fixture(scope="module")
def refused(collections: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return the run of setup for a fleet in which each host has one of the wrong variables."""
    hosts = {"host%d" % index: dict(row[0], made_up="el9") for index, row in enumerate(REFUSED)}
    fleet = Fleet(tmp_path_factory.mktemp("refused"), dict(hosts, dumps="debian", right="debian"))
    return fleet.playbook(collections, "setup", "--limit", "all:!dumps")


@pytest.mark.parametrize("index", range(len(REFUSED)), ids=["-".join(row[0]) for row in REFUSED])
def test_a_value_that_the_role_cannot_use_is_refused_by_one_sentence(refused: Done, index: int) -> None:
    host = "host%d" % index
    result = refused.of(host, "failed")[CHECK]
    sentences = result["refused"]
    assert len(sentences) == 1
    # the terminal shows the whole result of a failed task
    assert not {"plan", "variables"} & set(result)
    assert REFUSED[index][1] in sentences[0]
    assert refused.failures(host) == sentences
    assert set(refused.of(host)) - {REMEMBER} == {"Set kdump up"}


def test_wrong_variables_of_others_do_not_keep_a_host_from_being_set_up(refused: Done) -> None:
    assert refused.failures("right") == []
    assert "Configure kdump" in refused.of("right")


# what each is read as
TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"kdump_target": '{"type":"nfs","location":"s:/e"}'}, {"kdump_target": {"type": "nfs", "location": "s:/e"}}),
    ({"kdump_target": "{type: local}"}, {"kdump_target": {"type": "local"}}),
    ({"kdump_target": {"type": "local", "location": None}}, {"kdump_target": {"type": "local"}}),
    ({"kdump_target": None}, {}),
    ({"kdump_path": None}, {}),
    ({"kdump_crashkernel": None}, {"kdump_crashkernel": "default"}),
    ({"kdump_reboot_allowed": None}, {"kdump_reboot_allowed": False}),
    ({"kdump_reboot_allowed": "yes"}, {"kdump_reboot_allowed": True}),
    ({"kdump_reboot_timeout": "900"}, {"kdump_reboot_timeout": 900}),
    ({"kdump_verify_fail": "not_ready"}, {"kdump_verify_fail": ["not_ready"]}),
    ({"kdump_verify_fail": "not_ready, degraded"}, {"kdump_verify_fail": ["not_ready", "degraded"]}),
    ({"kdump_verify_fail": "[not_ready]"}, {"kdump_verify_fail": ["not_ready"]}),
    ({"kdump_verify_fail": []}, {"kdump_verify_fail": []}),
    ({"kdump_panic_policy": "oops,lockups"}, {"kdump_panic_policy": ["oops", "lockups"]}),
    ({"kdump_blocked_drivers": "nouveau,mlx5_core"}, {"kdump_blocked_drivers": ["nouveau", "mlx5_core"]}),
    ({"kdump_commandline_append": "nosmt"}, {"kdump_commandline_append": ["nosmt"]}),
    ({"kdump_crashkernel": "512M,high"}, {"kdump_crashkernel": "512M,high"}),
    ({"kdump_crashkernel": '["512M,high", "128M,low"]'}, {"kdump_crashkernel": ["512M,high", "128M,low"]}),
    ({"kdump_crashkernel_kernels": "/boot/a,/boot/b"}, {"kdump_crashkernel_kernels": ["/boot/a", "/boot/b"]}),
    ({"kdump_crashkernel_kernels": ["all"]}, {"kdump_crashkernel_kernels": "all"}),
    ({"kdump_sysconfig": '{"USE_KDUMP": 1}'}, {"kdump_sysconfig": {"USE_KDUMP": 1}}),
    ({"kdump_directives": {"default": None}}, {"kdump_directives": {"default": None}}),
    ({"kdump_allow_unknown": "kdump_colour", "kdump_colour": "blue"}, {"kdump_allow_unknown": ["kdump_colour"]}),
    ({"kdump_seen": {"changed": False, "failed": False, "ready": True}}, {}),
    ({"kdump_path": "{{ place }}", "place": "/srv/crash"}, {"kdump_path": "/srv/crash"}),
]


@pytest.fixture(scope="module")
def taken(collections: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return the variables as the role reads them, of a fleet in which each host has one row of them."""
    hosts = {"host%d" % index: dict(row[0], made_up="debian") for index, row in enumerate(TAKEN)}
    tasks = [{"name": "Check", "crashops.kdump.role_variables": {"entry_point": "verify"}}]
    fleet = Fleet(tmp_path_factory.mktemp("taken"), hosts)
    return fleet.play(collections, [{"name": "Check", "hosts": "all", "gather_facts": False, "tasks": tasks}])


@pytest.mark.parametrize("index", range(len(TAKEN)), ids=["-".join(row[0]) for row in TAKEN])
def test_a_value_is_read_as_it_was_meant(taken: Done, index: int) -> None:
    given, expected = TAKEN[index]
    host = "host%d" % index
    assert taken.failures(host) == []
    variables = taken.of(host)["Check"]["variables"]
    assert {name: variables[name] for name in given if name in variables} == expected


def test_all_that_is_wrong_is_said_at_once_before_anything_is_done(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    wrong = {"kdump_reboot_ok": True, "kdump_path": "crash", "kdump_crashkernel": "1X", "kdump_metrics_interval": "1y"}
    done = fleet(web1=dict(wrong, made_up="el9"), web2=dict(wrong, made_up="bare_debian")).playbook(
        collections, "setup"
    )
    for host in ("web1", "web2"):
        words = [sentence.split(":")[0] for sentence in done.of(host, "failed")[CHECK]["refused"]]
        assert words == ["kdump_reboot_ok", "kdump_metrics_interval", "kdump_path", "kdump_crashkernel"]
        assert set(done.of(host)) - {REMEMBER} == {"Set kdump up"}


@pytest.mark.parametrize("name", ["verify", "test", "disable", "report"])
def test_every_playbook_refuses_an_unknown_variable(collections: str, fleet: Callable[..., Fleet], name: str) -> None:
    done = fleet(web1="debian").playbook(collections, name, kdump_verify_fial="not_ready")
    assert "kdump_verify_fial: 'not_ready' is refused" in done.failures("web1")[0]
    assert "use kdump_verify_fail" in done.failures("web1")[0]


def test_one_word_fails_only_hosts_of_that_verdict(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(good="debian", off="unarmed").playbook(collections, "verify", "-e", "kdump_verify_fail=not_ready")
    assert done.failures("good") == []
    assert done.failures("off")[0].startswith("off is not_ready:")


OF_INVENTORY = {"made_up": "debian", "kdump_hosts": "web1", "kdump_test_serial": "100%"}
IGNORED = [
    "kdump_hosts: 'web1' is refused: Ansible read the header of this play without it, so the run would ignore this "
    "value; remove it from the inventory, and type -e kdump_hosts=web1.",
    "kdump_test_serial: '100%' is refused: Ansible read the header of this play without it, so the run would ignore "
    "this value; remove it from the inventory, and type -e kdump_test_serial=100%.",
]


@pytest.mark.parametrize("name", ["setup", "verify", "test", "disable", "report"])
def test_header_variable_of_the_inventory_is_refused(collections: str, fleet: Callable[..., Fleet], name: str) -> None:
    done = fleet(web1=OF_INVENTORY).playbook(collections, name)
    assert done.failures("web1")[0] == " ".join(IGNORED)
    assert (
        not {"Configure kdump", "Stop and disable kdump", "Crash the host and check the dump"} & done.of("web1").keys()
    )


def test_header_variable_that_is_typed_counts(collections: str, fleet: Callable[..., Fleet]) -> None:
    typed: dict[str, Any] = {"kdump_hosts": "web2", "kdump_test_serial": 1}
    done = fleet(web1=OF_INVENTORY, web2=OF_INVENTORY).playbook(collections, "verify", **typed)
    assert (done.failures("web2"), done.of("web1"), done.rc) == ([], {}, 0)


def test_header_variable_of_the_importing_play_counts(collections: str, fleet: Callable[..., Fleet]) -> None:
    play = {"import_playbook": "crashops.kdump.verify"}
    given = {"kdump_hosts": "{{ 'web' ~ '2' }}", "kdump_test_serial": 2}
    done = fleet(web1=OF_INVENTORY, web2=OF_INVENTORY).play(collections, [dict(play, vars=given)])
    assert (done.failures("web2"), done.of("web1"), done.rc) == ([], {}, 0)


def test_header_variable_that_a_template_takes_from_the_inventory_is_refused(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    play = {"import_playbook": "crashops.kdump.verify", "vars": {"kdump_hosts": "{{ ours | default('all') }}"}}
    done = fleet(web1={"made_up": "debian", "ours": "web1"}).play(collections, [play])
    assert done.failures("web1")[0].startswith("kdump_hosts: 'web1' is refused")
