# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The charts of the fleet report: bars with names and counts, so that no page has to count."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values

KERNELS = 8
FREQUENT = 12
# upper ends of what there is, in percent of what there should be
RATIOS = ((50, "<50%"), (100, "<100%"), (150, "<150%"), (300, "<300%"), (None, "more"))
AGES = ((30, "<30 d"), (90, "<90 d"), (180, "<180 d"), (None, "older"))


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


class Frequent(NamedTuple):
    """A check that hosts do not pass: on how many hosts by status, and its most frequent advice.

    hosts counts those without a waiver, the sum of fail, warn and unknown; waived counts the others.
    """

    id: str
    group: str
    hosts: int
    fail: int
    waived: int
    warn: int
    unknown: int
    advice: str | None
    reference: str


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


def frequent(rows: list[dict[str, Any]], most: int | None = FREQUENT) -> list[Frequent]:
    """Return the checks that most hosts do not pass; with equal counts, the one that fails more often comes first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        for problem in row["problems"]:
            found.setdefault(problem["id"], []).append(problem)
    counted = [_frequent(name, problems) for name, problems in found.items()]
    open_somewhere = [one for one in counted if one.hosts]
    return sorted(open_somewhere, key=lambda one: (-one.hosts, -one.fail, -one.warn, one.id))[:most]


def _frequent(name: str, problems: list[dict[str, Any]]) -> Frequent:
    """Return how often one check is not passed, by status, and its most frequent advice."""
    counts = Counter("waived" if one["waived"] else one["status"] for one in problems)
    return Frequent(
        name,
        problems[0]["group"],
        len(problems) - counts["waived"],
        counts["fail"],
        counts["waived"],
        counts["warn"],
        counts["unknown"],
        _commonest([one["advice"] for one in problems]),
        problems[0]["reference"],
    )


def _commonest(texts: list[str | None]) -> str | None:
    """Return the most frequent text; with equal counts, the first by the alphabet."""
    counts = Counter(text for text in texts if text)
    return min(counts, key=lambda text: (-counts[text], text)) if counts else None
