# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks for AWX by real Ansible: what crashes is what somebody typed, and a wrong variable is one sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.roles.made_up import Done, Fleet

CRASH = "Crash the host and check the dump"
FLEET = {"web1": "debian", "web2": "debian", "db1": "proven_el9"}
AT_ONCE: dict[str, Any] = {"kdump_test_serial": "100%"}


def typed(folder: Path, **answers: str) -> list[str]:
    """Return the words by which AWX hands over what was typed at a launch: a file, its texts marked as no template."""
    if not answers:
        return []
    given = folder / "extravars"
    given.write_text("".join(f"? !unsafe '{name}'\n: !unsafe '{text}'\n" for name, text in answers.items()), "utf-8")
    return ["-e", f"@{given}"]


def crashes(done: Done) -> list[str]:
    """Return the hosts that would crash."""
    return [name for name in FLEET if CRASH in done.of(name)]


@pytest.mark.parametrize(
    ("answers", "hosts"),
    [
        ({"kdump_test_confirm": "web2, db1"}, ["web2", "db1"]),
        ({"kdump_test_confirm": "web2,web1", "kdump_test_part": "first"}, ["web2"]),
        ({"kdump_test_confirm": "web2,web1", "kdump_test_part": "others"}, ["web1"]),
        # the workflow's hosts are of another question
        ({"kdump_test_confirm": "web1", "kdump_hosts": "all"}, ["web1"]),
    ],
)
def test_hosts_that_were_typed_crash_and_no_others(
    collections: str, fleet: Callable[..., Fleet], tmp_path: Path, answers: dict[str, str], hosts: list[str]
) -> None:
    done = fleet(**FLEET).playbook(collections, "test_named", *typed(tmp_path, **answers), **AT_ONCE)
    assert crashes(done) == sorted(hosts, key=list(FLEET).index), done.output
    assert done.rc == 0


def test_others_of_one_name_are_none(collections: str, fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    words = typed(tmp_path, kdump_test_confirm="web1", kdump_test_part="others")
    done = fleet(**FLEET).playbook(collections, "test_named", *words)
    assert (done.rc, crashes(done)) == (0, [])
    assert "no hosts matched" in done.said


@pytest.mark.parametrize("name", ["test_named", "retest"])
@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"kdump_test_confirm": "web1,web3"}, "'web3' is refused: the inventory has no such host; type web"),
        ({"kdump_test_confirm": "all"}, "'all' is refused: the inventory has no such host"),
        ({"kdump_test_confirm": ""}, "is refused: it names no host"),
        ({"kdump_test_confirm": "{{ inventory_hostname }}"}, "is refused: the inventory has no such host"),
        ({}, "'' is refused: it names no host"),
        ({"kdump_test_confirm": "web1", "kdump_test_part": "some"}, "'some' is refused: there is no such choice"),
    ],
)
def test_wrong_answer_ends_the_run_before_a_crash(
    collections: str, fleet: Callable[..., Fleet], tmp_path: Path, name: str, answers: dict[str, str], sentence: str
) -> None:
    done = fleet(**FLEET).playbook(collections, name, *typed(tmp_path, **answers))
    assert done.rc != 0 and crashes(done) == []
    assert sentence in done.said.replace('"', "'").replace("\\'", "'"), done.output


@pytest.mark.parametrize("name", ["setup", "verify", "report", "disable", "test", "merge_reports", "dumps"])
def test_name_that_the_inventory_lacks_ends_the_run(
    collections: str, fleet: Callable[..., Fleet], tmp_path: Path, name: str
) -> None:
    done = fleet(**FLEET).playbook(collections, name, *typed(tmp_path, kdump_hosts="web1:web3"))
    assert (done.rc != 0, done.asked) == (True, []), done.output
    assert "'web3' is refused: the inventory has no such host or group; type web" in done.said.replace('"', "'")


@pytest.mark.parametrize("name", ["site", "disable", "report", "test_named", "on_alert"])
def test_run_without_any_host_fails(collections: str, fleet: Callable[..., Fleet], tmp_path: Path, name: str) -> None:
    done = fleet().playbook(collections, name, *typed(tmp_path, kdump_test_confirm="web1"))
    assert done.rc != 0
    assert "is refused: no host of the inventory fits it" in done.said or "no such host" in done.said, done.output


@pytest.mark.parametrize("words", [["-e", "kdump_hosts=all:!web:!db1"], ["-e", "kdump_hosts=web", "-l", "db1"]])
def test_pattern_that_leaves_no_host_ends_the_run(
    collections: str, fleet: Callable[..., Fleet], words: list[str]
) -> None:
    done = fleet({"web": ["web1", "web2"]}, **FLEET).playbook(collections, "verify", *words)
    assert (done.rc != 0, done.asked) == (True, []), done.output
    assert "is refused: no host of the inventory fits" in done.said


@pytest.mark.parametrize("option", ["--syntax-check", "--list-hosts", "--list-tasks", "--list-tags"])
def test_syntax_check_needs_no_host(collections: str, fleet: Callable[..., Fleet], option: str) -> None:
    done = fleet().playbook(collections, "site", option)
    assert done.rc == 0, done.output


def test_alert_about_a_host_that_the_limit_leaves_out_is_refused(collections: str, fleet: Callable[..., Fleet]) -> None:
    event: dict[str, Any] = {"event": {"kdump": {"host": "web1", "alert": "HostPanicked"}}}
    told: dict[str, Any] = {"on_alert": "verify", "ansible_eda": event}
    done = fleet(**FLEET).playbook(collections, "on_alert", "-l", "web2", **told)
    assert (done.rc, done.asked) == (2, []), done.output
    assert "or --limit leaves it out" in done.failures("web2")[0]


def test_slice_takes_groups_and_no_single_host(collections: str, fleet: Callable[..., Fleet]) -> None:
    sliced: dict[str, Any] = {"kdump_sliced": True, "awx_workflow_job_id": 7, "kdump_verify_fail": []}
    done = fleet(**FLEET).playbook(collections, "verify", kdump_hosts="web1", **sliced)
    assert done.rc != 0 and "launch with one slice" in done.said
    done = fleet(**FLEET).playbook(collections, "verify", kdump_hosts="all:!mail*", **sliced)
    assert (done.rc, sorted(done.asked)) == (0, ["debian", "debian", "proven_el9"]), done.output
    # launched with one slice, which is no workflow
    done = fleet(**FLEET).playbook(collections, "verify", kdump_hosts="web1", kdump_sliced=True, kdump_verify_fail=[])
    assert (done.rc, done.asked) == (0, ["debian"]), done.output


def test_consent_of_the_inventory_does_not_even_choose_hosts(collections: str, fleet: Callable[..., Fleet]) -> None:
    named = {name: {"made_up": "debian", "kdump_test_confirm": "web1"} for name in ("web1", "web2")}
    done = fleet(**named).playbook(collections, "test_named")
    assert done.rc != 0 and "it names no host" in done.said


def test_retest_leaves_a_proven_host_alone(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(**FLEET).playbook(collections, "retest", kdump_test_confirm="web1,db1", **AT_ONCE)
    assert (done.rc, crashes(done)) == (0, ["web1"]), done.output
    said = done.of("db1")["Leave a host alone that is ready"]["msg"]
    assert said == "db1 is ready, and is not crashed. A crash has proved this very setup."


def test_retest_does_not_call_a_host_proven_whose_proof_is_waived(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    waivers = [
        {"id": check, "reason": "so be it", "until": "2999-01-01"} for check in ("proof_exists", "capture_restarts")
    ]
    machines = fleet(web1={"made_up": "el9", "kdump_waivers": waivers})
    done = machines.playbook(collections, "retest", kdump_test_confirm="web1", **AT_ONCE)
    assert (done.rc, crashes(done)) == (0, []), done.output
    said = done.of("web1")["Leave a host alone that is ready"]["msg"]
    assert "proof_exists" in said and "waived" in said and "A crash has proved" not in said


def test_objects_of_awx_are_not_applied_with_a_wrong_variable_or_without_its_collection(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    done = fleet(**FLEET).playbook(collections, "awx", kdump_awx_inventry="fleet", kdump_awx_forks="0")
    assert done.rc != 0
    wrong = (
        "use kdump_awx_inventory",
        "kdump_awx_project_url: None is refused",
        "it is below 1",
        "lacks the collection",
    )
    assert [words for words in wrong if words not in done.said] == []
