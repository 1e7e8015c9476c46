# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters fleet_summary and fleet_table, called as Jinja calls them."""

from typing import Any, Dict, List, NoReturn, Union

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.crashops.kdump.plugins.filter import fleet_summary as summary_filter
from ansible_collections.crashops.kdump.plugins.filter import fleet_table as table_filter
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import query as report_query
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up
from ansible_collections.crashops.kdump.tests.unit.schemas import validate
from jinja2 import Undefined

fleet_summary = summary_filter.FilterModule().filters()["fleet_summary"]
fleet_table = table_filter.FilterModule().filters()["fleet_table"]
RESULTS = {
    "web1": made_up.info(),
    "web2": made_up.info("not_ready", [made_up.check("space")]),
    "web3": made_up.unreachable(),
}


class HostVars(Dict[str, Any]):
    """Hosts' variables as Ansible gives them: [] would template, and is not to be used."""

    def raw_get(self, host: str) -> Any:
        return self.get(host, Undefined(name="hostvars[%r]" % host))

    def __getitem__(self, host: str) -> NoReturn:
        raise AssertionError("it was templated")


def test_a_report_comes_out_that_keeps_to_its_schema() -> None:
    report = validate("report-1", fleet_summary(RESULTS))
    assert report["headline"] == "1 of 3 hosts would leave a dump."
    assert [row["host"] for row in report["hosts"]] == ["web2", "web3", "web1"]
    assert report["collection_version"]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("hosts[?verdict=='not_ready'].host", ["web2"]),
        ("hosts[?reserved_bytes < needed_bytes] | length(@)", 0),
        ("totals.unreachable", 1),
        ("nothing.like.it", None),
        ("sort_by(hosts, &host)[].host", ["web1", "web2", "web3"]),
    ],
)
def test_a_report_is_asked_by_jmespath(query: str, answer: Union[int, List[str], None]) -> None:
    assert fleet_summary(RESULTS, query) == answer


@pytest.mark.parametrize(
    "query", ["hosts[", "", "   ", 7, [], "length(totals.ready)", "nosuch(@)", "hosts[?host < ]", "(" * 5000]
)
def test_a_wrong_query_is_refused_in_one_sentence_that_names_the_option(query: Any) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        fleet_summary(RESULTS, query)
    assert str(refused.value).startswith("query: ") and "is refused" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_jmespath_only_a_query_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_query, "jmespath", None)
    assert fleet_summary(RESULTS)["totals"]["ready"] == 1
    with pytest.raises(AnsibleFilterError) as refused:
        fleet_summary(RESULTS, "totals")
    assert "query: 'totals' is refused: the library jmespath is not there; install" in str(refused.value)


@pytest.mark.parametrize("results", [None, [], "web1", 3])
def test_what_is_no_dictionary_is_refused(results: Any) -> None:
    for function in (fleet_summary, fleet_table):
        with pytest.raises(AnsibleFilterError) as refused:
            function(results)
        assert "_input: " in str(refused.value)


@pytest.mark.parametrize("hosts", ["web1", 7])
def test_hosts_that_are_no_list_are_refused(hosts: Union[int, str]) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        fleet_summary(RESULTS, hosts=hosts)
    assert str(refused.value).startswith("hosts: ")


def test_hosts_that_the_input_does_not_have_were_not_contacted() -> None:
    report = fleet_summary(dict(RESULTS, web4=Undefined()), hosts=["web1", "web4", "web5"])
    assert {row["host"]: row["verdict"] for row in report["hosts"]} == {
        "web1": "ready",
        "web4": "not_contacted",
        "web5": "not_contacted",
    }


def test_results_are_read_from_hostvars_without_templating() -> None:
    hostvars = HostVars({host: {"kdump": result} for host, result in RESULTS.items()}, other={"x": 1})
    report = fleet_summary(hostvars, variable="kdump", hosts=["web1", "web2", "other", "unknown"])
    assert report["totals"]["not_contacted"] == 2 and report["totals"]["ready"] == 1
    assert len(fleet_table(hostvars, variable="kdump")) == 5


def test_no_text_that_a_host_said_is_ever_templated() -> None:
    check = made_up.check("space", reason="{{ 1 + 1 }}")
    results = {"{{ 2 + 2 }}": made_up.info("not_ready", [check]), "b": made_up.unreachable("{{ 3 + 3 }}")}
    templar = Templar(loader=DataLoader(), variables={})
    said = [fleet_summary(results), fleet_summary(results, "hosts[].summary"), fleet_table(results)]
    for one in said:
        assert templar.template(one) == one
    assert "{{ 3 + 3 }}" in said[1] and "{{ 2 + 2 }}" in said[2][1]


def test_the_time_can_be_given() -> None:
    assert fleet_summary(RESULTS, made=made_up.MADE)["made"] == "2026-11-26T09:57:00Z"
    assert fleet_summary(RESULTS, made=made_up.MADE) == fleet_summary(RESULTS, made=made_up.MADE)


def test_a_table_is_made_of_results_or_of_a_report() -> None:
    lines = fleet_table(RESULTS)
    assert [line.split()[0] for line in lines] == ["HOST", "web2", "web3", "web1"]
    assert fleet_table(fleet_summary(RESULTS)) == lines
    assert [line.split()[0] for line in fleet_table(RESULTS, 1)] == ["HOST", "web2", "and"]


@pytest.mark.parametrize("limit", [-1, "3", True, 1.5])
def test_a_limit_that_is_no_number_of_hosts_is_refused(limit: Union[float, str]) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        fleet_table(RESULTS, limit)
    assert str(refused.value).startswith("limit: %r is refused" % (limit,))


def test_a_variable_that_no_host_has_is_refused() -> None:
    hostvars = HostVars({"web1": {"kdump": made_up.info()}, "web2": {}})
    for function in (fleet_summary, fleet_table):
        with pytest.raises(AnsibleFilterError) as refused:
            function(hostvars, variable="kdmp", hosts=["web1", "web2"])
        assert "variable: 'kdmp' is refused: no host has such a variable; name the one in which" in str(refused.value)
        assert function(hostvars, variable="kdump", hosts=["web2"])


@pytest.mark.parametrize("variable", ["", " ", 7, []])
def test_a_variable_without_a_name_is_refused(variable: Any) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        fleet_table(RESULTS, variable=variable)
    assert "variable: %r is refused: it names no variable" % (variable,) in str(refused.value)


@pytest.mark.parametrize("made", ["today", -1, True, []])
def test_a_time_that_is_none_is_refused(made: Any) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        fleet_summary(RESULTS, made=made)
    assert "made: %r is refused: it is no time" % (made,) in str(refused.value)


def test_a_table_shows_as_many_problems_of_each_host_as_asked_for() -> None:
    checks = [made_up.check(name) for name in ("space", "armed", "memory_reserved")]
    lines = fleet_table({"web2": made_up.info("not_ready", checks)}, problems=2)
    assert lines[2] == "" and [line.split(" | ")[:2] for line in lines[3:5]] == [["web2", "space"], ["web2", "armed"]]
    assert lines[5] == "web2 | and 1 more problem: ansible-playbook crashops.kdump.report writes them all"


def test_without_arguments_the_filters_say_what_they_want() -> None:
    for function in (fleet_summary, fleet_table):
        with pytest.raises(AnsibleFilterError) as refused:
            function()
        assert "give a mapping with a result for each host" in str(refused.value)
