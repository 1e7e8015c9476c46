# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that ./dev test prints when all stages are done. Pure: results in, lines out."""

from collections.abc import Iterable, Sequence

from tools.dev.stages import NOT_RUN, Result, duration

# CI kills a run after this time
GATE_LIMIT_S = 5400


def table(results: Iterable[Result]) -> list[str]:
    """Return the closing table: a line for each stage, with the time it took next to its budget."""
    lines = [f"{'stage':<20}{'result':<10}{'time':>12}  {'budget':>12}  {'checks':>6}  note"]
    for result in results:
        budget = duration(result.budget_s) if result.budget_s else ""
        counted = str(result.tally.passed + result.tally.failed)
        start = f"{result.stage:<20}{result.outcome:<10}{duration(result.seconds):>12}  {budget:>12}  {counted:>6}"
        lines.append(f"{start}  {'; '.join(_notes(result))}".rstrip())
    return lines


def _notes(result: Result) -> list[str]:
    """Return the notes at the end of a stage's line."""
    over = result.seconds - result.budget_s
    notes = [f"OVER ITS BUDGET by {duration(over)}"] if result.budget_s and over > 0 else []
    notes += [result.note] if result.note else []
    return notes + ([f"{result.tally.skipped} skipped"] if result.tally.skipped else [])


def not_run(results: Sequence[Result], unmet_words: Iterable[str]) -> list[str]:
    """Return sentences on what did not run: how many stages, and the words of the command line that name only such."""
    lacking = [result for result in results if result.outcome == NOT_RUN]
    if not lacking:
        return []
    lines = [f"{len(lacking)} of {len(results)} stages NOT RUN: this machine lacks what they need"]
    return lines + [f"nothing of {word} ran, so this run has not passed" for word in unmet_words]


def time_left(seconds: float) -> str:
    """Return a sentence on how much of CI's time limit a run has left."""
    left = GATE_LIMIT_S - seconds
    if left < 0:
        return f"the gate's limit of {duration(GATE_LIMIT_S)} is passed by {duration(-left)}"
    return f"{duration(left)} are left of the {duration(GATE_LIMIT_S)} that the gate may take"
