# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of a run for the next one."""

from pathlib import Path

from ansible_collections.crashops.kdump.tests.unit.tools.made_up_stages import row

from tools.dev import last_run
from tools.dev.last_run import Record
from tools.dev.stages import FAILED, PASSED, Result
from tools.dev.tallies import Tally


def test_the_last_run_is_remembered_stage_by_stage(tmp_path: Path) -> None:
    path = tmp_path / "last-run.json"
    assert last_run.read(path) == {}
    last_run.write(path, [Result("a", PASSED, 1, Tally(1)), Result("b", FAILED, 1, Tally(0, 1), failures=("x.py",))])
    last_run.write(path, [Result("a", FAILED, 1, Tally(0, 1), failures=("y.py::z",))])
    records = last_run.read(path)
    assert records["a"] == Record(FAILED, ("y.py::z",))
    assert records["b"] == Record(FAILED, ("x.py",))
    assert (last_run.failed(records), last_run.passed(records)) == ({"a", "b"}, set())


def test_a_record_that_was_cut_off_is_none(tmp_path: Path) -> None:
    path = tmp_path / "last-run.json"
    path.write_text('{"a": {"outc')
    assert last_run.read(path) == {}


def test_record_of_another_image_is_none(tmp_path: Path) -> None:
    path, old, new = tmp_path / "last-run.json", [row("a", key="old"), row("b")], [row("a", key="new"), row("b")]
    last_run.write(path, [Result("a", PASSED, 1, Tally(1)), Result("b", PASSED, 1, Tally(1))], old)
    assert set(last_run.of(old, last_run.read(path))) == {"a", "b"}
    assert set(last_run.of(new, last_run.read(path))) == {"b"}
