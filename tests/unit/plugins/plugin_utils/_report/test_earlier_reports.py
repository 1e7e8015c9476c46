# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Earlier JSON files of the report: what others wrote into them is checked, and a broken one costs one sentence."""

import copy
import json
import os
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks import all_checks
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import earlier_reports, whole_report
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import text_formats as report_text
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import EarlierReport
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up

RESULTS = {"web1": made_up.info(), "web2": made_up.info("not_ready", [made_up.check("space")])}
REPORT = json.loads(report_text.as_json(whole_report.report(RESULTS.items(), made_up.MADE, "1.2.3")))


def read(
    tmp_path: Path, content: Union[str, Dict[str, Any]], name: str = "report.json"
) -> Tuple[List[EarlierReport], List[str]]:
    """Return what is read of a file with this content."""
    (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return earlier_reports.read_all([str(tmp_path)])


def changed(path: List[Union[int, str]], value: Any) -> Dict[str, Any]:
    """Return the report with another value somewhere."""
    report: Dict[str, Any] = copy.deepcopy(REPORT)
    level: Any = report
    for key in path[:-1]:
        level = level[key]
    level[path[-1]] = value
    return report


def test_every_value_of_a_row_is_read_back(tmp_path: Path) -> None:
    (report,), sentences = read(tmp_path, REPORT)
    assert (report.rows, report.totals, report.made, sentences) == (REPORT["hosts"], REPORT["totals"], made_up.MADE, [])


def test_files_of_a_directory_are_read_oldest_first_and_nothing_else(tmp_path: Path) -> None:
    read(tmp_path, changed(["made_epoch"], 2000), "a.json")
    read(tmp_path, "host,verdict\n", "kdump-report.csv")
    read(tmp_path, "{", ".kdump-report.json.abcdefgh.json")
    (tmp_path / "deeper").mkdir()
    reports, sentences = read(tmp_path, changed(["made_epoch"], 1000), "b.json")
    assert ([os.path.basename(one.path) for one in reports], sentences) == (["b.json", "a.json"], [])


WRONG = [
    ("", "it is no JSON file"),
    ("[" * 100000, "it is no JSON file"),
    ("[]", "it is no report of this collection"),
    (changed(["schema"], "crashops.kdump/report/2"), "it is no report of this collection"),
    (changed(["query"], {"expression": "x", "of_hosts": 3}), "a query selected its hosts"),
    (changed(["made_epoch"], -1), "it has no made_epoch that is a time"),
    (changed(["made_epoch"], 1e300), "it has no made_epoch that is a time"),
    (changed(["hosts"], {"web1": {}}), "it has a hosts that is"),
    (changed(["hosts", 0], "web1"), "it has a hosts[0] that is"),
    (changed(["hosts", 0, "host"], None), "it has a host without a name"),
    (changed(["hosts", 0, "verdict"], "fine"), "it has the hosts[0].verdict 'fine', which is none of"),
    (changed(["hosts", 0, "ready"], "yes"), "it has a hosts[0].ready that is"),
    (changed(["hosts", 0, "reserved_bytes"], -5), "it has a hosts[0].reserved_bytes of -5"),
    (changed(["hosts", 0, "proof_state"], "sure"), "it has the hosts[0].proof_state 'sure'"),
    (changed(["hosts", 0, "problems", 0, "id"], "a<b"), "it has a check with the id 'a<b'"),
    (changed(["hosts", 0, "problems", 0, "group"], "x"), "which is none of"),
    (
        changed(["not_asked"], [{"host": "a", "made_epoch": None}]),
        "it has a host that was not asked without a name or a",
    ),
    (changed(["not_asked"], [{"host": "a", "made_epoch": 1, "verdict": "fine"}]), "which is none of"),
    (changed(["trend"], [{"made_epoch": None}]), "it has a point of its trend without a time"),
    (changed(["trend"], [{"made_epoch": 1, "totals": {"ready": "many"}}]), "it has a trend[0].totals.ready that is"),
]


@pytest.mark.parametrize("content, words", WRONG, ids=[words for dummy, words in WRONG])
def test_broken_file_costs_one_sentence_and_the_others_are_read(
    tmp_path: Path, content: Union[str, Dict[str, Any]], words: str
) -> None:
    read(tmp_path, REPORT, "right.json")
    reports, (sentence,) = read(tmp_path, content, "wrong.json")
    assert [os.path.basename(one.path) for one in reports] == ["right.json"]
    assert sentence.startswith("%s/wrong.json was left out: " % tmp_path) and words in sentence


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(str(tmp_path / "pipe"))
    dummy, sentences = earlier_reports.read_all([str(tmp_path / "pipe"), str(tmp_path / "gone")])
    assert [sentence.partition(": ")[2] for sentence in sentences] == ["it is no file.", "there is no such file."]


def test_file_that_is_far_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_reports, "MOST_BYTES", 1000)
    assert "it is larger than" in read(tmp_path, REPORT)[1][0]


def test_link_of_a_problem_is_made_of_its_id(tmp_path: Path) -> None:
    (report,), dummy = read(tmp_path, changed(["hosts", 0, "problems", 0, "reference"], "javascript:alert(1)"))
    assert report.rows[0]["problems"][0]["reference"] == all_checks.REFERENCE % "space"


def test_text_that_steers_a_terminal_is_shown(tmp_path: Path) -> None:
    (report,), dummy = read(tmp_path, changed(["hosts", 0, "summary"], "a\x1b[2Jb"))
    assert report.rows[0]["summary"] == "a\\x1b[2Jb"


def test_only_the_last_report_keeps_its_rows(tmp_path: Path) -> None:
    for number, made in enumerate((1000, 3000, 2000, 9000)):
        (tmp_path / ("%d.json" % number)).write_text(json.dumps(changed(["made_epoch"], made)))
    reports, dummy = earlier_reports.read_all([str(tmp_path)], 5000)
    assert [(one.made, len(one.rows)) for one in reports] == [(1000, 0), (2000, 0), (3000, 2), (9000, 0)]
    assert all(one.totals["ready"] == 1 for one in reports)
