# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What checks ask of the evidence has names that mypy knows: no check looks anything up by a text."""

import ast
import glob
import os
from typing import Any, List

import pytest

ROOMS = os.path.join(os.path.dirname(__file__), *[os.pardir] * 4, "plugins", "module_utils")
CHECKS = sorted(glob.glob(os.path.join(ROOMS, "_checks", "*.py")))
# files of _checks that hold no check; security judges what is read for other subjects
NO_SUBJECTS = (
    "__init__.py",
    "all_checks.py",
    "capture_memory.py",
    "judge_options.py",
    "lint_findings.py",
    "outcome.py",
    "verdict.py",
    "waivers.py",
)
OTHERS_SUBJECTS = ("security.py",)


def constant(node: Any) -> Any:
    """Return the value of a constant, None of anything else; Python 3.6 has other nodes for it than later ones."""
    while isinstance(node, ast.AST):
        node = node.value if hasattr(node, "value") else getattr(node, "s", None)
    return node


def looks_up(node: ast.AST) -> bool:
    """Return whether a node is x["name"] or x.get("name")."""
    if isinstance(node, ast.Subscript):
        return isinstance(constant(node.slice), str)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return bool(node.args) and isinstance(constant(node.args[0]), str)
    return False


def lookups(source: str) -> List[int]:
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.expr) and looks_up(node)]


@pytest.mark.parametrize("path", CHECKS, ids=os.path.basename)
def test_a_check_looks_nothing_up_by_a_text(path: str) -> None:
    with open(path, encoding="utf-8") as stream:
        assert lookups(stream.read()) == []


@pytest.mark.parametrize("source", ['x["name"]', 'x.get("name")', 'x.get("name", None)', 'f(x)["a"].b'])
def test_a_lookup_by_a_text_is_found(source: str) -> None:
    assert lookups(source) == [1]


@pytest.mark.parametrize("source", ["x[0]", "x[name]", "x.get(name)", 'x.name + "text"', "x[1:2]", "x.get()"])
def test_anything_else_is_no_lookup_by_a_text(source: str) -> None:
    assert lookups(source) == []


def test_a_subject_has_the_same_file_name_among_facts_and_checks() -> None:
    facts = {os.path.basename(path) for path in glob.glob(os.path.join(ROOMS, "_facts", "*.py"))}
    subjects = {os.path.basename(path) for path in CHECKS} - set(NO_SUBJECTS + OTHERS_SUBJECTS)
    assert subjects <= facts
