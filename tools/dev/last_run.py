# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each stage ended in its last run, kept in a file for ./dev test --last-failed."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tools.dev.stages import PASSED, Result, Stage


class Record(NamedTuple):
    """How a stage ended in its last run: its outcome, the names of what failed, and the key that the stage had."""

    outcome: str
    failures: tuple[str, ...]
    key: str = ""


def read(path: Path) -> dict[str, Record]:
    """Return how each stage ended in its last run; empty where there is no file that can be read."""
    try:
        rows = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {stage: Record(row["outcome"], tuple(row["failures"]), row.get("key", "")) for stage, row in rows.items()}


def of(stages: Iterable[Stage], records: Mapping[str, Record]) -> dict[str, Record]:
    """Return the records of these stages; that of a run on something else, such as another image, is none."""
    return {
        stage.name: records[stage.name]
        for stage in stages
        if stage.name in records and records[stage.name].key == stage.key
    }


def write(path: Path, results: Iterable[Result], stages: Iterable[Stage] = ()) -> None:
    """Add the results of a run of stages to the file of last runs; a stage that it did not have keeps its record."""
    keys = {stage.name: stage.key for stage in stages}
    new = {result.stage: Record(result.outcome, result.failures, keys.get(result.stage, "")) for result in results}
    records = read(path) | new
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({stage: record._asdict() for stage, record in records.items()}, indent=1) + "\n")
    part.replace(path)


def passed(records: Mapping[str, Record]) -> set[str]:
    """Return the stages that passed in their last run."""
    return {stage for stage, record in records.items() if record.outcome == PASSED}


def failed(records: Mapping[str, Record]) -> set[str]:
    """Return the stages that did not pass in their last run, including those that could not start."""
    return set(records) - passed(records)
