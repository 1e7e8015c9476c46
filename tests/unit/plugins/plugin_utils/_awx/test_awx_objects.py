# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that are applied to a controller, held against the options of awx.awx 24.6.1."""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx import objects, settings
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx.surveys import data
from jinja2 import Template

ROOT = Path(__file__).resolve().parents[5]
# the options of awx.awx's modules: names, types, choices, and which are required
MODULES = json.loads((ROOT / "tests/unit/fixtures/awx_awx_24_6_1.json").read_text("utf-8"))
TYPES: Dict[str, Any] = {"str": str, "bool": bool, "int": int, "dict": dict, "list": list}
STORE = {"kdump_report_to_s3": {"bucket": "kdump-reports"}}
CHAT: Dict[str, Any] = {"name": "chat", "type": "webhook", "configuration": {"url": "https://chat.example.org/"}}
LEAST: Dict[str, Any] = {
    "kdump_awx_project_url": "https://files.example.org/crashops-kdump-0.1.0.tar.gz",
    "kdump_awx_inventory": "fleet",
    "kdump_awx_credentials": ["root"],
}
MOST: Dict[str, Any] = {
    **LEAST,
    "kdump_awx_galaxy_credentials": ["hub"],
    "kdump_awx_project_type": "git",
    "kdump_awx_project_branch": "main",
    "kdump_awx_project_credential": "git",
    "kdump_awx_inventory_project": "hosts",
    "kdump_awx_execution_environment_image": "registry.example.org/kdump-ee:0.1.0",
    "kdump_awx_registry_credential": "registry",
    "kdump_awx_report": {"kdump_report_directory": "/reports"},
    "kdump_awx_verify_schedule": "",
    "kdump_awx_notifications": [CHAT],
    "kdump_awx_notify": ["mail"],
}
PARTS: Dict[str, Any] = {**MOST, "kdump_awx_slices": 3, "kdump_awx_report_slices": 4, "kdump_awx_report": STORE}
# two files of variables, one for each of two execution environments, make one report
TWO_FILES: Dict[str, Any] = {**MOST, "kdump_awx_report": {**STORE, "kdump_report_slice": "yes"}}
APPLIED = yaml.safe_load((ROOT / "extensions/awx/apply.yml").read_text("utf-8"))
TASKS = [task for task in APPLIED if list(task)[1].startswith("awx.awx.")]


def made(given: Dict[str, Any]) -> Dict[str, Any]:
    found, refused = settings.read(given)
    assert refused == [] and found is not None
    return objects.of(found)


def given_to(task: Dict[str, Any], whole: Dict[str, Any]) -> Tuple[str, List[Dict[str, Any]]]:
    """Return the module of a task, and what it is given each time it runs: the objects that its options name."""
    module = list(task)[1]
    if "loop" in task:
        return module, whole[task["loop"].split(".")[1].split(" ")[0]]
    source = task[module]["name"].split(".")[1]
    return module, [whole[source]] if whole[source] else []


@pytest.mark.parametrize("given", [LEAST, MOST, PARTS], ids=["least", "most", "parts"])
@pytest.mark.parametrize("task", TASKS, ids=[task["name"] for task in TASKS])
def test_task_gives_its_module_options_that_awx_has(task: Dict[str, Any], given: Dict[str, Any]) -> None:
    module, all_given = given_to(task, made(given))
    known = MODULES[module.rpartition(".")[2]]
    assert set(task[module]) - {"wait"} <= set(known)
    for one in all_given:
        assert set(one) <= set(task[module])
        assert {name for name, spec in known.items() if spec.get("required")} <= set(one)
        for name, value in one.items():
            assert isinstance(value, TYPES[known[name]["type"]]), name
            assert value in known[name].get("choices", [value])
            if known[name].get("elements") == "str":
                assert all(isinstance(entry, str) for entry in value)


@pytest.mark.parametrize("given", [LEAST, PARTS], ids=["least", "parts"])
@pytest.mark.parametrize("task", TASKS, ids=[task["name"] for task in TASKS])
def test_option_that_an_object_may_lack_is_left_out(task: Dict[str, Any], given: Dict[str, Any]) -> None:
    module, all_given = given_to(task, made(given))
    for one in all_given:
        lacking = [name for name, text in task[module].items() if name not in one and name != "wait"]
        assert [name for name in lacking if "| default(omit)" not in task[module][name]] == []


def test_each_kind_of_object_is_applied() -> None:
    used = (ROOT / "extensions/awx/apply.yml").read_text("utf-8")
    assert [kind for kind in made(MOST) if f"__kdump_awx.{kind}" not in used] == []


def test_templates_refer_to_what_is_made() -> None:
    whole = made(MOST)
    playbooks = {path.name for path in (ROOT / "playbooks").glob("*.yml")}
    for one in whole["job_templates"]:
        assert (one["project"], one["inventory"], one["execution_environment"]) == ("kdump", "fleet", "kdump")
        folder, dummy, name = one["playbook"].partition("/")
        assert folder == "playbooks" and name in playbooks
        assert one["notification_templates_error"] == ["chat", "mail"]
        assert one["ask_variables_on_launch"] is True
    names = [one["name"] for one in whole["job_templates"]]
    assert names == ["kdump setup", "kdump verify", "kdump report", "kdump test", "kdump retest", "kdump disable"]


@pytest.mark.parametrize("given", [LEAST, MOST], ids=["archive", "git"])
def test_update_of_the_project_replaces_old_playbooks(given: Dict[str, Any]) -> None:
    assert made(given)["project"]["scm_clean"] is True


def test_what_is_taken_out_of_the_file_is_taken_out_of_awx() -> None:
    before, now = made(MOST), made(LEAST)
    assert (before["project"]["scm_branch"], now["project"]["scm_branch"]) == ("main", "")
    source = {"name": "kdump inventory file", "inventory": "fleet", "organization": "Default", "state": "absent"}
    assert now["inventory_source"] == source
    assert {**before["inventory_source"], **source} == {**before["inventory_source"], "state": "absent"}


def test_playbooks_at_the_top_of_a_project() -> None:
    found = made({**LEAST, "kdump_awx_playbooks": ""})["job_templates"][0]
    assert found["playbook"] == "setup.yml"


def test_only_verify_and_report_are_cut_into_slices() -> None:
    slices = {one["name"]: one["job_slice_count"] for one in made(PARTS)["job_templates"]}
    assert (slices.pop("kdump verify"), slices.pop("kdump report")) == (3, 4)
    assert set(slices.values()) == {1}


def test_single_host_can_be_verified_with_one_slice() -> None:
    whole = made(PARTS)
    asks = {one["name"] for one in whole["job_templates"] if one["ask_job_slice_count_on_launch"]}
    assert asks == {one["name"] for one in whole["job_templates"] if one["job_slice_count"] > 1}
    assert asks == {one["name"] for one in whole["job_templates"] if one["extra_vars"].get("kdump_sliced")}
    (node,) = [one for one in whole["nodes"] if one["identifier"] == "verify"]
    assert (node["job_slice_count"], node["extra_data"]) == (1, {"kdump_sliced": False})
    (node,) = [one for one in made(MOST)["nodes"] if one["identifier"] == "verify"]
    assert "job_slice_count" not in node and "extra_data" not in node


@pytest.mark.parametrize("given", [PARTS, TWO_FILES], ids=["slices", "two files"])
def test_parts_of_a_report_are_merged_whatever_becomes_of_them(given: Dict[str, Any]) -> None:
    whole = made(given)
    templates = {one["name"]: one for one in whole["job_templates"]}
    report, merge = templates["kdump report"], templates["kdump merge reports"]
    sliced = {"kdump_sliced": True} if given is PARTS else {}
    assert report["extra_vars"] == {**STORE, **sliced, "kdump_report_slice": True}
    assert (merge["extra_vars"], merge["playbook"]) == (STORE, "playbooks/merge_reports.yml")
    # only the merged report knows the fleet
    assert (report["notification_templates_success"], merge["notification_templates_success"]) == ([], ["chat", "mail"])
    links = [one for one in whole["links"] if one["workflow_job_template"] == "kdump fleet report"]
    assert [(one["identifier"], one["always_nodes"]) for one in links] == [("report", ["merge"])]
    assert "success_nodes" not in links[0]
    assert (whole["unused_workflows"], whole["unused_job_templates"]) == ([], [])


def test_schedule_makes_the_whole_report() -> None:
    rows = {one["name"]: one for one in made(PARTS)["schedules"]}
    assert rows["kdump report by schedule"]["state"] == "absent"
    assert rows["kdump fleet report by schedule"]["unified_job_template"] == "kdump fleet report"
    assert rows["kdump fleet report by schedule"]["extra_data"] == {"kdump_hosts": "all"}
    assert set(rows) == {"kdump verify by schedule", "kdump report by schedule", "kdump fleet report by schedule"}


def test_what_only_parts_need_is_taken_away_without_them() -> None:
    whole = made(LEAST)
    absent = {"organization": "Default", "state": "absent"}
    assert whole["unused_workflows"] == [{"name": "kdump fleet report", **absent}]
    assert whole["unused_job_templates"] == [{"name": "kdump merge reports", **absent}]
    assert [one["name"] for one in whole["workflows"]] == ["kdump roll-out"]


def test_report_knows_where_it_goes() -> None:
    extra = {one["name"]: one["extra_vars"] for one in made(MOST)["job_templates"]}
    assert extra["kdump report"] == {"kdump_report_directory": "/reports"}
    assert extra["kdump setup"] == {}


def test_roll_out_is_one_chain_with_two_approvals() -> None:
    whole = made(MOST)
    following = {one["identifier"]: one["success_nodes"] for one in whole["links"]}
    assert {one["workflow_job_template"] for one in whole["links"]} == {"kdump roll-out"}
    order: List[str] = []
    name: Optional[str] = "setup"
    while name:
        order.append(name)
        (name,) = following.get(name, [None])
    assert order == ["setup", "approve-reboots", "reboots", "verify", "canary", "approve-crashes", "test"]
    nodes = {one["identifier"]: one for one in whole["nodes"]}
    assert [name for name in order if "approval_node" in nodes[name]] == ["approve-reboots", "approve-crashes"]
    assert nodes["canary"]["extra_data"] == {"kdump_test_part": "first"}
    # awx.awx reports a change each time where one call has both
    assert [one for one in whole["links"] if "approval_node" in one] == []


def test_nobody_consents_for_the_operator() -> None:
    text = json.dumps(made(MOST))
    (template,) = [one for one in made(MOST)["job_templates"] if one["name"] == "kdump test"]
    assert template["extra_vars"] == {}
    assert '"extra_data": {"kdump_test_confirm' not in text and '"limit"' not in text


def test_schedule_with_an_empty_rule_is_taken_away() -> None:
    rows = {one["name"]: one for one in made(MOST)["schedules"]}
    assert rows["kdump verify by schedule"]["state"] == "absent"
    assert "rrule" not in rows["kdump verify by schedule"]
    assert rows["kdump report by schedule"]["rrule"].endswith("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO")


def test_notification_has_texts_of_its_own_if_it_brings_them() -> None:
    own = {**CHAT, "messages": {"error": {"message": "oh"}}}
    (found,) = made({**LEAST, "kdump_awx_notifications": [own]})["notification_templates"]
    assert found["messages"] == {"error": {"message": "oh"}}
    (other,) = made({**MOST, "kdump_awx_notifications": [{**CHAT, "type": "slack"}]})["notification_templates"]
    assert other["messages"] == data("messages")


def test_webhook_sends_the_text_as_json() -> None:
    (webhook,) = made(MOST)["notification_templates"]
    job = {"name": "kdump report", "artifacts": {"crashops_kdump_report": {"headline": '1 of "2"\nhosts'}}}
    body = Template(webhook["messages"]["success"]["body"]).render(job=job, url="https://awx/1?a&b")
    assert json.loads(body) == {"text": 'kdump report: 1 of "2"\nhosts https://awx/1?a&b'}
    failed = Template(webhook["messages"]["error"]["body"])
    for explanation, text in (("", "failed: https://awx/1"), ("Lost.", "failed: Lost. https://awx/1")):
        job = {"name": "kdump test", "job_explanation": explanation}
        assert json.loads(failed.render(job=job, url="https://awx/1")) == {"text": f"kdump test has {text}"}
    approval = webhook["messages"]["workflow_approval"]["denied"]["body"]
    named = {"approval_node_name": "May hosts reboot?", "workflow_url": "https://awx/2"}
    assert json.loads(Template(approval).render(named)) == {"text": "May hosts reboot? It was denied: https://awx/2"}


def test_prefix_names_everything() -> None:
    whole = made({**LEAST, "kdump_awx_prefix": "el8 kdump"})
    names = [one["name"] for kind in ("job_templates", "workflows", "schedules") for one in whole[kind]]
    assert names and all(name.startswith("el8 kdump ") for name in names)
    assert {one["workflow_job_template"] for one in whole["nodes"]} == {"el8 kdump roll-out"}
