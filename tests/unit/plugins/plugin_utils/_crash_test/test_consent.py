# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the consent to a crash."""

from typing import Any, Dict, List, Optional, Union

import pytest
from ansible.parsing.splitter import parse_kv
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import consent

ACTION = "crashops.kdump.crash_test"
VARIABLE = "{{ kdump_test_confirm }}"
# the task's confirm as written, the variables typed with -e, what Ansible made of it for web1
TAKEN = [
    ("web1", {}, "web1"),
    (["web0", "web1"], {}, ["web0", "web1"]),
    ("web0, web1", {}, "web0, web1"),
    (VARIABLE, {"kdump_test_confirm": "web1"}, "web1"),
    (VARIABLE, {"kdump_test_confirm": ["web1", "web2"]}, ["web1", "web2"]),
    ("{{other}}", {"other": "web1"}, "web1"),
]


@pytest.mark.parametrize("text, typed, resolved", TAKEN)
def test_literal_name_is_consent(
    text: Union[str, List[str]], typed: Dict[str, Any], resolved: Union[str, List[str]]
) -> None:
    assert consent.refusals("web1", resolved, consent.source([text], typed)) == []


HOST = "{{ inventory_hostname }}"
REFUSED = [
    ("", {}, "", "confirm: '' is refused: a crash test needs the name"),
    ("web2", {}, "web2", "it does not name web1"),
    ("true", {}, "true", "it does not name web1"),
    (HOST, {}, "web1", "it comes from inventory_hostname, which was not typed"),
    ("{{ ansible_host }}", {}, "web1", "it comes from ansible_host, which was not typed"),
    ("{{ inventory_hostname | lower }}", {}, "web1", "it is a template, which would name every host"),
    ("{{ lookup('vars', 'inventory_hostname') }}", {}, "web1", "it is a template"),
    ("{% if true %}web1{% endif %}", {}, "web1", "it is a template"),
    (["{{ inventory_hostname }}"], {}, ["web1"], "it is a template"),
    ("{{ [inventory_hostname] }}", {}, ["web1"], "it is a template"),
    ("#jinja2:variable_start_string:'[%'\n[% inventory_hostname %]", {}, "web1", "it is a template"),
    (VARIABLE, {}, "web1", "it comes from kdump_test_confirm, which was not typed for this run"),
    (VARIABLE, {"kdump_test_confirm": HOST}, "web1", "confirm: '%s' is refused: it is a template" % HOST),
    (VARIABLE, {"kdump_test_confirm": "{{ me }}", "me": "web1"}, "web1", "it is a template"),
    (VARIABLE, {"kdump_test_confirm": {"web1": True}}, {"web1": True}, "it does not name web1"),
    (VARIABLE, {"kdump_test_confirm": "web1"}, "web2", "it does not name web1"),
]


@pytest.mark.parametrize("text, typed, resolved, words", REFUSED)
def test_what_is_not_the_literal_name_is_refused(
    text: Union[str, List[str]], typed: Dict[str, Any], resolved: Any, words: str
) -> None:
    (sentence,) = consent.refusals("web1", resolved, consent.source([text], typed))
    assert words in sentence
    assert sentence.endswith("type the name of the host for this run: -e kdump_test_confirm=web1.")


def test_consent_that_cannot_be_seen_as_written_is_refused() -> None:
    for texts in ([], ["web1", HOST]):
        (sentence,) = consent.refusals("web1", "web1", consent.source(texts, {}))
        assert "its original text cannot be seen" in sentence


TASKS = [
    ({"crashops.kdump.crash_test": {"confirm": HOST}}, [HOST]),
    ({"crash_test": "confirm=web1 delay=3"}, ["web1"]),
    ({"action": "crashops.kdump.crash_test confirm=%s" % HOST}, [HOST]),
    ({"action": {"module": ACTION, "args": {"confirm": HOST}}}, [HOST]),
    ({"action": {"module": ACTION, "confirm": "web1"}}, ["web1"]),
    ({"crash_test": {}, "args": {"confirm": "web1"}}, ["web1"]),
    ({"crash_test": {"confirm": HOST}, "args": {"confirm": "web1"}}, [HOST, "web1"]),
    ({"crash_test": None, "args": "{{ all_of_it }}", "vars": {"confirm": "web1"}}, []),
    (None, []),
]


@pytest.mark.parametrize("task, found", TASKS)
def test_consent_is_found_as_the_task_has_it(task: Optional[Dict[str, Any]], found: List[str]) -> None:
    assert consent.written(task, ACTION, parse_kv) == found


def test_name_that_a_variable_hides_is_refused() -> None:
    assert consent.host_refusals("web1", "web1", "web1", {}) == []
    assert consent.host_refusals("web1.example.org", None, "web1", {}) == []
    hidden = [
        ("web1", "web2", "web1", {}),
        ("web1", None, "web2", {}),
        ("web1", None, None, {"inventory_hostname": "x"}),
    ]
    for row in hidden:
        (sentence,) = consent.host_refusals(*row)
        assert "hides which host would crash" in sentence
