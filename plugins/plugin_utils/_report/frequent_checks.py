# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The checks that most hosts of a report do not pass, each with its most frequent advice."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

FREQUENT = 12


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
    """Return the most frequent advice on a check; with equal counts, the first by the alphabet."""
    counts = Counter(text for text in texts if text)
    return min(counts, key=lambda text: (-counts[text], text)) if counts else None
