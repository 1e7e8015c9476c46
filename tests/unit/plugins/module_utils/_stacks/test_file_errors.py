# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings become refusals: of the option that caused them, of a line, or of the whole file."""

from typing import Any, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import error_sentences
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_el9

LINES = ["path x\n", "nfs y\n"]
ASKED = {1: ("path", "x")}


def sentences(*findings: Finding, **more: Any) -> List[str]:
    return list(error_sentences("/etc/kdump.conf", LINES, findings, ASKED, **more))


def test_error_in_a_line_of_an_option_names_the_option() -> None:
    found = sentences(Finding("R1", "error", 1, "it is wrong", "mend it"))
    assert found == ["path: 'x' is refused: it is wrong; mend it."]


def test_error_in_another_line_names_the_line() -> None:
    found = sentences(Finding("R1", "error", 2, "it is wrong", "mend it"))
    assert found == ["/etc/kdump.conf line 2: 'nfs y' is refused: it is wrong; mend it."]


def test_error_without_a_line_names_the_file() -> None:
    found = sentences(Finding("R1", "error", None, "nothing is set", "set it"))
    assert found == ["/etc/kdump.conf: 'the whole file' is refused: nothing is set; set it."]


def test_warning_is_refused_only_where_it_is_among_those_for_options() -> None:
    warnings = [Finding("R45", "warning", line, "it is gone", "leave it out") for line in (1, 2)]
    assert sentences(*warnings) == []
    assert sentences(*warnings, typed=(("R45", "warning"),)) == ["path: 'x' is refused: it is gone; leave it out."]


def test_secrets_of_a_file_are_hidden_once_however_many_lines_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, calls = secret_words.hidden_in_file, []

    def hidden(text: str) -> str:
        calls.append(text)
        return plain(text)

    monkeypatch.setattr(secret_words, "hidden_in_file", hidden)
    host = armed_el9({})
    host.files["/etc/sysconfig/kdump"] += "".join("A%d = x\n" % number for number in range(50))
    assert len(find_stack(host).refusals({"path": "/srv/x"})) == 50
    assert len(calls) == 1
