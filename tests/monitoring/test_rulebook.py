# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an alert says acts on its host alone: the rulebook's event filter, and which alerts the rulebook knows."""

import importlib.util
import re
from typing import Any

import pytest
import yaml
from ansible_collections.crashops.kdump.tests.monitoring import rules

EDA = rules.ROOT / "extensions/eda"
(RULEBOOK,) = yaml.safe_load((EDA / "rulebooks/alerts.yml").read_text(encoding="utf-8"))


def filtered(event: Any, **options: str) -> Any:
    """Return what the event filter makes of an event."""
    spec = importlib.util.spec_from_file_location("kdump_alert", EDA / "plugins/event_filter/kdump_alert.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main(event, **options)


def event(instance: Any = "web1:9100", alert: Any = "KdumpNotReady", status: Any = "firing") -> dict[str, Any]:
    """Return an event as ansible.eda.alertmanager puts it on the queue."""
    labels = {"alertname": alert, "instance": instance, "job": "node", "severity": "warning"}
    texts = {"description": "{{ lookup('pipe', 'id') }}"}
    whole = {"status": status, "labels": labels, "annotations": texts, "fingerprint": "{{ 1 }}"}
    return {"alert": whole, "meta": {"endpoint": "alerts", "headers": {"Host": "x"}, "hosts": ["all"]}}


@pytest.mark.parametrize(
    ("instance", "host"),
    [
        ("web1:9100", "web1"),
        ("web1", "web1"),
        ("web1.example.org:9100", "web1.example.org"),
        ("10.0.0.5:9100", "10.0.0.5"),
        ("[2001:DB8::1]:9100", "2001:db8::1"),
        ("a_b-c.d:1", "a_b-c.d"),
    ],
)
def test_nothing_passes_but_the_alert_and_its_host(instance: str, host: str) -> None:
    assert filtered(event(instance)) == {"kdump": {"alert": "KdumpNotReady", "host": host}}


HOSTILE = [
    *(
        "",
        "*",
        "web*",
        "!web1",
        "web1,web2",
        "web1;id",
        "web1:&db",
        "~web",
        "@hosts",
        "-e",
        "--limit",
        "web[1:9]",
        "web1 web2",
    ),
    *(
        "{{ lookup('pipe', 'id') }}",
        "{% if 1 %}",
        "web1\n",
        "web1\x00",
        "$(id)",
        "`id`",
        "../web1",
        "w\u00e9b",
        "web1:99:99",
    ),
    *("[web1]:9100", "[::1", "a" * 300, "web1:123456"),
    *(None, 5, True, ["web1"], {"name": "web1"}),
]


@pytest.mark.parametrize("instance", HOSTILE, ids=repr)
def test_a_host_in_other_characters_is_refused(instance: Any) -> None:
    assert filtered(event(instance)) == {"kdump": {"refused": "the alert names no host in its label instance"}}


@pytest.mark.parametrize("alert", ["", "a b", "{{ 1 }}", "x" * 200, None, 1, ["KdumpNotReady"]], ids=repr)
def test_an_alert_in_other_characters_is_refused(alert: Any) -> None:
    assert set(filtered(event(alert=alert))["kdump"]) == {"refused"}


@pytest.mark.parametrize("status", ["resolved", None, "", "Firing", []], ids=repr)
def test_an_alert_that_does_not_fire_is_refused(status: Any) -> None:
    assert filtered(event(status=status)) == {"kdump": {"refused": "the alert does not fire"}}


@pytest.mark.parametrize(
    "one", [{}, {"alert": None}, {"alert": "x"}, {"alert": {"labels": 1}}, {"payload": {"alerts": []}}], ids=repr
)
def test_an_event_that_is_no_alert_is_refused(one: Any) -> None:
    assert filtered(one) == {"kdump": {"refused": "it holds no alert"}}


def test_another_label_can_name_the_host() -> None:
    one = event("*")
    one["alert"]["labels"]["node"] = "web2"
    assert filtered(one, label="node") == {"kdump": {"alert": "KdumpNotReady", "host": "web2"}}


def test_the_rulebook_filters_its_source_and_listens_to_this_machine_alone() -> None:
    (source,) = RULEBOOK["sources"]
    assert list(source["filters"][0]) == ["crashops.kdump.kdump_alert"] and len(source["filters"]) == 1
    options = source["ansible.eda.alertmanager"]
    assert options["data_host_path"] == "" and options["skip_original_data"] is True
    assert "default('127.0.0.1')" in options["host"]


def test_the_rulebook_looks_and_does_nothing_else() -> None:
    actions = [rule["action"] for rule in RULEBOOK["rules"]]
    assert [next(iter(action)) for action in actions] == ["run_playbook", "run_playbook", "debug"]
    runs = [action["run_playbook"] for action in actions[:2]]
    assert [(one["name"], one["extra_vars"]) for one in runs] == [
        ("crashops.kdump.on_alert", {"on_alert": "verify"}),
        ("crashops.kdump.on_alert", {"on_alert": "dumps"}),
    ]


def test_the_rulebook_reacts_to_alerts_that_exist() -> None:
    known = {rule["alert"] for rule in rules.alert_rules()}
    named = {word for rule in RULEBOOK["rules"] for word in re.findall(r'"(\w+)"', rule["condition"])}
    assert named and named <= known
