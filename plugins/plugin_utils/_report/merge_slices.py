# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Merges the reports of slices of a fleet: the newest row of each host, and who is in none of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import EarlierReport
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.readable_values import stamp
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.rows import without_result

# the clocks of two control nodes may differ by this much
AHEAD_S = 3600
NOT_REPORTED = "Not reported: this host of the inventory is in none of the merged reports."


class Merged(NamedTuple):
    """The rows of all slices, and what the report says of the merge."""

    rows: list[dict[str, Any]]
    said: dict[str, Any]


def merged(slices: list[EarlierReport], hosts: Iterable[str]) -> Merged:
    """Return the newest row of each host in the slices, oldest first, and a row for each host that has none."""
    slices = each_once(slices)
    newest: dict[str, dict[str, Any]] = {}
    twice: dict[str, None] = {}
    for one in slices:
        for row in one.rows:
            if row["host"] in newest:
                twice[row["host"]] = None
            newest[row["host"]] = row
    missing = [host for host in dict.fromkeys(hosts) if host not in newest]
    rows = [*newest.values(), *(without_result(host, "not_contacted", NOT_REPORTED) for host in missing)]
    reports = [{"path": one.path, "made": stamp(one.made), "hosts": len(one.rows)} for one in slices]
    return Merged(rows, {"reports": reports, "twice": list(twice), "not_reported": missing})


def each_once(slices: list[EarlierReport]) -> list[EarlierReport]:
    """Return the slices without copies, such as one that was handed on to two places."""
    kept: list[EarlierReport] = []
    for one in slices:
        if not any(one.made == other.made and one.rows == other.rows for other in kept):
            kept.append(one)
    return kept


def recent(found: list[EarlierReport], now: float, hours: int) -> tuple[list[EarlierReport], list[str]]:
    """Return the slices that are not older than a number of hours, and a sentence about each kind of the others.

    A merged report is no slice: it has one time for all its rows, which does not say how old each of them is.
    """
    merged_ones = [one for one in found if one.merged]
    slices = [one for one in found if not one.merged]
    first, last = now - hours * 3600, now + AHEAD_S
    old = [one for one in slices if one.made < first]
    future = [one for one in slices if one.made > last]
    newest = stamp(old[-1].made) if old else ""
    return [one for one in slices if first <= one.made <= last], [
        *_left_out(merged_ones, "merged from slices, and not merged again"),
        *_left_out(future, "dated in the future and not merged; check the clock of the control node"),
        *_left_out(old, "older than %d hours and not merged; the newest of them was made %s" % (hours, newest)),
    ]


def _left_out(reports: list[EarlierReport], why: str) -> list[str]:
    """Return a sentence that names the one report that was left out, or counts them."""
    if not reports:
        return []
    return ["%s %s." % ("%d reports are" % len(reports) if len(reports) > 1 else "%s is" % reports[0].path, why)]
