# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages of steps: which of them a run has, and how one is run. When each starts is in schedule.py."""

import time
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.dev import tallies
from tools.dev.log import WIDEST, Log, plain, show
from tools.dev.outcome import NotRun, StepFailed
from tools.dev.tallies import Tally

PASSED, FAILED, NOT_RUN = "passed", "FAILED", "NOT RUN"
# the tiers: what every change must pass, and what is run besides where everything is wanted
EVERY, ALL = "every", "all"


class Step(NamedTuple):
    """One thing to do in a stage. The action raises StepFailed or NotRun where it does not end well.

    What only prepares is not a `check`: it counts only if it fails.
    What runs `tests` fails if its log counts none: they were all skipped, or none was found.
    """

    name: str
    action: Callable[[Log], None]
    check: bool = True
    tests: bool = False


class Stage(NamedTuple):
    """Steps under one name and with one log: a row of the table of stages.

    part: the name by which ./dev test runs it with others of its kind; empty for what only prepares.
    tier: EVERY or ALL.
    budget_s: the seconds that it may take on two cores, with another stage on the second one.
    needs: the stages that must have passed before.
    keep_going: steps run even after one that failed.
    cores: how many processors it keeps busy.
    alone: stages with the same word here never run at the same time.
    keeps: the path of what it makes, where the next run can use that again.
    key: tells apart runs of one name, such as those on two images; see last_run.py.
    """

    name: str
    what: str
    steps: Sequence[Step]
    part: str = ""
    tier: str = EVERY
    budget_s: float = 0
    needs: tuple[str, ...] = ()
    keep_going: bool = False
    cores: int = 1
    alone: str = ""
    keeps: Path | None = None
    key: str = ""


class Result(NamedTuple):
    """How a stage ended. `failures` are the names of what failed in it, as its tools print them."""

    stage: str
    outcome: str
    seconds: float
    tally: Tally
    note: str = ""
    budget_s: float = 0
    failures: tuple[str, ...] = ()


def parts(stages: Iterable[Stage]) -> list[str]:
    """Return the names of the parts of ./dev test, in the table's order."""
    return list(dict.fromkeys(stage.part for stage in stages if stage.part))


def named(stages: Iterable[Stage], word: str) -> set[str]:
    """Return the stages that a word of ./dev test's command line names: a tier, a part or a stage."""
    return {stage.name for stage in stages if word in (stage.name, stage.part) or _is_of_tier(stage, word)}


def _is_of_tier(stage: Stage, tier: str) -> bool:
    """Return whether a stage runs in a tier; every stage of a part runs in ALL."""
    return bool(stage.part) and (tier == ALL or (tier == EVERY and stage.tier == EVERY))


def select(stages: Iterable[Stage], names: Collection[str], made: Collection[str] = ()) -> list[Stage]:
    """Return the named stages and those that they need, in the table's order.

    A needed stage is left out if it is in `made` and what it made is still there.
    """
    table = {stage.name: stage for stage in stages}
    wanted: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [need for need in table[name].needs if not (need in made and _is_kept(table[need]))]
    return [stage for stage in table.values() if stage.name in wanted]


def _is_kept(stage: Stage) -> bool:
    """Return whether what a stage made is still there for the next run."""
    return stage.keeps is not None and stage.keeps.exists()


def run_stage(stage: Stage, logs: Path) -> Result:
    """Run the steps of a stage, and return how it ended."""
    show(f"== {stage.name}: {stage.what}")
    log = Log(logs / f"{stage.name}.log", stage.name)
    began = time.monotonic()
    result = Result(stage.name, PASSED, 0, Tally(), budget_s=stage.budget_s)
    for step in stage.steps:
        log.doing = step.name
        start = log.size()
        try:
            counted, why = _run_step(step, log)
        except NotRun as missing:
            result = result._replace(outcome=NOT_RUN, note=str(missing))
            break
        result = result._replace(tally=result.tally.plus(counted if step.check or why else Tally()))
        if why:
            note = f"{result.note}; {step.name}" if result.note else f"{step.name}: {why}"
            failures = (*result.failures, *(tallies.failures(log.text(start)) or [step.name]))
            result = result._replace(outcome=FAILED, note=note, failures=failures)
            _show_failure(stage, step, why, tallies.telling(log.tail(2000, start)), log.path)
            if not stage.keep_going:
                break
    return _ended(log, result._replace(seconds=time.monotonic() - began))


def _run_step(step: Step, log: Log) -> tuple[Tally, str]:
    """Return what a step counted, and why it failed; empty if it did not."""
    start, why = log.size(), ""
    try:
        step.action(log)
    except StepFailed as failure:
        why = str(failure)
        log.write(f"{step.name} FAILED: {why}")
    except NotRun:
        raise
    # an error in one stage must not end those that run next to it
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        log.write(traceback.format_exc())
    counted = tallies.count(log.text(start))
    if why:
        return counted._replace(failed=max(1, counted.failed)), why
    if counted.failed:
        return counted, f"it ended well, but its log counts {counted.failed} failed"
    if not counted.passed and (step.tests or counted.skipped):
        return counted._replace(failed=1), "every test was skipped" if counted.skipped else "no test ran"
    return (counted if counted.passed else Tally(1)), ""


def _show_failure(stage: Stage, step: Step, why: str, lines: Sequence[str], path: Path) -> None:
    """Print the lines of a failed step's log that tell most, and where the rest is."""
    head = f"-- {stage.name}: {step.name} FAILED: {why}; from {path}:"
    show("\n".join([head, *(f"   | {plain(line)[:WIDEST]}" for line in lines)]))


def _ended(log: Log, result: Result) -> Result:
    """Show how a stage ended, and return its result."""
    log.end()
    note = f": {result.note}" if result.note else ""
    show(f"== {result.stage}: {result.outcome} in {duration(result.seconds)}{note}")
    return result


def duration(seconds: float) -> str:
    """Return a time as a person writes it: 0.4 s, 12 s, 3 min 05 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def unmet(chosen: Iterable[Stage], words: Iterable[str], results: Iterable[Result]) -> list[str]:
    """Return the words of the command line of ./dev test that name stages of this run, if none of these stages ran."""
    table, lacking = list(chosen), {result.stage for result in results if result.outcome == NOT_RUN}
    return [word for word in words if (meant := named(table, word)) and meant <= lacking]


def status(results: Iterable[Result], unmet_words: Collection[str]) -> int:
    """Return the exit status of a run: 1 if anything failed, 3 if nothing of it or of one word ran, 0 otherwise."""
    tally = total(results)
    if tally.failed:
        return 1
    return 0 if tally.passed and not unmet_words else 3


def total(results: Iterable[Result]) -> Tally:
    """Return the sum of the stages' tallies."""
    whole = Tally()
    for result in results:
        whole = whole.plus(result.tally)
    return whole
