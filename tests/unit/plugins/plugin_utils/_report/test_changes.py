# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since the last report: each kind, and what is no change."""

from typing import Any, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import changes, whole_report
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import EarlierReport
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up

STATES = {
    "ready": made_up.info(),
    "degraded": made_up.info("degraded"),
    "not_ready": made_up.info("not_ready"),
    "reboot_pending": made_up.info("reboot_pending"),
    "unreachable": made_up.unreachable(),
    "disabled_by_policy": made_up.info("disabled_by_policy"),
}


def rows(**verdicts: str) -> List[Dict[str, Any]]:
    """Return the rows of hosts with these verdicts."""
    results = [(host, STATES[verdict]) for host, verdict in verdicts.items()]
    made: List[Dict[str, Any]] = whole_report.report(results, made_up.MADE)["hosts"]
    return made


def compared(before: Dict[str, str], now: Dict[str, str]) -> Dict[str, Any]:
    """Return the changes from one fleet to another."""
    last = EarlierReport("", made_up.MADE - 3600, rows(**before), {}, [])
    return changes.changes(last, rows(**now))


CASES = [
    ("ready", "not_ready", "broken"),
    ("degraded", "reboot_pending", "broken"),
    ("unreachable", "not_ready", "broken"),
    ("disabled_by_policy", "not_ready", "broken"),
    ("ready", "unreachable", "lost"),
    ("ready", "disabled_by_policy", "switched_off"),
    ("not_ready", "ready", "mended"),
    ("unreachable", "degraded", "mended"),
    ("disabled_by_policy", "ready", "mended"),
    ("ready", "degraded", None),
    ("not_ready", "reboot_pending", None),
    ("not_ready", "unreachable", None),
    ("not_ready", "disabled_by_policy", None),
    ("unreachable", "disabled_by_policy", None),
]


@pytest.mark.parametrize(("was", "now", "kind"), CASES)
def test_change_has_the_kind_that_an_operator_would_give_it(was: str, now: str, kind: Optional[str]) -> None:
    found = compared({"web1": was}, {"web1": now})
    kinds = {name: [(one["host"], one["was"], one["now"]) for one in found[name]] for name in changes.KINDS}
    assert {name: hosts for name, hosts in kinds.items() if hosts} == ({kind: [("web1", was, now)]} if kind else {})


def test_hosts_that_came_and_went_are_named() -> None:
    found = compared({"web1": "ready", "old": "not_ready"}, {"web1": "ready", "young": "not_ready"})
    assert [(one["host"], one["was"], one["now"]) for one in found["new"]] == [("young", None, "not_ready")]
    assert [(one["host"], one["was"], one["now"]) for one in found["gone"]] == [("old", "not_ready", None)]


def test_lines_for_a_terminal_begin_with_the_newly_broken_hosts_and_are_bounded() -> None:
    before = {"web%02d" % number: "ready" for number in range(30)}
    now = {"web%02d" % number: "not_ready" for number in range(29)}
    first, second = changes.lines(compared(before, now), 20)
    assert first.startswith("Newly broken since 2026-11-26T08:57:00Z: web00, web01, ") and first.endswith("and 9 more")
    assert second == "No longer in the report since 2026-11-26T08:57:00Z: web29"


def test_newly_broken_host_comes_with_its_first_problem_that_nobody_waived() -> None:
    waived = made_up.check("space", waived={"reason": "Rented.", "until": None})
    found = made_up.info("not_ready", [waived, made_up.check("armed", reason="Nothing is loaded.")])
    last = EarlierReport("", made_up.MADE - 3600, rows(web1="ready"), {}, [])
    (broken,) = changes.changes(last, whole_report.report([("web1", found)], made_up.MADE)["hosts"])["broken"]
    assert broken["summary"] == "armed: Nothing is loaded."
