# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as text: CSV, Markdown, a table for a terminal, JSON by lines."""

import csv
import io
import json
from typing import Any, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import page, whole_report
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values as report_words
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import text_formats as report_text
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up


def report(results: Dict[str, Any]) -> Dict[str, Any]:
    """Return a report."""
    return whole_report.report(results.items(), made_up.MADE, "1.2.3")


def cells(results: Dict[str, Any]) -> List[Dict[str, str]]:
    """Return the rows of the CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(report_text.as_csv(report(results)))))


def test_json_has_a_host_on_each_line_and_is_the_report() -> None:
    whole = report(made_up.fleet(30))
    text = report_text.as_json(whole)
    assert json.loads(text) == whole
    assert sum(1 for line in text.splitlines() if line.startswith('{"host": ')) == 30
    assert json.loads(report_text.as_json(report({})))["hosts"] == []


def test_csv_has_a_column_for_each_value_and_names_the_problems() -> None:
    checks = [made_up.check("space"), made_up.check("image_fresh", "warn"), made_up.check("hooks", "warn")]
    (row,) = cells({"web1": made_up.info("not_ready", checks)})
    assert (row["host"], row["verdict"], row["armed"]) == ("web1", "not_ready", "no")
    assert (row["reserved_bytes"], row["checks_fail"], row["checks_warn"]) == ("268435456", "1", "2")
    assert (row["fail"], row["warn"], row["unknown"]) == ("space", "image_fresh; hooks", "")
    assert "Run kdump_service with rebuild: auto." in row["advice"]


def test_csv_of_no_host_has_its_headings() -> None:
    assert report_text.as_csv(report({})).startswith("host,verdict,summary,")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t=", "\n@", " ="])
def test_a_cell_that_a_spreadsheet_would_take_for_a_formula_gets_an_apostrophe(first: str) -> None:
    (row,) = cells({first + "cmd|' /C calc'!A0": made_up.unreachable(first + 'HYPERLINK("http://x")')})
    for key in ("host", "summary"):
        assert row[key].startswith("'") and row[key][1] in "=+-@\uff1d\uff0b\uff0d\uff20"


def test_a_cell_is_one_line_however_many_the_host_sent() -> None:
    text = report_text.as_csv(report({"web1": made_up.info("not_ready", summary="a\r\nb\u2028c")}))
    assert len(text.splitlines()) == 2 and "a b\\u2028c" in text


def test_markdown_lists_the_hosts_that_are_not_simply_ready() -> None:
    results = {"good": made_up.info(), "bad": made_up.info("not_ready", [made_up.check("image_fresh")])}
    text = report_text.as_markdown(report(results), "kdump")
    assert "**1 of 2 hosts would leave a dump.** Made 2026-11-26T09:57:00Z." in text
    assert "| Not ready | 1 |" in text and "| Unreachable |" not in text
    assert "| bad | Not ready | 256 MiB / 192 MiB | 40 GiB / 16 GiB | 12 d | `image_fresh` |" in text
    assert "Not listed: 1 host that is ready." in text and "| good |" not in text


def test_nothing_that_a_host_says_is_markup_in_markdown() -> None:
    evil = "a|b <img src=x onerror=alert(1)> [x](javascript:1) `c` **d**\n# e"
    text = report_text.as_markdown(report({evil: made_up.unreachable(evil)}), evil)
    line = next(one for one in text.splitlines() if "Unreachable |" in one and one.startswith("| a"))
    assert line.replace("\\|", "").count("|") == 7
    assert "<img" not in text and "[x]" not in text.replace("\\[x\\]", "") and "\n# e" not in text


def test_the_table_is_aligned_and_narrow_and_says_what_it_leaves_out() -> None:
    whole = report(made_up.fleet(300))
    lines = report_text.table(whole, 40)
    assert len(lines) == 42 and lines[-1] == "and 260 more hosts"
    assert max(len(line) for line in report_text.table(whole)) < 120
    column = lines[0].index("VERDICT")
    assert all(line[column - 1] == " " and line[column] != " " for line in lines[:-1])


def test_the_table_names_the_first_problem_and_cuts_it() -> None:
    results = {
        "web1": made_up.info("not_ready", [made_up.check("memory_reserved")], memory={"reserved_bytes": 0}),
        "web2": made_up.info(),
        "web3": made_up.unreachable("No route to host"),
    }
    lines = report_text.table(report(results))
    assert lines[1].split()[:6] == ["web1", "not_ready", "no", "0/192M", "40G", "12"]
    assert "memory_reserved: No memory is reserved" in lines[1] and lines[1].endswith("…")
    assert lines[2].endswith("No route to host")
    assert lines[3].split() == ["web2", "ready", "yes", "256M/192M", "40G", "12", "d"]


def test_nothing_that_a_host_says_steers_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202eweb\r\n" + "x" * 400
    for line in report_text.table(report({evil: made_up.unreachable(evil)})):
        assert line.isprintable() and len(line) < 120


def test_advice_is_a_command_with_the_name_of_its_host() -> None:
    check = made_up.check("proof_exists", advice="Run test -l HOST -e kdump_test_confirm=HOST.")
    whole = report({"web1": made_up.info("ready_unproven", [check])})
    command = "test -l web1 -e kdump_test_confirm=web1"
    (line,) = report_text.problem_lines(whole, 5)
    assert command in line
    assert command in report_text.as_csv(whole)
    assert command in page.page(whole, "t")


ESC = "\x1b[2Jgone\x9b0m"


def test_a_control_character_of_a_host_is_visible_in_every_format() -> None:
    check = made_up.check("space", reason=ESC, advice=ESC, value=ESC)
    whole = report({"web1": made_up.info("not_ready", [check], kernel=ESC, summary=ESC, settings={"path": ESC})})
    texts = [
        report_text.as_csv(whole),
        report_text.as_markdown(whole, "t"),
        report_text.as_json(whole),
        page.page(whole, "t"),
    ]
    texts += ["\n".join(report_text.table(whole)), "\n".join(report_text.problem_lines(whole, 5))]
    for text in texts:
        assert text.replace("\n", "").isprintable() and "x1b" in text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, report_words.NONE),
        (0, "0"),
        (512, "512 B"),
        (1 << 20, "1 MiB"),
        ((256 << 20) - 1, "255 MiB"),
        (1288490189, "1.2 GiB"),
        (1 << 40, "1 TiB"),
        (1 << 62, "4194304 TiB"),
    ],
)
def test_a_size_is_said_shortly_and_never_rounded_up(value: Optional[int], words: str) -> None:
    assert report_words.size(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, report_words.NONE), (59, "0 min"), (7200, "2 h"), (172800, "2 d"), (8640000, "100 d")]
)
def test_an_age_is_said_shortly(seconds: Optional[int], words: str) -> None:
    assert report_words.age(seconds) == words
