# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What checks add up to, and what a waiver takes out of it."""

import os
import re
from typing import Dict, List, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks import waivers
from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import CHECKS, GROUPS, IDS
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Waiver
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import Judgement
from ansible_collections.crashops.kdump.plugins.module_utils._checks.verdict import (
    ROWS,
    VERDICTS,
    decider,
    reasons,
    summary,
    verdict,
)

DOCS = os.path.join(os.path.dirname(__file__), "..", "..", "..", "..", "..", "docs")
TODAY = 1700000000.0  # 2023-11-14


def checks(**said: str) -> List[Judgement]:
    """Return all checks, those that are named with their status, all others passed."""
    return [
        Judgement(check.id, check.group, said.get(check.id, "pass"), None, None, "%s says so." % check.id, None, "")
        for check in CHECKS
    ]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({}, "ready"),
        ({"proof_exists": "warn"}, "ready_unproven"),
        ({"proof_exists": "unknown"}, "ready_unproven"),
        ({"proof_current": "warn"}, "ready_unproven"),
        ({"reserved_enough": "warn"}, "ready_unproven"),
        ({"space_to_keep": "warn"}, "degraded"),
        ({"space_to_keep": "warn", "proof_exists": "warn"}, "degraded"),
        ({"armed": "unknown"}, "not_ready"),
        ({"armed": "unknown", "space_to_keep": "warn"}, "not_ready"),
        ({"unit_unmasked": "fail"}, "not_ready"),
        ({"all_seen": "unknown"}, "ready_unproven"),
        ({"thin_pool": "unknown"}, "ready_unproven"),
        ({"armed": "fail"}, "not_ready"),
        ({"reserved_enough": "fail"}, "not_ready"),
        ({"reboot_not_pending": "warn"}, "reboot_pending"),
        ({"reboot_not_pending": "fail", "memory_reserved": "fail", "armed": "fail"}, "reboot_pending"),
        ({"reboot_not_pending": "fail", "memory_reserved": "fail", "space": "fail"}, "not_ready"),
        ({"unit_unmasked": "fail", "armed": "fail"}, "disabled_by_policy"),
        ({"kexec_allowed": "fail", "armed": "fail"}, "disabled_by_policy"),
        ({"kexec_allowed": "warn"}, "degraded"),
        ({"kernel_support": "fail", "unit_unmasked": "fail"}, "unsupported"),
        ({"not_container": "fail"}, "unsupported"),
        ({"not_capture_kernel": "fail"}, "not_ready"),
    ],
)
def test_the_verdict_is_that_of_the_first_row_that_holds(said: Dict[str, str], word: str) -> None:
    assert verdict(checks(**said)) == word


def test_every_verdict_has_a_row_and_every_row_a_verdict() -> None:
    assert set(VERDICTS) == {word for word, dummy in ROWS}


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ({}, "A crash has proved this very setup."),
        ({"collector_kernel": "warn", "proof_exists": "warn"}, "proof_exists says so."),
        ({"space": "fail", "armed": "fail", "unit_unmasked": "fail"}, "unit_unmasked says so."),
        ({"proof_exists": "warn", "space_to_keep": "warn"}, "space_to_keep says so."),
        ({"armed": "fail", "reboot_not_pending": "warn"}, "reboot_not_pending says so."),
        ({"armed": "unknown", "space_to_keep": "warn"}, "armed says so."),
        ({"thin_pool": "unknown"}, "thin_pool says so."),
    ],
)
def test_the_summary_is_the_reason_that_decides(said: Dict[str, str], first: str) -> None:
    found = checks(**said)
    decided_by = decider(verdict(found), found)
    assert summary(decided_by, found) == first
    assert decided_by is None or first == "%s says so." % decided_by.id


def test_the_reasons_are_those_of_the_checks_that_fail() -> None:
    assert reasons(checks(armed="fail", space="fail", space_to_keep="warn")) == ["space says so.", "armed says so."]


def waived(until: str, **said: str) -> List[Judgement]:
    waiver = Waiver("space", "the disk is ordered", until)
    return waivers.applied(checks(**said), [waiver], TODAY)


def test_a_waiver_takes_a_check_out_of_the_verdict_and_leaves_it_in_the_result() -> None:
    found = waived("2023-11-14", space="fail")
    assert (verdict(found), reasons(found)) == ("ready", [])
    (check,) = [one for one in found if one.id == "space"]
    assert check.waived == Waiver("space", "the disk is ordered", "2023-11-14")
    assert check.status == "fail"


def test_a_waiver_that_has_ended_counts_no_more_and_is_told() -> None:
    found = waived("2023-11-13", space="fail")
    assert verdict(found) == "not_ready"
    assert reasons(found) == ["space says so. (It was waived until 2023-11-13: the disk is ordered.)"]


@pytest.mark.parametrize("untils", [("2023-11-01", "2023-12-31"), ("2023-12-31", "2023-11-01")])
def test_of_two_waivers_for_a_check_the_one_that_ends_last_counts(untils: Tuple[str, str]) -> None:
    both = [Waiver("space", "the disk is ordered", until) for until in untils]
    (check,) = [one for one in waivers.applied(checks(space="fail"), both, TODAY) if one.id == "space"]
    assert check.waived == Waiver("space", "the disk is ordered", "2023-12-31")


@pytest.mark.parametrize("check", ["armed", "memory_reserved"])
def test_no_waiver_makes_a_host_ready_that_would_leave_no_dump(check: str) -> None:
    waiver = Waiver(check, "a task failed", "2999-01-01")
    assert verdict(waivers.applied(checks(**{check: "fail"}), [waiver], TODAY)) == "not_ready"


def test_what_passes_needs_no_waiver() -> None:
    assert not any(check.waived for check in waived("2999-01-01"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "space_to_kep"}, "waivers.id: 'space_to_kep' is refused: there is no such check; name one of space"),
        ({"id": "nonsense"}, "name one of kernel_support"),
        ({"id": "armed"}, "waivers.id: 'armed' is refused: without what it checks, no crash leaves a dump; remove"),
        ({"id": "memory_reserved"}, "'memory_reserved' is refused: without what it checks, no crash leaves a dump;"),
        ({"reason": " "}, "waivers.reason: ' ' is refused"),
        ({"until": "\uff12\uff10\uff12\uff16-12-31"}, "-12-31' is refused: it is no date"),
        ({"until": "31.12.2026"}, "waivers.until: '31.12.2026' is refused: it is no date; write the last day"),
        ({"until": "2026-02-30"}, "is refused: it is no date"),
        ({"until": "2026-1-1"}, "is refused: it is no date"),
    ],
)
def test_a_waiver_that_says_too_little_or_waives_too_much_is_refused(changes: Dict[str, str], words: str) -> None:
    waiver = Waiver(**dict({"id": "space", "reason": "because", "until": "2026-12-31"}, **changes))
    (sentence,) = waivers.refusals([waiver])
    assert words in sentence


def read(name: str) -> str:
    with open(os.path.join(DOCS, name), encoding="utf-8") as stream:
        return stream.read()


def test_the_page_of_the_checks_has_each_of_them_in_order() -> None:
    assert re.findall(r'<a id="(\w+)"></a>', read("checks.md")) == list(IDS)
    assert re.findall(r"^## .*\(`(\w+)`\)$", read("checks.md"), re.MULTILINE) == list(GROUPS)


def test_the_queries_of_the_report_page_name_checks_that_there_are() -> None:
    named = re.findall(r"\bid=='(\w+)'", read("report.md"))
    assert named and set(named) <= set(IDS)


def test_the_page_of_the_verdict_has_the_rows_in_order() -> None:
    words = re.findall(r"^\| `(\w+)` \|", read("verify.md"), re.MULTILINE)
    assert words == list(dict.fromkeys(word for word, dummy in ROWS))
