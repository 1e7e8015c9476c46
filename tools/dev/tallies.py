# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks that a stage's log counts as passed and failed, and its lines that name failures. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

TAIL_LINES = 30
PLAY_LINES = 60
# how a line begins that says what failed; "E   " is pytest's, before the assertion
NAMING = ("ERROR: ", "ERROR tests", "FAILED ", "E: ", "E   ")
# how Ansible's report on a host that failed begins; PLAY_LINES of it are shown, as a console's end may be in it
FATAL = re.compile(r"^(?:fatal: )?\[[\w.-]+\]: (?:FAILED|UNREACHABLE)!|^fatal: \[")
# pytest -v's line of one test that failed: alone, or behind the worker's name and the progress
FAILED_TEST = re.compile(r"^\S+::.* (?:FAILED|ERROR)(?: +\[ *\d+%\])?$|^\[gw\d+\] \[ *\d+%\] (?:FAILED|ERROR) \S+::")
# the last line of pytest, such as "=== 2 failed, 40 passed, 1 skipped in 3.21s ==="
PYTEST = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s\b", re.MULTILINE)
# the lines of ansible-test about each sanity test, and at the end about those that failed
SANITY = re.compile(r"^Running sanity test ", re.MULTILINE)
SANITY_FAILED = re.compile(r"^FATAL: The (\d+) sanity test\(s\) listed below \(out of (\d+)\) failed", re.MULTILINE)

# the names come below that line, each on its own; what follows them is of another kind
SANITY_LIST = re.compile(r"^FATAL: The \d+ sanity test\(s\) listed below .*\n((?:[a-z0-9.\[\] -]+\n)+)", re.MULTILINE)
# a test's parameters may hold blanks; what follows the name is a dash and the reason
PYTEST_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+\.py(?:::[^\s\[]+(?:\[.*?\](?= - |$))?)?)", re.MULTILINE)
# pytest ended before its last test: an error while it looked for tests, too many failures, a lost worker, itself broken
CUT_OFF = re.compile(r"^(?:!+ .+ !+|INTERNALERROR>.*)$", re.MULTILINE)


class Tally(NamedTuple):
    """How many checks of a stage passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum of two tallies."""
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def count(text: str) -> Tally:
    """Return the tally of all runs of pytest and ansible-test sanity in a log."""
    return pytest_tally(text).plus(sanity_tally(text))


def pytest_tally(text: str) -> Tally:
    """Return the tally of the pytest runs in a log."""
    total = Tally()
    for words in PYTEST.findall(text):
        said = {name.rstrip("s"): int(number) for number, name in re.findall(r"(\d+) ([a-z]+)", words)}
        total = total.plus(
            Tally(
                said.get("passed", 0) + said.get("xfailed", 0) + said.get("xpassed", 0),
                said.get("failed", 0) + said.get("error", 0),
                said.get("skipped", 0),
            )
        )
    return total


def sanity_tally(text: str) -> Tally:
    """Return the tally of an ansible-test sanity run in a log."""
    failed = SANITY_FAILED.search(text)
    if failed:
        return Tally(int(failed[2]) - int(failed[1]), int(failed[1]))
    return Tally(len(SANITY.findall(text)))


def failures(text: str) -> list[str]:
    """Return the tests that failed by a log, with names that pytest and ansible-test take again.

    Empty if the run did not come to its end: tests that did not run may fail too.
    """
    if CUT_OFF.search(text):
        return []
    listed = SANITY_LIST.search(text)
    return PYTEST_FAILED.findall(text) + ([line.split()[0] for line in listed[1].splitlines()] if listed else [])


def names_a_failure(line: str) -> bool:
    """Return whether a log line names a test or host that failed, while the rest still runs."""
    return bool(FATAL.match(line) or FAILED_TEST.match(line))


def telling(lines: Sequence[str]) -> list[str]:
    """Return the lines of a failed step's log to show: the errors that it names, else its last lines."""
    errors = [line for line in lines if line.startswith(NAMING) or line.lstrip().startswith("Falsifying example")]
    return _of_a_play(lines) + (errors[-TAIL_LINES:] or list(lines[-TAIL_LINES:]))


def _of_a_play(lines: Sequence[str]) -> list[str]:
    """Return Ansible's report on the first host that failed in a playbook; the message comes after its first line."""
    first = next((number for number, line in enumerate(lines) if FATAL.match(line)), None)
    return [] if first is None else list(lines[first : first + PLAY_LINES])
