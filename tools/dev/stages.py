# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages of steps: runs them in order, one line at each start and end, and a table when all is done."""

import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.dev.log import Log, plain, show
from tools.dev.outcome import NotRun, StepFailed

PASSED, FAILED, NOT_RUN = "passed", "FAILED", "NOT RUN"
TAIL_LINES = 30
WIDEST = 240
# how Ansible begins to tell of a host that failed, and how much of that is shown: a console's end may be in it
FATAL = re.compile(r"^(?:fatal: )?\[[\w.-]+\]: (?:FAILED|UNREACHABLE)!|^fatal: \[")
PLAY_LINES = 60
# the last line of pytest, such as "=== 2 failed, 40 passed, 1 skipped in 3.21s ==="
PYTEST = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s\b", re.MULTILINE)

# ansible-test says so of each sanity test, and at the end so of those that failed
SANITY = re.compile(r"^Running sanity test ", re.MULTILINE)
SANITY_FAILED = re.compile(r"^FATAL: The (\d+) sanity test\(s\) listed below \(out of (\d+)\) failed", re.MULTILINE)


class Step(NamedTuple):
    """One thing to do. The action raises StepFailed or NotRun where it does not end well.

    What only prepares is not a `check`: it counts only if it fails.
    """

    name: str
    action: Callable[[Log], None]
    check: bool = True


class Stage(NamedTuple):
    """Steps under one name and with one log. With `keep_going`, steps run even after one that failed."""

    name: str
    what: str
    steps: Sequence[Step]
    needs: tuple[str, ...] = ()
    keep_going: bool = False


class Tally(NamedTuple):
    """Checks that passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum."""
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


class Result(NamedTuple):
    """How a stage ended."""

    stage: str
    outcome: str
    seconds: float
    tally: Tally
    note: str = ""


def pytest_tally(text: str) -> Tally:
    """Return what the pytest runs in a log say that they counted."""
    total = Tally()
    for words in PYTEST.findall(text):
        said = {name.rstrip("s"): int(number) for number, name in re.findall(r"(\d+) ([a-z]+)", words)}
        total = total.plus(
            Tally(
                said.get("passed", 0) + said.get("xfailed", 0),
                said.get("failed", 0) + said.get("error", 0) + said.get("xpassed", 0),
                said.get("skipped", 0),
            )
        )
    return total


def sanity_tally(text: str) -> Tally:
    """Return what an ansible-test sanity run in a log says that it counted."""
    failed = SANITY_FAILED.search(text)
    if failed:
        return Tally(int(failed[2]) - int(failed[1]), int(failed[1]))
    return Tally(len(SANITY.findall(text)))


def telling(lines: Sequence[str]) -> list[str]:
    """Return the lines of a failed step's log to show: the errors that it names as such, else its last words."""
    errors = [line for line in lines if line.startswith(("ERROR: ", "ERROR tests", "FAILED ", "E: "))]
    return _of_a_play(lines) + (errors[-TAIL_LINES:] or list(lines[-TAIL_LINES:]))


def _of_a_play(lines: Sequence[str]) -> list[str]:
    """Return what Ansible said of the first host that failed, where a playbook was run: its message comes behind."""
    first = next((number for number, line in enumerate(lines) if FATAL.match(line)), None)
    return [] if first is None else list(lines[first : first + PLAY_LINES])


def select(stages: Iterable[Stage], names: Collection[str]) -> list[Stage]:
    """Return the named stages and all that they need, in the table's order."""
    table = {stage.name: stage for stage in stages}
    wanted: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += table[name].needs
    return [stage for stage in table.values() if stage.name in wanted]


def run_all(stages: Iterable[Stage], logs: Path) -> list[Result]:
    """Run the stages in order and return how each ended; one that failed stops only those that need it."""
    results: dict[str, Result] = {}
    for stage in stages:
        broken = next((results[name] for name in stage.needs if results[name].outcome != PASSED), None)
        if broken:
            failed = 0 if broken.outcome == NOT_RUN else 1
            outcome = FAILED if failed else NOT_RUN
            results[stage.name] = Result(stage.name, outcome, 0, Tally(0, failed), f"it needs {broken.stage}")
            show(f"== {stage.name}: {outcome}: it needs {broken.stage}")
        else:
            results[stage.name] = run_stage(stage, logs)
    return list(results.values())


def run_stage(stage: Stage, logs: Path) -> Result:
    """Run a stage's steps and say how they end."""
    show(f"== {stage.name}: {stage.what}")
    log = Log(logs / f"{stage.name}.log", stage.name)
    began = time.monotonic()
    tally, note, outcome = Tally(), "", PASSED
    for step in stage.steps:
        log.doing = step.name
        try:
            start = log.size()
            counted, why = _run_step(step, log)
        except NotRun as missing:
            return _ended(stage, Result(stage.name, NOT_RUN, time.monotonic() - began, tally, str(missing)))
        tally = tally.plus(counted if step.check or why else Tally())
        if why:
            outcome, note = FAILED, f"{note}; {step.name}" if note else f"{step.name}: {why}"
            _show_failure(stage, step, why, telling(log.tail(2000, start)), log.path)
            if not stage.keep_going:
                break
    return _ended(stage, Result(stage.name, outcome, time.monotonic() - began, tally, note))


def _run_step(step: Step, log: Log) -> tuple[Tally, str]:
    """Return what a step counted, and why it failed, if it did."""
    start, why = log.size(), ""
    try:
        step.action(log)
    except StepFailed as failure:
        why = str(failure)
        log.write(f"{step.name} FAILED: {why}")
    text = log.text(start)
    counted = pytest_tally(text).plus(sanity_tally(text))
    if why:
        return counted._replace(failed=max(1, counted.failed)), why
    return (counted if counted.passed else Tally(1)), ""


def _show_failure(stage: Stage, step: Step, why: str, lines: Sequence[str], path: Path) -> None:
    """Print what the log of a failed step tells, and where the rest is."""
    show(f"-- {stage.name}: {step.name} FAILED: {why}; from {path}:")
    for line in lines:
        show(f"   | {plain(line)[:WIDEST]}")


def _ended(stage: Stage, result: Result) -> Result:
    """Say how a stage ended, and return that."""
    note = f": {result.note}" if result.note else ""
    show(f"== {stage.name}: {result.outcome} in {duration(result.seconds)}{note}")
    return result


def duration(seconds: float) -> str:
    """Return a time as a person says it: 0.4 s, 12 s, 3 min 05 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def table(results: Iterable[Result]) -> list[str]:
    """Return the lines of the closing table."""
    lines = [f"{'stage':<16}{'result':<10}{'time':>12}  {'checks':>6}  note"]
    for result in results:
        counted = str(result.tally.passed + result.tally.failed)
        notes = [result.note] if result.note else []
        notes += [f"{result.tally.skipped} skipped"] if result.tally.skipped else []
        line = f"{result.stage:<16}{result.outcome:<10}{duration(result.seconds):>12}  {counted:>6}  {'; '.join(notes)}"
        lines.append(line.rstrip())
    return lines


def total(results: Iterable[Result]) -> Tally:
    """Return the sum of what the stages counted."""
    whole = Tally()
    for result in results:
        whole = whole.plus(result.tally)
    return whole
