# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics' text, as Prometheus' own parser reads it."""

import copy
import os
import re
from typing import Any, Dict, Optional, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.verdict import VERDICTS
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.textfile import Run, exposition
from prometheus_client.parser import text_string_to_metric_families

NOW = 1795464500.25
RUN = Run(NOW, 1.5, 900)
GIB = 2**30

DUMPS = ("complete", "incomplete", "unreadable", "unjudged")


def check(status: str, waived: Optional[Dict[str, str]] = None) -> Dict[str, Any]:
    """Return a check as kdump_info returns it, as far as metrics look at it."""
    return {"id": "memory_reserved", "status": status, "waived": waived}


# what kdump_info returns for a host that is all right
INFO = {
    "verdict": "ready",
    "ready": True,
    "armed": True,
    "kernel": "6.1.0-41-cloud-amd64",
    "stack": {"name": "kdump-tools", "installed": True},
    "settings": {"target_type": "local"},
    "memory": {
        "ram_bytes": 4 * GIB,
        "reserved_bytes": GIB // 4,
        "will_reserve_bytes": GIB // 2,
        "needed_bytes": 190000000,
    },
    "crashkernel": {"reboot_required": False},
    "space": {"free_bytes": 9 * GIB, "recommended_bytes": 2 * GIB, "dump_bytes": 300000000},
    "proof": {"state": "proven", "source": "crash_test", "time": 1795000000.5, "age_seconds": 464499},
    "dumps": {
        "count": 4,
        "complete": 2,
        "incomplete": 1,
        "unjudged": 1,
        "unreadable": 3,
        "bytes": 123456789012,
        "newest_time": 1795000001.0,
    },
    "checks": [check("fail", {"reason": "x", "until": "2027-01-01"})],
    "passed": ["armed", "kernel_support"],
    "not_applicable": ["thin_pool"],
}


def changed(**changes: Any) -> Dict[str, Any]:
    """Return INFO with changes."""
    return dict(copy.deepcopy(INFO), **changes)


def parsed(text: str) -> Dict[Tuple[Any, ...], Any]:
    """Return the values by name and labels, each name once, with HELP and TYPE."""
    families = list(text_string_to_metric_families(text))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    for family in families:
        assert family.documentation.endswith(".")
        assert family.type == "gauge"
        assert family.samples
    return {
        (sample.name[len("crashops_kdump_") :], *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def values(info: Optional[Dict[str, Any]]) -> Dict[Tuple[Any, ...], Any]:
    """Return the values of one run that took a second and a half."""
    return parsed(exposition(info, RUN))


PLAIN = [
    ("up", 1),
    ("expected", 1),
    ("last_run_timestamp_seconds", NOW),
    ("last_run_duration_seconds", 1.5),
    ("interval_seconds", 900),
    ("ready", 1),
    ("armed", 1),
    ("reboot_required", 0),
    ("ram_bytes", 4 * GIB),
    ("reserved_bytes", GIB // 4),
    ("next_boot_reserved_bytes", GIB // 2),
    ("needed_bytes", 190000000),
    ("target_free_bytes", 9 * GIB),
    ("target_recommended_bytes", 2 * GIB),
    ("expected_dump_bytes", 300000000),
    ("proof_timestamp_seconds", 1795000000.5),
    ("proof_age_seconds", 464499),
    ("dumps_bytes", 123456789012),
    ("newest_dump_timestamp_seconds", 1795000001),
    ("checks_waived", 1),
]


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_each_number_is_told_to_the_last_digit(name: str, value: float) -> None:
    assert values(INFO)[(name,)] == value


def test_nothing_else_is_told() -> None:
    labelled = {key[0] for key in values(INFO) if len(key) > 1}
    assert labelled == {"info", "verdict", "proof", "proof_source", "dumps", "checks"}
    assert {key[0] for key in values(INFO) if len(key) == 1} == {name for name, dummy in PLAIN}


def test_the_host_is_told_in_words() -> None:
    words = (("kernel", "6.1.0-41-cloud-amd64"), ("stack", "kdump-tools"), ("target_type", "local"))
    labels = ("info", *words)
    assert values(INFO)[labels] == 1


@pytest.mark.parametrize("verdict", VERDICTS)
def test_one_verdict_holds_and_the_others_do_not(verdict: str) -> None:
    seen = values(changed(verdict=verdict))
    assert {key[1][1]: value for key, value in seen.items() if key[0] == "verdict"} == {
        word: float(word == verdict) for word in VERDICTS
    }


@pytest.mark.parametrize("state", ["proven", "stale", "never", "unknown"])
def test_one_state_of_the_proof_holds(state: str) -> None:
    seen = values(changed(proof={"state": state, "time": None, "age_seconds": None}))
    assert [key[1][1] for key, value in seen.items() if key[0] == "proof" and value] == [state]
    assert sum(1 for key in seen if key[0] == "proof") == 4
    assert ("proof_age_seconds",) not in seen
    assert ("proof_timestamp_seconds",) not in seen


def test_dumps_are_counted_by_completeness() -> None:
    seen = values(INFO)
    assert [seen[("dumps", ("completeness", word))] for word in DUMPS] == [2, 1, 3, 1]


def test_checks_are_counted_by_status_those_that_no_check_has_as_well() -> None:
    seen = values(INFO)
    counts = [seen[("checks", ("status", word))] for word in ("pass", "warn", "fail", "skip", "unknown")]
    assert counts == [2, 0, 1, 1, 0]


UNKNOWN = [
    ("memory", ("ram_bytes", "reserved_bytes", "next_boot_reserved_bytes", "needed_bytes")),
    ("space", ("target_free_bytes", "target_recommended_bytes", "expected_dump_bytes")),
    ("crashkernel", ("reboot_required",)),
    ("dumps", ("dumps", "dumps_bytes", "newest_dump_timestamp_seconds")),
    ("verdict", ("verdict", "expected")),
    ("proof", ("proof", "proof_source", "proof_timestamp_seconds", "proof_age_seconds")),
    ("checks", ("checks", "checks_waived")),
]


@pytest.mark.parametrize(("part", "names"), UNKNOWN)
@pytest.mark.parametrize("nothing", [None, {}, "absent"])
def test_what_the_host_does_not_tell_is_left_out(
    part: str, names: Tuple[str, ...], nothing: Union[str, Dict[str, Any], None]
) -> None:
    info = changed(**{part: None if nothing == "absent" else nothing})
    if nothing == "absent":
        del info[part]
    if nothing == {} and part in ("verdict", "checks"):
        return
    left = {key[0] for key in values(info)}
    assert left == {key[0] for key in values(INFO)} - set(names)


def test_nulls_inside_are_left_out_and_the_rest_is_told() -> None:
    seen = values(changed(memory={"ram_bytes": 1, "reserved_bytes": None, "needed_bytes": None}))
    assert seen[("ram_bytes",)] == 1
    assert ("reserved_bytes",) not in seen


def test_a_host_of_which_nothing_is_known_is_well_formed() -> None:
    seen = values({})
    assert seen[("up",)] == 1
    assert ("armed",) not in seen
    assert seen[("info", ("kernel", ""), ("stack", ""), ("target_type", ""))] == 1


def test_a_host_that_could_not_be_read_is_down_and_says_nothing_else() -> None:
    assert values(None) == {
        ("up",): 0,
        ("last_run_timestamp_seconds",): NOW,
        ("last_run_duration_seconds",): 1.5,
        ("interval_seconds",): 900,
    }


@pytest.mark.parametrize("interval", [None, "15min"])
def test_an_interval_that_is_not_known_is_left_out(interval: Any) -> None:
    assert ("interval_seconds",) not in parsed(exposition(INFO, Run(NOW, 1.5, interval)))


@pytest.mark.parametrize("source", ["crash_test", "kdumpctl", "dump"])
def test_what_made_the_proof_is_told(source: str) -> None:
    seen = values(changed(proof={"state": "proven", "source": source}))
    assert [key[1][1] for key, value in seen.items() if key[0] == "proof_source" and value] == [source]


@pytest.mark.parametrize("odd", ['6.1"x', "back\\slash", "two\nlines", "\\n", "{a=b}", "\u00e4 #"])
def test_odd_words_come_through(odd: str) -> None:
    assert ("kernel", odd) in next(key for key in values(changed(kernel=odd)) if key[0] == "info")


def test_what_is_no_number_is_left_out() -> None:
    assert ("ram_bytes",) not in values(changed(memory={"ram_bytes": "much"}))


def test_the_same_run_gives_the_same_text() -> None:
    assert exposition(INFO, RUN) == exposition(copy.deepcopy(INFO), RUN)


def test_the_guide_names_every_metric_and_no_other() -> None:
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "..", "..", ".."))
    with open(os.path.join(root, "docs", "metrics.md"), encoding="utf-8") as stream:
        guide = stream.read()
    told = {key[0] for key in values(INFO)}
    assert set(re.findall(r"crashops_kdump_([a-z_]+)", guide)) == told
    assert set(re.findall(r"^\| `crashops_kdump_([a-z_]+)", guide, re.MULTILINE)) == told
