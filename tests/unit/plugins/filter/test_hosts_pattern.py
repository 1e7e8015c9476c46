# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pattern is left as it is, unless a part of it fits nothing in the inventory."""

from typing import Any, Dict, List, Union

import pytest
from ansible import context
from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.filter.hosts_pattern import FilterModule

hosts_pattern = FilterModule().filters()["hosts_pattern"]
GROUPS = {"all": ["web1", "web2", "db1"], "web": ["web1", "web2"], "empty": [], "ungrouped": ["db1"]}


@pytest.mark.parametrize(
    "typed",
    [
        "all", "*", "web1", "web1,db1", " web1 , db1", "web:!web1", "all:!empty", "web:&all", "w*1", "web[0]",
        "web[0:1]", "web[-1]", "~(web|db)1", "web?", "[wd]b1,web1", "localhost", ["web1", "db1"], "web:empty", "",
    ],
)  # fmt: skip
def test_pattern_of_names_that_exist_is_returned(typed: Union[str, List[str]]) -> None:
    assert hosts_pattern(typed, GROUPS) == typed


@pytest.mark.parametrize("option", ["syntax", "listhosts", "listtasks", "listtags"])
@pytest.mark.parametrize("groups", [{}, {"all": []}])
def test_syntax_check_without_an_inventory_takes_any_name(
    monkeypatch: pytest.MonkeyPatch, groups: Dict[str, List[str]], option: str
) -> None:
    monkeypatch.setattr(context, "CLIARGS", {option: True})
    assert hosts_pattern("web9", groups) == "web9"


@pytest.mark.parametrize("typed", ["all", "*", "ungrouped"])
def test_run_without_an_inventory_is_an_error(typed: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        hosts_pattern(typed, {"all": [], "ungrouped": []})
    assert f"kdump_hosts: '{typed}' is refused: no host of the inventory fits it; see what" in str(raised.value)


def test_machine_that_runs_ansible_needs_no_inventory() -> None:
    assert hosts_pattern("localhost", {"all": [], "ungrouped": []}) == "localhost"


@pytest.mark.parametrize(
    "typed", ["empty", "web:!web", "all:!web:!db1", "web:&ungrouped", "empty:!db1", ["web", "!w*"], []]
)
def test_pattern_that_leaves_no_host_is_an_error(typed: Any) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        hosts_pattern(typed, GROUPS)
    assert "is refused: no host of the inventory fits it; see what ansible-inventory --graph" in str(raised.value)


def test_limit_that_leaves_no_host_of_the_pattern_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"subset": "db1"})
    assert hosts_pattern("all", GROUPS) == "all"
    with pytest.raises(AnsibleFilterError) as raised:
        hosts_pattern("web", GROUPS)
    assert "kdump_hosts: 'web' is refused: no host of the inventory fits both it and --limit db1" in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("web9", "kdump_hosts: 'web9' is refused: the inventory has no such host or group; type web"),
        ("web1,unheard-of", "'unheard-of' is refused: the inventory has no such host or group; type a name that"),
        ("all:!wbe", "'!wbe' is refused: the inventory has no such host or group; type web."),
        ("wbe*", "'wbe*' is refused"),
        ("wbe[0]", "'wbe[0]' is refused"),
        ("~mail[0-9]", "'~mail[0-9]' is refused"),
        ("~(web", "'~(web' is refused: missing ), unterminated subpattern at position 0; correct the regular"),
        (["web1", "web9"], "'web9' is refused"),
    ],
)
def test_part_that_fits_nothing_is_an_error(typed: Union[str, List[str]], sentence: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        hosts_pattern(typed, GROUPS)
    assert sentence in str(raised.value)


@pytest.mark.parametrize("typed", ["all", "web", "empty", "web:!empty", "mail*", "~mail"])
def test_slice_need_not_have_a_host_of_a_pattern(typed: str) -> None:
    assert hosts_pattern(typed, GROUPS, True) == typed


@pytest.mark.parametrize("typed", ["web1", "web9", "web:!web1"])
def test_slice_takes_no_single_host(typed: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        hosts_pattern(typed, GROUPS, True)
    assert "most slices lack a single host; name a group, or launch with one slice (Job slicing)." in str(raised.value)
