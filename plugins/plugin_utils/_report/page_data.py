# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The report's rows as JSON for the page's script: small, since a text that many hosts share is in it once."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._checks import outcome
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values

# the columns of a packed row, in its order; page.js names them likewise
TEXTS = ("summary", "stack", "kernel", "target", "proof_state")
NUMBERS = (
    "reserved_bytes",
    "needed_bytes",
    "will_reserve_bytes",
    "free_bytes",
    "recommended_bytes",
    "dump_bytes",
    "proof_time",
    "proof_age_seconds",
    "dumps_count",
    "dumps_incomplete",
    "ram_bytes",
)
# of a problem, after its check and status
SAID = ("reason", "value", "wanted", "advice", "reference")
# in a script, none of these may end it or begin a comment; U+2028 and the like are escaped by json itself
ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class Table:
    """The texts of the page's data, each once and under a number."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        """Return a value's number in the table, -1 for null."""
        return -1 if value is None else self._numbers.setdefault(value, len(self._numbers))

    def values(self) -> list[Any]:
        """Return the table's values in the order of their numbers."""
        return list(self._numbers)


def packed(report: dict[str, Any]) -> str:
    """Return the report's rows as JSON that can stand within the page's script element."""
    texts, checks = Table(), Table()
    rows = [_row(row, texts, checks) for row in report["hosts"]]
    content = {
        "verdicts": list(readable_values.VERDICTS.items()),
        "statuses": outcome.STATUSES,
        "columns": ["host", "verdict", "ready", "armed", *TEXTS, *NUMBERS, "checks", "problems"],
        "texts_of_rows": TEXTS,
        "said": SAID,
        "rows": rows,
        "checks": checks.values(),
        "texts": texts.values(),
    }
    return json.dumps(content, separators=(",", ":"), allow_nan=False).translate(ESCAPED)


def _row(row: dict[str, Any], texts: Table, checks: Table) -> list[Any]:
    """Return one host's row as a list for the page's script."""
    return [
        row["host"],
        list(readable_values.VERDICTS).index(row["verdict"]),
        _flag(row["ready"]),
        _flag(row["armed"]),
        *(texts.number(row[key]) for key in TEXTS),
        *(-1 if row[key] is None else int(row[key]) for key in NUMBERS),
        [row["checks"][status] for status in outcome.STATUSES],
        [_problem(one, texts, checks) for one in row["problems"]],
    ]


def _flag(value: bool | None) -> int:
    """Return True as 1, False as 0, null as -1, for the page's script."""
    return -1 if value is None else int(value)


def _problem(problem: dict[str, Any], texts: Table, checks: Table) -> list[int]:
    """Return one problem for the page's script: check, status, texts, and a waiver's two texts if there is one."""
    waiver = problem["waived"] or {}
    return [
        checks.number((problem["id"], problem["group"])),
        outcome.STATUSES.index(problem["status"]),
        *(texts.number(problem[key]) for key in SAID),
        *(texts.number(waiver.get(key)) for key in ("reason", "until") if waiver),
    ]
