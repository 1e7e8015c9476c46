# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests that go on where a story saved them, and what the tests measured on them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.lab.guest import Guest, inventory_text

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of the inventory that holds the guests of a file of tests."""
    return tmp_path_factory.mktemp("inventory") / "hosts.json"


@pytest.fixture(scope="module")
def saved_guest(tmp_path_factory: pytest.TempPathFactory, inventory: Path) -> Iterator[Callable[[str], Guest]]:
    """Return a function that starts a guest where its story saved it; it is stopped after the last test of the file."""
    started = []

    def start(name: str) -> Guest:
        guest = Guest.create_from_saved(tmp_path_factory.mktemp("guest") / name, Path(os.environ["LAB_SAVED"]) / name)
        started.append(guest)
        guest.go_on()
        inventory.write_text(inventory_text(started))
        return guest

    yield start
    for guest in started:
        guest.stop()


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that keeps a sentence with a figure, to show it at the end of the run."""
    return request.config.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures behind the tests' results: pytest shows nothing of a test that passed."""
    for words in config.stash.get(FIGURES, []):
        terminalreporter.write_line(f"measured: {words}")
