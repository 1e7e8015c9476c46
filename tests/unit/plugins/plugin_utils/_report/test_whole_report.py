# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's data: every kind of result becomes a row, whatever it is."""

import copy
import json
from typing import Any, Dict, Optional, Tuple

import jsonschema
import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks import verdict as check_verdict
from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import CHECKS
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import charts, frequent_checks, whole_report
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values as report_words
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up
from ansible_collections.crashops.kdump.tests.unit.schemas import validate


def report(results: Dict[str, Any]) -> Dict[str, Any]:
    """Return a report that keeps to its schema."""
    return validate("report-1", whole_report.report(results.items(), made_up.MADE, "1.2.3"))


def only_row(result: Any) -> Dict[str, Any]:
    """Return the row of one result."""
    row: Dict[str, Any] = report({"web1": result})["hosts"][0]
    return row


def without(*keys: str) -> Dict[str, Any]:
    """Return a result that lacks a key."""
    result = copy.deepcopy(made_up.info())
    level = result
    for key in keys[:-1]:
        level = level[key]
    del level[keys[-1]]
    return result


def test_the_report_knows_the_verdicts_of_kdump_info_and_its_own() -> None:
    assert sorted(report_words.VERDICTS) == sorted((*check_verdict.VERDICTS, *report_words.NOT_KNOWN))


@pytest.mark.parametrize("verdict", sorted(made_up.SUMMARIES))
def test_what_the_builder_makes_up_is_what_kdump_info_promises(verdict: str) -> None:
    validate("kdump_info-1", made_up.info(verdict, [made_up.check("space"), made_up.check("image_fresh", "warn")]))


def test_a_result_with_more_or_with_less_than_was_promised_breaks_the_schema() -> None:
    for result in (dict(made_up.info(), more=1), without("proof", "state"), made_up.info(memory={"ram_bytes": -1})):
        with pytest.raises(jsonschema.ValidationError):
            validate("kdump_info-1", result)


def test_every_result_of_a_mixed_fleet_is_what_kdump_info_promises() -> None:
    for result in made_up.fleet(60).values():
        if result and "verdict" in result:
            validate("kdump_info-1", result)


@pytest.mark.parametrize("verdict", sorted(made_up.SUMMARIES))
def test_a_verdict_is_taken_over_with_its_sentence(verdict: str) -> None:
    row = only_row(made_up.info(verdict))
    assert (row["verdict"], row["summary"]) == (verdict, made_up.SUMMARIES[verdict])
    assert row["ready"] is (verdict in ("ready", "ready_unproven", "degraded"))


def test_a_row_holds_what_the_host_has() -> None:
    row = only_row(made_up.info("degraded", [made_up.check("reserved_enough", "warn")]))
    assert row["stack"] == "kdumpctl" and row["kernel"] == "5.14.0-570.26.1.el9_6.x86_64"
    assert (row["reserved_bytes"], row["needed_bytes"]) == (256 << 20, 192 << 20)
    assert (row["proof_state"], row["proof_age_seconds"]) == ("proven", 12 * 86400)
    assert row["checks"] == {"pass": len(CHECKS) - 13, "warn": 1, "fail": 0, "skip": 12, "unknown": 0}
    assert [one["id"] for one in row["problems"]] == ["reserved_enough"]
    assert row["problems"][0]["reference"].endswith("#reserved_enough")


@pytest.mark.parametrize(
    ("result", "verdict", "words"),
    [
        (made_up.unreachable("No route\nto host"), "unreachable", "No route to host"),
        (made_up.failed("Missing sudo password"), "failed", "Missing sudo password"),
        (made_up.unreachable("Task failed: Failed to connect to the host via ssh: ssh: no"), "unreachable", "ssh: no"),
        (
            {"failed": True, "msg": "MODULE FAILURE\nSee stdout", "exception": "Traceback\nKeyError: 'x'\n"},
            "failed",
            "KeyError: 'x'",
        ),
        ({"failed": True, "msg": "MODULE FAILURE", "module_stderr": "sudo: no tty"}, "failed", "sudo: no tty"),
        ({"failed": True}, "failed", "It gave no reason."),
        ({"failed": True, "msg": "x" * 9999}, "failed", "x" * 499 + "…"),
        (None, "not_contacted", "There is no result of this host: nothing was asked of it in this run."),
        ({}, "not_contacted", "There is no result of this host: nothing was asked of it in this run."),
        ({"skipped": True, "changed": False}, "not_contacted", "There is no result"),
    ],
)
def test_a_host_without_a_result_is_a_row_that_says_why(
    result: Optional[Dict[str, Any]], verdict: str, words: str
) -> None:
    row = only_row(result)
    assert row["verdict"] == verdict and row["summary"].startswith(words)
    assert row["ready"] is None and row["armed"] is None and row["problems"] == []


RUBBISH = [
    (["no", "result"], "no result of kdump_info but a list"),
    ("{{ result }}", "no result of kdump_info but a text"),
    (17, "no result of kdump_info but a number"),
    ({"changed": False}, "it has no memory"),
    (without("verdict"), "it has no verdict"),
    (without("memory"), "it has no memory"),
    (without("armed"), "it has no armed"),
    (without("proof", "state"), "it has no proof.state"),
    (without("checks"), "it has no checks"),
    (without("passed"), "it has no passed"),
    (without("not_applicable"), "it has no not_applicable"),
    (without("settings", "path"), "it has no settings.path"),
    (dict(made_up.info(), passed="armed"), "it has a passed that is a text"),
    (dict(made_up.info(), verdict="splendid"), "it has the verdict 'splendid', which is none of"),
    (dict(made_up.info(), verdict="unreachable"), "it has the verdict 'unreachable', which is none of"),
    (dict(made_up.info(), checks="many"), "it has a checks that is a text"),
    (dict(made_up.info(), checks=[7]), "it has a checks[0] that is a number"),
    (dict(made_up.info(), kernel={"a": 1}), "it has a kernel that is a mapping"),
    (dict(made_up.info(), armed="yes"), "it has a armed that is a text"),
    (made_up.info(memory={"ram_bytes": "64G"}), "it has a memory.ram_bytes that is a text"),
    (made_up.info(memory={"ram_bytes": float("nan")}), "it has a memory.ram_bytes of nan"),
    (made_up.info(memory={"ram_bytes": -1}), "it has a memory.ram_bytes of -1"),
    (made_up.info(memory={"ram_bytes": float("inf")}), "it has a memory.ram_bytes of inf"),
    (made_up.info(memory={"ram_bytes": 1 << 64}), "it has a memory.ram_bytes of 18446744073709551616"),
    (made_up.info(dumps={"count": 10**400}), "it has a dumps.count of 1000"),
    (made_up.info(proof={"time": "yesterday"}), "it has a proof.time that is a text"),
    (made_up.info(memory={"ram_bytes": True}), "it has a memory.ram_bytes that is yes or no"),
    (made_up.info(proof={"state": "maybe"}), "it has the proof.state 'maybe'"),
    (made_up.info(checks=[made_up.check("space", "bad")]), "it has the checks[0].status 'bad'"),
    (made_up.info(checks=[made_up.check("Über <b>")]), "it has a check with the id 'Über <b>'"),
    (made_up.info(checks=[made_up.check("space", group="weather")]), "it has the checks[0].group 'weather'"),
    (made_up.info(checks=[made_up.check("space", waived=True)]), "it has a checks[0].waived that is yes or no"),
]


@pytest.mark.parametrize(("result", "words"), RUBBISH)
def test_rubbish_is_a_failed_row_and_no_traceback(result: Any, words: str) -> None:
    row = only_row(result)
    assert row["verdict"] == "failed" and words in row["summary"]


def test_check_that_passed_need_not_be_whole_in_a_full_result() -> None:
    result = made_up.info()
    result["checks"] = [{"id": name, "status": "pass"} for name in result["passed"]]
    assert only_row(result)["verdict"] == "ready"


@pytest.mark.parametrize(("keys", "column"), [(("memory", "needed_bytes"), "needed_bytes"), (("kernel",), "kernel")])
def test_value_that_is_left_out_is_not_known(keys: Tuple[str, ...], column: str) -> None:
    row = only_row(without(*keys))
    assert (row["verdict"], row[column]) == ("ready", None)


def test_a_level_that_is_null_is_not_known() -> None:
    row = only_row(dict(made_up.info("unsupported"), memory=None, stack=None, proof=None, dumps=None))
    assert (row["verdict"], row["ram_bytes"], row["stack"], row["proof_state"]) == ("unsupported", None, None, None)


def test_halves_of_characters_and_nul_reach_the_report_as_escapes() -> None:
    row = only_row(made_up.info("not_ready", summary="a\0b\udcffc"))
    assert row["summary"] == "a\\x00b\\xffc"


def test_problems_are_ordered_and_passed_checks_left_out() -> None:
    waiver = {"reason": "Known.", "until": "2027-01-01"}
    checks = [
        made_up.check("ssh_server", "unknown"),
        made_up.check("image_fresh", "warn"),
        made_up.check("panic_on_oops", waived=waiver),
        made_up.check("space"),
    ]
    problems = only_row(made_up.info("not_ready", checks))["problems"]
    assert [one["id"] for one in problems] == ["space", "panic_on_oops", "image_fresh", "ssh_server"]
    assert problems[1]["waived"] == waiver and problems[0]["waived"] is None


def test_the_problem_that_decides_the_verdict_comes_first() -> None:
    checks = [made_up.check("armed"), made_up.check("reboot_not_pending", "warn")]
    problems = only_row(made_up.info("reboot_pending", checks, decided_by="reboot_not_pending"))["problems"]
    assert [one["id"] for one in problems] == ["reboot_not_pending", "armed"]


def test_hosts_are_ordered_worst_first_and_by_the_numbers_in_their_names() -> None:
    bad, worse = [made_up.check("space")], [made_up.check("space"), made_up.check("armed")]
    results = {
        "web10": made_up.info(),
        "web9": made_up.info(),
        "sick": made_up.info("not_ready", bad),
        "dead": made_up.info("not_ready", worse),
        "off": made_up.info("disabled_by_policy"),
        "gone": made_up.unreachable(),
    }
    assert [row["host"] for row in report(results)["hosts"]] == ["dead", "sick", "gone", "web9", "web10", "off"]


def test_the_report_knows_whether_a_query_left_it_worst_first() -> None:
    whole = report(made_up.fleet(60))
    assert whole_report.is_worst_first(whole["hosts"]) and whole_report.is_worst_first(whole["hosts"][1::2])
    assert whole_report.is_worst_first([]) and not whole_report.is_worst_first(whole["hosts"][::-1])


def test_the_order_in_which_hosts_are_given_does_not_count() -> None:
    results = made_up.fleet(120)
    backwards = dict(reversed(list(results.items())))
    assert json.dumps(report(results)) == json.dumps(report(backwards))


def test_totals_name_every_verdict_and_the_headline_counts_hosts_that_would_leave_a_dump() -> None:
    results: Dict[str, Any] = {"a": made_up.info(), "b": made_up.info("degraded"), "c": made_up.unreachable()}
    results.update(d=None, e=[])
    whole = report(results)
    assert list(whole["totals"]) == list(report_words.VERDICTS)
    there = {"degraded": 1, "failed": 1, "not_contacted": 1, "ready": 1, "unreachable": 1}
    assert {word: count for word, count in whole["totals"].items() if count} == there
    assert whole["headline"] == "2 of 5 hosts would leave a dump."
    assert (whole["made"], whole["made_epoch"]) == ("2026-11-26T09:57:00Z", 1795687020)
    assert whole_report.standing(whole["hosts"]) == {"would": 2, "would_not": 0, "not_known": 3, "not_meant": 0}


def test_no_host_at_all_is_a_report_too() -> None:
    assert report({})["headline"] == "There is no host in this report."


@pytest.mark.parametrize(
    ("settings", "directory", "words"),
    [
        ({}, "/var/crash", "/var/crash"),
        ({"target_type": None}, None, "/var/crash"),
        ({"target_type": "nfs", "target_location": "server:/export"}, None, "nfs server:/export"),
        ({"target_type": "ssh", "target_location": "kdump@server"}, None, "ssh kdump@server:/var/crash"),
        ({"target_type": "xfs", "target_location": "UUID=1"}, None, "xfs UUID=1 /var/crash"),
        ({"target_type": "raw", "target_location": "/dev/vg/crash"}, None, "raw /dev/vg/crash"),
    ],
)
def test_a_target_is_told_in_a_few_words(settings: Dict[str, Any], directory: Optional[str], words: str) -> None:
    assert only_row(made_up.info(settings=settings, dump_directory={"path": directory}))["target"] == words


def test_an_age_that_was_not_told_is_counted() -> None:
    row = only_row(made_up.info(proof={"age_seconds": None, "time": made_up.MADE - 60}))
    assert row["proof_age_seconds"] == 60


NO_TIMES = (-1, -1e18, 10**11 + 1, 1e15, 10**18, 10**400, float("nan"), float("inf"), float("-inf"))


@pytest.mark.parametrize("time", NO_TIMES)
def test_a_time_that_no_calendar_has_is_not_known_nor_is_an_age_counted_from_it(time: float) -> None:
    row = only_row(made_up.info(proof={"time": time, "age_seconds": 0}))
    assert (row["proof_state"], row["proof_time"], row["proof_age_seconds"]) == ("proven", None, None)
    assert dict(row, proof_time=made_up.MADE, proof_age_seconds=0) == only_row(
        made_up.info(proof={"time": made_up.MADE, "age_seconds": 0})
    )


@pytest.mark.parametrize("age", NO_TIMES)
def test_an_age_that_cannot_be_is_counted_from_the_time(age: float) -> None:
    row = only_row(made_up.info(proof={"time": made_up.MADE - 60, "age_seconds": age}))
    assert (row["verdict"], row["proof_age_seconds"]) == ("ready", 60)
    assert only_row(made_up.info(proof={"time": None, "age_seconds": age}))["proof_age_seconds"] is None


def test_hosts_fall_into_the_bins_of_what_they_have_against_what_they_need() -> None:
    rows = [
        only_row(made_up.info(memory={"reserved_bytes": have, "needed_bytes": need}))
        for have, need in (
            (0, 100),
            (0, None),
            (49, 100),
            (50, 100),
            (99, 100),
            (100, 100),
            (299, 100),
            (300, 100),
            (None, 1),
        )
    ]
    chart = charts.ratios(rows, "reserved_bytes", "needed_bytes")
    assert [one.hosts for one in chart.bars] == [2, 1, 2, 1, 1, 1]
    assert (chart.not_known, chart.bad, chart.highest) == (1, 5, 2)


def test_hosts_fall_into_the_bins_of_their_proofs() -> None:
    day = 86400
    proofs = [("never", None), ("stale", day), ("unknown", None), ("proven", None)]
    proofs += [("proven", days * day) for days in (0, 29, 30, 89, 90, 179, 180, 999)]
    rows = [only_row(made_up.info(proof={"state": state, "age_seconds": age, "time": None})) for state, age in proofs]
    chart = charts.proofs(rows)
    assert [one.hosts for one in chart.bars] == [1, 1, 2, 2, 2, 2]
    assert chart.not_known == 2


def test_few_kernels_are_named_and_the_rest_is_one_bar() -> None:
    rows = [only_row(made_up.info(kernel="6.%d" % number)) for number in range(12) for dummy in range(12 - number)]
    bars = charts.kernels(rows).bars
    assert [one.name for one in bars[:2]] == ["6.0", "6.1"]
    assert (bars[-1].name, bars[-1].hosts, len(bars)) == ("4 others", 4 + 3 + 2 + 1, 9)


def test_problems_are_counted_by_status_and_waived_ones_apart() -> None:
    waived = made_up.check("space", waived={"reason": "Known.", "until": "2027-01-01"})
    checks = (made_up.check("space"), made_up.check("space", "warn"), waived)
    rows = [only_row(made_up.info("degraded", [one])) for one in checks]
    (one,) = frequent_checks.frequent(rows)
    assert (one.hosts, one.fail, one.warn, one.unknown, one.waived) == (2, 1, 1, 0, 1)
    assert (one.advice or "").startswith("Free some room")


def test_the_most_frequent_problem_is_the_one_of_most_hosts_where_nobody_waived_it() -> None:
    waived = {"reason": "Known.", "until": None}
    found = [[made_up.check("armed")]] * 2 + [[made_up.check("panic_on_oops", "warn")]] * 3
    found += [[made_up.check("space", waived=waived)]] * 4
    rows = [only_row(made_up.info("degraded", checks)) for checks in found]
    assert [(one.id, one.hosts) for one in frequent_checks.frequent(rows)] == [("panic_on_oops", 3), ("armed", 2)]
