# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each stage ended when it was run last, kept in a file so that ./dev test --last-failed knows what to run."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tools.dev.stages import PASSED, Result


class Record(NamedTuple):
    """How a stage ended: its outcome, and the names of what failed in it."""

    outcome: str
    failures: tuple[str, ...]


def read(path: Path) -> dict[str, Record]:
    """Return the records by stage; none where no run has left any that can be read."""
    try:
        rows = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {stage: Record(row["outcome"], tuple(row["failures"])) for stage, row in rows.items()}


def write(path: Path, results: Iterable[Result]) -> None:
    """Add the results of a run: a stage that it did not have keeps its record."""
    records = read(path) | {result.stage: Record(result.outcome, result.failures) for result in results}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({stage: record._asdict() for stage, record in records.items()}, indent=1) + "\n")
    part.replace(path)


def passed(records: Mapping[str, Record]) -> set[str]:
    """Return the stages that passed."""
    return {stage for stage, record in records.items() if record.outcome == PASSED}


def failed(records: Mapping[str, Record]) -> set[str]:
    """Return the stages that did not pass, those among them that could not start."""
    return set(records) - passed(records)
