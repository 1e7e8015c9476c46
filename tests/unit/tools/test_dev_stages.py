# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages: their order, what stops what, how checks are counted, and what is printed."""

from pathlib import Path

import pytest

from tools.dev import stages
from tools.dev.log import Log
from tools.dev.outcome import NotRun, StepFailed
from tools.dev.stages import FAILED, NOT_RUN, PASSED, Result, Stage, Step, Tally


def says(text: str) -> Step:
    """Return a step that logs a text and ends well."""
    return Step("says", lambda log: log.write(text))


def fails(text: str = "") -> Step:
    """Return a step that logs a text and fails."""

    def action(log: Log) -> None:
        log.write(text)
        raise StepFailed("it broke")

    return Step("fails", action)


def lacks(log: Log) -> None:
    """Stand for a step that this machine cannot run."""
    raise NotRun("no such Python")


@pytest.mark.parametrize(
    ("text", "tally"),
    [
        ("============ 12 passed in 3.20s ============", Tally(12)),
        ("2 failed, 40 passed, 1 skipped in 3.21s", Tally(40, 2, 1)),
        ("=== 1 passed, 3 warnings, 2 errors in 61.00s (0:01:01) ===", Tally(1, 2)),
        ("3 passed in 1.00s\nlater\n4 passed in 1.00s", Tally(7)),
        ("the host has 3 passed in 4.0s of time", Tally()),
        ("", Tally()),
    ],
)
def test_the_last_line_of_pytest_is_counted(text: str, tally: Tally) -> None:
    assert stages.pytest_tally(text) == tally


def test_sanity_tests_are_counted_as_ansible_test_does() -> None:
    running = 'Running sanity test "pep8"\nRunning sanity test "import" on Python 3.6\n'
    assert stages.sanity_tally(running) == Tally(2)
    failed = "FATAL: The 2 sanity test(s) listed below (out of 46) failed. See error output above for details.\n"
    assert stages.sanity_tally(running + failed) == Tally(44, 2)


def test_a_stage_brings_what_it_needs_in_the_tables_order() -> None:
    table = [Stage("a", "", []), Stage("b", "", [], ("a",)), Stage("c", "", []), Stage("d", "", [], ("b",))]
    assert [stage.name for stage in stages.select(table, ["d"])] == ["a", "b", "d"]


def test_a_failed_stage_stops_only_those_that_need_it(tmp_path: Path) -> None:
    table = [Stage("a", "", [fails()]), Stage("b", "", [says("x")], ("a",)), Stage("c", "", [says("x")])]
    outcomes = [(result.stage, result.outcome, result.tally) for result in stages.run_all(table, tmp_path)]
    assert outcomes == [("a", FAILED, Tally(0, 1)), ("b", FAILED, Tally(0, 1)), ("c", PASSED, Tally(1))]


def test_what_this_machine_lacks_is_neither_passed_nor_failed(tmp_path: Path) -> None:
    table = [Stage("a", "", [Step("lacks", lacks)]), Stage("b", "", [says("x")], ("a",))]
    results = stages.run_all(table, tmp_path)
    assert [result.outcome for result in results] == [NOT_RUN, NOT_RUN]
    assert stages.total(results) == Tally()
    assert results[0].note == "no such Python"


def test_steps_after_a_failed_one_run_only_where_the_stage_says_so(tmp_path: Path) -> None:
    steps = [fails(), says("5 passed in 1.0s")]
    assert stages.run_stage(Stage("a", "", steps), tmp_path).tally == Tally(0, 1)
    assert stages.run_stage(Stage("a", "", steps, keep_going=True), tmp_path).tally == Tally(5, 1)


def test_a_failing_run_without_failing_tests_still_counts_as_failed(tmp_path: Path) -> None:
    result = stages.run_stage(Stage("a", "", [fails("7 passed in 1.0s")]), tmp_path)
    assert result.tally == Tally(7, 1)
    assert result.note == "fails: it broke"


def test_preparing_is_no_check_unless_it_fails(tmp_path: Path) -> None:
    steps = [says("x")._replace(check=False), says("x")]
    assert stages.run_stage(Stage("a", "", steps), tmp_path).tally == Tally(1)
    assert stages.run_stage(Stage("a", "", [fails()._replace(check=False)]), tmp_path).tally == Tally(0, 1)


def test_a_failure_shows_the_named_errors_or_the_last_lines() -> None:
    noise = [f"line {number}" for number in range(100)]
    assert stages.telling([*noise, "ERROR: a.py:1:1: no", "more"]) == ["ERROR: a.py:1:1: no"]
    assert stages.telling(noise) == noise[-stages.TAIL_LINES :]


def test_of_a_play_that_failed_what_ansible_says_of_the_first_host_is_shown():
    said = [
        "TASK [Crash]",
        "[ERROR]: x",
        "fatal: [deb13]: FAILED! => ",
        "    msg: deb13 did not come back",
        "    Out of memory",
    ]
    shown = stages.telling([*["ok"] * 200, *said, *["PLAY RECAP"] * 100])
    assert shown[:3] == said[2:]
    assert len(shown) == stages.PLAY_LINES + stages.TAIL_LINES


def test_a_failure_names_its_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stages.run_stage(Stage("a", "", [fails("the reason")]), tmp_path)
    printed = capsys.readouterr().out
    assert str(tmp_path / "a.log") in printed
    assert "| the reason" in printed


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4 s"), (12.4, "12 s"), (59.7, "1 min 00 s"), (185, "3 min 05 s")]
)
def test_times_are_said_as_a_person_does(seconds: float, text: str) -> None:
    assert stages.duration(seconds) == text


def test_the_table_has_a_line_for_each_stage() -> None:
    lines = stages.table(
        [Result("lint", PASSED, 8.0, Tally(10)), Result("vm", FAILED, 300, Tally(3, 1, 2), "molecule")]
    )
    assert [line.split() for line in lines] == [
        ["stage", "result", "time", "checks", "note"],
        ["lint", "passed", "8.0", "s", "10"],
        ["vm", "FAILED", "5", "min", "00", "s", "4", "molecule;", "2", "skipped"],
    ]
