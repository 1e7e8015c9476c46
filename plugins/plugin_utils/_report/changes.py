# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What changed since the last report: the newly broken hosts first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._checks import verdict as check_verdict
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import EarlierReport
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.readable_values import stamp

# each kind of change with its words, in the order of the report
KINDS = {
    "broken": "Newly broken",
    "lost": "No longer known",
    "switched_off": "No longer meant to leave a dump",
    "mended": "Newly mended",
    "new": "New in the report",
    "gone": "No longer in the report",
}
# how long a host is kept that no run asks, so that an inventory that is asked in part for good has a trend again
KEPT_S = 31 * 86400


def standing_of(row: dict[str, Any]) -> str:
    """Return the standing by which a host's change is seen: would leave a dump, would_not, not_known or not_meant."""
    if row["ready"]:
        return "would"
    if row["verdict"] in readable_values.NOT_KNOWN:
        return "not_known"
    return "not_meant" if row["verdict"] in check_verdict.NOT_MEANT else "would_not"


def not_asked(
    last: EarlierReport, rows: Iterable[dict[str, Any]], inventory: Iterable[str], made: float
) -> list[dict[str, Any]]:
    """Return the last standing of each host of the inventory that earlier reports have and these rows do not have.

    The next report compares with it. Otherwise, a run on a part of the fleet would hide what broke in the rest.
    """
    absent = set(inventory).difference(row["host"] for row in rows)
    known = {one["host"]: one for one in last.not_asked if made - one["made_epoch"] <= KEPT_S}
    for row in last.rows:
        known[row["host"]] = {**{key: row[key] for key in ("host", "verdict", "ready")}, "made_epoch": int(last.made)}
    return [one for host, one in known.items() if host in absent]


def changes(last: EarlierReport, rows: Iterable[dict[str, Any]], kept: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return what changed from the last report to these rows, a list of hosts for each kind of change.

    kept: the hosts that this run did not ask; these are not gone.
    """
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    before = {row["host"]: row for row in [*last.not_asked, *last.rows]}
    for row in rows:
        was = before.pop(row["host"], None)
        kind = "new" if was is None else kind_of_change(standing_of(was), standing_of(row))
        if kind is not None:
            found[kind].append(_change(row["host"], was, row))
    stay = {one["host"] for one in kept}
    found["gone"] = [_change(host, was, None) for host, was in before.items() if host not in stay]
    return {"since": stamp(last.made), "since_epoch": int(last.made), **found}


def kind_of_change(was: str, now: str) -> str | None:
    """Return the kind of change from one standing to another; None where it is none."""
    if was == now:
        return None
    # from not known to not meant, and the like, no dump is won or lost
    kinds = {"would_not": "broken", "would": "mended", "not_known": "lost", "not_meant": "switched_off"}
    if now in ("not_known", "not_meant") and was != "would":
        return None
    return kinds[now]


def _change(host: str, was: dict[str, Any] | None, now: dict[str, Any] | None) -> dict[str, Any]:
    """Return one host's change: its verdict before and now, null where the report does not have it, and why."""
    return {
        "host": host,
        "was": was["verdict"] if was else None,
        "now": now["verdict"] if now else None,
        "summary": _why(now) if now else "",
    }


def _why(row: dict[str, Any]) -> str:
    """Return why a changed host has its verdict: its first problem that nobody waived, if it would leave no dump."""
    first = next((one for one in row["problems"] if not one["waived"] and one["reason"]), None)
    return "%s: %s" % (first["id"], first["reason"]) if first and not row["ready"] else str(row["summary"])


def words_of(change: dict[str, Any]) -> str:
    """Return a change in words: Ready to Not ready."""
    names = [readable_values.VERDICTS[change[key]] for key in ("was", "now") if change[key]]
    return " → ".join(names)


def lines(found: dict[str, Any] | None, most: int) -> list[str]:
    """Return a line for each kind of change since the last report, with its first hosts, for a terminal."""
    told = []
    for kind, name in KINDS.items() if found else ():
        hosts = found[kind] if found else []
        if hosts:
            left = len(hosts) - most
            more = " and %s more" % readable_values.number(left) if left > 0 else ""
            names = ", ".join(readable_values.plain(one["host"]) for one in hosts[:most])
            told.append("%s since %s: %s%s" % (name, found["since"] if found else "", names, more))
    return told
