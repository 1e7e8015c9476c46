# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for /etc/default/kdump-tools, beside what kdump-tools itself did with the same files."""

import json
from pathlib import Path
from typing import Any, Dict, List, Set

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools import lint as rules
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding

ROWS = json.loads((Path(__file__).parents[2] / "recorded" / "kdump_tools_verdicts.json").read_text())["rows"]
RELEASES = ("1.8.1", "1.10.7")


def name(row: Dict[str, Any]) -> str:
    return repr(row["text"])


def findings(row: Dict[str, Any]) -> List[Finding]:
    return rules.lint(row["text"], [], row.get("lacking", []))


def verdicts(row: Dict[str, Any]) -> Set[str]:
    return {(row.get("both") or row[release])["verdict"] for release in RELEASES}


def is_refused(row: Dict[str, Any]) -> bool:
    return any(found.severity == "error" for found in findings(row))


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_file_has_the_findings_that_are_recorded_for_it(row: Dict[str, Any]) -> None:
    assert [[found.rule, found.severity, found.line] for found in findings(row)] == row["finds"]


@pytest.mark.parametrize("row", [row for row in ROWS if "why" not in row], ids=name)
def test_an_error_is_what_keeps_kdump_tools_from_saving_the_dump_in_its_place(row: Dict[str, Any]) -> None:
    assert is_refused(row) == (verdicts(row) != {"saved"})


@pytest.mark.parametrize("row", [row for row in ROWS if "why" in row], ids=name)
def test_what_is_explained_needs_an_explanation(row: Dict[str, Any]) -> None:
    assert is_refused(row) != (verdicts(row) != {"saved"})


def test_every_rule_is_met_in_a_row() -> None:
    seen = {rule for row in ROWS for rule, severity, line in row["finds"]}
    assert seen == {"T%d" % number for number in range(1, 19)}


def test_what_a_host_may_lack_is_named_except_the_packages_own_links() -> None:
    text = 'KDUMP_COMPRESSION="lz4"\nKDUMP_KERNEL=/boot/k\nKDUMP_INITRD=/var/lib/kdump/initrd.img\n'
    assert rules.named_things(text) == ("lz4", ["/boot/k"])
    assert rules.named_things("USE_KDUMP=1\n") == (None, [])


def test_a_variable_that_a_task_sets_has_to_be_a_plain_assignment() -> None:
    text = 'USE_KDUMP=1\nKDUMP_COREDIR="$HOME/crash"\n'
    assert [found.severity for found in rules.lint(text, [], [])] == ["warning"]
    assert [found.severity for found in rules.lint(text, ["KDUMP_COREDIR"], [])] == ["error"]
