# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""How many hosts had each verdict in the earlier reports: the points of the report's trend, and their curves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values

# a year of weekly reports, or three months of daily ones
POINTS = 92
WIDTH, HEIGHT, EDGE = 300, 36, 3


class Point(NamedTuple):
    """When a report was made, and how many hosts had each verdict."""

    made: float
    totals: dict[str, int]


class Curve(NamedTuple):
    """One verdict over the reports: its counts, and its line in a box of WIDTH and HEIGHT that ends at end."""

    word: str
    name: str
    counts: list[int]
    line: str
    end: tuple[str, str]


def totals_of(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return the counts of a point of the trend: how many rows have each verdict."""
    totals = dict.fromkeys(readable_values.VERDICTS, 0)
    for one in rows:
        totals[one["verdict"]] += 1
    return totals


def joined(points: Iterable[Point], before: float) -> list[Point]:
    """Return the points of several reports in their order, each time once, without those that are not earlier."""
    by_time = {int(one.made): one for one in points if int(one.made) < int(before)}
    return [by_time[made] for made in sorted(by_time)][-POINTS:]


def as_data(points: Iterable[Point]) -> list[dict[str, Any]]:
    """Return the points as the report's JSON holds them."""
    return [
        {
            "made": readable_values.stamp(one.made),
            "made_epoch": int(one.made),
            "hosts": sum(one.totals.values()),
            "totals": one.totals,
        }
        for one in points
    ]


def with_this(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the report's trend with the report itself as the last point; none without an earlier report.

    A report on a part of the fleet shows none: its counts are not those of the fleet.
    """
    if not report["trend"] or report["not_asked"]:
        return []
    now = {key: report[key] for key in ("made", "made_epoch", "totals")}
    return [*report["trend"], dict(now, hosts=len(report["hosts"]))]


def curves(points: list[dict[str, Any]]) -> list[Curve]:
    """Return the curve of the trend for each verdict that any report had."""
    words = [word for word in readable_values.VERDICTS if any(one["totals"][word] for one in points)]
    return [_curve(word, points) for word in words]


def _curve(word: str, points: list[dict[str, Any]]) -> Curve:
    """Return the trend of one verdict as points of a curve; its box ends at its own highest count."""
    counts = [one["totals"][word] for one in points]
    first, last = points[0]["made_epoch"], points[-1]["made_epoch"]
    most, span = max(counts), max(1, last - first)
    spots = [
        (
            "%.1f" % (EDGE + (WIDTH - 2 * EDGE) * (one["made_epoch"] - first) / span),
            "%.1f" % (HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * count / max(1, most)),
        )
        for one, count in zip(points, counts)
    ]
    return Curve(word, readable_values.VERDICTS[word], counts, " ".join("%s,%s" % spot for spot in spots), spots[-1])
