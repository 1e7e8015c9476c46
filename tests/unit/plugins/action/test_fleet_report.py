# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action fleet_report: what it reads, what it writes, what it refuses."""

import json
import os
import stat
import time
from pathlib import Path
from typing import Any, Dict, NoReturn, Sequence, Union

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.crashops.kdump.plugins.action.fleet_report import ActionModule
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import files, query
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up
from ansible_collections.crashops.kdump.tests.unit.schemas import validate
from jinja2 import Undefined

DAY_S = 86400
RESULTS = {
    "web1": made_up.info(),
    "web2": made_up.info("not_ready", [made_up.check("space")]),
    "web3": made_up.unreachable(),
}


class Shell:
    """The shell of a connection that nothing is to be done on."""

    tmpdir = None


class Connection:
    """A connection that nothing is to be done on."""

    _shell = Shell()


class PlayedVars(Dict[str, Any]):
    """Hosts' variables as Ansible gives them: [] would template, and is not to be used."""

    def raw_get(self, host: str) -> Any:
        return self.get(host, Undefined(name=host))

    def __getitem__(self, host: str) -> NoReturn:
        raise AssertionError("it was templated")


def run(
    check_mode: bool = False,
    hostvars: Any = None,
    at: float = made_up.MADE,
    inventory: Sequence[str] = (),
    **args: Any,
) -> Dict[str, Any]:
    """Return the action's result at a fixed time."""
    task = Task()
    task.args, task.check_mode, task.action = args, check_mode, "crashops.kdump.fleet_report"
    action = ActionModule(task, Connection(), None, None, None, None)
    action.clock = lambda: at
    hostvars = {host: {"__kdump_info": result} for host, result in RESULTS.items()} if hostvars is None else hostvars
    played = hostvars if isinstance(hostvars, HostVars) else PlayedVars(hostvars)
    variables = {"hostvars": played, "ansible_play_hosts_all": sorted(hostvars), "groups": {"all": list(inventory)}}
    return action.run(task_vars=variables)


def test_all_formats_are_written_privately(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "reports"
    result = run(directory=str(directory))
    assert not result.get("failed") and result["changed"] is True
    assert sorted(os.listdir(str(directory))) == ["kdump-report." + end for end in ("csv", "html", "json", "md")]
    assert {stat.S_IMODE(os.stat(path).st_mode) for path in result["paths"].values()} == {0o600}
    assert stat.S_IMODE(os.stat(str(directory)).st_mode) == 0o700
    report = validate("report-1", json.loads((directory / "kdump-report.json").read_text()))
    assert report["totals"] == result["totals"] and result["hosts_count"] == 3
    assert result["headline"] == "1 of 3 hosts would leave a dump." and result["seconds"] >= 0
    assert result["table"][1].startswith("web2")


def test_check_mode_writes_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    directory = str(tmp_path / "reports")
    result = run(check_mode=True, directory=directory)
    assert result["changed"] is True and result["msg"].startswith("would write " + directory)
    assert os.listdir(str(tmp_path)) == []
    real = run(directory=directory)
    assert {key: real[key] for key in ("paths", "totals", "table")} == {
        key: result[key] for key in ("paths", "totals", "table")
    }


def test_the_same_results_at_the_same_time_make_the_same_files(tmp_path: Path) -> None:
    one, two = run(directory=str(tmp_path / "1")), run(directory=str(tmp_path / "2"))
    for kind, path in one["paths"].items():
        with open(path, "rb") as left, open(two["paths"][kind], "rb") as right:
            assert left.read() == right.read()


def test_name_formats_title_and_mode_are_as_asked_for(tmp_path: Path) -> None:
    result = run(directory=str(tmp_path), name="fleet", formats=["markdown"], title="Our <hosts>", mode="0640")
    assert result["paths"] == {"markdown": str(tmp_path / "fleet.md")}
    assert (tmp_path / "fleet.md").read_text().startswith("# Our &lt;hosts&gt;\n")
    assert stat.S_IMODE((tmp_path / "fleet.md").stat().st_mode) == 0o640


@pytest.mark.parametrize(("mode", "bits"), [("0644", 0o644), ("600", 0o600), (0o644, 0o644)])
def test_a_mode_is_octal_or_what_yaml_makes_of_an_octal_number(
    tmp_path: Path, mode: Union[int, str], bits: int
) -> None:
    run(directory=str(tmp_path), formats=["csv"], mode=mode)
    assert stat.S_IMODE((tmp_path / "kdump-report.csv").stat().st_mode) == bits


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "u=rw"}, "mode: 'u=rw' is refused: it is no octal mode"),
        ({"mode": 644}, "mode: 644 is refused"),
        ({"mode": "0400"}, "mode: '0400' is refused"),
        ({"mode": True}, "mode: True is refused"),
        ({"mode": None}, "mode: None is refused"),
        ({"name": "../x"}, "name: '../x' is refused: it is no file name"),
        ({"name": ""}, "name: '' is refused"),
        ({"name": "a\x1b"}, "name: 'a\\x1b' is refused"),
        ({"name": ".."}, "name: '..' is refused"),
        ({"formats": []}, "formats: [] is refused: nothing would be written; choose of html, json, csv, markdown."),
        ({"query": "hosts["}, "query: 'hosts[' is refused: JMESPath says:"),
        ({"query": " "}, "query: ' ' is refused: it is no text, or an empty one"),
        (
            {"query": "hosts[].host", "formats": ["json", "html", "csv"]},
            "not rows of hosts, which html and csv must have",
        ),
        ({"query": "totals", "formats": ["markdown"]}, "choose formats: [json], or select whole rows"),
        ({"query": "hosts[].{host: host}", "formats": ["html"]}, "not rows of hosts"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    tmp_path: Path, options: Dict[str, Any], words: str
) -> None:
    for check_mode in (True, False):
        result = run(check_mode=check_mode, directory=str(tmp_path), **options)
        assert result["failed"] and words in result["msg"]
    assert os.listdir(str(tmp_path)) == []


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    result = run(directory=str(tmp_path), name="a/b", mode="9")
    assert "name: 'a/b'" in result["msg"] and "mode: '9'" in result["msg"]


def test_a_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(directory=str(tmp_path / "file" / "reports"))
    assert result["failed"] and "%s is no directory" % (tmp_path / "file") in result["msg"]


def test_a_query_for_rows_restricts_every_format(tmp_path: Path) -> None:
    result = run(directory=str(tmp_path), query="hosts[?verdict=='not_ready']")
    assert sorted(result["paths"]) == ["csv", "html", "json", "markdown"]
    report = validate("report-1", json.loads((tmp_path / "kdump-report-selected.json").read_text()))
    assert [row["host"] for row in report["hosts"]] == ["web2"] and report["totals"]["ready"] == 0
    assert report["query"] == {"expression": "hosts[?verdict=='not_ready']", "of_hosts": 3}
    assert "Selected out of 3 hosts by" in (tmp_path / "kdump-report-selected.html").read_text()
    assert "web1" not in (tmp_path / "kdump-report-selected.csv").read_text()
    assert result["hosts_count"] == 1


def test_a_query_orders_the_rows(tmp_path: Path) -> None:
    run(directory=str(tmp_path), formats=["json"], query="reverse(sort_by(hosts, &host))")
    report = json.loads((tmp_path / "kdump-report-selected.json").read_text())
    assert [row["host"] for row in report["hosts"]] == ["web3", "web2", "web1"]


def test_a_query_for_anything_else_goes_to_json_alone(tmp_path: Path) -> None:
    result = run(directory=str(tmp_path), query="hosts[].{host: host, why: summary}")
    assert os.listdir(str(tmp_path)) == ["kdump-report-selected.json"] and list(result["paths"]) == ["json"]
    assert [row["host"] for row in json.loads((tmp_path / "kdump-report-selected.json").read_text())] == [
        "web2",
        "web3",
        "web1",
    ]
    assert result["hosts_count"] == 3


def test_an_answer_that_is_json_alone_removes_older_pages_of_its_own(tmp_path: Path) -> None:
    run(directory=str(tmp_path), query="hosts")
    there = sorted(os.listdir(str(tmp_path)))
    predicted = run(check_mode=True, directory=str(tmp_path), query="hosts[].host")
    assert sorted(os.listdir(str(tmp_path))) == there
    result = run(directory=str(tmp_path), query="hosts[].host")
    assert os.listdir(str(tmp_path)) == ["kdump-report-selected.json"]
    assert predicted["removed"] == result["removed"]
    pages = ["kdump-report-selected.html", "kdump-report-selected.csv", "kdump-report-selected.md"]
    assert [os.path.basename(path) for path in result["removed"]] == pages
    assert "; removed the older %s" % (tmp_path / "kdump-report-selected.html") in result["msg"]


def test_files_that_contradict_an_answer_are_named_where_this_run_cannot_see_them(tmp_path: Path) -> None:
    result = run(directory=str(tmp_path), name="fleet", query="hosts[].host")
    assert (result["removed"], result["not_written"]) == (
        [],
        ["fleet-selected.%s" % end for end in ("html", "csv", "md")],
    )
    assert run(directory=str(tmp_path), formats=["json"], query="hosts[].host")["not_written"] == []
    assert run(directory=str(tmp_path))["not_written"] == []


@pytest.mark.parametrize("query_text", ["hosts[?verdict=='not_ready']", "hosts[].host"])
@pytest.mark.parametrize("name", ["kdump-report", "fleet"])
def test_a_query_leaves_the_report_of_all_hosts_with_its_trend(tmp_path: Path, query_text: str, name: str) -> None:
    for days in (3, 2):
        run(directory=str(tmp_path), name=name, at=made_up.MADE - days * DAY_S)
    run(directory=str(tmp_path), name=name, at=made_up.MADE - DAY_S, query=query_text)
    run(directory=str(tmp_path), name=name)
    assert len(json_of(tmp_path, name)["trend"]) == 2


def test_files_of_others_with_the_name_of_the_report_stay(tmp_path: Path) -> None:
    (tmp_path / "fleet-selected.html").write_text("<p>ours</p>")
    (tmp_path / "fleet-selected.csv").write_text("host,verdict\n")
    (tmp_path / "fleet-selected.md").write_text("# Fleet\n")
    result = run(directory=str(tmp_path), name="fleet", query="hosts[].host")
    ends = ("csv", "html", "json", "md")
    assert sorted(os.listdir(str(tmp_path))) == ["fleet-selected.%s" % end for end in ends]
    assert result["removed"] == [] and result["not_renewed"] == []


def test_formats_that_are_named_remove_nothing_and_older_files_are_listed(tmp_path: Path) -> None:
    run(directory=str(tmp_path))
    result = run(directory=str(tmp_path), formats=["html"])
    assert len(os.listdir(str(tmp_path))) == 4 and result["removed"] == []
    assert [os.path.basename(path) for path in result["not_renewed"]] == [
        "kdump-report.json",
        "kdump-report.csv",
        "kdump-report.md",
    ]


@pytest.mark.parametrize("directory", ["", " "])
def test_a_directory_without_a_name_is_refused(directory: str) -> None:
    result = run(check_mode=True, directory=directory)
    assert result["failed"] and "directory: %r is refused: it names no directory" % directory in result["msg"]


def test_a_query_without_jmespath_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "jmespath", None)
    assert "the library jmespath is not there" in run(directory=str(tmp_path), query="hosts")["msg"]


def test_hosts_without_the_variable_and_unknown_ones_were_not_contacted(tmp_path: Path) -> None:
    hostvars = {"web1": {"kdump": made_up.info()}, "web2": {}}
    result = run(directory=str(tmp_path), hostvars=hostvars, variable="kdump", hosts=["web1", "web2", "web9"])
    assert result["totals"]["not_contacted"] == 2 and result["totals"]["ready"] == 1


def test_thousands_of_results_are_read_from_ansibles_own_variables_as_they_are(tmp_path: Path) -> None:
    check = made_up.check("space", reason="{{ lookup('pipe', 'false') }}")
    fleet = dict(made_up.fleet(400), evil=made_up.info("not_ready", [check]))
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[",".join(fleet) + ",late"])
    manager = VariableManager(loader=loader, inventory=inventory)
    for host, result in fleet.items():
        manager.set_nonpersistent_facts(host, {"__kdump_info": result})
        manager.set_host_facts(host, {"crashops_kdump": result or {}})
    began = time.monotonic()
    result = run(
        hostvars=HostVars(inventory, manager, loader), hosts=[*fleet, "late", "unknown"], directory=str(tmp_path)
    )
    assert time.monotonic() - began < 60
    assert result["hosts_count"] == 403
    assert "{{ lookup('pipe', 'false') }}" in (tmp_path / "kdump-report.json").read_text()


def test_results_can_be_given(tmp_path: Path) -> None:
    given = {"db1": made_up.info("degraded"), "db2": made_up.failed()}
    assert run(directory=str(tmp_path), results=given)["hosts_count"] == 2
    result = run(directory=str(tmp_path), results=given, hosts=["db2", "db3"])
    assert (result["totals"]["failed"], result["totals"]["not_contacted"]) == (1, 1)


def test_a_report_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "kdump-report.html").mkdir()
    result = run(directory=str(tmp_path), formats=["html"])
    assert result["failed"] and result["msg"].startswith("cannot write the report to %s: " % tmp_path)
    assert os.listdir(str(tmp_path)) == ["kdump-report.html"]


def test_files_are_put_in_place_only_when_all_are_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        files.write_all({str(tmp_path / "a"): "new", str(tmp_path / "file" / "b"): "new"}, 0o600)
    assert (tmp_path / "a").read_text() == "old" and sorted(os.listdir(str(tmp_path))) == ["a", "file"]


def test_the_task_runs_once_for_all_hosts() -> None:
    assert ActionModule.BYPASS_HOST_LOOP is True


WORSE = dict(RESULTS, web1=made_up.info("not_ready", [made_up.check("space")]), web2=made_up.info())


def json_of(directory: Path, name: str = "kdump-report") -> Dict[str, Any]:
    report: Dict[str, Any] = validate("report-1", json.loads((directory / (name + ".json")).read_text()))
    return report


def of(results: Dict[str, Any]) -> Dict[str, Any]:
    """Return hosts' variables that hold results."""
    return {host: {"__kdump_info": result} for host, result in results.items()}


def test_report_is_compared_with_the_one_that_it_replaces(tmp_path: Path) -> None:
    run(directory=str(tmp_path), at=made_up.MADE - DAY_S)
    result = run(directory=str(tmp_path), hostvars=of(WORSE))
    report = json_of(tmp_path)
    (broken,) = report["changes"]["broken"]
    assert (broken["host"], broken["was"], broken["now"]) == ("web1", "ready", "not_ready")
    assert [one["host"] for one in report["changes"]["mended"]] == ["web2"]
    assert report["changes"]["since_epoch"] == made_up.MADE - DAY_S
    assert [point["totals"]["ready"] for point in report["trend"]] == [1]
    assert result["since_last"][0] == "Newly broken since %s: web1" % report["changes"]["since"]
    assert (result["summary"]["broken"], result["summary"]["mended_count"]) == (["web1"], 1)


def test_last_report_hands_the_whole_trend_on(tmp_path: Path) -> None:
    for days in (3, 2, 1, 0):
        run(directory=str(tmp_path), formats=["json"], at=made_up.MADE - days * DAY_S)
    assert [point["made_epoch"] for point in json_of(tmp_path)["trend"]] == [
        made_up.MADE - days * DAY_S for days in (3, 2, 1)
    ]


def test_empty_list_compares_with_nothing(tmp_path: Path) -> None:
    run(directory=str(tmp_path), at=made_up.MADE - DAY_S)
    result = run(directory=str(tmp_path), earlier=[])
    assert (json_of(tmp_path)["changes"], result["since_last"], result["summary"]["since"]) == (None, [], None)


def test_report_of_the_future_is_named_and_not_the_last_one(tmp_path: Path) -> None:
    for days in (-2, -1, 1):
        run(directory=str(tmp_path), at=made_up.MADE + days * DAY_S)
    result = run(directory=str(tmp_path))
    report = json_of(tmp_path)
    assert report["changes"] is None
    # the clock was wrong once, and what came before is not lost
    assert [point["made_epoch"] for point in report["trend"]] == [made_up.MADE - days * DAY_S for days in (2, 1)]
    (note,) = result["notes"]
    assert (
        note
        == "%s/kdump-report.json is dated in the future, and was not compared: check the clock of the control node."
        % tmp_path
    )


def in_part(tmp_path: Path, **results: Any) -> Dict[str, Any]:
    """Return the result of a run for these hosts of an inventory that has all of RESULTS, two days before MADE."""
    return run(directory=str(tmp_path), hostvars=of(results), inventory=list(RESULTS), at=made_up.MADE - 2 * DAY_S)


def test_run_on_a_part_of_the_fleet_hides_no_newly_broken_host_and_is_no_point_of_the_trend(tmp_path: Path) -> None:
    run(directory=str(tmp_path), inventory=list(RESULTS), at=made_up.MADE - 3 * DAY_S)
    part = in_part(tmp_path, web2=RESULTS["web2"])
    assert (part["summary"]["gone_count"], part["since_last"]) == (0, [])
    assert part["notes"] == ["This run did not ask 2 hosts of the last reports: web3, web1."]
    result = run(directory=str(tmp_path), hostvars=of(WORSE), inventory=list(RESULTS))
    report = json_of(tmp_path)
    assert (result["summary"]["broken"], result["summary"]["new_count"]) == (["web1"], 0)
    assert [point["hosts"] for point in report["trend"]] == [3]
    assert report["not_asked"] == []


def test_host_that_has_left_the_inventory_is_gone_and_the_trend_goes_on(tmp_path: Path) -> None:
    run(directory=str(tmp_path), at=made_up.MADE - DAY_S)
    result = run(directory=str(tmp_path), hostvars=of({"web1": RESULTS["web1"]}), inventory=["web1"])
    assert result["summary"]["gone_count"] == 2
    assert json_of(tmp_path)["not_asked"] == []


def test_host_that_no_run_asked_for_a_month_is_gone(tmp_path: Path) -> None:
    run(directory=str(tmp_path), inventory=list(RESULTS), at=made_up.MADE - 40 * DAY_S)
    in_part(tmp_path, web1=RESULTS["web1"])
    result = run(directory=str(tmp_path), hostvars=of({"web1": RESULTS["web1"]}), inventory=list(RESULTS))
    assert (result["summary"]["gone_count"], json_of(tmp_path)["not_asked"]) == (2, [])


def test_broken_earlier_report_costs_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "kdump-report.json").write_text("{")
    result = run(directory=str(tmp_path))
    assert not result.get("failed")
    assert result["notes"] == ["%s/kdump-report.json was left out: it is no JSON file." % tmp_path]
    assert json_of(tmp_path)["notes"] == result["notes"]
    assert "it is no JSON file" in (tmp_path / "kdump-report.html").read_text()


def slice_of(tmp_path: Path, name: str, results: Dict[str, Any], age_s: int = 0) -> None:
    """Write the report of a part of the fleet."""
    at = made_up.MADE - age_s
    run(directory=str(tmp_path / "slices"), name=name, formats=["json"], hostvars=of(results), at=at)


def test_slices_become_one_report(tmp_path: Path) -> None:
    slice_of(tmp_path, "one", {"web1": made_up.info(), "web2": made_up.info()}, age_s=600)
    slice_of(tmp_path, "two", {"web2": made_up.info("not_ready"), "web3": made_up.unreachable()})
    hostvars: Dict[str, Any] = {"web%d" % number: {} for number in (1, 2, 3, 4)}
    result = run(directory=str(tmp_path / "out"), slices=[str(tmp_path / "slices")], hostvars=hostvars)
    report = json_of(tmp_path / "out")
    assert {row["host"]: row["verdict"] for row in report["hosts"]} == {
        "web1": "ready",
        "web2": "not_ready",
        "web3": "unreachable",
        "web4": "not_contacted",
    }
    assert (report["merged"]["twice"], report["merged"]["not_reported"]) == (["web2"], ["web4"])
    assert result["notes"] == [
        "Merged of 2 reports.",
        "1 host is in several of them, and the newest counts: web2.",
        "Not reported: 1 host of the inventory: web4.",
    ]
    assert result["summary"]["not_reported"] == ["web4"]
    assert all(sentence in (tmp_path / "out/kdump-report.html").read_text() for sentence in result["notes"])
    assert all(sentence in (tmp_path / "out/kdump-report.md").read_text() for sentence in result["notes"])


def test_merged_rows_are_those_of_the_slices(tmp_path: Path) -> None:
    fleet = made_up.fleet(60)
    run(directory=str(tmp_path / "whole"), formats=["json"], hostvars=of(fleet))
    slice_of(tmp_path, "whole", fleet)
    run(directory=str(tmp_path / "out"), slices=[str(tmp_path / "slices/whole.json")], hostvars=of({}))
    assert json_of(tmp_path / "out")["hosts"] == json_of(tmp_path / "whole")["hosts"]


def test_old_slice_is_left_out_and_named(tmp_path: Path) -> None:
    slice_of(tmp_path, "old", {"web1": made_up.info()}, age_s=25 * 3600)
    slice_of(tmp_path, "new", {"web2": made_up.info()})
    result = run(directory=str(tmp_path / "out"), slices=[str(tmp_path / "slices")], hostvars=of({"web1": None}))
    assert result["totals"]["not_contacted"] == 1
    assert "slices/old.json is older than 24 hours and not merged" in result["notes"][-1]


def test_merged_report_next_to_the_slices_is_not_merged_again(tmp_path: Path) -> None:
    slices, hostvars = str(tmp_path / "slices"), of({"db1": None, "web1": None})
    slice_of(tmp_path, "slice-db1", {"db1": made_up.info()})
    run(directory=slices, slices=[slices], hostvars=hostvars, at=made_up.MADE + 20 * 3600)
    slice_of(tmp_path, "slice-web1", {"web1": made_up.info()}, age_s=-23 * 3600)
    # the slice of db1 is too old by now; the merged report is not, but its row of db1 is
    result = run(directory=slices, slices=[slices], hostvars=hostvars, at=made_up.MADE + 25 * 3600)
    verdicts = {row["host"]: row["verdict"] for row in json_of(tmp_path / "slices")["hosts"]}
    assert verdicts == {"db1": "not_contacted", "web1": "ready"}
    assert "%s/kdump-report.json is merged from slices, and not merged again." % slices in result["notes"]


def test_slice_dated_in_the_future_is_left_out_and_named(tmp_path: Path) -> None:
    slice_of(tmp_path, "new", {"web1": made_up.info("not_ready")})
    # clocks of two control nodes may differ a little
    slice_of(tmp_path, "soon", {"web2": made_up.info()}, age_s=-600)
    slice_of(tmp_path, "future", {"web1": made_up.info()}, age_s=-2 * 3600)
    result = run(directory=str(tmp_path / "out"), slices=[str(tmp_path / "slices")], hostvars=of({}))
    assert (result["totals"]["ready"], result["totals"]["not_ready"]) == (1, 1)
    assert (
        "slices/future.json is dated in the future and not merged; check the clock of the control node."
        in (result["notes"][-1])
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slices": ["nowhere"]}, "they hold no report to merge."),
        ({"slices": []}, "slices: [] is refused: they hold no report to merge"),
        ({"slices": ["nowhere"], "results": {}}, "the hosts' results come from the option results"),
        ({"slice_age_hours": 0}, "slice_age_hours: 0 is refused: it is no number of hours from 1 to 10000"),
    ],
)
def test_merge_that_has_nothing_to_merge_is_refused(tmp_path: Path, options: Dict[str, Any], words: str) -> None:
    result = run(directory=str(tmp_path / "out"), **options)
    assert result["failed"] and words in result["msg"]
    assert os.listdir(str(tmp_path)) == []


def test_artifact_is_small_whatever_the_fleet(tmp_path: Path) -> None:
    fleet = {"host%05d" % number: made_up.info() for number in range(3000)}
    run(directory=str(tmp_path), formats=["json"], hostvars=of(fleet), at=made_up.MADE - DAY_S)
    broken = dict.fromkeys(fleet, made_up.info("not_ready"))
    result = run(directory=str(tmp_path), formats=["json"], hostvars=of(broken))
    assert (result["summary"]["broken_count"], len(result["summary"]["broken"])) == (3000, 100)
    assert len(json.dumps(result["summary"])) < 4000
