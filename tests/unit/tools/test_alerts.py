# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts of docs/metrics.md on made-up hosts: each fires where it should, and nowhere else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.textfile import exposition
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up

from tools.dev.places import REPOSITORY

NOW = made_up.MADE
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
TERM = re.compile(r'^(time\(\) - )?(\w+)(?:\{(\w+)(=~|=)"([^"]*)"\})?(?: (==|<|>) ([0-9]+))?$')
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}
GUIDE = (REPOSITORY / "docs/metrics.md").read_text()
# node_exporter's own
OTHERS = {"node_boot_time_seconds"}


def rules() -> dict[str, str]:
    """Return the expressions of the guide by the alert's name."""
    (block,) = re.findall(r"```yaml\n(groups:.*?)```", GUIDE, re.DOTALL)
    return {rule["alert"]: rule["expr"] for rule in yaml.safe_load(block)["groups"][0]["rules"]}


def terms(expression: str) -> list[list[re.Match[str]]]:
    """Return an expression as alternatives of terms that must all hold."""
    found = [re.split(r" and (?:on\(instance\) )?", part) for part in expression.split(" or ")]
    matches = [[TERM.match(term) for term in part] for part in found]
    assert all(match for part in matches for match in part), expression
    return [[match for match in part if match] for part in matches]


def holds(term: re.Match[str], samples: list[tuple[str, str, float]]) -> bool:
    """Return whether a term has a sample on this host."""
    since, name, label, how, value, sign, number = term.groups()
    wanted = re.compile('%s="(?:%s)"' % (label, value if how == "=~" else re.escape(value or ""))) if label else None
    values = [found for metric, labels, found in samples if metric == name and (not wanted or wanted.search(labels))]
    if since:
        values = [NOW - one for one in values]
    return any(not sign or COMPARE[sign](one, float(number)) for one in values)


def firing(info: Any, ran: float = NOW, booted: float = NOW - 30 * made_up.DAY) -> set[str]:
    """Return the alerts that fire on a host."""
    text = exposition(info, ran, 1.0) + f"node_boot_time_seconds {booted}\n"
    samples = [(name, labels, float(value)) for name, labels, value in SAMPLE.findall(text)]
    return {
        alert
        for alert, expression in rules().items()
        if any(all(holds(term, samples) for term in part) for part in terms(expression))
    }


@pytest.mark.parametrize("verdict", ["ready", "ready_unproven", "degraded", "disabled_by_policy", "unsupported"])
def test_no_alert_fires_on_a_host_that_is_as_it_should_be(verdict: str) -> None:
    assert firing(made_up.info(verdict)) == set()


@pytest.mark.parametrize("verdict", ["not_ready", "reboot_pending"])
def test_a_host_that_would_leave_no_dump_fires(verdict: str) -> None:
    assert firing(made_up.info(verdict)) == {"KdumpNotReady"}


def test_a_host_that_cannot_be_read_or_has_not_run_for_long_fires() -> None:
    assert firing(None) == {"KdumpUnknown"}
    assert firing(made_up.info(), ran=NOW - 7200) == {"KdumpUnknown"}


def test_a_new_dump_on_the_host_fires() -> None:
    assert firing(made_up.info(dumps={"newest_time": NOW - 600})) == {"HostPanicked"}


@pytest.mark.parametrize(("target", "fires"), [("ssh", True), ("nfs", True), ("local", False)])
def test_a_boot_fires_only_where_dumps_go_to_a_server(target: str, fires: bool) -> None:
    nothing_here = {"newest_time": None, "count": None}
    info = made_up.info(settings={"target_type": target}, dumps=nothing_here)
    assert firing(info, booted=NOW - 600) == ({"HostRestarted"} if fires else set())


def test_every_metric_that_the_guide_names_exists() -> None:
    text = exposition(made_up.info(), NOW, 1.0)
    there = {name for name, dummy, dummy2 in SAMPLE.findall(text)}
    named = {
        term.group(2) for expression in rules().values() for alternative in terms(expression) for term in alternative
    }
    assert named - there == OTHERS
    table = set(re.findall(r"^\| `(crashops_kdump_\w+)", GUIDE, re.MULTILINE))
    assert table == there
