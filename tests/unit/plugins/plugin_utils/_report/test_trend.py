# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trend: which points it has, and how they become curves."""

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import trend
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.trend import Point


def point(made: float, **totals: int) -> Point:
    return Point(made, dict(trend.totals_of([]), **totals))


def test_points_are_in_order_once_each_and_all_earlier() -> None:
    points = [point(30), point(10), point(10.4), point(50), point(20)]
    assert [int(one.made) for one in trend.joined(points, 50.9)] == [10, 20, 30]


def test_oldest_points_go_first() -> None:
    points = trend.joined([point(made) for made in range(200)], 1000)
    assert (len(points), points[0].made, points[-1].made) == (92, 108, 199)


def test_there_is_a_curve_for_each_verdict_that_ever_was_the_worst_first() -> None:
    points = trend.as_data([point(0, ready=5), point(50, ready=3, not_ready=2), point(100, ready=5)])
    bad, good = trend.curves(points)
    assert (bad.word, bad.counts, good.counts) == ("not_ready", [0, 2, 0], [5, 3, 5])
    # left to right by time, 0 at the bottom, the most at the top
    assert bad.line == "3.0,33.0 150.0,3.0 297.0,33.0" and bad.end == ("297.0", "33.0")


def test_points_at_one_time_and_counts_of_nothing_are_drawn() -> None:
    (only,) = trend.curves(trend.as_data([point(7, ready=1), point(7, ready=1)]))
    assert only.line == "3.0,3.0 3.0,3.0"
    assert trend.curves(trend.as_data([point(7)])) == []
