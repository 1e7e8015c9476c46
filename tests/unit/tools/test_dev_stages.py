# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages: which of them a run has, when each starts, what stops what, how checks are counted, and what is printed."""

import threading
from pathlib import Path
from typing import Any

import pytest

from tools.dev import closing_table, last_run, schedule, stages, tallies
from tools.dev.log import Log
from tools.dev.outcome import NotRun, StepFailed
from tools.dev.stages import ALL, EVERY, FAILED, NOT_RUN, PASSED, Result, Stage, Step
from tools.dev.tallies import Tally


def says(text: str) -> Step:
    """Return a step that logs a text and ends well."""
    return Step("says", lambda log: log.write(text))


def fails(text: str = "") -> Step:
    """Return a step that logs a text and fails."""

    def action(log: Log) -> None:
        log.write(text)
        raise StepFailed("it broke")

    return Step("fails", action)


def row(name: str, *steps: Step, **fields: Any) -> Stage:
    """Return a stage of a made-up table."""
    return Stage(name, "", steps, **fields)


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
    assert tallies.pytest_tally(text) == tally


def test_sanity_tests_are_counted_as_ansible_test_does() -> None:
    running = 'Running sanity test "pep8"\nRunning sanity test "import" on Python 3.6\n'
    assert tallies.sanity_tally(running) == Tally(2)
    failed = "FATAL: The 2 sanity test(s) listed below (out of 46) failed. See error output above for details.\n"
    assert tallies.sanity_tally(running + failed) == Tally(44, 2)


def test_a_stage_brings_what_it_needs_in_the_tables_order() -> None:
    table = [row("a"), row("b", needs=("a",)), row("c"), row("d", needs=("b",))]
    assert [stage.name for stage in stages.select(table, ["d"])] == ["a", "b", "d"]


def test_what_a_stage_keeps_is_not_made_again_where_it_was_made_and_all_else_is() -> None:
    table = [row("a"), row("kept", needs=("a",), keeps=True), row("b", needs=("a", "kept"))]
    assert [stage.name for stage in stages.select(table, ["b"], {"a", "kept"})] == ["a", "b"]
    assert [stage.name for stage in stages.select(table, ["b"], {"a"})] == ["a", "kept", "b"]


def test_a_word_names_a_tier_a_part_or_a_stage() -> None:
    table = [
        row("prepare"),
        row("units", part="unit"),
        row("units-old", part="unit", tier=ALL),
        row("lint", part="lint"),
    ]
    assert stages.named(table, EVERY) == {"units", "lint"}
    assert stages.named(table, ALL) == {"units", "units-old", "lint"}
    assert stages.named(table, "unit") == {"units", "units-old"}
    assert stages.named(table, "units-old") == {"units-old"}
    assert stages.named(table, "sanity") == set()


def test_a_failed_stage_stops_only_those_that_need_it(tmp_path: Path) -> None:
    table = [row("a", fails()), row("b", says("x"), needs=("a",)), row("c", says("x"))]
    outcomes = [(result.stage, result.outcome, result.tally) for result in schedule.run_all(table, tmp_path)]
    assert outcomes == [("a", FAILED, Tally(0, 1)), ("b", FAILED, Tally(0, 1)), ("c", PASSED, Tally(1))]


def test_what_this_machine_lacks_is_neither_passed_nor_failed(tmp_path: Path) -> None:
    table = [row("a", Step("lacks", lacks)), row("b", says("x"), needs=("a",))]
    results = schedule.run_all(table, tmp_path)
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
    assert tallies.telling([*noise, "ERROR: a.py:1:1: no", "more"]) == ["ERROR: a.py:1:1: no"]
    assert tallies.telling(noise) == noise[-tallies.TAIL_LINES :]


def test_of_a_play_that_failed_what_ansible_says_of_the_first_host_is_shown():
    said = [
        "TASK [Crash]",
        "[ERROR]: x",
        "fatal: [deb13]: FAILED! => ",
        "    msg: deb13 did not come back",
        "    Out of memory",
    ]
    shown = tallies.telling([*["ok"] * 200, *said, *["PLAY RECAP"] * 100])
    assert shown[:3] == said[2:]
    assert len(shown) == tallies.PLAY_LINES + tallies.TAIL_LINES


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


def test_the_table_has_a_line_for_each_stage_and_marks_what_is_over_its_budget() -> None:
    slow = Result("vm", FAILED, 300, Tally(3, 1, 2), "molecule", budget_s=240)
    lines = closing_table.table([Result("lint", PASSED, 8.0, Tally(10), budget_s=20), slow])
    assert [" ".join(line.split()) for line in lines] == [
        "stage result time budget checks note",
        "lint passed 8.0 s 20 s 10",
        "vm FAILED 5 min 00 s 4 min 00 s 4 OVER ITS BUDGET by 1 min 00 s; molecule; 2 skipped",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1500, "65 min 00 s are left of the 90 min 00 s that the gate may take"),
        (5460, "the gate's limit of 90 min 00 s is passed by 1 min 00 s"),
    ],
)
def test_what_is_left_of_the_gates_time_is_said(seconds: float, text: str) -> None:
    assert closing_table.time_left(seconds) == text


@pytest.mark.parametrize(
    ("waiting", "running", "first"),
    [
        ([row("a"), row("b")], [], "a"),
        ([row("b", needs=("a",)), row("c")], [row("a")], "c"),
        ([row("b", needs=("c",)), row("c")], [], "c"),
        ([row("b", needs=("a",)), row("c")], [], "b"),
        ([row("wide", cores=2), row("c")], [row("a")], "c"),
        ([row("wide", cores=2), row("c")], [], "wide"),
        ([row("widest", cores=9)], [], "widest"),
        ([row("b", alone="x"), row("c", alone="y")], [row("a", alone="x")], "c"),
        ([row("b")], [row("a", cores=2)], None),
        ([], [row("a")], None),
    ],
    ids=[
        "the table's order",
        "what it needs runs",
        "what it needs waits itself",
        "what it needs has ended, in this run or in an earlier one",
        "only one of its two processors is free",
        "both are free",
        "more than there are",
        "one of its kind runs",
        "no processor is free",
        "nothing waits",
    ],
)
def test_the_first_stage_that_can_start_does(waiting: list[Stage], running: list[Stage], first: str | None) -> None:
    found = schedule.startable(waiting, running, 2)
    assert (found.name if found else None) == first


def test_stages_run_side_by_side_and_are_listed_in_the_tables_order(tmp_path: Path) -> None:
    # each waits for the other: one after the other they would never end
    meeting = threading.Barrier(2, timeout=60)
    table = [row(name, Step("meets", lambda _log: meeting.wait() and None)) for name in ("a", "b")]
    assert [result.stage for result in schedule.run_all(table, tmp_path, 2)] == ["a", "b"]


def test_a_test_that_failed_is_shown_while_the_rest_still_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log(tmp_path / "a.log", "a")
    said = "tests/test_a.py::test_one PASSED [ 50%]\ntests/test_a.py::test_two FAILED [100%]"
    log.run(["sh", "-c", f"echo '{said}'"], tmp_path)
    printed = capsys.readouterr().out
    assert "-- a: tests/test_a.py::test_two FAILED" in printed
    assert "test_one" not in printed


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("FAILED tests/a.py::test_x[1] - assert 1 == 2\n1 failed in 1.0s", ["tests/a.py::test_x[1]"]),
        ("ERROR tests/a.py - ImportError", ["tests/a.py"]),
        (
            "FATAL: The 2 sanity test(s) listed below (out of 46) failed. See error output above for details.\n"
            "import --python 3.6\npep8\nFATAL: Command failed",
            ["import", "pep8"],
        ),
        ("all is well", []),
    ],
)
def test_what_failed_is_named_as_its_tool_would_take_it_again(text: str, names: list[str]) -> None:
    assert tallies.failures(text) == names


def test_the_last_run_is_remembered_stage_by_stage(tmp_path: Path) -> None:
    path = tmp_path / "last-run.json"
    assert last_run.read(path) == {}
    last_run.write(path, [Result("a", PASSED, 1, Tally(1)), Result("b", FAILED, 1, Tally(0, 1), failures=("x.py",))])
    last_run.write(path, [Result("a", FAILED, 1, Tally(0, 1), failures=("y.py::z",))])
    records = last_run.read(path)
    assert records["a"] == (FAILED, ("y.py::z",))
    assert records["b"] == (FAILED, ("x.py",))
    assert (last_run.failed(records), last_run.passed(records)) == ({"a", "b"}, set())


def test_a_failed_step_that_names_no_test_is_named_itself(tmp_path: Path) -> None:
    assert stages.run_stage(row("a", fails("no words")), tmp_path).failures == ("fails",)
    assert stages.run_stage(row("a", fails("FAILED tests/a.py::b - why")), tmp_path).failures == ("tests/a.py::b",)
