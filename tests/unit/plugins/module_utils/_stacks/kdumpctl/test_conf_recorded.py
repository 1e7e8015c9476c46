# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection says of a kdump.conf, held against what the real kdumpctl of each generation said of it.

How the verdicts were recorded stands in the file under "how".
"""

import json
import pathlib
from typing import Any, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_generations, conf_lines
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_host_facts import Surroundings
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lint import RULES, lint
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack import KdumpctlStack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

RECORDED = json.loads((pathlib.Path(__file__).parents[2] / "recorded" / "kdump_conf_verdicts.json").read_text())
SOURCES = {name: source["generation"] for name, source in RECORDED["sources"].items()}
ROWS = RECORDED["verdicts"]
DOCUMENTED = pathlib.Path(__file__).parents[6] / "docs" / "kdump_conf.md"


def found(row: Dict[str, Any], source: str) -> List[Finding]:
    """Return what the rules say of a row's text, as the generation of this source reads it."""
    facts = dict(row["host"])
    if "addresses" in facts:
        facts["addresses"] = tuple(facts["addresses"])
    return lint(row["text"], SOURCES[source], Surroundings(**facts))


@pytest.mark.parametrize("source", sorted(SOURCES))
@pytest.mark.parametrize("row", ROWS, ids=lambda row: "%s %r" % (row["rule"], row["text"]))
def test_an_error_is_what_the_real_kdumpctl_refuses_or_has_its_reason_next_to_it(
    row: Dict[str, Any], source: str
) -> None:
    refused = row["said"][source] is not None
    judged = any(finding.severity == "error" for finding in found(row, source))
    why = row.get("differs", {}).get(source)
    assert (judged != refused) == (why is not None)
    if "the dump is lost" in (why or ""):
        assert row["capture"][source]


def test_nothing_that_a_kdumpctl_refuses_passes() -> None:
    for row in ROWS:
        for source, said in row["said"].items():
            errors = [finding for finding in found(row, source) if finding.severity == "error"]
            assert said is None or errors, (source, row["text"], said)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "%s %r" % (row["rule"], row["text"]))
def test_a_rule_speaks_of_the_bad_rows_and_not_of_the_good_ones(row: Dict[str, Any]) -> None:
    severities = {
        finding.severity for source in SOURCES for finding in found(row, source) if finding.rule == row["rule"]
    }
    accepting = [source for source, said in row["said"].items() if said is None]
    if row["kind"] == "good":
        assert accepting
        assert all(finding.rule != row["rule"] for source in accepting for finding in found(row, source))
    elif row["kind"] == "bad":
        assert "error" in severities
    else:
        assert severities and "error" not in severities
        assert accepting


@pytest.mark.parametrize("rule", [name for name, dummy in RULES])
def test_every_rule_has_a_good_and_a_bad_row_and_a_line_in_the_guide(rule: str) -> None:
    kinds = {row["kind"] for row in ROWS if row["rule"] == rule}
    assert "good" in kinds
    assert kinds & {"bad", "taken"}
    assert "\n| %s | " % rule in DOCUMENTED.read_text()


def test_the_rules_are_numbered_without_a_gap() -> None:
    assert [name for name, dummy in RULES] == ["R%d" % number for number in range(1, len(RULES) + 1)]


@pytest.mark.parametrize("generation", conf_generations.GENERATIONS)
@pytest.mark.parametrize("row", RECORDED["reads"], ids=lambda row: repr(row["text"]))
def test_a_text_is_read_as_the_real_reader_read_it(row: Dict[str, Any], generation: str) -> None:
    read = [[entry.name, entry.value] for entry in conf_lines.entries(row["text"], generation)]
    assert read == row[generation]


@pytest.mark.parametrize("release", RECORDED["releases"], ids=lambda release: release["version"])
def test_the_words_of_every_release_tell_which_reader_it_has(release: Dict[str, Any]) -> None:
    script = " ".join(release["words"])
    host = FakeHost({"/usr/sbin/kdumpctl": script}, programs=["kdumpctl"])
    assert KdumpctlStack(host).generation() == release["generation"]
