# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for /etc/sysconfig/kdump, beside what each generation of kdumpctl itself made of the same files."""

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import sysconfig_packaged
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.sysconfig_lint import Facts, lint
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding

ROWS = json.loads((Path(__file__).parents[2] / "recorded" / "kdumpctl_sysconfig.json").read_text())["rows"]
GENERATIONS = ("el8", "el9", "current")
CASES = [(row, generation) for row in ROWS for generation in GENERATIONS]


def name(value: Union[str, Dict[str, Any]]) -> str:
    return value if isinstance(value, str) else repr(value["text"])


def findings(row: Dict[str, Any], generation: str) -> List[Finding]:
    return lint(row["text"], [], Facts(generation, "x86_64", tuple(row.get("lacking", ()))))


def is_warned_of(row: Dict[str, Any], generation: str) -> bool:
    return any(found.severity != "advice" for found in findings(row, generation))


@pytest.mark.parametrize(("row", "generation"), CASES, ids=name)
def test_a_file_has_the_findings_that_are_recorded_for_it(row: Dict[str, Any], generation: str) -> None:
    found = [[one.rule, one.severity, one.line] for one in findings(row, generation)]
    assert found == row[generation]["finds"]


@pytest.mark.parametrize(("row", "generation"), [case for case in CASES if "why" not in case[0]], ids=name)
def test_error_or_warning_is_where_kdumpctl_does_not_do_what_was_meant(row: Dict[str, Any], generation: str) -> None:
    assert is_warned_of(row, generation) == (not row[generation]["as meant"])


@pytest.mark.parametrize("row", [row for row in ROWS if "why" in row], ids=name)
def test_what_is_explained_needs_an_explanation(row: Dict[str, Any]) -> None:
    assert any(is_warned_of(row, each) == row[each]["as meant"] for each in GENERATIONS)


def test_every_rule_is_met_in_a_row() -> None:
    seen = {rule for row in ROWS for each in GENERATIONS for rule, severity, line in row[each]["finds"]}
    assert seen == {"S%d" % number for number in range(1, 14)}


def test_an_empty_file_is_one_that_the_package_is_still_to_bring() -> None:
    assert lint("", [], Facts()) == []


@pytest.mark.parametrize(
    ("release", "machine"),
    [
        ("4.18.0-513.5.1.el8_9.x86_64", "x86_64"),
        ("5.14.0-362.el9.aarch64+64k", "aarch64"),
        ("6.12.0-55.el10.x86_64+rt-debug", "x86_64"),
        ("6.14.0-0.fc42.s390x", "s390x"),
        ("6.1.0-41-amd64", ""),
        ("", ""),
    ],
)
def test_a_kernel_release_tells_the_architecture(release: str, machine: str) -> None:
    assert sysconfig_packaged.machine_of(release) == machine


@pytest.mark.parametrize("key", sorted(sysconfig_packaged.WORDS))
def test_the_packages_own_words_have_no_finding(key: Tuple[str, str]) -> None:
    words = sysconfig_packaged.default_words(*key)
    text = 'KDUMP_COMMANDLINE_APPEND="%s"\nKDUMP_IMG="vmlinuz"\n' % words
    assert words and lint(text, [], Facts(key[0], key[1])) == []


def test_unknown_architecture_has_no_known_words() -> None:
    assert sysconfig_packaged.default_words("current", "riscv64") == ""
