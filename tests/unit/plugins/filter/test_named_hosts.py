# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a crash test are exactly those that somebody typed."""

from typing import Dict, List, Union

import pytest
from ansible import context
from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.filter.named_hosts import FilterModule

named_hosts = FilterModule().filters()["named_hosts"]
GROUPS = {"all": ["web1", "web2", "db1"], "web": ["web1", "web2"]}


@pytest.mark.parametrize(
    ("typed", "part", "pattern"),
    [
        ("web1", "all", "web1"),
        ("web1, db1,web1", "all", "web1,db1"),
        (["db1", "web2"], "all", "db1,web2"),
        ("db1,web1,web2", "first", "db1"),
        ("db1,web1,web2", "others", "web1,web2"),
        ("web1", "others", "all:!all"),
    ],
)
def test_typed_names_are_the_hosts(typed: Union[str, List[str]], part: str, pattern: str) -> None:
    assert named_hosts(typed, GROUPS, part) == pattern


@pytest.mark.parametrize("groups", [{}, {"all": []}])
def test_syntax_check_without_an_inventory_needs_no_names(
    monkeypatch: pytest.MonkeyPatch, groups: Dict[str, List[str]]
) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"syntax": True})
    assert named_hosts("", groups) == "all:!all"


def test_run_without_an_inventory_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        named_hosts("web1", {"all": []})
    assert "kdump_test_confirm: 'web1' is refused: the inventory has no such host" in str(raised.value)


def test_limit_that_leaves_no_named_host_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"subset": "db1"})
    assert named_hosts("web1,db1", GROUPS) == "web1,db1"
    assert named_hosts("web1", GROUPS, "others") == "all:!all"
    with pytest.raises(AnsibleFilterError) as raised:
        named_hosts("web1,web2", GROUPS)
    assert "'web1,web2' is refused: no host of the inventory fits both it and --limit db1" in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "part", "sentence"),
    [
        ("", "all", "kdump_test_confirm: '' is refused: it names no host;"),
        (" , ", "all", "it names no host"),
        (None, "all", "kdump_test_confirm: None is refused: it names no host;"),
        ([], "first", "it names no host"),
        ("web3", "all", "kdump_test_confirm: 'web3' is refused: the inventory has no such host; type web"),
        ("web1,unheard", "first", "'unheard' is refused: the inventory has no such host; type the name of a host as"),
        ("web", "all", "'web' is refused"),
        ("web*", "all", "'web*' is refused"),
        ("all", "all", "'all' is refused"),
        ("!web1", "all", "'!web1' is refused"),
        ("web[1:2]", "all", "'web[1:2]' is refused"),
        ("web1", "some", "kdump_test_part: 'some' is refused: there is no such choice; choose all, first, others."),
    ],
)
def test_what_is_no_name_of_a_host_is_an_error(typed: Union[str, List[str], None], part: str, sentence: str) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        named_hosts(typed, GROUPS, part)
    assert sentence in str(raised.value)
