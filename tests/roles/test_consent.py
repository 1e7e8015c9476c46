# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent to a crash as operators give it, through real Ansible: what is typed counts, templates do not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.roles.made_up import Done, Fleet

HOSTS = {"web1": "debian", "web2": "debian"}
CRASH = "Crash the host and check the dump"
EVERY = "{{ inventory_hostname }}"
FOR_ALL = [
    EVERY,
    "{{ ansible_host | default(inventory_hostname) }}",
    "{{ lookup('ansible.builtin.vars', 'inventory_hostname') }}",
    "{{ [inventory_hostname] }}",
    "{{ ansible_play_hosts }}",
    "{{ other }}",
    [EVERY],
]
ALL_AT_ONCE: dict[str, Any] = {"kdump_test_serial": "100%"}


@pytest.fixture(scope="module")
def in_inventory(collections: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return the run of a test for hosts of which each has another consent in the inventory."""
    hosts = {
        "host%d" % index: {"made_up": "debian", "other": EVERY, "kdump_test_confirm": text}
        for index, text in enumerate([*FOR_ALL, "host%d" % len(FOR_ALL)])
    }
    return Fleet(tmp_path_factory.mktemp("consent"), hosts).playbook(collections, "test", **ALL_AT_ONCE)


@pytest.mark.parametrize("index", range(len(FOR_ALL) + 1))
def test_consent_of_the_inventory_is_refused(in_inventory: Done, index: int) -> None:
    (message,) = in_inventory.failures("host%d" % index)
    assert "it comes from kdump_test_confirm, which was not typed for this run" in message
    assert "-e kdump_test_confirm=host%d" % index in message


def test_site_fails_the_host_that_the_inventory_consents_for_and_skips_the_others(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    named = {"made_up": "debian", "kdump_test_confirm": "web1"}
    done = fleet(web1=named, web2="debian").playbook(collections, "site", **ALL_AT_ONCE)
    (message,) = done.failures("web1")
    assert "it comes from kdump_test_confirm, which was not typed for this run" in message
    assert "Check the verdict against kdump_verify_fail" in done.of("web1")
    assert CRASH not in done.of("web2") and not done.failures("web2")


def test_site_ends_a_host_by_its_verdict_before_the_test_unless_verify_lets_it_pass(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    given: dict[str, Any] = {"kdump_test_confirm": "web1", "kdump_test_verdicts": ["not_ready"]}
    ended = fleet(web1="unarmed").playbook(collections, "site", **given)
    assert any(message.startswith("web1 is not_ready") for message in ended.failures("web1"))
    assert CRASH not in ended.of("web1", "failed")
    passed = fleet(web1="unarmed").playbook(collections, "site", kdump_verify_fail=["unsupported"], **given)
    assert CRASH in passed.of("web1", "failed")


@pytest.mark.parametrize("text", ["{{ other }}", [EVERY]], ids=["text", "list"])
def test_consent_for_all_is_refused(collections: str, fleet: Callable[..., Fleet], text: Any) -> None:
    done = fleet(**HOSTS).playbook(collections, "test", kdump_test_confirm=text, other=EVERY, **ALL_AT_ONCE)
    for name in HOSTS:
        assert "it is a template, which would name every host" in done.failures(name)[0]


@pytest.mark.parametrize(("name", "text"), [("site", "web3,web1"), ("test", ["web3", "web1"])])
def test_name_that_was_typed_is_consent_for_that_host_alone(
    collections: str, fleet: Callable[..., Fleet], name: str, text: Any
) -> None:
    done = fleet(**HOSTS).playbook(collections, name, kdump_test_confirm=text, **ALL_AT_ONCE)
    assert "would be crashed" in done.of("web1")[CRASH]["msg"]
    assert CRASH not in done.of("web2")
    assert [message.partition(";")[0] for message in done.failures("web2")] == (
        ["confirm: ['web3', 'web1'] is refused: it does not name web2, the host that is to crash"]
        if name == "test"
        else []
    )


def crash(name: str, confirm: str, **more: Any) -> dict[str, Any]:
    """Return a task that would crash a host, and goes on where it is refused."""
    return {"name": name, "crashops.kdump.crash_test": {"confirm": confirm}, "ignore_errors": True, **more}


def test_consent_in_a_task_is_what_its_file_has(collections: str, fleet: Callable[..., Fleet]) -> None:
    role = {"ansible.builtin.include_role": {"name": "crashops.kdump.kdump", "tasks_from": "test"}}
    tasks = [
        crash("name", "web1"),
        crash("template", EVERY),
        crash("expression", "{{ 'web' ~ '1' }}"),
        crash("hidden", "web1", vars={"inventory_hostname": "web1"}),
        {"ansible.builtin.set_fact": {"kdump_test_confirm": EVERY}},
        role,
    ]
    done = fleet(**HOSTS).play(collections, [{"hosts": "all", "gather_facts": False, "tasks": tasks}])
    assert "would be crashed" in done.of("web1")["name"]["msg"]
    refused = {name: {task: row["msg"] for task, row in done.of(name, "failed").items()} for name in HOSTS}
    assert refused["web1"].keys() == {"template", "expression", CRASH}
    assert refused["web2"].keys() == {"name", "template", "expression", "hidden", CRASH}
    assert "hides which host would crash" in refused["web2"]["hidden"]
    assert "which was not typed for this run" in refused["web2"][CRASH]


def test_name_that_is_typed_over_the_inventory_is_refused(collections: str, fleet: Callable[..., Fleet]) -> None:
    typed: dict[str, Any] = {"inventory_hostname": "web1", "kdump_test_confirm": "web1"}
    done = fleet(**HOSTS).playbook(collections, "test", **typed)
    assert any("hides which host would crash" in message for message in done.failures("web1"))
    assert "would be crashed" not in done.output


def test_consent_that_awx_hands_over_is_for_that_host_alone(
    collections: str, fleet: Callable[..., Fleet], tmp_path: Path
) -> None:
    # AWX writes what was typed at a launch into a file, marked as no template
    given, playbook = tmp_path / "extravars", tmp_path / "test.yml"
    given.write_text("? !unsafe 'kdump_test_confirm'\n: !unsafe 'web1'\n", encoding="utf-8")
    playbook.write_text("- import_playbook: crashops.kdump.test\n", encoding="utf-8")
    words = ["-e", f"@{given}", "-e", "kdump_test_serial=100%"]
    done = fleet(**HOSTS).run(collections, "ansible-playbook", str(playbook), *words)
    assert "would be crashed" in done.of("web1")[CRASH]["msg"]
    assert "it does not name web2" in done.failures("web2")[0]
