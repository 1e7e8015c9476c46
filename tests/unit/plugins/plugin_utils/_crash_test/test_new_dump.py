# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which dump a crash made, and what it proves."""

from typing import Any, Dict, List, Optional, Set

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import new_dump
from ansible_collections.crashops.kdump.tests.unit.crashing_host import INFO


def dump(name: str, **facts: Any) -> Dict[str, Any]:
    """Return a dump as vmcore_info tells it."""
    base = {"id": name, "core": "/var/crash/" + name, "directory": "/var/crash", "complete": True, "crash_time": 1000}
    more = {"kernel": INFO["kernel"], "reason": "because", "files": [{"name": name, "size_bytes": 5}]}
    return dict(base, **dict(more, **facts))


CHOICES = [
    ({"old"}, [dump("old"), dump("new")], "new"),
    ({"old"}, [dump("old")], None),
    (set(), [], None),
    (set(), [dump("new", crash_time=939)], None),
    (set(), [dump("new", crash_time=941)], "new"),
    (set(), [dump("log", core=None, complete=False, crash_time=None)], "log"),
    (set(), [dump("log", core=None, complete=False, crash_time=None), dump("cut", complete=False)], "cut"),
    (set(), [dump("cut", complete=False, crash_time=1002), dump("whole")], "whole"),
    (set(), [dump("first"), dump("second", crash_time=1005)], "second"),
    (set(), [dump("planted", crash_time=1005, doubt="of a user"), dump("cut", complete=False)], "cut"),
]


@pytest.mark.parametrize("known, dumps, chosen", CHOICES)
def test_the_dump_of_this_crash_is_never_an_older_one(
    known: Set[str], dumps: List[Dict[str, Any]], chosen: Optional[str]
) -> None:
    found = new_dump.choose_dump(known, dumps, since=1000)
    assert (found["id"] if found else None) == chosen


TROUBLES = [
    ({}, None),
    ({"complete": False}, "is not complete: because"),
    ({"complete": None}, "cannot be told: because"),
    ({"kernel": "5.10.0"}, "is of the kernel 5.10.0"),
    ({"kernel": None}, "does not say of which kernel it is"),
    ({"kernel": ""}, "does not say of which kernel it is"),
    ({"crash_time": None}, "does not say when the kernel crashed"),
    ({"crash_time": 3786912000}, "crashed in the future, at 3786912000"),
    ({"doubt": "/var/crash/new belongs to the user 1000"}, "others than root could have made the dump"),
    ({"doubt": None}, None),
]


@pytest.mark.parametrize("facts, words", TROUBLES)
def test_only_a_complete_dump_of_the_crashed_kernel_proves_anything(
    facts: Dict[str, Any], words: Optional[str]
) -> None:
    trouble = new_dump.dump_trouble(dump("new", **facts), INFO["kernel"], latest=2000)
    assert (trouble is None) if words is None else (trouble is not None and words in trouble)


@pytest.mark.parametrize(("target", "doubt"), [("local", "x"), ("raw", "x"), ("nfs", None), ("ssh", None)])
def test_who_could_have_written_a_dump_is_asked_on_the_hosts_own_disk_alone(target: str, doubt: Optional[str]) -> None:
    assert new_dump.believed([dump("new", doubt="x")], target)[0]["doubt"] == doubt


def test_the_evidence_names_the_files_or_says_that_there_are_none() -> None:
    assert new_dump.evidence("/var/crash", [dump("a")]) == "/var/crash holds /var/crash/a (5 bytes)"
    assert new_dump.evidence("/var/crash", []) == "/var/crash holds no dump at all"


def test_a_whole_dump_of_rubbish_proves_nothing() -> None:
    dump = {
        "core": "/c",
        "directory": "/",
        "complete": True,
        "reason": "",
        "kernel": "6.1",
        "readable": False,
        "crash_time": 9,
    }
    trouble = new_dump.dump_trouble(dict(dump, readable_reason="page 3 of 5 cannot be unpacked"), "6.1", latest=10)
    assert trouble == "the content of the dump /c is wrong: page 3 of 5 cannot be unpacked"
    assert new_dump.dump_trouble(dict(dump, readable=None, readable_reason="not compressed"), "6.1", latest=10) is None
