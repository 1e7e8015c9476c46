# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that the role brings: the same texts are compared on the host and written by the tasks."""

import hashlib
import json
from typing import Any

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._metrics import program
from ansible_collections.crashops.kdump.plugins.module_utils._setup import metrics, panic_policy
from ansible_collections.crashops.kdump.plugins.plugin_utils import _own_files, _role_variables
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_el9

BOTH = {"kdump_panic_policy": ["oops"], "kdump_metrics": True, "kdump_metrics_interval": "1h"}


def test_nothing_is_brought_where_nothing_is_asked_for() -> None:
    assert _own_files.texts({"kdump_panic_policy": ["none"], "kdump_metrics": False}, "kdumpctl") == {}
    assert _own_files.expected({}, bytes) == {"files": {}, "program": ""}


def test_the_policy_is_set_after_the_unit_of_the_stack() -> None:
    for stack_name, unit in (("kdumpctl", "kdump.service"), ("kdump-tools", "kdump-tools.service")):
        (text,) = _own_files.texts({"kdump_panic_policy": ["oops"]}, stack_name)["panic_policy"].values()
        assert "\nAfter=systemd-sysctl.service %s\n" % unit in text
        assert "\nConditionPathExists=%s\n" % panic_policy.POLICY_FILE in text
        assert text.endswith("WantedBy=multi-user.target\n") and "{" not in text


def test_the_timer_and_the_service_say_when_and_where() -> None:
    texts = _own_files.texts(BOTH, "kdumpctl")["metrics"]
    assert "\nOnUnitActiveSec=1h\n" in texts[metrics.TIMER_FILE]
    run = "\nExecStart=/usr/local/sbin/crashops-kdump-metrics --directory /var/lib/node_exporter/textfile_collector\n"
    assert run in texts[metrics.SERVICE_FILE]
    given = dict(BOTH, kdump_metrics_directory="/srv/metrics")
    assert "\nReadWritePaths=/srv/metrics\n" in _own_files.texts(given, "kdumpctl")["metrics"][metrics.SERVICE_FILE]


def test_the_program_judges_as_the_variables_say() -> None:
    given = dict(BOTH, kdump_probe=False, kdump_thresholds={"proof_age_days": 9})
    options = json.loads(_own_files.texts(given, "kdump-tools")["metrics"][program.OPTIONS])
    judging = {"probe": False, "thresholds": {"proof_age_days": 9}, "waivers": [], "panic_policy": ["oops"]}
    assert options == dict(judging, interval_seconds=3600)


@pytest.mark.parametrize("value", ["9", " 9", 9.0, 9])
def test_the_program_gets_a_threshold_as_a_number(value: Any) -> None:
    given = dict(BOTH, kdump_thresholds={"dumps_count": value})
    values, refused = _role_variables.converted(given, "setup")
    options = json.loads(_own_files.texts(values, "kdumpctl")["metrics"][program.OPTIONS])
    assert (refused, options["thresholds"]) == ([], {"dumps_count": 9})
    assert program.collect(armed_el9(), options)["verdict"] == "ready_unproven"


@pytest.mark.parametrize(("interval", "seconds"), [("30s", 30), ("15min", 900), ("1h 30min", 5400), ("2d", 172800)])
def test_the_program_knows_the_time_between_two_runs(interval: str, seconds: int) -> None:
    options = _own_files.texts(dict(BOTH, kdump_metrics_interval=interval), "kdumpctl")["metrics"][program.OPTIONS]
    assert json.loads(options)["interval_seconds"] == seconds


def test_each_text_is_compared_by_its_digest_on_either_stack() -> None:
    expected = _own_files.expected(BOTH, lambda: b"program")
    assert (
        expected["files"].keys() == {"panic_policy", "metrics"}
        and expected["program"] == hashlib.sha256(b"program").hexdigest()
    )
    for part, by_stack in expected["files"].items():
        assert by_stack.keys() == {"kdumpctl", "kdump-tools"}
        for stack_name, digests in by_stack.items():
            texts = _own_files.texts(BOTH, stack_name)[part]
            assert digests == {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
