# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surveys of AWX ask for the role's variables: their types, choices, limits and defaults, and nothing else."""

from typing import Any, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx import surveys

REBOOT = "Whether the host may be rebooted, which is done only if that changes what is reserved."
FORMS = [*surveys.data("templates"), *surveys.data("workflows")]
SURVEYS = {form["name"]: surveys.survey(form["name"], form["entry_point"], form) for form in FORMS}
QUESTIONS = [
    pytest.param(form, one, id=f"{form}-{one['variable']}") for form, made in SURVEYS.items() for one in made["spec"]
]
# what AWX 24.6.1 accepts; a default of another type is an error for it
DEFAULTS = {"integer": int, "text": str, "multiplechoice": str, "multiselect": str}


def the(form: str, variable: str) -> Dict[str, Any]:
    """Return one question of a survey."""
    found: Dict[str, Any]
    (found,) = [one for one in SURVEYS[form]["spec"] if one["variable"] == variable]
    return found


def refusals(name: str, answer: Any, entry_point: str = "setup") -> List[str]:
    """Return what the role says against an answer."""
    values, refused = _role_variables.converted({name: answer}, entry_point)
    return refused + _role_variables.refusals(values, lambda dummy: True, [])


@pytest.mark.parametrize(("form", "one"), QUESTIONS)
def test_question_has_what_awx_wants(form: str, one: Dict[str, Any]) -> None:
    assert one["type"] in DEFAULTS
    assert isinstance(one.get("default", DEFAULTS[one["type"]]()), DEFAULTS[one["type"]])
    assert ("choices" in one) == (one["type"] in ("multiplechoice", "multiselect"))
    assert one["question_name"] and one["question_description"].endswith(".")
    assert one.get("default") in (None, *one.get("choices", [one.get("default")]))


@pytest.mark.parametrize(("form", "one"), QUESTIONS)
def test_no_markup_is_left_in_the_help(form: str, one: Dict[str, Any]) -> None:
    assert "(" not in one["question_description"].replace(" (", "").replace("(RHEL", "")


def test_empty_text_never_reaches_the_role() -> None:
    texts = [one for made in SURVEYS.values() for one in made["spec"] if one["type"] == "text"]
    assert texts
    assert {one["min"] for one in texts} == {1}


@pytest.mark.parametrize(("form", "one"), QUESTIONS)
def test_role_takes_each_choice_and_default(form: str, one: Dict[str, Any]) -> None:
    name = one["variable"]
    if name in _role_variables.OF_PLAYBOOKS:
        return
    answers = [[word] if one["type"] == "multiselect" else word for word in one.get("choices", [])]
    answers += [one["default"]] if "default" in one else []
    if (name, form) != ("kdump_masked", "disable"):
        assert [refusals(name, answer) for answer in answers if refusals(name, answer)] == []


@pytest.mark.parametrize("one", {one["variable"]: one for made in SURVEYS.values() for one in made["spec"]}.values())
def test_limits_are_those_of_the_role(one: Dict[str, Any]) -> None:
    if one["type"] != "integer":
        return
    name, least, most = one["variable"], one["min"], one["max"]
    assert refusals(name, least) == refusals(name, most) == []
    assert refusals(name, least - 1) != []
    # a reboot has no limit, and a survey must have one
    assert refusals(name, most + 1) != [] or name == "kdump_reboot_timeout"


def test_kinds_of_questions() -> None:
    assert the("setup", "kdump_reboot_allowed") == {
        "question_name": "May hosts reboot?",
        "question_description": REBOOT,
        "variable": "kdump_reboot_allowed",
        "required": True,
        "type": "multiplechoice",
        "choices": ["yes", "no"],
        "default": "no",
    }
    policy = the("setup", "kdump_panic_policy")
    assert (policy["type"], policy["choices"]) == ("multiselect", ["none", "oops", "lockups", "hung_tasks", "nmi"])
    assert policy["question_description"].startswith("What turns a hang into a panic, any of oops, lockups,")
    assert policy["question_description"].endswith("If you leave it empty, the value of the inventory counts.")
    timeout = the("test", "kdump_test_timeout")
    assert (timeout["type"], timeout["min"], timeout["required"]) == ("integer", 60, False)


def test_an_answer_counts_more_than_the_inventory_so_only_questions_of_one_run_have_a_default() -> None:
    asked = [one for made in SURVEYS.values() for one in made["spec"]]
    defaults = {one["variable"]: one["default"] for one in asked if "default" in one}
    assert defaults == {
        "kdump_hosts": "all",
        "kdump_reboot_allowed": "no",
        "kdump_serial": "100%",
        "kdump_test_part": "all",
        "kdump_test_serial": "1",
    }


@pytest.mark.parametrize("form", ["setup", "disable", "roll-out"])
def test_hosts_that_would_change_are_typed_at_each_launch(form: str) -> None:
    one = the(form, "kdump_hosts")
    assert one["required"] and "default" not in one


@pytest.mark.parametrize("form", ["test", "retest", "roll-out"])
def test_consent_is_typed_at_each_launch(form: str) -> None:
    one = the(form, "kdump_test_confirm")
    assert one["required"] and one["type"] == "text" and "default" not in one


def test_workflow_asks_the_same_question_as_the_template_that_gets_its_answer() -> None:
    # AWX hands these answers on without a look at the template's own survey
    of_templates = [SURVEYS[form["name"]] for form in surveys.data("templates")]
    templates = {one["variable"]: one for made in of_templates for one in made["spec"]}
    kept = ("variable", "type", "min", "max", "choices", "question_name", "question_description")
    for one in SURVEYS["roll-out"]["spec"]:
        other = templates[one["variable"]]
        assert {key: one.get(key) for key in kept} == {key: other.get(key) for key in kept}


def test_answers_of_nodes_are_choices_of_their_template() -> None:
    nodes = [one for flow in surveys.data("workflows") for one in flow["nodes"]]
    given = [(one["template"], one["answers"]) for one in nodes if "answers" in one]
    assert given
    for template, answers in given:
        for name, answer in answers.items():
            assert answer in the(template, name)["choices"]


def test_each_question_is_asked_and_each_variable_exists() -> None:
    asked = surveys.asked_for(FORMS)
    assert asked == set(surveys.data("questions"))
    known = {*_role_variables.OF_PLAYBOOKS, *_role_variables.options_of("setup")}
    assert asked - known == set()


def test_a_dictionary_cannot_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "data", lambda dummy: {"kdump_target": {"question": "Where to"}})
    with pytest.raises(ValueError, match="no survey can ask for kdump_target, which is of the type dict"):
        surveys.question("kdump_target", "setup", False, False)
