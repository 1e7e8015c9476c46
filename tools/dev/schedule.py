# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs stages at the same time, as many as there are processors; the table's order decides which starts first."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from tools.dev import log
from tools.dev.log import show
from tools.dev.stages import FAILED, NOT_RUN, PASSED, Result, Stage, run_stage
from tools.dev.tallies import Tally

# a guest has 2 GiB, and two guests and a dump server are a stage; more stages at once would want more memory
MOST_CORES = 4


def cores() -> int:
    """Return how many processors the stages may keep busy."""
    return min(MOST_CORES, len(os.sched_getaffinity(0)))


def run_all(
    stages: Iterable[Stage],
    logs: Path,
    processors: int = 1,
    ended: Callable[[Result], None] = lambda _result: None,
) -> list[Result]:
    """Run stages and return how each ended, in their order; one that failed stops only those that need it.

    ended: called with each result as soon as it is there.
    """
    table = list(stages)
    waiting = list(table)
    running: dict[Future[Result], Stage] = {}
    results: dict[str, Result] = {}
    with ThreadPoolExecutor(max_workers=max(1, len(table))) as pool, log.ending_what_runs():
        while waiting or running:
            # one that cannot start may be what another one needs
            while broken := [stage for stage in waiting if broken_need(stage, results)]:
                for stage in broken:
                    waiting.remove(stage)
                    results[stage.name] = _not_started(stage, results)
                    ended(results[stage.name])
            while found := startable(waiting, list(running.values()), processors):
                waiting.remove(found)
                running[pool.submit(run_stage, found, logs)] = found
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                result = future.result()
                results[running.pop(future).name] = result
                ended(result)
    return [results[stage.name] for stage in table]


def startable(waiting: Collection[Stage], running: Collection[Stage], processors: int) -> Stage | None:
    """Return the first stage that can start now: what it needs has passed, and nothing that runs is in its way."""
    pending = {stage.name for stage in (*waiting, *running)}
    taken = {stage.alone for stage in running if stage.alone}
    free = processors - sum(min(stage.cores, processors) for stage in running)
    for stage in waiting:
        if min(stage.cores, processors) <= free and stage.alone not in taken and pending.isdisjoint(stage.needs):
            return stage
    return None


def broken_need(stage: Stage, results: Mapping[str, Result]) -> Result | None:
    """Return the result of a needed stage that did not pass; None where there is none."""
    return next((results[name] for name in stage.needs if name in results and results[name].outcome != PASSED), None)


def _not_started(stage: Stage, results: Mapping[str, Result]) -> Result:
    """Show that a stage cannot start, and return its result. What this machine lacks is no failure; what broke is."""
    broken = broken_need(stage, results)
    assert broken is not None
    failed = 0 if broken.outcome == NOT_RUN else 1
    outcome = FAILED if failed else NOT_RUN
    show(f"== {stage.name}: {outcome}: it needs {broken.stage}")
    return Result(stage.name, outcome, 0, Tally(0, failed), f"it needs {broken.stage}", stage.budget_s)
