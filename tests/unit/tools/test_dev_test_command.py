# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev test on a made-up table of stages: which of them run, how it ends, and what it says at its end."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.unit.tools.made_up_stages import fails, row, says

from tools.dev import __main__ as dev
from tools.dev import gates
from tools.dev.log import Log
from tools.dev.outcome import NotRun
from tools.dev.stages import ALL, Stage, Step

Run = Callable[..., tuple[int, list[str]]]


def lacks(_log: Log) -> None:
    """Stand for a step that this machine cannot run."""
    raise NotRun("no image")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Stage]:
    """Return a table that ./dev test takes, and that a test may change: one passes, one fails, one cannot run."""
    stages = [
        row("lint", says("x"), part="lint"),
        row("units", fails(), part="unit"),
        row("el9", Step("image", lacks), part="containers", tier=ALL),
        row("story", says("x"), part="vm", tier=ALL),
    ]
    monkeypatch.setattr(gates, "stages", lambda _work: list(stages))
    for name in ("LAB", "LOGS"):
        monkeypatch.setattr(dev, name, tmp_path)
    monkeypatch.setattr(dev, "LAST_RUN", tmp_path / "last-run.json")
    return stages


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return run(*words) -> the exit status of ./dev with these words, and the lines that it prints."""

    def run_dev(*words: str) -> tuple[int, list[str]]:
        monkeypatch.setattr(sys, "argv", ["dev", *words])
        # pytest keeps its own handlers
        monkeypatch.setattr(signal, "signal", lambda _number, _handler: None)
        status = dev.main()
        printed = capsys.readouterr()
        return status, (printed.out + printed.err).splitlines()

    return run_dev


def started(lines: list[str]) -> list[str]:
    """Return the stages that a run began."""
    return [line.split()[1].rstrip(":") for line in lines if line.startswith("== ") and " in 0.0 s" not in line]


def test_last_line_has_the_counts_and_the_hint_repeats_the_command(table: list[Stage], run: Run) -> None:
    status, lines = run("test", "all")
    assert (status, lines[-1]) == (1, "2 passed, 1 failed")
    assert "1 of 4 stages NOT RUN: this machine lacks what they need" in lines
    assert "once more, only what failed: ./dev test all --last-failed" in lines
    assert "once more, only what failed: ./dev test unit --last-failed" in run("test", "unit", "--last-failed")[1]


def test_what_this_machine_lacks_fails_no_run_that_did_not_name_it(table: list[Stage], run: Run) -> None:
    table[1] = row("units", says("x"), part="unit")
    assert run("test", "all")[0] == 0


@pytest.mark.parametrize("words", [("el9",), ("containers",), ("lint", "el9")])
def test_named_stage_that_did_not_run_is_no_success(table: list[Stage], run: Run, words: tuple[str, ...]) -> None:
    status, lines = run("test", *words)
    assert status == 3
    assert f"nothing of {words[-1]} ran, so this run has not passed" in lines


def test_last_failed_runs_what_failed(table: list[Stage], run: Run) -> None:
    run("test", "lint", "unit")
    assert started(run("test", "--last-failed")[1]) == ["units"]


def test_last_failed_runs_a_named_stage_that_never_ran(table: list[Stage], run: Run) -> None:
    run("test", "lint")
    status, lines = run("test", "story", "lint", "--last-failed")
    assert (status, started(lines)) == (0, ["story"])


def test_last_failed_with_nothing_left_says_so(table: list[Stage], run: Run) -> None:
    run("test", "lint")
    assert run("test", "--last-failed") == (0, ["./dev test --last-failed: nothing of that failed the last time"])


def test_last_failed_without_any_record_is_refused(table: list[Stage], run: Run) -> None:
    status, (line,) = run("test", "--last-failed")
    assert status == 2
    assert line.startswith("./dev test --last-failed: no run is recorded in ")


def test_image_that_failed_is_not_forgotten(table: list[Stage], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    table[3] = row("story-el9", fails(), part="vm", key="an image")
    run("test", "story-el9")
    table.pop()
    assert run("test", "--last-failed") == (
        2,
        ["./dev test --last-failed: story-el9 did not pass; type its --image again"],
    )


def test_another_image_of_the_same_name_is_run(table: list[Stage], run: Run) -> None:
    table[3] = row("story", says("x"), part="vm", key="an image")
    run("test", "story")
    assert run("test", "story", "--last-failed")[1] == [
        "./dev test --last-failed: nothing of that failed the last time"
    ]
    table[3] = row("story", says("x"), part="vm", key="another image")
    assert started(run("test", "story", "--last-failed")[1]) == ["story"]


@pytest.mark.parametrize(
    "option", ["--user=admin", "--key=/no/such", "--seed", "--firmware=bios", "--core=2.16", "--core=newest"]
)
def test_option_of_images_without_an_image_is_refused(table: list[Stage], run: Run, option: str) -> None:
    status, (line,) = run("test", "vm", option)
    assert status == 2
    assert line.startswith(f"./dev test: {option.partition('=')[0]}: goes with --image alone")


def test_lint_is_repeated_by_the_command_that_takes_the_option(table: list[Stage], run: Run) -> None:
    table[0] = row("lint", fails(), part="lint")
    assert "once more, only what failed: ./dev test lint --last-failed" in run("lint")[1]
