# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The charts of the fleet report: bars with names, counts and sizes, so that no page has to count."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks import outcome
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.frequent_checks import Frequent

KERNELS = 8
# upper ends of what there is, in percent of what there should be
RATIOS = ((50, "<50%"), (100, "<100%"), (150, "<150%"), (300, "<300%"), (None, "more"))
AGES = ((30, "<30 d"), (90, "<90 d"), (180, "<180 d"), (None, "older"))
COLUMN_HEIGHT = 84
# a share that is not nothing is to be seen
LEAST_PERCENT = 0.4


class Bar(NamedTuple):
    """One bar of a chart in the report; tone is bad, doubtful, good or plain."""

    name: str
    hosts: int
    tone: str


class Chart(NamedTuple):
    """The bars of a chart in the report, and how many hosts are in none of them."""

    bars: list[Bar]
    not_known: int

    @property
    def highest(self) -> int:
        """Return the count of the chart's highest bar, at least 1."""
        return max([1, *(one.hosts for one in self.bars)])

    @property
    def bad(self) -> int:
        """Return how many hosts are in the chart's bad bars."""
        return sum(one.hosts for one in self.bars if one.tone == "bad")


def ratios(rows: list[dict[str, Any]], have: str, want: str) -> Chart:
    """Return the chart of hosts by how much they have of what they need, such as memory or space."""
    names = ["none", *(name for dummy, name in RATIOS)]
    counts: Counter[str] = Counter()
    for row in rows:
        counts[_ratio(row[have], row[want])] += 1
    tones = ("bad", "bad", "bad", "good", "good", "good")
    return Chart([Bar(name, counts[name], tone) for name, tone in zip(names, tones)], counts[""])


def _ratio(have: int | None, want: int | None) -> str:
    """Return the name of a host's bar in a chart of ratios, an empty text where it is not known."""
    if have == 0:
        return "none"
    if have is None or not want:
        return ""
    return next(name for end, name in RATIOS if end is None or have * 100 < want * end)


def proofs(rows: list[dict[str, Any]]) -> Chart:
    """Return the chart of hosts by the age of their proof."""
    names = ["never", "stale", *(name for dummy, name in AGES)]
    counts: Counter[str] = Counter()
    for row in rows:
        counts[_proof(row["proof_state"], row["proof_age_seconds"])] += 1
    tones = ("bad", "doubtful", "good", "good", "good", "doubtful")
    return Chart([Bar(name, counts[name], tone) for name, tone in zip(names, tones)], counts[""])


def _proof(state: str | None, age: int | None) -> str:
    """Return the name of a host's bar in the chart of proofs, an empty text where it is not known."""
    if state in ("never", "stale"):
        return state
    if state != "proven" or age is None:
        return ""
    return next(name for days, name in AGES if days is None or age < days * readable_values.DAY_S)


def kernels(rows: list[dict[str, Any]]) -> Chart:
    """Return the chart of hosts by kernel, the most frequent first; all rare kernels share one bar."""
    counts = Counter(row["kernel"] for row in rows if row["kernel"])
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    bars = [Bar(name, count, "plain") for name, count in ordered[:KERNELS]]
    rest = ordered[KERNELS:]
    if rest:
        name = readable_values.counted(len(rest), "other", "others")
        bars.append(Bar(name, sum(count for dummy, count in rest), "rest"))
    return Chart(bars, sum(1 for row in rows if not row["kernel"]))


def verdict_segments(totals: dict[str, int]) -> list[dict[str, Any]]:
    """Return the segments of the page's chart of verdicts; even the smallest can be seen."""
    there = [(word, count) for word, count in totals.items() if count]
    whole = sum(count for dummy, count in there) or 1
    shares = [max(LEAST_PERCENT, 100 * count / whole) for dummy, count in there]
    scale, segments, at = 100 / (sum(shares) or 1), [], 0.0
    for (word, count), share in zip(there, shares):
        width = share * scale
        segments.append(
            {
                "word": word,
                "name": readable_values.VERDICTS[word],
                "count": count,
                "x": "%.2f" % at,
                "width": "%.2f" % width,
            }
        )
        at += width
    return segments


def column_height(one: Bar, chart: Chart) -> str:
    """Return the height of a chart's bar on the page; a count above 0 can be seen."""
    return "%d" % max(2 if one.hosts else 1, round(COLUMN_HEIGHT * one.hosts / chart.highest))


def strip_parts(one: Frequent, most: int) -> list[dict[str, str]]:
    """Return the segments of a frequent check's bar on the page, by status."""
    parts, at = [], 0.0
    for status in outcome.PROBLEMS:
        count = getattr(one, status)
        if count:
            width = max(LEAST_PERCENT, 100 * count / most)
            parts.append({"status": status, "x": "%.2f" % at, "width": "%.2f" % width})
            at += width
    return parts
