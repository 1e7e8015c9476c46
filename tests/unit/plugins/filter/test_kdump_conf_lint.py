# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter kdump_conf_lint, called as Jinja calls it."""

from typing import Any, List, Union

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.filter.kdump_conf_lint import FilterModule

kdump_conf_lint = FilterModule().filters()["kdump_conf_lint"]


def test_a_finding_has_all_that_an_operator_needs() -> None:
    assert kdump_conf_lint("# cores\nnfs :server:/export/cores\n") == [
        {
            "rule": "R17",
            "severity": "error",
            "line": 2,
            "message": "a colon stands before the server, so that none is named",
            "remedy": "write it without the first colon",
        }
    ]


@pytest.mark.parametrize(
    ("text", "generation", "rules"),
    [
        ("", "current", []),
        ("path /var/crash\n", "el8", []),
        ("  nfs h:/e\n", "el8", ["R36"]),
        ("  nfs h:/e\n", "el9", []),
        ("virtiofs tag\n", "el8", ["R32"]),
        ("kdump_emergency /x\n", "el9", ["R33"]),
        ("kdump_emergency /x\n", "current", []),
        ("default reboot\nfailure_action reboot\n", "el9", ["R11"]),
        ("path /x\0\n", "current", ["R43"]),
    ],
)
def test_a_generation_has_its_own_findings(text: str, generation: str, rules: List[str]) -> None:
    assert [finding["rule"] for finding in kdump_conf_lint(text, generation=generation)] == rules


def test_without_a_generation_the_current_one_is_meant() -> None:
    assert kdump_conf_lint('core_collector "cp"\n') == kdump_conf_lint('core_collector "cp"\n', "current") == []


@pytest.mark.parametrize(
    ("text", "generation", "words"),
    [
        ("path /x", "rhel7", "generation: 'rhel7' is refused: there is no such generation of kdumpctl; choose one of"),
        ("path /x", None, "generation: None is refused"),
        ("path /x", ["el9"], "generation: ['el9'] is refused"),
        (None, "el9", "_input: None is refused: it is no text but nothing; give the text of the file."),
        (["path /x"], "el9", "it is no text but a list"),
        (b"path /x", "el9", "it is no text but something else"),
    ],
)
def test_what_is_no_text_or_no_generation_is_refused_in_one_sentence(
    text: Any, generation: Union[str, List[str], None], words: str
) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        kdump_conf_lint(text, generation)
    assert words in str(refused.value)
    assert str(refused.value).count("\n") == 0


# RHEL 10.0 has kdump-utils 1.0.51
RELEASES = [("rhel8", "el8"), ("rhel9", "el9"), ("el10", "el9"), ("rhel10", "el9"), ("fedora", "current")]


@pytest.mark.parametrize(("name", "generation"), RELEASES)
def test_a_release_stands_for_the_generation_that_it_has(name: str, generation: str) -> None:
    text = 'nfs :server:/export\nauto_reset_crashkernel yes\nextra\npath "/var/crash"\n'
    assert kdump_conf_lint(text, name) == kdump_conf_lint(text, generation)
