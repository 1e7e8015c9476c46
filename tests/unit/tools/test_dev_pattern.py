# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pattern is made from extensions/awx, and fits the published schema of patterns."""

import json
from pathlib import Path
from typing import Any

import yaml

from tools.dev import pattern
from tools.dev.places import REPOSITORY

FOLDER = REPOSITORY / pattern.FOLDER
# of the schema 1.0.0 of patterns: what each part must have, and the types of questions
TOP = {"schema_version", "name", "title", "description", "short_description", "aap_resources"}
TEMPLATE = {"name", "description", "playbook"}
QUESTION = {"type", "question_name", "question_description", "variable", "required"}
TYPES = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}


def whole() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "meta/pattern.json").read_text("utf-8")))


def test_files_are_as_they_would_be_made() -> None:
    made = pattern.files(REPOSITORY)
    found = {path for path in FOLDER.rglob("*") if path.is_file() and path.name != "README.md"}
    assert found == set(made)
    assert [path.name for path, text in made.items() if path.read_text("utf-8") != text] == []


def test_main_writes_each_file(tmp_path: Path) -> None:
    pattern.main(tmp_path)
    assert json.loads((tmp_path / pattern.FOLDER / "meta/pattern.json").read_text("utf-8")) == whole()


def test_definition_fits_the_schema() -> None:
    found = whole()
    assert found.keys() >= TOP
    assert found["name"] == FOLDER.name
    assert len(found["title"]) <= 64
    resources = found["aap_resources"]
    environment = resources["controller_execution_environment"]
    assert {"name", "description", "image_name"} <= environment.keys()
    assert environment["pull"] in ("always", "missing", "never")
    assert [one["name"] for one in resources["controller_job_templates"] if one["primary"]] == ["kdump verify"]
    for one in resources["controller_job_templates"]:
        assert one.keys() >= TEMPLATE
        assert one["execution_environment"] == environment["name"]
        assert set(one["labels"]) <= set(resources["controller_labels"])
        assert (FOLDER / "playbooks" / one["playbook"]).is_file()


def test_questions_fit_the_schema() -> None:
    questions = [q for one in whole()["aap_resources"]["controller_job_templates"] for q in one["survey"]["spec"]]
    assert questions
    for one in questions:
        assert one.keys() >= QUESTION
        assert one["type"] in TYPES
        assert isinstance(one.get("default", ""), str)
        assert all(isinstance(choice, str) for choice in one.get("choices", []))


def test_each_playbook_has_its_description() -> None:
    for path in (FOLDER / "playbooks").glob("*[!a].yml"):
        if path.name.endswith(".meta.yml"):
            continue
        ((play,), spec) = (yaml.safe_load(one.read_text("utf-8")) for one in (path, path.with_suffix(".meta.yml")))
        assert play["ansible.builtin.import_playbook"] == f"../../../../playbooks/{path.stem}.yml"
        assert (REPOSITORY / "playbooks" / path.name).is_file()
        assert spec["argument_specs"][path.stem]["options"]
