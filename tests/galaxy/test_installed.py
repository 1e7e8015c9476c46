# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that README.md promises is there once the archive is installed, and the repository is not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.galaxy.conftest import Home

from tools.dev.places import REPOSITORY

COLLECTION = "crashops.kdump"
README = (REPOSITORY / "README.md").read_text()
PLAYBOOKS = sorted(path.stem for path in (REPOSITORY / "playbooks").glob("*.yml"))
# the headers of playbooks that crash hosts ask for their names
CRASHES = ("-e", "kdump_test_confirm=localhost")


def stems(folder: str) -> set[str]:
    """Return the names of the plugins in a folder of the repository."""
    return {path.stem for path in (REPOSITORY / "plugins" / folder).glob("*.py") if path.stem != "__init__"}


def listed(home: Home, kind: str) -> set[str]:
    """Return the plugins of a kind that ansible-doc lists for the installed collection."""
    found = json.loads(home.run(["ansible-doc", "--type", kind, "--list", "--json", COLLECTION]))
    return {name.rpartition(".")[2] for name in found}


def test_installed_collection_is_whole(home: Home) -> None:
    assert "Successfully verified" in home.run(["ansible-galaxy", "collection", "verify", "--offline", COLLECTION])


def test_ansible_doc_lists_every_module_and_filter(home: Home) -> None:
    assert listed(home, "module") == stems("modules")
    assert listed(home, "filter") == stems("filter")


def test_ansible_doc_shows_the_role_with_its_entry_points(home: Home) -> None:
    found = json.loads(home.run(["ansible-doc", "--type", "role", "--json", "crashops.kdump.kdump"]))
    (role,) = found.values()
    assert {"main", "setup", "verify", "test", "disable"} <= role["entry_points"].keys()


def test_what_readme_names_as_contained_is_documented(home: Home) -> None:
    modules = re.findall(r"^\| (?:module|action) `(\w+)`", README, re.MULTILINE)
    filters = [name for row in re.findall(r"^\| filters? (`.*?`) \|", README, re.MULTILINE) for name in words(row)]
    assert modules
    assert filters
    for kind, names in (("module", modules), ("filter", filters)):
        shown = home.run(["ansible-doc", "--type", kind, "--json", *(f"{COLLECTION}.{name}" for name in names)])
        assert json.loads(shown).keys() == {f"{COLLECTION}.{name}" for name in names}


def words(cell: str) -> list[str]:
    """Return the names in a cell of a table."""
    return re.findall(r"`(\w+)`", cell)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_playbook_is_found_by_its_name(home: Home, playbook: str) -> None:
    home.run(["ansible-playbook", "-i", "localhost,", "--syntax-check", *CRASHES, f"{COLLECTION}.{playbook}"])


def test_readme_names_every_playbook() -> None:
    named = set(re.findall(r"ansible-playbook [^`\n]*crashops\.kdump\.(\w+)", README))
    assert named <= set(PLAYBOOKS)
    assert {"setup", "verify", "report", "test", "site", "disable"} <= named


def test_report_of_this_machine_is_written(home: Home, tmp_path: Path) -> None:
    local = "ansible_connection=local ansible_become=false ansible_python_interpreter={{ansible_playbook_python}}"
    (tmp_path / "hosts").write_text(f"here {local}\n")
    argv = ["ansible-playbook", "-i", str(tmp_path / "hosts"), f"{COLLECTION}.report"]
    printed = home.run([*argv, "-e", f"kdump_report_directory={tmp_path / 'report'}"])
    report = json.loads((tmp_path / "report" / "kdump-report.json").read_text())
    assert [row["host"] for row in report["hosts"]] == ["here"]
    assert report["headline"] in printed
    written = {path.name for path in (tmp_path / "report").iterdir()}
    assert written == {f"kdump-report.{kind}" for kind in ("html", "json", "csv", "md")}
