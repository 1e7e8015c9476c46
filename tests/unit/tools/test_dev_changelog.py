# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CHANGELOG.md is what the fragments make. `./dev lint` renders it; here is what surrounds that."""

import sys
from pathlib import Path

import pytest

from tools.dev import changelog


@pytest.mark.parametrize(
    ("words", "found", "status", "left"),
    [
        (["--check"], "new\n", 0, "new\n"),
        (["--check"], "old\n", 1, "old\n"),
        (["--check"], None, 1, None),
        ([], "old\n", 0, "new\n"),
        ([], None, 0, "new\n"),
    ],
)
def test_page_that_differs_fails_the_check_and_is_written_without_it(
    words: list[str], found: str | None, status: int, left: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "CHANGELOG.md"
    if found:
        page.write_text(found)
    monkeypatch.setattr(changelog, "CHANGELOG", page)
    monkeypatch.setattr(changelog, "render", lambda _source, _folder: "new\n")
    monkeypatch.setattr(sys, "argv", ["changelog", *words])
    assert changelog.main() == status
    assert (page.read_text() if page.exists() else None) == left


@pytest.mark.parametrize(
    ("releases", "order"),
    [
        ("ancestor: null\nreleases: {}\n", ["release", "--version", "1.1.0", "--date", "2000-01-01"]),
        ("releases:\n  1.0.0:\n    changes: {}\n", ["release", "--version", "1.1.0", "--date", "2000-01-01"]),
        ("releases:\n  1.1.0:\n    changes: {}\n  1.0.0:\n    changes: {}\n", ["generate"]),
    ],
)
def test_version_that_was_released_is_not_released_twice(releases: str, order: list[str], tmp_path: Path) -> None:
    (tmp_path / "galaxy.yml").write_text("name: kdump\nversion: 1.1.0\n")
    (tmp_path / "changelogs").mkdir()
    (tmp_path / "changelogs" / "changelog.yaml").write_text(releases)
    assert changelog._order(tmp_path) == order
