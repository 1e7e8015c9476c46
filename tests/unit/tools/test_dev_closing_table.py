# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is printed when all stages are done."""

import pytest

from tools.dev import closing_table
from tools.dev.stages import FAILED, NOT_RUN, PASSED, Result
from tools.dev.tallies import Tally


def test_the_table_has_a_line_for_each_stage_and_marks_what_is_over_its_budget() -> None:
    slow = Result("vm", FAILED, 300, Tally(3, 1, 2), "molecule", budget_s=240)
    lines = closing_table.table([Result("lint", PASSED, 8.0, Tally(10), budget_s=20), slow])
    assert [" ".join(line.split()) for line in lines] == [
        "stage result time budget checks note",
        "lint passed 8.0 s 20 s 10",
        "vm FAILED 5 min 00 s 4 min 00 s 4 OVER ITS BUDGET by 1 min 00 s; molecule; 2 skipped",
    ]


def test_what_did_not_run_is_counted_and_named() -> None:
    results = [Result("lint", PASSED, 1, Tally(1)), Result("containers-el9", NOT_RUN, 0, Tally())]
    assert closing_table.not_run(results, ["containers-el9"]) == [
        "1 of 2 stages NOT RUN: this machine lacks what they need",
        "nothing of containers-el9 ran, so this run has not passed",
    ]
    assert closing_table.not_run(results[:1], []) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1500, "65 min 00 s are left of the 90 min 00 s that the gate may take"),
        (5460, "the gate's limit of 90 min 00 s is passed by 1 min 00 s"),
    ],
)
def test_what_is_left_of_the_gates_time_is_said(seconds: float, text: str) -> None:
    assert closing_table.time_left(seconds) == text
