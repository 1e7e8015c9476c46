# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each list of words is one table in Python. What is not Python holds a copy, and each copy is held against its table.

The tables: types and troubles of targets (_targets/target.py), statuses (_checks/outcome.py), groups and ids
(_checks/all_checks.py), verdicts (_checks/verdict.py, and with those of the report _report/readable_values.py), states
and sources of a proof (_facts/proof.py).
The copies: RETURN and options in the documentation of modules, the role's argument specs and defaults, the schemas
(kdump_info-1.json is made from RETURN by ./dev schemas), the report's style, script and page, and the guide in docs.
"""

import ast
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, List, Optional, Sequence, Set, Union

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.doc_fragments import _target
from ansible_collections.crashops.kdump.plugins.module_utils._checks import all_checks, outcome, verdict
from ansible_collections.crashops.kdump.plugins.module_utils._facts import proof
from ansible_collections.crashops.kdump.plugins.module_utils._targets import ssh, target
from ansible_collections.crashops.kdump.plugins.modules import kdump_info, kdump_target
from ansible_collections.crashops.kdump.plugins.plugin_utils import _completed_plan
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import refusals
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values

ROOT = Path(__file__).resolve().parents[3]
REPORT = "plugins/plugin_utils/_report/"


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def documented(module: ModuleType, *keys: str) -> List[str]:
    """Return the words of a value in a module's RETURN documentation."""
    level: Any = {"contains": yaml.safe_load(module.RETURN)}
    for key in keys:
        level = level["contains"][key]
    words: List[str] = level["choices"]
    return words


def spec(entry_point: str, name: str) -> Dict[str, Any]:
    """Return the argument spec of a variable of the role."""
    specs = yaml.safe_load(text("roles/kdump/meta/argument_specs.yml"))
    found: Dict[str, Any] = specs["argument_specs"][entry_point]["options"][name]
    return found


def report_schema(*keys: str) -> Any:
    level = json.loads(text("docs/schemas/report-1.json"))
    for key in keys:
        level = level[key]
    return level


def first(pattern: str, where: str) -> str:
    """Return what a pattern, or its first group, finds first in a text."""
    found: List[str] = re.findall(pattern, where)
    return found[0]


def marked(path: str, pattern: str) -> List[str]:
    """Return the words that a pattern finds in a file, each once."""
    return list(dict.fromkeys(re.findall(pattern, text(path))))


def all_words(text_of: str) -> List[str]:
    """Return the words that a sentence of the documentation marks with C()."""
    return re.findall(r"C\(([a-z0-9_]+)\)", text_of)


ROW = "definitions", "host", "properties"
PROBLEM = "definitions", "problem", "properties"
FRAGMENT = yaml.safe_load(_target.ModuleDocFragment.DOCUMENTATION)
SCRIPT_WORDS = first(r"WORDS = {(.*?)}", text(REPORT + "page.js"))
TARGET_TEXT = " ".join(spec("setup", "kdump_target")["options"]["type"]["description"])
# verdicts with a row of their own in the guide: kdump_info's in verify.md, those of lost hosts in report.md
TABLE_ROW = r"(?m)^\| `([a-z_]+)` \| "
FIRST_TABLE = first(r"(?s)\| verdict \| when .*?\n\n", text("docs/verify.md"))
LOST_TABLE = first(r"(?s)\| verdict \| the host .*?\n\n", text("docs/report.md"))

COPIES = [
    # target types
    ("the modules' option", FRAGMENT["options"]["target"]["suboptions"]["type"]["choices"], target.TYPES),
    ("the role's option", all_words(TARGET_TEXT), target.TYPES),
    # troubles of a target
    ("kdump_target's trouble", documented(kdump_target, "trouble"), target.TROUBLES),
    ("kdump_info's trouble", documented(kdump_info, "probe", "trouble"), (*target.TROUBLES, target.REFUSED)),
    # statuses
    ("kdump_info's status", documented(kdump_info, "checks", "status"), outcome.STATUSES),
    ("the report's counts", report_schema(*ROW, "checks", "required"), outcome.STATUSES),
    ("the report's counts", list(report_schema(*ROW, "checks", "properties")), outcome.STATUSES),
    ("the report's problems", report_schema(*PROBLEM, "status", "enum"), outcome.PROBLEMS),
    ("the script's words", re.findall(r"(\w+):", SCRIPT_WORDS), (*outcome.PROBLEMS, "waived")),
    ("the style's statuses", marked(REPORT + "page.css", r"(?m)^\.s-(\w+)"), (*outcome.PROBLEMS, "waived")),
    # groups
    ("kdump_info's group", documented(kdump_info, "checks", "group"), all_checks.GROUPS),
    ("the report's group", report_schema(*PROBLEM, "group", "enum"), all_checks.GROUPS),
    ("the guide's headings", marked("docs/checks.md", r"(?m)^## .* \(`(\w+)`\)$"), all_checks.GROUPS),
    ("the guide's rows", marked("docs/checks.md", r'<a id="(\w+)">'), all_checks.IDS),
    # verdicts
    ("kdump_info's verdict", documented(kdump_info, "verdict"), verdict.VERDICTS),
    ("the rows that decide", [word for word, dummy in verdict.ROWS], re.findall(TABLE_ROW, FIRST_TABLE)),
    ("verify's variable", spec("verify", "kdump_verify_fail")["choices"], verdict.VERDICTS),
    ("test's variable", spec("test", "kdump_test_verdicts")["choices"], refusals.NAMED_VERDICTS),
    ("the report's verdict", report_schema(*ROW, "verdict", "enum"), readable_values.VERDICTS),
    ("the report's totals", report_schema("definitions", "totals", "required"), readable_values.VERDICTS),
    ("the report's totals", list(report_schema("definitions", "totals", "properties")), readable_values.VERDICTS),
    ("the style's verdicts", marked(REPORT + "page.css", r"(?m)^\.v-(\w+)"), readable_values.VERDICTS),
    ("lost hosts in the guide", re.findall(TABLE_ROW, LOST_TABLE), readable_values.NOT_KNOWN),
    # the proof
    ("kdump_info's proof", documented(kdump_info, "proof", "state"), proof.STATES),
    ("kdump_info's proof", documented(kdump_info, "proof", "source"), proof.SOURCES),
    ("the report's proof", report_schema(*ROW, "proof_state", "enum"), (*proof.STATES, None)),
]


@pytest.mark.parametrize(("where", "copy", "table"), COPIES, ids=[str(number) for number in range(len(COPIES))])
def test_copy_has_the_words_of_its_table(
    where: str, copy: List[Optional[str]], table: Union[Sequence[Optional[str]], Dict[str, str]]
) -> None:
    assert (where, sorted(copy, key=str)) == (where, sorted(table, key=str))


def test_tables_name_each_word_once() -> None:
    for table in (target.TYPES, target.TROUBLES, outcome.STATUSES, all_checks.IDS, verdict.VERDICTS, proof.STATES):
        assert len(set(table)) == len(table)


def test_report_has_the_verdicts_of_kdump_info_and_those_of_lost_hosts() -> None:
    assert sorted(readable_values.VERDICTS) == sorted((*verdict.VERDICTS, *readable_values.NOT_KNOWN))


def test_page_has_a_picture_for_each_verdict_and_each_problem() -> None:
    drawn = marked(REPORT + "page.html.j2", r'<symbol id="i-(\w+)"')
    assert sorted(drawn) == sorted((*readable_values.VERDICTS, *outcome.PROBLEMS, "waived"))


def test_each_trouble_is_met_somewhere_and_no_other_is() -> None:
    said: Set[Any] = {reason.trouble for reason in ssh.REASONS}
    for path in sorted((ROOT / "plugins/module_utils").glob("_[tf]*/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                values = [word.value for word in node.keywords if word.arg == "trouble"]
                values += [part for one in values if isinstance(one, ast.IfExp) for part in (one.body, one.orelse)]
                said |= {one.value for one in values if isinstance(one, ast.Constant)}
    assert said == set(target.TROUBLES)


@pytest.mark.parametrize("trouble", target.TROUBLES)
def test_role_that_knows_the_server_mends_what_the_table_calls_mendable(trouble: str) -> None:
    found = {"trouble": trouble, "untried": None}
    mended = _completed_plan.is_mended(found, knows_server=True, knows_keys=True)
    assert mended is (trouble in target.MENDABLE)


def test_verdicts_that_fail_a_host_or_need_a_name_are_verdicts() -> None:
    defaults = yaml.safe_load(text("roles/kdump/defaults/main.yml"))["kdump_verify_fail"]
    assert defaults == spec("verify", "kdump_verify_fail")["default"]
    assert set(defaults) | set(verdict.NOT_MEANT) <= set(verdict.VERDICTS)
    allowed = {*refusals.ALLOWED_VERDICTS, *refusals.NAMED_VERDICTS}
    assert allowed == set(verdict.VERDICTS) - set(verdict.NOT_MEANT)


def test_metrics_page_names_each_verdict() -> None:
    line = first(r"crashops_kdump_verdict{verdict}.*", text("docs/metrics.md"))
    assert re.findall(r"`([a-z_]+)`", line) == list(verdict.VERDICTS)
