# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices of a fleet as one report: the newest row counts, and nobody is missing without a word."""

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import merge_slices
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import EarlierReport
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.rows import without_result


def part(path: str, made: int, *hosts: str) -> EarlierReport:
    return EarlierReport(path, made, [without_result(host, "failed", path) for host in hosts], {}, [])


def test_newest_row_of_a_host_counts() -> None:
    found = merge_slices.merged([part("old", 100, "a", "b"), part("new", 200, "b", "c")], ["a", "b", "c"])
    assert {row["host"]: row["summary"] for row in found.rows} == {"a": "old", "b": "new", "c": "new"}
    assert (found.said["twice"], found.said["not_reported"]) == (["b"], [])


def test_host_without_a_row_is_not_reported_and_one_outside_of_the_inventory_stays() -> None:
    found = merge_slices.merged([part("one", 100, "a", "gone")], ["a", "b"])
    verdicts = {row["host"]: row["verdict"] for row in found.rows}
    assert verdicts == {"a": "failed", "gone": "failed", "b": "not_contacted"}
    assert found.said["not_reported"] == ["b"]


def test_old_slices_are_counted_in_one_sentence() -> None:
    slices = [part("/s/%d" % number, number * 3600) for number in (1, 2, 30)]
    kept, (sentence,) = merge_slices.recent(slices, 31 * 3600, 24)
    assert [one.path for one in kept] == ["/s/30"]
    assert sentence == (
        "2 reports are older than 24 hours and not merged; the newest of them was made 1970-01-01T02:00:00Z."
    )


def test_slice_that_was_handed_on_to_two_places_counts_once() -> None:
    copies = [part("one", 100, "a"), part("one", 100, "a")._replace(path="two")]
    found = merge_slices.merged(copies, ["a"])
    assert (found.said["twice"], len(found.said["reports"])) == ([], 1)
