# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of settings are read as dash, bash and systemd read them: what these said is recorded, text by text."""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import (
    shell_assignments,
    shell_lint,
    shell_variables,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding

RECORDED = json.loads((Path(__file__).parents[1] / "recorded" / "shell_values.json").read_text())
ROWS = RECORDED["rows"]
MEANT = [row for row in ROWS if "meant" in row]


def name(row: Dict[str, Any]) -> str:
    return repr(row["text"])


def findings(text: str, reader: str) -> List[Finding]:
    return list(shell_lint.lint(text, "S", reader, []))


def disagreement(ours: Dict[str, str], reader: Union[str, Dict[str, Any]]) -> Optional[List[Any]]:
    """Return the names that we know otherwise than a reader, None where it read nothing."""
    if isinstance(reader, str):
        return None
    return sorted(key for key, value in ours.items() if key in "ABC" and reader["values"].get(key) != value)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_what_is_known_of_a_file_is_what_bash_makes_of_it(row: Dict[str, Any]) -> None:
    ours = shell_variables.values(row["text"])
    odd = shell_assignments.oddities(row["text"])
    assert disagreement(ours, row["bash"]) in ([], None)
    if isinstance(row["bash"], str):
        assert any(one.kind == "ends" for one in odd)
        return
    unknown = set(row["bash"]["values"]) - set(ours)
    assert unknown <= {one.name for one in odd} or any(
        one.kind in ("command", "beyond", "broken", "ends") for one in odd
    )


def complains(row: Dict[str, Any], reader: str) -> bool:
    return isinstance(row[reader], str) or row[reader].get("complains", False)


@pytest.mark.parametrize("row", [row for row in ROWS if complains(row, "bash")], ids=name)
def test_what_bash_complains_of_is_found(row: Dict[str, Any]) -> None:
    assert any(found.severity in ("error", "warning") for found in findings(row["text"], "bash"))


@pytest.mark.parametrize("row", [row for row in ROWS if complains(row, "dash")], ids=name)
def test_what_sh_complains_of_is_found(row: Dict[str, Any]) -> None:
    assert any(found.severity in ("error", "warning") for found in findings(row["text"], "sh"))


@pytest.mark.parametrize("row", [row for row in ROWS if not complains(row, "dash")], ids=name)
def test_what_sh_reads_otherwise_is_found(row: Dict[str, Any]) -> None:
    differing = disagreement(shell_variables.values(row["text"]), row["dash"])
    found = findings(row["text"], "sh")
    assert not differing or any(one.severity in ("error", "warning") for one in found)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_where_nothing_is_found_all_three_read_the_same(row: Dict[str, Any]) -> None:
    found = findings(row["text"], "sh") + list(shell_lint.unlike_systemd(row["text"], "T"))
    if not found:
        expected = {key: value for key, value in shell_variables.values(row["text"]).items() if key in "ABC"}
        for reader in ("dash", "bash", "systemd"):
            assert row[reader]["values"] == expected


@pytest.mark.parametrize("row", [row for row in ROWS if isinstance(row["systemd"], str)], ids=name)
def test_what_systemd_refuses_is_an_error(row: Dict[str, Any]) -> None:
    found = findings(row["text"], "sh") + list(shell_lint.unlike_systemd(row["text"], "T"))
    assert any(one.severity == "error" for one in found)


@pytest.mark.parametrize("row", MEANT, ids=name)
def test_what_is_written_is_read_as_it_was_meant_by_all_three(row: Dict[str, Any]) -> None:
    assert shell_variables.with_value("B=1\nA=x\nC=2\n", "A", row["meant"]).split("\n", 1)[0] == "B=1"
    assert "A=%s\n" % shell_variables.quoted(row["meant"]) in row["text"]
    for reader in ("dash", "bash", "systemd"):
        assert row[reader]["values"] == {"A": row["meant"], "B": "1", "C": "2"}
