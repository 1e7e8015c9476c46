# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The whole report of a fleet as data: the row of each host, worst first, with totals and a headline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.natural_order import natural
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import changes as report_changes
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values, trend
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.checked_reader import clean
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import SCHEMA, EarlierReport
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.merge_slices import Merged
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.rows import row

AHEAD = "%s is dated in the future, and was not compared: check the clock of the control node."
ORDER = {word: index for index, word in enumerate(readable_values.VERDICTS)}


def report(results: Iterable[tuple[str, Any]], made: float, version: str | None = None) -> dict[str, Any]:
    """Return the report of hosts and their results; each result is released once its row is made."""
    rows = sorted((row(host, result, made) for host, result in results), key=_badness)
    return _whole(rows, made, version)


def of_slices(merge: Merged, notes: list[str], made: float, version: str | None = None) -> dict[str, Any]:
    """Return the whole report of a fleet that comes in slices, with notes about files that were left out."""
    return dict(_whole(sorted(merge.rows, key=_badness), made, version), merged=merge.said, notes=notes)


def compared(
    whole: dict[str, Any], earlier: list[EarlierReport], notes: list[str], inventory: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the whole report with what changed since the last of the earlier ones, its trend, and notes on files."""
    made, rows = whole["made_epoch"], whole["hosts"]
    before = [one for one in earlier if int(one.made) < made]
    kept = report_changes.not_asked(before[-1], rows, inventory, made) if before else []
    # a report of the future is not compared, but it has the points of those before it
    points = [point for one in earlier for point in one.trend]
    points += [trend.Point(one.made, one.totals) for one in before if not one.not_asked]
    return dict(
        whole,
        changes=report_changes.changes(before[-1], rows, kept) if before else None,
        not_asked=kept,
        trend=trend.as_data(trend.joined(points, made)),
        notes=[*whole["notes"], *notes, *(AHEAD % clean(one.path) for one in earlier if int(one.made) > made)],
    )


def of_rows(whole: Mapping[str, Any], rows: list[dict[str, Any]], query: str) -> dict[str, Any]:
    """Return the whole report with the selected rows alone, in their order."""
    selected = _whole(rows, whole["made_epoch"], whole["collection_version"])
    asked = {"expression": query, "of_hosts": len(whole["hosts"])}
    return dict(selected, query=asked, merged=whole["merged"], notes=whole["notes"])


def are_rows(value: Any, whole: Mapping[str, Any]) -> bool:
    """Return whether a value is a part of the whole report: a list of its own rows, all unchanged."""
    own = {id(one) for one in whole["hosts"]}
    return isinstance(value, list) and all(id(one) in own for one in value)


def _whole(rows: list[dict[str, Any]], made: float, version: str | None) -> dict[str, Any]:
    """Return the report with these rows, their totals and the headline."""
    return {
        "schema": SCHEMA,
        "made": readable_values.stamp(made),
        "made_epoch": int(made),
        "collection_version": version,
        "query": None,
        "headline": headline(rows),
        "totals": trend.totals_of(rows),
        "merged": None,
        "notes": [],
        "changes": None,
        "not_asked": [],
        "trend": [],
        "hosts": rows,
    }


def headline(rows: list[dict[str, Any]]) -> str:
    """Return the report's headline: how many hosts would leave a dump."""
    if not rows:
        return "There is no host in this report."
    would = sum(1 for one in rows if one["ready"])
    return "%s of %s would leave a dump." % (
        readable_values.number(would),
        readable_values.counted(len(rows), "host", "hosts"),
    )


def standing(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return for the whole report how many hosts would leave a dump, would not, are not known, are not meant to."""
    counts = {"would": 0, "would_not": 0, "not_known": 0, "not_meant": 0}
    for one in rows:
        counts[report_changes.standing_of(one)] += 1
    return counts


def _badness(one: dict[str, Any]) -> tuple[Any, ...]:
    """Return the sort key of the whole report, worst first: verdict, failed and doubtful checks, the host's name."""
    failed = sum(1 for problem in one["problems"] if problem["status"] == "fail" and not problem["waived"])
    return (ORDER[one["verdict"]], -failed, -one["checks"]["warn"], natural(one["host"].lower()), one["host"])


def is_worst_first(rows: list[dict[str, Any]]) -> bool:
    """Return whether rows are in the whole report's order, worst first; a query may have given them another."""
    found = [_badness(one) for one in rows]
    return found == sorted(found)
