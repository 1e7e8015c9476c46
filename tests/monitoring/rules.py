# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules, the dashboard, and the names of metrics in both."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.textfile import Run, exposition
from ansible_collections.crashops.kdump.tests.unit import fleet_builder
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "extensions/monitoring"
METRIC = re.compile(r"\b(?:\w+:)*crashops_kdump_\w+(?::\w+)*|\b(?:up|ALERTS|node_\w+)\b")
LABEL_LIST = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right) \([^)]*\)|\{[^}]*\}")
# of Prometheus and node_exporter
FOREIGN = {"up", "ALERTS", "node_boot_time_seconds"}


def groups(name: str) -> list[dict[str, Any]]:
    """Return the groups of a file of rules."""
    content = yaml.safe_load((MONITORING / "prometheus" / name).read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = content["groups"]
    return found


def alert_rules() -> list[dict[str, Any]]:
    """Return the alerts."""
    return [rule for group in groups("alerts.yml") for rule in group["rules"]]


def recording_rules() -> list[dict[str, Any]]:
    """Return the recording rules."""
    return [rule for group in groups("recording.yml") for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    found: dict[str, Any] = json.loads((MONITORING / "grafana/crashops_kdump.json").read_text(encoding="utf-8"))
    return found


def metrics_in(expression: str) -> set[str]:
    """Return the names of the metrics that an expression reads."""
    return set(METRIC.findall(LABEL_LIST.sub(" ", expression)))


def metrics_there() -> set[str]:
    """Return the names of the metrics that the program writes of a host that gives all of them."""
    info = fleet_builder.info(dumps={"newest_time": 1.0})
    text = exposition(info, Run(1.0, 1.0, 900))
    return {family.name for family in text_string_to_metric_families(text)}
