# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The report as text: JSON, CSV, Markdown, and the lines of a table for a terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._checks import outcome
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import changes as report_changes
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import frequent_checks, trend
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values as report_words
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.rows import EMPTY

# what a spreadsheet would take for a formula, in both widths that letters have
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
LISTED = 5
WIDTH = 118
CHANGED = 20
LAST_POINTS = 12
HOST_WIDTH = 30
# each column of the terminal's table but the last: its heading and what is in it
COLUMNS: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    ("HOST", lambda row: report_words.cut(report_words.plain(row["host"]), HOST_WIDTH)),
    ("VERDICT", lambda row: row["verdict"]),
    ("ARMED", lambda row: report_words.yes_no(row["armed"])),
    ("RESERVED/NEEDED", lambda row: "%s/%s" % (_short(row["reserved_bytes"]), _short(row["needed_bytes"]))),
    ("FREE", lambda row: _short(row["free_bytes"])),
    ("PROOF", lambda row: report_words.proof(row["proof_state"], row["proof_age_seconds"])),
)


def as_json(report: dict[str, Any]) -> str:
    """Return the report as JSON, a host on each line, so that diff and grep show hosts."""
    head = json.dumps(dict(report, hosts=None), indent=2, allow_nan=False)
    rows = ",\n".join(json.dumps(row, allow_nan=False) for row in report["hosts"])
    return head.replace('"hosts": null\n}', '"hosts": [\n%s]\n}\n' % (rows + "\n" if rows else ""))


def any_json(value: Any) -> str:
    """Return as JSON text the report, or what a query made of it."""
    return json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n"


def as_csv(report: dict[str, Any]) -> str:
    """Return the report as CSV: a column for each value, one for each status' count, and the problems as one text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    out.write(csv_heading())
    for row in report["hosts"]:
        writer.writerow([_cell(value) for value in _flat(row).values()])
    return out.getvalue()


def csv_heading() -> str:
    """Return the heading line of the report's CSV."""
    return ",".join(_flat(dict(EMPTY, checks=dict.fromkeys(outcome.STATUSES, 0), problems=[]))) + "\n"


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a host's row for CSV, without nested values."""
    flat = {key: value for key, value in row.items() if key not in ("checks", "problems")}
    flat.update({"checks_" + status: count for status, count in row["checks"].items()})
    for status in outcome.PROBLEMS:
        flat[status] = "; ".join(one["id"] for one in row["problems"] if one["status"] == status and not one["waived"])
    flat["waived"] = "; ".join(one["id"] for one in row["problems"] if one["waived"])
    flat["advice"] = " ".join(report_words.advice(one["advice"], row["host"]) for one in _open(row) if one["advice"])
    return flat


def _open(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the problems that the text shows of a host's row: those that nobody waived."""
    return [one for one in row["problems"] if not one["waived"]]


def _cell(value: Any) -> Any:
    """Return a cell of the CSV; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else report_words.yes_no(value)
    if not isinstance(value, str):
        return value
    text = report_words.plain(value)
    return "'" + text if text.startswith(FORMULA) else text


def as_markdown(report: dict[str, Any], title: str) -> str:
    """Return the report as Markdown for a ticket or a wiki; hosts that are ready are counted and not listed."""
    listed = [row for row in report["hosts"] if row["verdict"] != "ready"]
    lines = ["# " + _escaped(title), "", "**%s** Made %s." % (report["headline"], report["made"]), ""]
    if report["query"]:
        lines += ["Only the hosts that this query selects: %s" % _escaped(report["query"]["expression"]), ""]
    lines += ["| verdict | hosts |", "| --- | ---: |"]
    totals = ((name, report["totals"][word]) for word, name in report_words.VERDICTS.items())
    lines += ["| %s | %s |" % (name, report_words.number(count)) for name, count in totals if count]
    lines += ["", *_note_lines(report), *_change_lines(report["changes"]), *_trend_lines(report)]
    lines += [*_frequent_lines(report["hosts"]), "## Hosts", ""]
    if len(listed) < len(report["hosts"]):
        ready = len(report["hosts"]) - len(listed)
        lines += ["Not listed: %s." % report_words.counted(ready, "host that is ready", "hosts that are ready"), ""]
    if listed:
        lines += ["| host | verdict | reserved / needed | free / recommended | proof | what to mend |"]
        lines += ["| --- | --- | ---: | ---: | ---: | --- |", *(_host_line(row) for row in listed)]
    return "\n".join(lines).rstrip("\n") + "\n"


def notes_of(report: dict[str, Any]) -> list[str]:
    """Return as text, in sentences, what the report notes about the files that it was made of."""
    merged, sentences = report["merged"], []
    if merged:
        sentences.append("Merged of %s." % report_words.counted(len(merged["reports"]), "report", "reports"))
    if merged and merged["twice"]:
        words = report_words.counted(len(merged["twice"]), "host is", "hosts are")
        sentences.append("%s in several of them, and the newest counts: %s." % (words, _listed(merged["twice"])))
    if merged and merged["not_reported"]:
        words = report_words.counted(len(merged["not_reported"]), "host", "hosts")
        sentences.append("Not reported: %s of the inventory: %s." % (words, _listed(merged["not_reported"])))
    absent = [one["host"] for one in report["not_asked"]]
    if absent:
        words = report_words.counted(len(absent), "host", "hosts")
        sentences.append("This run did not ask %s of the last reports: %s." % (words, _listed(absent)))
    return [*sentences, *report["notes"]]


def _listed(names: list[str]) -> str:
    """Return as text the first names of a list, and how many there are beyond these."""
    left = len(names) - CHANGED
    more = " and %s more" % report_words.number(left) if left > 0 else ""
    return ", ".join(names[:CHANGED]) + more


def _note_lines(report: dict[str, Any]) -> list[str]:
    """Return the Markdown lines about the files that the report was made of."""
    return [line for sentence in notes_of(report) for line in (_escaped(sentence), "")]


def _change_lines(found: dict[str, Any] | None) -> list[str]:
    """Return as lines of Markdown text the report's section on what changed."""
    if found is None:
        return []
    lines = ["## Since the last report (%s)" % found["since"], ""]
    for kind, name in report_changes.KINDS.items():
        hosts = found[kind]
        if hosts:
            lines += ["**%s: %s**" % (name, report_words.counted(len(hosts), "host", "hosts")), ""]
            lines += ["- %s" % _change_words(one) for one in hosts[:CHANGED]]
            left = len(hosts) - CHANGED
            lines += ["- and %s more" % report_words.number(left)] if left > 0 else []
            lines.append("")
    return lines if len(lines) > 2 else [*lines, "No host changed.", ""]


def _change_words(one: dict[str, Any]) -> str:
    """Return as Markdown text the change of one host."""
    summary = ": %s" % _escaped(one["summary"]) if one["summary"] else ""
    return "%s (%s)%s" % (_escaped(one["host"]), report_changes.words_of(one), summary)


def _trend_lines(report: dict[str, Any]) -> list[str]:
    """Return as Markdown text the table of the last reports' counts."""
    points = trend.with_this(report)
    if not points:
        return []
    words = [one.word for one in trend.curves(points)]
    names = ["report of", "hosts", *(report_words.VERDICTS[word] for word in words)]
    lines = ["## Trend", "", "| %s |" % " | ".join(names), "| --- |%s" % (" ---: |" * (len(names) - 1))]
    for one in points[-LAST_POINTS:]:
        counts = [one["hosts"], *(one["totals"][word] for word in words)]
        lines.append("| %s | %s |" % (one["made"], " | ".join(report_words.number(count) for count in counts)))
    return [*lines, ""]


def _frequent_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Return the Markdown table of the most frequent problems."""
    found = frequent_checks.frequent(rows)
    if not found:
        return []
    lines = [
        "## The most frequent problems",
        "",
        "| check | hosts | failed | doubtful | what to do |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for one in found:
        counts = tuple(report_words.number(count) for count in (one.hosts, one.fail, one.warn))
        lines.append("| %s |" % " | ".join(("`%s`" % one.id, *counts, _escaped(one.advice or ""))))
    return [*lines, ""]


def _host_line(row: dict[str, Any]) -> str:
    """Return a host's line in the Markdown table."""
    cells = (
        _escaped(row["host"]),
        report_words.VERDICTS[row["verdict"]],
        "%s / %s" % (report_words.size(row["reserved_bytes"]), report_words.size(row["needed_bytes"])),
        "%s / %s" % (report_words.size(row["free_bytes"]), report_words.size(row["recommended_bytes"])),
        report_words.proof(row["proof_state"], row["proof_age_seconds"]),
        _mend(row),
    )
    return "| %s |" % " | ".join(cells)


def _mend(row: dict[str, Any]) -> str:
    """Return as Markdown text the ids of a host's first problems, or else its summary."""
    names = ["`%s`" % one["id"] for one in _open(row)]
    if not names:
        return _escaped(row["summary"])
    more = " and %d more" % (len(names) - LISTED) if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, within a table too."""
    kept = report_words.plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\\" + char if char in "\\`*_[]|~#!$" else char for char in kept)


def table(report: dict[str, Any], limit: int | None = None) -> list[str]:
    """Return the lines of the terminal's table, at most WIDTH wide; a last one counts the hosts that are left out."""
    rows = report["hosts"][:limit]
    cells = [[heading for heading, dummy in COLUMNS]] + [[of(row) for dummy, of in COLUMNS] for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(len(COLUMNS))]
    lasts = ["FIRST PROBLEM"] + [_first(row) for row in rows]
    lines = []
    for line, last in zip(cells, lasts):
        start = "  ".join(cell.ljust(width) for cell, width in zip(line, widths)) + "  "
        lines.append((start + report_words.cut(last, WIDTH - len(start))).rstrip())
    left = len(report["hosts"]) - len(rows)
    return lines + (["and %s" % report_words.counted(left, "more host", "more hosts")] if left else [])


def problem_lines(report: dict[str, Any], most: int, limit: int | None = None) -> list[str]:
    """Return a line for each open problem, at most `most` for each host, and one that counts the rest."""
    lines = []
    for row in report["hosts"][:limit]:
        found, host = _open(row), report_words.plain(row["host"])
        for one in found[:most]:
            parts = [host, one["id"], one["reason"] or "", report_words.advice(one["advice"] or "", row["host"])]
            lines.append(" | ".join(report_words.plain(part) for part in parts if part))
        left = len(found) - most
        if most and left > 0:
            words = report_words.counted(left, "more problem", "more problems")
            lines.append("%s | and %s: ansible-playbook crashops.kdump.report writes them all" % (host, words))
    return lines


def _first(row: dict[str, Any]) -> str:
    """Return a host's first problem as a cell of the text, or why it has no result."""
    first = next(iter(_open(row)), None)
    if first is None:
        return "" if row["verdict"] == "ready" else report_words.plain(row["summary"])
    return "%s: %s" % (first["id"], report_words.plain(first["reason"] or ""))


def _short(value: int | None) -> str:
    """Return as text for the terminal's table a size as short as it needs to be: 192M, 1.5G."""
    return report_words.size(value).replace("iB", "").replace(" B", "B").replace(" ", "")
