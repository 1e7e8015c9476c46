# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every situation is judged rightly, and nothing else is said of it. docs/situations.md says how to add one."""

import pytest
from ansible_collections.crashops.kdump.tests.unit.situations.every import SITUATIONS
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation, judge, statuses


@pytest.mark.parametrize("situation", SITUATIONS, ids=[one.name for one in SITUATIONS])
def test_a_situation_is_judged_rightly_and_nothing_else_changes(situation: Situation) -> None:
    result = judge(situation.host())
    said, plain = statuses(result), statuses(judge(situation.on({})))
    expected = {name: status for name, (status, _words) in situation.says.items()}
    assert {name: said[name] for name in said if said[name] != plain[name]} == expected
    assert result["verdict"] == situation.verdict
    for check in result["checks"]:
        words = situation.says.get(check["id"], ("", ""))[1]
        assert words in "%s %s" % (check["reason"], check["value"]), check


def test_each_situation_has_a_name_of_its_own() -> None:
    assert len({one.name for one in SITUATIONS}) == len(SITUATIONS)
