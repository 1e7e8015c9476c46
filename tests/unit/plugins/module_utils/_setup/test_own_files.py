# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether panic policy and metrics are on a host as the role's tasks would bring them."""

from typing import Any, Dict, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import PROPERTIES
from ansible_collections.crashops.kdump.plugins.module_utils._setup import metrics, panic_policy
from ansible_collections.crashops.kdump.plugins.module_utils._setup.own_files import digest
from ansible_collections.crashops.kdump.tests.unit.armed_host import UNIT, armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

PROGRAM, TEXT = "program", "[Unit]\n"
METRICS = "/var/lib/node_exporter/textfile_collector"
POLICY = "kernel.panic_on_oops=1\nkernel.hung_task_panic = 1\n"
KEYS = {"/proc/sys/kernel/hung_task_panic": "1\n", "/proc/sys/kernel/hung_task_timeout_secs": "120\n"}


def with_unit(host: FakeHost, name: str, shown: str = UNIT) -> FakeHost:
    host.answers["systemctl show -p %s %s" % (PROPERTIES, name)] = shown
    return host


def policy_host(files: Optional[Dict[str, Any]] = None, shown: str = UNIT) -> FakeHost:
    """Return a host on which the policy of oops and hung_tasks is set."""
    own = {panic_policy.POLICY_FILE: POLICY, panic_policy.UNIT_FILE: TEXT, "/usr/sbin/sysctl": "program"}
    host = with_unit(armed_debian(dict(KEYS, **dict(own, **(files or {})))), panic_policy.UNIT, shown)
    host.directories["/etc/crashops-kdump"] = 0o755
    return host


def policy(host: FakeHost, profiles: Tuple[str, ...] = ("oops", "hung_tasks")) -> Dict[str, Any]:
    found = panic_policy.plan_policy(host, list(profiles), {panic_policy.UNIT_FILE: digest(TEXT.encode())})
    assert found["changes"] == found["needed"]
    return found


def test_a_policy_that_is_set_needs_nothing() -> None:
    found = policy(policy_host())
    assert (found["needed"], found["state"], found["unasked"], found["installs"]) == (False, "present", [], False)
    assert found["sysctls"] == [
        {"key": "kernel.panic_on_oops", "value": 1},
        {"key": "kernel.hung_task_panic", "value": 1},
    ]


@pytest.mark.parametrize(
    "files",
    [
        {panic_policy.POLICY_FILE: None},
        {panic_policy.POLICY_FILE: "kernel.panic_on_oops=1\n"},
        {panic_policy.POLICY_FILE: POLICY.replace("hung_task_panic = 1", "hung_task_panic = 0")},
        {panic_policy.POLICY_FILE: POLICY + "kernel.softlockup_panic=1\n", "/proc/sys/kernel/softlockup_panic": "1\n"},
        {"/proc/sys/kernel/hung_task_panic": "0\n"},
        {"/proc/sys/kernel/hung_task_timeout_secs": "0\n"},
        {panic_policy.UNIT_FILE: None},
        {panic_policy.UNIT_FILE: "[Unit]\n\n"},
        {"/usr/sbin/sysctl": None},
    ],
)
def test_a_policy_that_differs_in_one_thing_is_needed(files: Dict[str, Any]) -> None:
    assert policy(policy_host(files))["needed"]


@pytest.mark.parametrize("word", ["=active", "=enabled"])
def test_a_policy_whose_unit_does_not_run_is_needed(word: str) -> None:
    assert policy(policy_host(shown=UNIT.replace(word, "=no")))["needed"]


def test_a_policy_whose_unit_others_may_write_is_needed() -> None:
    host = policy_host()
    host.modes[panic_policy.UNIT_FILE] = 0o666
    assert policy(host)["needed"]
    host = policy_host()
    host.directories["/etc/crashops-kdump"] = 0o700
    assert policy(host)["needed"]


def test_a_policy_is_removed_only_where_there_is_one() -> None:
    assert (policy(armed_debian({}), ())["needed"], policy(policy_host(), ())["needed"]) == (False, True)
    found = policy(policy_host({panic_policy.UNIT_FILE: None}), ())
    assert (found["needed"], found["state"], found["unit_exists"]) == (True, "absent", False)


def metrics_host(files: Optional[Dict[str, Any]] = None, shown: str = UNIT) -> FakeHost:
    """Return a host with the metrics."""
    own = {metrics.PROGRAM: PROGRAM, metrics.OPTIONS_FILE: "{}\n", metrics.SERVICE_FILE: TEXT, metrics.TIMER_FILE: TEXT}
    host = with_unit(armed_el9(dict(own, **(files or {}))), metrics.NAME + ".timer", shown)
    host.modes[metrics.PROGRAM] = 0o755
    host.directories.update({"/etc/crashops-kdump": 0o755, METRICS: 0o755})
    return host


def wanted(host: FakeHost, *, on: bool = True) -> Dict[str, Any]:
    files = {metrics.OPTIONS_FILE: "{}\n", metrics.SERVICE_FILE: TEXT, metrics.TIMER_FILE: TEXT}
    digests = {path: digest(text.encode()) for path, text in files.items()}
    directory = metrics.directory_of({}, METRICS)
    return metrics.plan_metrics(host, on, directory, digests, digest(PROGRAM.encode()))


def test_metrics_that_are_there_need_nothing() -> None:
    assert wanted(metrics_host()) == {
        "needed": False,
        "changes": False,
        "state": "present",
        "makes": [],
        "directory": METRICS,
    }


@pytest.mark.parametrize("path", [metrics.PROGRAM, metrics.OPTIONS_FILE, metrics.SERVICE_FILE, metrics.TIMER_FILE])
@pytest.mark.parametrize("text", [None, "older"])
def test_metrics_of_which_one_file_differs_are_needed(path: str, text: Optional[str]) -> None:
    assert wanted(metrics_host({path: text}))["needed"]


def test_metrics_whose_program_cannot_be_run_or_whose_timer_does_not_run_are_needed() -> None:
    host = metrics_host()
    host.modes[metrics.PROGRAM] = 0o644
    assert wanted(host)["needed"]
    assert wanted(metrics_host(shown=UNIT.replace("=active", "=inactive")))["needed"]


def test_missing_directories_of_metrics_are_made() -> None:
    host = metrics_host()
    del host.directories[METRICS]
    assert (wanted(host)["needed"], wanted(host)["makes"]) == (True, [METRICS])


def test_metrics_are_removed_only_where_anything_of_them_is_left() -> None:
    assert not wanted(armed_el9({}), on=False)["needed"]
    for path in wanted(armed_el9({}), on=False)["paths"]:
        found = wanted(armed_el9({path: ""}), on=False)
        assert (found["needed"], found["timer_exists"]) == (True, path == metrics.TIMER_FILE)
        assert found["service_exists"] is (path == metrics.SERVICE_FILE)
