# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a log says: how checks are counted, and which lines name what failed."""

import pytest

from tools.dev import tallies
from tools.dev.tallies import Tally


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


def test_a_failure_shows_the_named_errors_or_the_last_lines() -> None:
    noise = [f"line {number}" for number in range(100)]
    assert tallies.telling([*noise, "ERROR: a.py:1:1: no", "more"]) == ["ERROR: a.py:1:1: no"]
    said = ["E       IndexError: list index out of range", "Falsifying example: f(x=1)", "FAILED a.py::f - IndexError"]
    assert tallies.telling([*noise, *said, *noise]) == said
    assert tallies.telling(noise) == noise[-tallies.TAIL_LINES :]


def test_failed_play_shows_what_ansible_says_of_the_first_host() -> None:
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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("FAILED tests/a.py::test_x[1] - assert 1 == 2\n1 failed in 1.0s", ["tests/a.py::test_x[1]"]),
        ("ERROR tests/a.py - ImportError", ["tests/a.py"]),
        ("FAILED tests/a.py::test_x[a b - c] - assert 1 == 2", ["tests/a.py::test_x[a b - c]"]),
        (
            "FAILED tests/a.py::test_x[a b]\nFAILED tests/a.py::test_y",
            ["tests/a.py::test_x[a b]", "tests/a.py::test_y"],
        ),
        (
            "FATAL: The 2 sanity test(s) listed below (out of 46) failed. See error output above for details.\n"
            "import --python 3.6\npep8\nFATAL: Command failed",
            ["import", "pep8"],
        ),
        ("all is well", []),
        ("ERROR tests/a.py - ImportError\n!!!!!!!!! Interrupted: 1 error during collection !!!!!!!!!!\n", []),
        ("FAILED tests/a.py::test_x - no\n!!!!!!!!!! stopping after 1 failures !!!!!!!!!!\n1 failed in 1.0s", []),
        ("FAILED tests/a.py::test_x - no\nINTERNALERROR> Traceback (most recent call last):\n", []),
    ],
)
def test_what_failed_is_named_as_its_tool_would_take_it_again(text: str, names: list[str]) -> None:
    assert tallies.failures(text) == names
