# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report of a fleet on the control node, from what kdump_info returned for each host."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import (
    changes,
    earlier_reports,
    files,
    merge_slices,
    page,
    readable_values,
    whole_report,
)
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import text_formats as report_text
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.checked_reader import clean
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import (
    given_to,
    is_unknown,
    results_of,
)
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.query import QueryRefused, ask

FORMATS: dict[str, tuple[str, Callable[[dict[str, Any], str], str]]] = {
    "html": (".html", page.page),
    "json": (".json", lambda report, dummy: report_text.as_json(report)),
    "csv": (".csv", lambda report, dummy: report_text.as_csv(report)),
    "markdown": (".md", report_text.as_markdown),
}
# comes after the name of a report that has what a query selects
SELECTED = "-selected"
SHOWN = 20
# an artifact of AWX is kept in its database, so it is small whatever the size of the fleet
ARTIFACT_NAMES = 100
LEAST_HOURS, MOST_HOURS = 1, 10000
OPTIONS = {
    "results": {"type": "dict"},
    "variable": {"type": "str", "default": "__kdump_info"},
    "hosts": {"type": "list", "elements": "str"},
    "directory": {"type": "path", "required": True},
    "name": {"type": "str", "default": "kdump-report"},
    "formats": {"type": "list", "elements": "str", "choices": list(FORMATS)},
    "title": {"type": "str", "default": "kdump report"},
    "query": {"type": "str"},
    "earlier": {"type": "list", "elements": "path"},
    "slices": {"type": "list", "elements": "path"},
    "slice_age_hours": {"type": "int", "default": 24},
    "mode": {"type": "raw", "default": "0600"},
}


class ReportRefused(Exception):
    """Why no report is written: a sentence for each reason."""


class ActionModule(ActionBase):
    """The action of fleet_report. It runs here, once for all hosts, and uses no connection."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    clock = staticmethod(time.time)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the report's files and return the result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._vars = task_vars or {}
        dummy, options = self.validate_argument_spec(argument_spec=OPTIONS)
        try:
            result.update(self._report(options))
        except ReportRefused as refused:
            result.update(failed=True, msg=str(refused))
        except OSError as error:
            result.update(failed=True, msg="cannot write the report to %s: %s" % (options["directory"], error))
        return result

    def _report(self, options: dict[str, Any]) -> dict[str, Any]:
        """Make the report and return the result; check mode only leaves out the writing."""
        began = time.monotonic()
        directory = os.path.abspath(options["directory"])
        mode = refuse_options(options, directory)
        whole = self._whole(options, directory)
        texts, shown = texts_of(whole, options)
        # a selection never replaces the report of all hosts, which holds the trend
        name = options["name"] + (SELECTED if options["query"] is not None else "")
        paths = {kind: os.path.join(directory, name + FORMATS[kind][0]) for kind in texts}
        not_written = [name + FORMATS[kind][0] for kind in FORMATS if kind not in paths]
        older = files.older_reports([os.path.join(directory, one) for one in not_written], report_text.csv_heading())
        removed = older if options["formats"] is None else []
        if not self._task.check_mode:
            files.write_all({paths[kind]: text for kind, text in texts.items()}, mode)
            for path in removed:
                os.unlink(path)
        return {
            "changed": bool(paths),
            "msg": self._message(list(paths.values()), removed, shown["headline"]),
            "paths": paths,
            "removed": removed,
            "not_renewed": [path for path in older if path not in removed],
            "not_written": not_written if options["formats"] is None else [],
            "headline": shown["headline"],
            "hosts_count": len(shown["hosts"]),
            "totals": shown["totals"],
            "table": report_text.table(shown, SHOWN),
            "since_last": changes.lines(whole["changes"], SHOWN),
            "notes": report_text.notes_of(whole),
            "summary": artifact(whole),
            "seconds": round(time.monotonic() - began, 2),
        }

    def _whole(self, options: dict[str, Any], directory: str) -> dict[str, Any]:
        """Return the report of all hosts, compared with the earlier ones."""
        now, version = self.clock(), files.collection_version()
        if options["slices"] is None:
            whole = whole_report.report(self._results(options), now, version)
        else:
            whole = self._merged(options, now, version)
        earlier = options["earlier"]
        if earlier is None:
            last = os.path.join(directory, options["name"] + FORMATS["json"][0])
            earlier = [last] if os.path.lexists(last) else []
        found, notes = earlier_reports.read_all(earlier, now)
        inventory = (self._vars.get("groups") or {}).get("all") or []
        return whole_report.compared(whole, found, notes, inventory)

    def _merged(self, options: dict[str, Any], now: float, version: str | None) -> dict[str, Any]:
        """Return the report that the slices make together, or raise ReportRefused where there is none."""
        found, notes = earlier_reports.read_all(options["slices"])
        slices, old = merge_slices.recent(found, now, options["slice_age_hours"])
        if not slices:
            rule = " ".join(["they hold no report to merge.", *notes, *old]).rstrip(".")
            remedy = "name the JSON files of the slices, or directories of them"
            raise ReportRefused(refusal("slices", options["slices"], rule, remedy))
        hosts = options["hosts"]
        if hosts is None:
            hosts = self._vars.get("ansible_play_hosts_all") or []
        return whole_report.of_slices(merge_slices.merged(slices, hosts), [*notes, *old], now, version)

    def _message(self, paths: list[str], removed: list[str], headline: str) -> str:
        """Return the message of what was written, or would be in check mode, and the headline."""
        wrote, took = ("would write", "would remove") if self._task.check_mode else ("wrote", "removed")
        gone = "; %s the older %s" % (took, ", ".join(removed)) if removed else ""
        return "%s %s%s; %s" % (wrote, ", ".join(paths), gone, headline)

    def _results(self, options: dict[str, Any]) -> Iterable[tuple[str, Any]]:
        """Return each host with its result of kdump_info, from the option or from the hosts' variables."""
        given, hosts = options["results"], options["hosts"]
        if given is not None:
            return given_to(given, given if hosts is None else hosts)
        if hosts is None:
            hosts = self._vars.get("ansible_play_hosts_all") or []
        hostvars, variable = self._vars.get("hostvars") or {}, options["variable"]
        found = list(results_of(hostvars, hosts, variable))
        if is_unknown(hostvars, found, variable):
            remedy = "name the one in which the result of kdump_info was registered"
            raise ReportRefused(refusal("variable", variable, "no host has such a variable", remedy))
        return found


def refuse_options(options: dict[str, Any], directory: str) -> int:
    """Return the mode of the report's files, or raise ReportRefused with all that is wrong with the options."""
    found, name, mode = [], options["name"], permission(options["mode"])
    if not name or name in (".", "..") or "/" in name or not name.isprintable():
        found.append(
            refusal("name", name, "it is no file name", "give a name without a directory, such as kdump-report")
        )
    if options["slices"] is not None and options["results"] is not None:
        rule = "the hosts' results come from the option results"
        found.append(refusal("slices", options["slices"], rule, "leave one of the two out"))
    if not LEAST_HOURS <= options["slice_age_hours"] <= MOST_HOURS:
        rule = "it is no number of hours from %d to %d" % (LEAST_HOURS, MOST_HOURS)
        found.append(refusal("slice_age_hours", options["slice_age_hours"], rule, "give one such as 24"))
    if options["formats"] is not None and not options["formats"]:
        found.append(refusal("formats", [], "nothing would be written", "choose of %s" % ", ".join(FORMATS)))
    if mode is None:
        rule = "it is no octal mode that its owner may read and write"
        found.append(refusal("mode", options["mode"], rule, 'give one in quotes, such as "0600"'))
    trouble = files.directory_trouble(directory)
    if not options["directory"].strip():
        found.append(refusal("directory", options["directory"], "it names no directory", "name one, such as reports"))
    elif trouble:
        found.append(refusal("directory", options["directory"], trouble, "name one that may be made or written to"))
    if found or mode is None:
        raise ReportRefused(" ".join(found))
    return mode


def artifact(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the report in a few numbers and names, of a size that does not grow with the fleet."""
    found, merged = whole["changes"], whole["merged"]
    short = {key: whole[key] for key in ("made", "headline", "totals")}
    short.update(hosts=len(whole["hosts"]), since=found["since"] if found else None)
    for kind in changes.KINDS:
        hosts = found[kind] if found else []
        short[kind + "_count"] = len(hosts)
    short["broken"] = [one["host"] for one in found["broken"][:ARTIFACT_NAMES]] if found else []
    short["not_reported_count"] = len(merged["not_reported"]) if merged else 0
    short["not_reported"] = merged["not_reported"][:ARTIFACT_NAMES] if merged else []
    return short


def permission(value: Any) -> int | None:
    """Return a file mode, None where it is none; YAML reads 0600 without quotes as the number 384."""
    if isinstance(value, str):
        try:
            value = int(value, 8)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0o600 <= value <= 0o777:
        return None
    return value if value & 0o600 == 0o600 else None


def texts_of(whole: dict[str, Any], options: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the report's text in each format, and the report that they show."""
    title = readable_values.plain(clean(options["title"]))
    formats = list(FORMATS) if options["formats"] is None else options["formats"]
    query = options["query"]
    if query is None:
        return {kind: FORMATS[kind][1](whole, title) for kind in formats}, whole
    try:
        answer = ask(query, whole)
    except QueryRefused as refused:
        raise ReportRefused(str(refused)) from None
    if whole_report.are_rows(answer, whole):
        selected = whole_report.of_rows(whole, answer, clean(query))
        return {kind: FORMATS[kind][1](selected, title) for kind in formats}, selected
    others = [kind for kind in options["formats"] or [] if kind != "json"]
    if others:
        rule = "its answer is not rows of hosts, which %s must have" % " and ".join(others)
        remedy = "choose formats: [json], or select whole rows, as in hosts[?verdict=='not_ready']"
        raise ReportRefused(refusal("query", clean(query), rule, remedy))
    return {"json": report_text.any_json(answer)}, whole
