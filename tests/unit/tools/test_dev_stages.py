# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages: which of them a run has, and how the steps of one are run."""

from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.unit.tools.made_up_stages import fails, row, says

from tools.dev import gates, stages
from tools.dev.log import Log
from tools.dev.stages import ALL, EVERY, FAILED, NOT_RUN, PASSED, Result, Stage, Step
from tools.dev.tallies import Tally
from tools.dev.workshop import Workshop


def test_a_stage_brings_what_it_needs_in_the_tables_order() -> None:
    table = [row("a"), row("b", needs=("a",)), row("c"), row("d", needs=("b",))]
    assert [stage.name for stage in stages.select(table, ["d"])] == ["a", "b", "d"]


def test_what_a_stage_keeps_is_not_made_again_where_it_was_made_and_all_else_is(tmp_path: Path) -> None:
    table = [row("a"), row("kept", needs=("a",), keeps=tmp_path / "machine"), row("b", needs=("a", "kept"))]
    assert [stage.name for stage in stages.select(table, ["b"], {"a", "kept"})] == ["a", "kept", "b"]
    (tmp_path / "machine").touch()
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


def test_steps_after_a_failed_one_run_only_where_the_stage_says_so(tmp_path: Path) -> None:
    steps = [fails(), says("5 passed in 1.0s")]
    assert stages.run_stage(Stage("a", "", steps), tmp_path).tally == Tally(0, 1)
    assert stages.run_stage(Stage("a", "", steps, keep_going=True), tmp_path).tally == Tally(5, 1)


def test_a_failing_run_without_failing_tests_still_counts_as_failed(tmp_path: Path) -> None:
    result = stages.run_stage(Stage("a", "", [fails("7 passed in 1.0s")]), tmp_path)
    assert result.tally == Tally(7, 1)
    assert result.note == "fails: it broke"


@pytest.mark.parametrize(
    ("text", "counted", "note"),
    [
        ("12 skipped in 3.20s", Tally(0, 1, 12), "says: every test was skipped"),
        ("no tests ran in 0.01s", Tally(0, 1), "says: no test ran"),
        ("3 passed, 1 xpassed in 1.00s", Tally(4), ""),
        ("1 passed, 2 skipped in 1.00s", Tally(1, 0, 2), ""),
        ("1 failed, 2 passed in 1.00s", Tally(2, 1), "says: it ended well, but its log counts 1 failed"),
    ],
)
def test_step_whose_tests_did_not_run_has_not_passed(text: str, counted: Tally, note: str, tmp_path: Path) -> None:
    result = stages.run_stage(row("a", says(text)._replace(tests=True)), tmp_path)
    assert (result.tally, result.note) == (counted, note)
    assert result.outcome == (FAILED if counted.failed else PASSED)


def test_a_tool_that_counts_nothing_is_one_check(tmp_path: Path) -> None:
    assert stages.run_stage(row("a", says("all is well")), tmp_path).tally == Tally(1)


def ended(*outcomes: str) -> list[Result]:
    """Return results of the stages a, b and so on; one that passed has one check."""
    tallies = {PASSED: Tally(1), FAILED: Tally(0, 1), NOT_RUN: Tally()}
    return [Result(name, outcome, 0, tallies[outcome]) for name, outcome in zip("abcd", outcomes, strict=False)]


@pytest.mark.parametrize(
    ("outcomes", "words", "status"),
    [
        ((PASSED, NOT_RUN, NOT_RUN), ["all"], 0),
        ((PASSED, FAILED, NOT_RUN), ["b"], 1),
        ((NOT_RUN, NOT_RUN, NOT_RUN), ["all"], 3),
        ((PASSED, NOT_RUN, PASSED), ["old"], 0),
        ((PASSED, NOT_RUN, NOT_RUN), ["a", "old"], 3),
        ((PASSED, NOT_RUN, PASSED), ["a", "b"], 3),
        ((PASSED, PASSED, PASSED), ["a", "not in this run"], 0),
    ],
)
def test_run_in_which_nothing_of_a_word_ran_has_not_passed(
    outcomes: tuple[str, ...], words: list[str], status: int
) -> None:
    table, results = [row("a", part="new"), row("b", part="old"), row("c", part="old")], ended(*outcomes)
    assert stages.status(results, stages.unmet(table, words, results)) == status


def test_preparing_is_no_check_unless_it_fails(tmp_path: Path) -> None:
    steps = [says("x")._replace(check=False), says("x")]
    assert stages.run_stage(Stage("a", "", steps), tmp_path).tally == Tally(1)
    assert stages.run_stage(Stage("a", "", [fails()._replace(check=False)]), tmp_path).tally == Tally(0, 1)


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


def test_a_failed_step_that_names_no_test_is_named_itself(tmp_path: Path) -> None:
    assert stages.run_stage(row("a", fails("no words")), tmp_path).failures == ("fails",)
    assert stages.run_stage(row("a", fails("FAILED tests/a.py::b - why")), tmp_path).failures == ("tests/a.py::b",)


def test_trouble_that_nobody_thought_of_fails_its_stage_alone(tmp_path: Path) -> None:
    def runs_nothing(log: Log) -> None:
        log.run(["no-such-program-of-any-name"], tmp_path)

    result = stages.run_stage(row("a", Step("runs nothing", runs_nothing)), tmp_path)
    assert result.outcome == FAILED
    assert result.note.startswith("runs nothing: FileNotFoundError")


def test_each_run_has_the_playbooks_in_batches_with_the_oldest_ansible() -> None:
    assert "batches-2.16" in stages.named(gates.stages(Workshop()), EVERY)
