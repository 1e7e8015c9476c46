# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each test that the threat model names exists, in the file that it names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# `folder/test_file.py::test_name`, below tests/unit/plugins unless it begins with tests; or the name alone
NAMED = re.compile(r"`(?:(?P<file>[\w/]+\.py)::)?(?P<test>test_\w+)`")


def named() -> list[tuple[str | None, str]]:
    """Return what the page names: a file or None, and a test."""
    text = (ROOT / "docs" / "threat_model.md").read_text(encoding="utf-8")
    return [(found["file"], found["test"]) for found in NAMED.finditer(text)]


def places(file: str | None) -> list[Path]:
    """Return the files in which a test may be."""
    if file is None:
        return sorted((ROOT / "tests").rglob("test_*.py"))
    return [ROOT / file if file.startswith("tests/") else ROOT / "tests" / "unit" / "plugins" / file]


@pytest.mark.parametrize(("file", "test"), sorted(set(named()), key=str))
def test_each_named_test_exists(file: str | None, test: str) -> None:
    pattern = re.compile(rf"^def {test}\(", re.MULTILINE)
    assert any(pattern.search(path.read_text(encoding="utf-8")) for path in places(file))


def test_the_page_names_tests() -> None:
    assert len(named()) > 50
