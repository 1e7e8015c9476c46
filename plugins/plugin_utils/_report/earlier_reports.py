# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads earlier JSON files of the report. Others may have written to them, so every value is checked again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks import all_checks, outcome
from ansible_collections.crashops.kdump.plugins.module_utils._facts import proof as proof_facts
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.checked_reader import (
    Reader,
    UnreadableResult,
    clean,
)
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.rows import CHECK_ID, EMPTY
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.trend import Point, totals_of

SCHEMA = "crashops.kdump/report/1"
# 10,000 hosts have some 10 MB
MOST_BYTES = 256 << 20
TEXTS = ("stack", "kernel", "target")
COUNTS = (
    "reserved_bytes", "needed_bytes", "will_reserve_bytes", "free_bytes", "recommended_bytes", "dump_bytes",
    "proof_age_seconds", "dumps_count", "dumps_incomplete", "ram_bytes",
)  # fmt: skip


class EarlierReport(NamedTuple):
    """A report that an earlier run wrote, or a slice of the fleet; trend has the points of still earlier ones.

    merged is whether it was made of slices. not_asked has the last standing of each host that its run did not ask.
    """

    path: str
    made: float
    rows: list[dict[str, Any]]
    totals: dict[str, int]
    trend: list[Point]
    merged: bool = False
    not_asked: Sequence[dict[str, Any]] = ()


class Unusable(Exception):
    """Why a file is no report that can be used, in words that go after its path."""


def files_of(paths: Iterable[str]) -> Iterator[str]:
    """Yield the files that may hold earlier reports: given ones, and the JSON files that lie in given directories."""
    for path in paths:
        if os.path.isdir(path):
            names = sorted(name for name in os.listdir(path) if name.endswith(".json") and not name.startswith("."))
            yield from (os.path.join(path, name) for name in names)
        else:
            yield path


def read_all(paths: Iterable[str], before: float | None = None) -> tuple[list[EarlierReport], list[str]]:
    """Return the reports of files and directories, oldest first, and a sentence for each file that is none.

    Given a time, only the last report before it keeps its rows: a year of them would not fit into memory.
    """
    reports: list[EarlierReport] = []
    sentences = []
    try:
        found = list(dict.fromkeys(os.path.abspath(path) for path in files_of(paths)))
    except OSError as error:
        return [], ["%s cannot be listed: %s." % (clean(error.filename), clean(error.strerror))]
    for path in found:
        try:
            reports.append(_read(path))
            if before is not None:
                reports = without_older_rows(reports, before)
        except Unusable as trouble:
            sentences.append("%s was left out: %s." % (clean(path), trouble))
    return sorted(reports, key=lambda one: (one.made, one.path)), sentences


def without_older_rows(reports: list[EarlierReport], before: float) -> list[EarlierReport]:
    """Return the reports, of which only the last one before a time has rows."""
    last = max((one.made for one in reports if int(one.made) < int(before)), default=None)
    return [one if one.made == last else one._replace(rows=[]) for one in reports]


def _read(path: str) -> EarlierReport:
    """Return the earlier report in a file, or raise Unusable."""
    try:
        # a pipe or a device would be read for ever
        if not os.path.isfile(path):
            raise Unusable("it is no file" if os.path.lexists(path) else "there is no such file")
        if os.path.getsize(path) > MOST_BYTES:
            raise Unusable("it is larger than %s" % readable_values.size(MOST_BYTES))
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream)
    except OSError as error:
        raise Unusable("it cannot be read (%s)" % clean(error.strerror)) from None
    except (ValueError, RecursionError):
        raise Unusable("it is no JSON file") from None
    try:
        return report_of(path, content)
    except UnreadableResult as trouble:
        raise Unusable("it %s" % trouble) from None


def report_of(path: str, content: Any) -> EarlierReport:
    """Return the earlier report that a JSON file holds, or raise Unusable or UnreadableResult."""
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise Unusable("it is no report of this collection (its schema is not %s)" % SCHEMA)
    if content.get("query") is not None:
        raise Unusable("a query selected its hosts, so it does not have all of them")
    read = Reader(content)
    made = read.seconds("made_epoch")
    if made is None:
        raise UnreadableResult("has no made_epoch that is a time")
    rows = [_row(one) for one in read.parts("hosts")]
    points = [_point(one) for one in read.parts("trend")]
    not_asked = [_not_asked(one) for one in read.parts("not_asked")]
    return EarlierReport(path, made, rows, totals_of(rows), points, content.get("merged") is not None, not_asked)


def _point(read: Reader) -> Point:
    """Return a point of the trend that an earlier report's file has, checked."""
    made = read.seconds("made_epoch")
    if made is None:
        raise UnreadableResult("has a point of its trend without a time")
    totals = read.part("totals")
    return Point(made, {word: totals.count(word) or 0 for word in readable_values.VERDICTS})


def _not_asked(read: Reader) -> dict[str, Any]:
    """Return what an earlier report keeps of a host that its run did not ask, checked."""
    host, made = read.text("host"), read.seconds("made_epoch")
    if not host or made is None:
        raise UnreadableResult("has a host that was not asked without a name or a time")
    verdict = read.choice("verdict", readable_values.VERDICTS)
    return {"host": host, "verdict": verdict, "ready": read.flag("ready"), "made_epoch": int(made)}


def _row(read: Reader) -> dict[str, Any]:
    """Return a host's row of an earlier report, with the keys that every row has."""
    host, state, checks = read.text("host"), read.text("proof_state"), read.part("checks")
    if not host:
        raise UnreadableResult("has a host without a name")
    row = dict(EMPTY, host=host, verdict=read.choice("verdict", readable_values.VERDICTS))
    row["summary"] = read.text("summary") or ""
    row.update((key, read.flag(key)) for key in ("ready", "armed"))
    row.update((key, read.text(key)) for key in TEXTS)
    row.update((key, read.count(key)) for key in COUNTS)
    row["proof_state"] = None if state is None else read.choice("proof_state", proof_facts.STATES)
    row["proof_time"] = read.seconds("proof_time")
    row["checks"] = {status: checks.count(status) or 0 for status in outcome.STATUSES}
    row["problems"] = [_problem(one) for one in read.parts("problems")]
    return row


def _problem(read: Reader) -> dict[str, Any]:
    """Return a row's problem in an earlier report; its reference is made of its id: a file could lead anywhere."""
    name, waiver = read.text("id") or "", read.part("waived")
    if not CHECK_ID.fullmatch(name):
        raise UnreadableResult("has a check with the id %r" % name)
    reason = waiver.known_text("reason")
    return {
        "id": name,
        "group": read.choice("group", all_checks.GROUPS),
        "status": read.choice("status", outcome.PROBLEMS),
        **{key: read.text(key) for key in ("reason", "value", "wanted", "advice")},
        "reference": all_checks.REFERENCE % name,
        "waived": None if reason is None else {"reason": reason, "until": waiver.known_text("until")},
    }
