# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The report of a fleet as data: every host's row, worst first, with totals and a headline."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._checks import verdict as check_verdict
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.natural_order import natural
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.rows import row

SCHEMA = "crashops.kdump/report/1"
ORDER = {word: index for index, word in enumerate(readable_values.VERDICTS)}


def report(results: Iterable[tuple[str, Any]], made: float, version: str | None = None) -> dict[str, Any]:
    """Return the report of hosts and their results; each result is released once its row is made."""
    rows = sorted((row(host, result, made) for host, result in results), key=_badness)
    return _whole(rows, made, version)


def of_rows(whole: Mapping[str, Any], rows: list[dict[str, Any]], query: str) -> dict[str, Any]:
    """Return the report with only the rows that a query selected, in the query's order."""
    selected = _whole(rows, whole["made_epoch"], whole["collection_version"])
    return dict(selected, query={"expression": query, "of_hosts": len(whole["hosts"])})


def are_rows(value: Any, whole: Mapping[str, Any]) -> bool:
    """Return whether a query's answer is a list of the report's own rows, all unchanged."""
    own = {id(one) for one in whole["hosts"]}
    return isinstance(value, list) and all(id(one) in own for one in value)


def _whole(rows: list[dict[str, Any]], made: float, version: str | None) -> dict[str, Any]:
    """Return the report with these rows, their totals and the headline."""
    totals = dict.fromkeys(readable_values.VERDICTS, 0)
    for one in rows:
        totals[one["verdict"]] += 1
    return {
        "schema": SCHEMA,
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(made)),
        "made_epoch": int(made),
        "collection_version": version,
        "query": None,
        "headline": headline(rows),
        "totals": totals,
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
    """Return how many hosts would leave a dump, would not, are not known, and are not meant to."""
    counts = {"would": 0, "would_not": 0, "not_known": 0, "not_meant": 0}
    for one in rows:
        if one["ready"]:
            counts["would"] += 1
        elif one["verdict"] in readable_values.NOT_KNOWN:
            counts["not_known"] += 1
        else:
            counts["not_meant" if one["verdict"] in check_verdict.NOT_MEANT else "would_not"] += 1
    return counts


def _badness(one: dict[str, Any]) -> tuple[Any, ...]:
    """Return the sort key of the report's rows: verdict, failed and doubtful checks, then the host's name."""
    failed = sum(1 for problem in one["problems"] if problem["status"] == "fail" and not problem["waived"])
    return (ORDER[one["verdict"]], -failed, -one["checks"]["warn"], natural(one["host"].lower()), one["host"])


def is_worst_first(rows: list[dict[str, Any]]) -> bool:
    """Return whether rows are in the report's own order; a query may have given them another."""
    found = [_badness(one) for one in rows]
    return found == sorted(found)
