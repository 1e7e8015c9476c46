# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files for Prometheus, Alertmanager and Grafana: they are accepted, name what exists, and the guide knows them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.crashops.kdump.tests.monitoring import machines, rules, timeline
from ansible_collections.crashops.kdump.tests.monitoring.timeline import DAY, HOUR, Machine, Spell

ALERTMANAGER = str(rules.MONITORING / "alertmanager/alertmanager.yml")
GUIDE = (rules.ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
ALERTS = {rule["alert"]: rule for rule in rules.alert_rules()}
ROW = re.compile(r'^\| <a id="(\w+)"></a>`(\w+)` \| (\w+) \| ([\w ]+) \| ', re.MULTILINE)
# what Grafana puts in place of its variables
GRAFANA = {"$__rate_interval": "5m", "$__range": "1h", "$job": ".*", "$instance": ".*", "$stack": ".*"}
PANELS = rules.dashboard()["panels"]
TARGETS = [
    pytest.param(target["expr"], id=f"{panel['title']}, {target['refId']}")
    for panel in PANELS
    for target in panel.get("targets", [])
]
QUERIES = [
    variable["query"]["query"] for variable in rules.dashboard()["templating"]["list"] if variable["type"] == "query"
]


@pytest.mark.parametrize("name", timeline.RULE_FILES)
def test_prometheus_accepts_the_rules(name: str, tmp_path: Path) -> None:
    done = timeline.promtool("check", "rules", str(timeline.RULES / name), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def amtool(*argv: str) -> str:
    """Run amtool, and return what it prints."""
    program = shutil.which("amtool")
    assert program, "amtool is missing; ./dev test monitoring fetches it"
    done = subprocess.run([program, *argv], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_alertmanager_accepts_its_configuration() -> None:
    amtool("check-config", ALERTMANAGER)


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_reaches_somebody_and_the_rulebook(alert: str) -> None:
    severity = ALERTS[alert]["labels"]["severity"]
    labels = [f"alertname={alert}", f"severity={severity}", "instance=web1:9100"]
    receivers = amtool("config", "routes", "test", f"--config.file={ALERTMANAGER}", *labels).strip().split(",")
    somebody = "pager" if severity == "critical" else "mail"
    assert receivers == ([somebody] if alert == "HostRestarted" else ["rulebook", somebody])


def test_each_metric_that_a_rule_reads_exists() -> None:
    recorded = {rule["record"] for rule in rules.recording_rules()}
    read = set().union(*(rules.metrics_in(rule["expr"]) for rule in [*rules.alert_rules(), *rules.recording_rules()]))
    assert read - recorded - rules.FOREIGN <= rules.metrics_there()
    assert len(read) > 15


def test_each_metric_that_the_dashboard_reads_exists() -> None:
    expressions = [param.values[0] for param in TARGETS] + QUERIES
    read = set().union(*(rules.metrics_in(str(expression)) for expression in expressions))
    assert read - rules.FOREIGN <= rules.metrics_there()
    assert len(read) > 10


@pytest.mark.parametrize("expression", TARGETS)
def test_prometheus_parses_each_expression_of_the_dashboard(expression: str, tmp_path: Path) -> None:
    for variable, value in GRAFANA.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression
    rule = {"groups": [{"name": "dashboard", "rules": [{"record": "a", "expr": expression}]}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rule), encoding="utf-8")
    done = timeline.promtool("check", "rules", "rules.yml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_whole_and_bound_to_no_installation() -> None:
    board = rules.dashboard()
    numbers = [panel["id"] for panel in PANELS]
    assert len(set(numbers)) == len(numbers)
    # Grafana gives an imported dashboard its id; version 38 is that of Grafana 10.0, and later ones migrate it
    assert board["id"] is None and board["schemaVersion"] == 38
    assert board["templating"]["list"][0]["type"] == "datasource"
    sources = [panel["datasource"] for panel in PANELS if "targets" in panel]
    sources += [target["datasource"] for panel in PANELS for target in panel.get("targets", [])]
    sources += [variable["datasource"] for variable in board["templating"]["list"] if variable["type"] == "query"]
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


def test_no_panel_of_the_dashboard_covers_another() -> None:
    cells: dict[tuple[int, int], int] = {}
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert cells.setdefault((x, y), panel["id"]) == panel["id"]


def test_the_guide_lists_each_alert_with_its_severity_and_delay() -> None:
    rows = {alert: (anchor, severity, delay) for anchor, alert, severity, delay in ROW.findall(GUIDE)}
    assert rows == {
        alert: (alert.lower(), rule["labels"]["severity"], rule.get("for", "at once")) for alert, rule in ALERTS.items()
    }


def test_each_alert_leads_to_its_row_of_the_guide() -> None:
    page = "https://github.com/crashops/ansible-collection-kdump/blob/main/docs/monitoring.md#"
    assert {rule["annotations"]["runbook_url"] for rule in ALERTS.values()} == {
        page + alert.lower() for alert in ALERTS
    }


def rendered(folder: Path, machine: Machine, minute: int, alert: str) -> dict[str, str]:
    """Return the annotations of an alert as Prometheus renders them; it shows them where others are expected."""
    series = timeline.scraped("web1.example.org:9100", machine)
    test: dict[str, Any] = {
        "interval": f"{timeline.STEP}m",
        "input_series": [{"series": one, "values": " ".join(values)} for one, values in series.items()],
        "alert_rule_test": [{"eval_time": f"{minute}m", "alertname": alert, "exp_alerts": []}],
    }
    files = [str(timeline.RULES / name) for name in timeline.RULE_FILES]
    whole = {"rule_files": files, "evaluation_interval": f"{timeline.STEP}m", "tests": [test]}
    (folder / "test.yml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    done = timeline.promtool("test", "rules", "test.yml", cwd=folder)
    (annotations,) = re.findall(r"Annotations:\{(.*)\}", done.stdout + done.stderr)
    return {name: text.replace('\\"', '"') for name, text in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', annotations)}


@pytest.mark.parametrize(
    ("alert", "host", "minute", "words"),
    [
        (
            "KdumpNotReady",
            machines.unarmed,
            2 * HOUR,
            "ansible-playbook -i hosts crashops.kdump.verify -l web1.example.org",
        ),
        ("KdumpSpaceLow", machines.with_room(machines.ready, 900 << 20), 2 * HOUR, "Only 900MiB are free"),
        ("KdumpUnreadable", None, 2 * HOUR, "journalctl -u crashops-kdump-metrics.service"),
    ],
)
def test_an_alert_names_the_host_and_what_to_type(
    alert: str, host: Any, minute: int, words: str, tmp_path: Path
) -> None:
    said = rendered(tmp_path, Machine([Spell(3 * HOUR, host)]), minute, alert)
    assert "web1.example.org" in said["summary"] and ":9100" not in said["summary"] + said["description"]
    assert words in said["description"]


def test_the_age_of_what_is_known_is_said_in_words(tmp_path: Path) -> None:
    machine = Machine([Spell(HOUR, machines.ready), Spell(3 * HOUR, runs=False)])
    assert "is 2h 15m 0s old" in rendered(tmp_path, machine, 3 * HOUR, "KdumpMetricsStale")["description"]


@pytest.mark.parametrize("alert", ALERTS)
def test_each_alert_speaks_of_its_host_and_says_what_to_type(alert: str) -> None:
    said = ALERTS[alert]["annotations"]
    if alert.startswith("KdumpFleet"):
        assert "{{ $labels.job }}" in said["summary"]
    else:
        assert "{{ $labels.instance | stripPort }}" in said["summary"]
    assert re.search(r"Type|type: |Type on the host: ", said["description"])
    assert DAY
