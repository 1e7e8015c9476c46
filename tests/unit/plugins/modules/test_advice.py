# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No advice breaks anything: each is followed on the made-up machines, and all checks are looked at again."""

from typing import Any, Dict, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.verdict import OF_PROOF
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import PROOF
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.plugins.module_utils._checks.test_all_checks import BROKEN
from ansible_collections.crashops.kdump.tests.unit.situations.every import SITUATIONS
from ansible_collections.crashops.kdump.tests.unit.situations.followed import FOLLOWED, Followed, row_for
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge

# what was unknown may turn out to be doubtful
RANKS = {"pass": 0, "skip": 0, "unknown": 1, "warn": 1, "fail": 2}
HOSTS = [(one.name, one.host) for one in SITUATIONS]
HOSTS += [("%s says %s: %s" % row[:3], row[3]) for row in BROKEN]
EVERYWHERE = ("proof_exists", "capture_restarts", "collector_kernel")


def complaints() -> Dict[Tuple[str, str], Any]:
    """Return what is complained of, as (check, advice): the makers of hosts on which it is."""
    found: Dict[Tuple[str, str], Any] = {}
    for _name, make in HOSTS:
        for check in judge(make())["checks"]:
            if RANKS[check["status"]] and check["advice"]:
                found.setdefault((check["id"], check["advice"]), []).append(make)
    # the same on every host: some are enough
    return {key: makers[::20] if key[0] in EVERYWHERE else makers for key, makers in found.items()}


COMPLAINTS = complaints()
KEYS = sorted(COMPLAINTS)


def ranks(host: FakeHost) -> Dict[str, int]:
    return {check["id"]: RANKS[check["status"]] for check in judge(host)["checks"]}


@pytest.mark.parametrize(("check", "advice"), KEYS, ids=["%s: %s" % key for key in KEYS])
def test_an_advice_mends_its_check_somewhere_and_breaks_none_anywhere(check: str, advice: str) -> None:
    row = row_for(check, advice)
    assert row is not None, "say in situations/followed.py how an operator follows this advice, or why no test can"
    if not isinstance(row, Followed):
        return
    better = False
    for make in COMPLAINTS[(check, advice)]:
        host = make()
        # what follows other advice changes the setup, which makes the proof stale
        if check not in OF_PROOF:
            host.files.pop(PROOF, None)
        before = ranks(host)
        row.follow(host)
        after = ranks(host)
        assert {name: (before[name], after[name]) for name in after if after[name] > before[name]} == {}
        better = better or after[check] < before[check]
    assert better


def test_each_row_of_followed_advices_is_needed() -> None:
    rows = [row_for(*key) for key in KEYS]
    assert [row for row in FOLLOWED if row not in rows] == []
