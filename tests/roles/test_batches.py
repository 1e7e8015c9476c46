# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet-wide runs by batches: one that did not come through keeps the next one from starting."""

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.roles.made_up import Done, Fleet

STOP = "Stop before the next batch"
WRONG = {"made_up": "debian", "kdump_path": "crash"}
RIGHT = {"made_up": "debian"}
# what each playbook is about, and the variable by which it makes batches
PLAYBOOKS = [
    ("setup", "kdump_serial", WRONG),
    ("disable", "kdump_serial", {"made_up": "debian", "kdump_colour": "red"}),
]


def started(done: Done) -> list[str]:
    """Return the hosts on which anything was done."""
    return sorted({row["host"] for row in done.results})


def crashed(done: Done) -> list[str]:
    """Return the hosts on which the crash test ran, which in check mode crashes nothing."""
    task = "crashops.kdump.kdump : Crash the host and check the dump"
    return sorted({row["host"] for row in done.results if row["task"] == task and row["how"] != "skipped"})


def lost(fleet: Callable[..., Fleet], **hosts: Any) -> Fleet:
    """Return a fleet with one more host, `gone`, that nobody can reach."""
    away = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1, "made_up": "debian"}
    return fleet(gone=away, **hosts)


@pytest.mark.parametrize("name, serial, wrong", PLAYBOOKS)
def test_batch_with_a_failed_host_keeps_the_next_one_from_starting(
    collections: str, fleet: Callable[..., Fleet], name: str, serial: Any, wrong: dict[str, Any]
) -> None:
    batches: dict[str, Any] = {serial: 2}
    done = fleet(a1=RIGHT, a2=wrong, b1=RIGHT, b2=RIGHT).playbook(collections, name, **batches)
    assert started(done) == ["a1", "a2"]
    assert done.rc == 2
    assert done.of("a1", "failed")[STOP]["msg"] == (
        "1 of the 2 hosts of this batch did not come through: a2. That is more than kdump_max_fail_percentage allows "
        "(0), so the next batch was not started. Mend these hosts, or leave them out with --limit, and start the run "
        "again."
    )


def test_no_ansible_cfg_starts_the_next_batch_or_ends_a_healthy_host(
    collections: str, fleet: Callable[..., Fleet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_STRATEGY", "free")
    monkeypatch.setenv("ANSIBLE_ANY_ERRORS_FATAL", "true")
    done = fleet(a1=RIGHT, a2=WRONG, b1=RIGHT).playbook(collections, "setup", kdump_serial=2)
    assert started(done) == ["a1", "a2"]
    # a1 went on to the last task of its batch
    assert "did not come through: a2. That" in done.failures("a1")[0]


def test_percentage_lets_the_next_batch_start(collections: str, fleet: Callable[..., Fleet]) -> None:
    machines = fleet(a1=RIGHT, a2=WRONG, b1=RIGHT, b2=RIGHT)
    done = machines.playbook(collections, "setup", kdump_serial=2, kdump_max_fail_percentage=50)
    assert started(done) == ["a1", "a2", "b1", "b2"]
    assert all(done.failures(host) == [] for host in ("a1", "b1", "b2"))


def test_strictest_percentage_of_a_batch_counts(collections: str, fleet: Callable[..., Fleet]) -> None:
    hosts = {name: dict(RIGHT, kdump_max_fail_percentage=100) for name in ("a1", "b1")}
    strict = dict(RIGHT, kdump_max_fail_percentage=10)
    done = fleet(a1=hosts["a1"], a2=WRONG, a3=strict, b1=hosts["b1"]).playbook(collections, "setup", kdump_serial=3)
    assert started(done) == ["a1", "a2", "a3"]


def test_percentage_of_the_host_that_failed_counts_too(collections: str, fleet: Callable[..., Fleet]) -> None:
    lenient = dict(RIGHT, kdump_max_fail_percentage=100)
    strict = {"made_up": "unarmed", "kdump_max_fail_percentage": 10}
    machines = fleet(a1=lenient, a2=strict, b1=lenient)
    done = machines.playbook(collections, "test", kdump_test_serial=2, kdump_test_confirm="a1,a2,b1")
    assert started(done) == ["a1", "a2"]
    assert "more than kdump_max_fail_percentage allows (10)" in done.failures("a1")[-1]


def test_unreachable_host_counts_as_one_that_did_not_come_through(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    done = lost(fleet, web1=RIGHT, web2=RIGHT).playbook(collections, "setup", kdump_serial="67%")
    assert started(done) == ["gone", "web1"]
    assert "did not come through: gone. That" in done.failures("web1")[0]


def test_last_batch_is_not_blamed_for_a_batch_that_does_not_exist(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    done = fleet(a1=RIGHT, b1=RIGHT, b2=WRONG).playbook(collections, "setup", kdump_serial="1,2")
    assert started(done) == ["a1", "b1", "b2"]
    assert (done.failures("a1"), done.failures("b1")) == ([], [])


def test_failed_crash_tests_keep_the_next_batch_from_starting(collections: str, fleet: Callable[..., Fleet]) -> None:
    machines = fleet(a1=RIGHT, a2=dict(RIGHT, kdump_colour="red"), b1=RIGHT)
    done = machines.playbook(collections, "test", kdump_test_serial=2, kdump_test_confirm="a1,a2,b1")
    assert started(done) == ["a1", "a2"]


def test_site_stops_after_a_failed_crash_test_though_the_first_host_of_the_batch_is_not_named(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    machines = fleet(a1=RIGHT, a2={"made_up": "unarmed", "kdump_verify_fail": []}, b1=RIGHT)
    done = machines.playbook(collections, "site", kdump_test_serial=2, kdump_test_confirm="a2,b1")
    assert crashed(done) == ["a2"]
    assert "1 of the 2 hosts of this batch did not come through: a2. That" in done.failures("a1")[-1]


def test_site_crashes_only_named_hosts_and_stops_for_no_host_of_another_batch(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    variables: dict[str, Any] = {"kdump_serial": 3, "kdump_test_serial": 2, "kdump_test_confirm": "web2, web4"}
    machines = fleet(web1=RIGHT, web2=RIGHT, web3=RIGHT, web4=RIGHT)
    done = machines.playbook(collections, "site", **variables)
    assert done.rc == 0, done.output
    assert crashed(done) == ["web2", "web4"]


@pytest.mark.parametrize("name, variable", [("setup", "kdump_serial"), ("test", "kdump_test_serial")])
def test_no_hosts_at_a_time_is_refused_before_anything_runs(
    collections: str, fleet: Callable[..., Fleet], name: str, variable: str
) -> None:
    none: dict[str, Any] = {variable: 0}
    done = fleet(a1=RIGHT).playbook(collections, name, **none)
    assert done.results == []
    assert f"{variable}: '0' is refused: it is no number of hosts from 1 on" in done.said


def test_ansible_is_told_how_many_hosts_may_write_to_a_dump_server_at_a_time(
    collections: str, fleet: Callable[..., Fleet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_DEBUG", "1")
    hosts: dict[str, Any] = {"kdump_target_throttle": 2, "kdump_test_serial": 3, "kdump_test_confirm": "a1,a2,a3"}
    done = fleet(a1=RIGHT, a2=RIGHT, a3=RIGHT).playbook(collections, "test", **hosts)
    assert "task: Crash the host and check the dump, throttle: 2" in done.said.replace("crashops.kdump.kdump : ", "")
