# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages for developers name rooms and files that are there."""

import re
from pathlib import Path

import pytest

from tools.dev.places import REPOSITORY

PAGES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/situations.md", "docs/testing.md")
UTILS = [REPOSITORY / "plugins" / name for name in ("module_utils", "plugin_utils")]
# a path in backquotes, or the first word of a line of the flow
PATH = re.compile(r"`([\w./*-]+/[\w./*-]*|[\w.-]+\.(?:py|js|md|yml))`|^ +([\w./]+/\w+\.\w+)  ", re.MULTILINE)
# what ./dev makes, and what a host has
ELSEWHERE = (".lab", "/")


def named_paths(page: str) -> set[str]:
    """Return the files and folders that a page names."""
    found = PATH.findall((REPOSITORY / page).read_text())
    return {path for pair in found for path in pair if path and not path.startswith(ELSEWHERE)}


def is_there(path: str) -> bool:
    """Return whether a path is in the repository or in module_utils, or names a pattern that some file matches."""
    return any(list(root.glob(path.rstrip("/"))) for root in (REPOSITORY, UTILS[0]))


@pytest.mark.parametrize("page", PAGES)
def test_page_names_files_that_are_there(page: str) -> None:
    paths = named_paths(page)
    assert paths
    assert [path for path in sorted(paths) if not is_there(path)] == []


def test_table_of_rooms_has_every_room() -> None:
    rows = re.findall(r"^\| \d+ \| (.*?) \|", (REPOSITORY / "docs/architecture.md").read_text(), re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`(_\w+)`", row)]
    rooms = {path.name for root in UTILS for path in root.iterdir() if path.name[0] == "_" and _has_code(path)}
    assert set(listed) == rooms


def _has_code(path: Path) -> bool:
    """Return whether a path is a room: a folder with Python in it, and no folder of compiled files."""
    return path.is_dir() and any(path.glob("*.py"))
