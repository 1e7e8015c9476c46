# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site says of its controller, and the sentence for each thing that is wrong."""

import re
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx import settings
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx.surveys import data

GUIDE = (Path(__file__).resolve().parents[5] / "docs/awx.md").read_text("utf-8")
LEAST: Dict[str, Any] = {
    "kdump_awx_project_url": "https://files.example.org/crashops-kdump-0.1.0.tar.gz",
    "kdump_awx_inventory": "fleet",
    "kdump_awx_credentials": ["root"],
}


def site(given: Dict[str, Any]) -> settings.Site:
    """Return what variables say, of which none is refused."""
    found, refused = settings.read(given)
    assert refused == [] and found is not None
    return found


def test_least_that_a_site_says_is_enough() -> None:
    found = site(LEAST)
    assert (found.prefix, found.organization, found.project_type, found.slices) == ("kdump", "Default", "archive", 1)
    assert (found.report, found.notifications, found.notify, found.galaxy_credentials) == ({}, [], [], None)


def test_texts_are_read_as_elsewhere() -> None:
    found = site({**LEAST, "kdump_awx_credentials": "root, storage", "kdump_awx_forks": "50"})
    assert (found.credentials, found.forks) == (["root", "storage"], 50)


WRONG: List[Tuple[Dict[str, Any], str]] = [
    ({"kdump_awx_inventry": "x"}, "inventry: 'x' is refused: there is no such variable; use kdump_awx_inventory."),
    ({"kdump_awx_inventory": None}, "kdump_awx_inventory: None is refused: nothing is set;"),
    ({"kdump_awx_inventory": ""}, "kdump_awx_inventory: '' is refused: nothing is set;"),
    ({"kdump_awx_project_type": "svn"}, "'svn' is refused: there is no such choice; choose archive, git."),
    ({"kdump_awx_forks": 0}, "kdump_awx_forks: 0 is refused: it is below 1; give 1 or more."),
    ({"kdump_awx_forks": "many"}, "kdump_awx_forks: 'many' is refused: it is no whole number;"),
    ({"kdump_awx_verify_schedule": "daily"}, "schedule: 'daily' is refused: AWX wants DTSTART and RRULE"),
    ({"kdump_awx_slices": "half"}, "kdump_awx_slices: 'half' is refused: it is no whole number;"),
    (
        {"kdump_awx_report": {"kdump_report_directry": "/x"}},
        "kdump_report_directry: '/x' is refused: it is no variable of the report; use kdump_report_directory.",
    ),
    (
        {"kdump_awx_report": {"kdump_report_slice": "perhaps"}},
        "kdump_awx_report.kdump_report_slice: 'perhaps' is refused",
    ),
    (
        {"kdump_awx_report_slices": 2},
        "kdump_awx_report_slices: 2 is refused: the slices of the report have no place where they meet; "
        "set kdump_report_to_s3 or kdump_report_to_git in kdump_awx_report.",
    ),
    (
        {
            "kdump_awx_report_slices": 2,
            "kdump_awx_report": {"kdump_report_to_host": {"host": "web1", "directory": "/srv"}},
        },
        "may lack this host; use kdump_report_to_s3 or kdump_report_to_git, or set kdump_awx_report_slices to 1.",
    ),
    (
        {
            "kdump_awx_report": {
                "kdump_report_to_git": {"repository": "https://me:x@git.example.com/r", "branch": "main"}
            }
        },
        "kdump_awx_report.kdump_report_to_git.repository: '(hidden)' is refused: before the @, it holds a password",
    ),
    (
        {"kdump_awx_report": {"kdump_report_to_s3": {"bucket": "Reports"}}},
        "kdump_awx_report.kdump_report_to_s3.bucket: 'Reports' is refused",
    ),
    (
        {"kdump_awx_report": {"kdump_report_slice": True}},
        "kdump_awx_report.kdump_report_slice: True is refused: a slice is for a run that merges it",
    ),
    ({"kdump_awx_notifications": [{"name": "chat"}]}, "[0]: 'chat' is refused: it lacks type, configuration;"),
    ({"kdump_awx_notifications": "chat"}, "kdump_awx_notifications: 'chat' is refused"),
]


@pytest.mark.parametrize(("given", "sentence"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_wrong_value_gets_its_sentence(given: Dict[str, Any], sentence: str) -> None:
    found, refused = settings.read({**LEAST, **given})
    assert found is None
    assert sentence in " ".join(refused)


def test_variable_of_the_report_without_a_value_is_left_out() -> None:
    found = site({**LEAST, "kdump_awx_report": {"kdump_report_slice": None, "kdump_report_to_host": None}})
    assert (found.report, found.in_parts) == ({}, False)


def test_all_that_is_wrong_is_said_at_once() -> None:
    dummy, refused = settings.read({"kdump_awx_inventory": "fleet", "kdump_awx_forks": "many"})
    assert [sentence.partition(":")[0] for sentence in refused] == [
        "kdump_awx_project_url", "kdump_awx_credentials", "kdump_awx_forks",
    ]  # fmt: skip


def test_secret_of_a_notification_is_not_in_its_sentence() -> None:
    given = {**LEAST, "kdump_awx_notifications": [{"name": "chat", "configuration": {"token": "hunter2"}}]}
    assert "hunter2" not in " ".join(settings.read(given)[1])


def test_empty_schedule_is_no_schedule() -> None:
    found = site({**LEAST, "kdump_awx_verify_schedule": ""})
    assert found.verify_schedule == ""


def test_settings_are_those_of_the_data_file() -> None:
    assert [settings.PREFIX + name for name in settings.Site._fields] == list(data("settings"))


def test_all_credentials_are_looked_for() -> None:
    more = {"kdump_awx_project_credential": "git", "kdump_awx_registry_credential": "root"}
    found = site({**LEAST, **more})
    assert found.names_of_credentials == ["root", "git"]


def test_guide_has_each_variable_with_its_default() -> None:
    rows = dict(re.findall(r"(?m)^\| `(kdump_awx_\w+)` \| ([^|]*)\|", GUIDE))
    assert rows.keys() == data("settings").keys()
    for name, spec in data("settings").items():
        if name not in settings.SCHEDULES:
            said = "required" if spec.get("required") else "`%s`" % spec["default"] if "default" in spec else ""
            assert (name, rows[name].strip()) == (name, said)


def test_files_of_variables_in_the_guide_are_right() -> None:
    whole, parts = [text for text in re.findall(r"```yml\n(.*?)```", GUIDE, re.DOTALL) if "kdump_awx_" in text]
    found = site(yaml.safe_load(whole))
    assert found.organization == "Operations"
    found = site({**yaml.safe_load(whole), **yaml.safe_load(parts)})
    assert found.in_parts
