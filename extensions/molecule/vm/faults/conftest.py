# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows what the tests measured."""

import os
from pathlib import Path

MEASURED = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "measured.txt"


def pytest_terminal_summary(terminalreporter):
    """Print the figures behind the tests' results: pytest shows nothing of a test that passed."""
    terminalreporter.section("measured")
    terminalreporter.write(MEASURED.read_text() if MEASURED.exists() else "nothing\n")
