# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows what the tests measured."""

import os
from pathlib import Path

import pytest

MEASURED = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "measured.txt"


@pytest.fixture
def measured():
    """Return a function that keeps a figure, in words, for the end of the run."""

    def keep(words):
        with MEASURED.open("a") as figures:
            figures.write(words + "\n")

    return keep


def pytest_terminal_summary(terminalreporter):
    """Print the figures behind the tests' results: pytest shows nothing of a test that passed."""
    terminalreporter.section("measured")
    terminalreporter.write(MEASURED.read_text() if MEASURED.exists() else "nothing\n")
