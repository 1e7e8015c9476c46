# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit for work finds what is slow, and takes no busy machine for it."""

from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.unit import work_limit
from ansible_collections.crashops.kdump.tests.unit.work_limit import USUAL_S, within


def clock(monkeypatch: pytest.MonkeyPatch, *moments: Any) -> None:
    """Let the processor's clock show these moments, one at each look."""
    times = iter(moments)
    monkeypatch.setattr(work_limit, "process_time", lambda: next(times))


def test_work_within_the_limit_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, 5.0, 6.9)
    with within(2):
        pass


def test_slow_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, 5.0, 7.1, 8.0, 8.0 + USUAL_S / 2)
    with pytest.raises(AssertionError, match="took 2.1 s, by a processor 1.0 times as slow as usual"), within(2):
        pass


def test_the_same_work_on_a_slow_processor_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, 5.0, 13.0, 14.0, 14.0 + 5 * USUAL_S)
    with within(2):
        pass


def test_a_failure_in_the_block_stays_what_it_is() -> None:
    with pytest.raises(KeyError), within(0):
        raise KeyError("x")
