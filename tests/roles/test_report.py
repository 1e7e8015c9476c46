# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report outlives its run: it is handed on, slices become one, and no host decides where it goes."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.roles.made_up import Fleet

HERE = {"ansible_connection": "local", "ansible_become": False, "made_up": "debian"}
SUMMARY = "Hand the summary to AWX and later plays"


def git(*words: str) -> str:
    """Run git and return what it says."""
    author = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    return subprocess.run(["git", *author, *words], capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with one empty commit on its branch main."""
    bare, seed = tmp_path / "reports.git", tmp_path / "seed"
    git("init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    git("clone", "--quiet", str(bare), str(seed))
    git("-C", str(seed), "commit", "--quiet", "--allow-empty", "--message", "begin")
    git("-C", str(seed), "push", "--quiet", "origin", "HEAD:main")
    return bare


@pytest.fixture
def places(tmp_path: Path, repository: Path) -> tuple[Path, dict[str, Any]]:
    """Return a directory on a host of the inventory, and the variables that name it and the repository."""
    web = tmp_path / "web"
    web.mkdir()
    return web, {
        "kdump_report_to_host": {"host": "share", "directory": str(web), "mode": "0640"},
        "kdump_report_to_git": {"repository": str(repository), "branch": "main", "directory": "kdump"},
        "kdump_report_directory": str(tmp_path / "out"),
    }


def test_slices_that_two_runs_handed_on_become_one_report_and_the_next_one_is_compared(
    collections: str, fleet: Callable[..., Fleet], places: tuple[Path, dict[str, Any]], repository: Path
) -> None:
    web, variables = places
    machines = fleet(web1="debian", db1="el9", late="debian", share=HERE)
    for host in ("web1", "db1"):
        done = machines.playbook(
            collections, "report", "--limit", host, check=False, kdump_report_slice=True, **variables
        )
        assert done.rc == 0, done.output
    assert sorted(path.name for path in (web / "slices").iterdir()) == ["slice-db1.json", "slice-web1.json"]
    for dummy in range(2):
        done = machines.playbook(collections, "merge_reports", check=False, **variables)
        assert (done.rc, done.asked) == (0, []), done.output
    report = json.loads((web / "kdump-report.json").read_text())
    assert {row["host"]: row["verdict"] for row in report["hosts"]} == {
        "web1": "ready_unproven",
        "db1": "ready_unproven",
        "late": "not_contacted",
        "share": "not_contacted",
    }
    assert report["merged"]["not_reported"] == ["late", "share"]
    assert len(report["trend"]) == 1
    assert (web / "kdump-report.html").stat().st_mode & 0o777 == 0o640
    files = git("-C", str(repository), "ls-tree", "-r", "--name-only", "main").split()
    assert {"kdump/kdump-report.html", "kdump/slices/slice-db1.json"} <= set(files)
    (stats,) = [row["result"] for row in done.results if row["task"].endswith(SUMMARY)]
    assert stats["ansible_stats"]["data"]["crashops_kdump_report"]["not_reported_count"] == 2


def test_slices_of_names_that_differ_in_a_special_character_are_two_files(
    collections: str, fleet: Callable[..., Fleet], places: tuple[Path, dict[str, Any]]
) -> None:
    machines = fleet(**{"fe80::1": "debian", "fe80__1": "debian", "share": HERE})
    names = []
    for host in ("fe80::1", "fe80__1"):
        done = machines.playbook(collections, "report", "--limit", host, kdump_report_slice=True, **places[1])
        names.append(Path(done.of(host)["Write the report"]["paths"]["json"]).name)
    assert names == ["slice-fe80__1-6d6dc150.json", "slice-fe80__1.json"]


def test_query_selects_from_the_merged_report_and_not_from_the_slices(
    collections: str, fleet: Callable[..., Fleet], places: tuple[Path, dict[str, Any]]
) -> None:
    web, variables = places
    variables["kdump_report_query"] = "hosts[?host=='web1']"
    variables.pop("kdump_report_to_git")
    machines = fleet(web1="debian", web2="debian", share=HERE)
    only = ("--limit", "web1,web2")
    done = machines.playbook(collections, "report", *only, check=False, kdump_report_slice=True, **variables)
    assert done.rc == 0, done.output
    assert len(json.loads((web / "slices/slice-web1.json").read_text())["hosts"]) == 2
    done = machines.playbook(collections, "merge_reports", check=False, **variables)
    assert done.rc == 0, done.output
    report = json.loads((web / "kdump-report-selected.json").read_text())
    assert [row["host"] for row in report["hosts"]] == ["web1"]


def test_older_pages_that_contradict_an_answer_are_removed_where_it_is_handed_on(
    collections: str, fleet: Callable[..., Fleet], places: tuple[Path, dict[str, Any]], repository: Path, tmp_path: Path
) -> None:
    web, variables = places
    machines = fleet(web1="debian", share=HERE)
    only = ("--limit", "web1")
    ends = {"hosts": ["csv", "html", "json", "md"], "hosts[].host": ["json"]}
    for number, (query, left) in enumerate(ends.items()):
        # as in AWX, the directory is new for each run
        variables.update(kdump_report_query=query, kdump_report_directory=str(tmp_path / str(number)))
        done = machines.playbook(collections, "report", *only, check=False, **variables)
        assert done.rc == 0, done.output
        names = [f"kdump-report-selected.{end}" for end in left]
        assert sorted(path.name for path in web.iterdir()) == names
        files = git("-C", str(repository), "ls-tree", "-r", "--name-only", "main").split()
        assert files == [f"kdump/{name}" for name in names]


def test_push_that_others_overtake_with_the_same_file_is_tried_until_it_succeeds(
    collections: str, fleet: Callable[..., Fleet], places: tuple[Path, dict[str, Any]], repository: Path, tmp_path: Path
) -> None:
    dummy, variables = places
    seed = tmp_path / "seed"
    file = seed / "kdump/slices/slice-web1.json"
    file.parent.mkdir(parents=True)
    for name in (file, seed / "other"):
        name.write_text("theirs")
    git("-C", str(seed), "add", ".")
    git("-C", str(seed), "commit", "--quiet", "--message", "theirs")
    git("-C", str(seed), "push", "--quiet", "origin", "HEAD:theirs")
    # refuses two pushes, as a repository does to which others have just pushed
    hook, tries = repository / "hooks/update", tmp_path / "tries"
    hook.write_text(
        '#!/bin/sh\necho >>"%s"; git update-ref refs/heads/main theirs; test "$(wc -l <"%s")" -gt 2\n' % (tries, tries)
    )
    hook.chmod(0o755)
    variables.pop("kdump_report_to_host")
    done = fleet(web1="debian").playbook(collections, "report", check=False, kdump_report_slice=True, **variables)
    assert done.rc == 0, done.output
    git("-C", str(seed), "pull", "--quiet", "origin", "main")
    assert json.loads(file.read_text())["hosts"][0]["host"] == "web1"
    assert (seed / "other").read_text() == "theirs"


def test_report_that_is_the_same_as_the_last_one_makes_no_commit(
    collections: str, fleet: Callable[..., Fleet], places: tuple[Path, dict[str, Any]], repository: Path
) -> None:
    variables = places[1]
    variables.pop("kdump_report_to_host")
    machines = fleet(web1="debian")
    for dummy in range(2):
        done = machines.playbook(
            collections, "report", check=False, kdump_report_query="hosts[].{host: host}", **variables
        )
        assert done.rc == 0, done.output
    assert len(git("-C", str(repository), "log", "--oneline", "main").splitlines()) == 2


def test_hand_over_that_fails_fails_the_run_and_leaves_the_files(
    collections: str, fleet: Callable[..., Fleet], places: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    web, variables = places
    variables["kdump_report_to_host"]["directory"] = str(web / "nowhere")
    done = fleet(web1="debian", share=HERE).playbook(collections, "report", "--limit", "web1", check=False, **variables)
    assert done.rc == 2
    assert "nowhere" in str(done.of("web1", "failed")["Copy the report to the host that gets it"])
    assert (tmp_path / "out/kdump-report.json").exists()


@pytest.fixture
def short_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder for Ansible's temporary files. ansible-core 2.21 makes a socket there, so its path is short."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.mark.parametrize(
    "away, words",
    [
        ({"kdump_report_to_git": {"repository": "/nowhere/reports.git", "branch": "main"}}, "/nowhere/reports.git"),
        ({"kdump_report_to_host": {"host": "share", "directory": "/srv"}}, "share cannot be reached"),
    ],
)
def test_report_is_written_though_its_place_is_down(
    collections: str, fleet: Callable[..., Fleet], tmp_path: Path, short_folder: Path, away: dict[str, Any], words: str
) -> None:
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    away["kdump_report_directory"] = str(tmp_path / "out")
    done = fleet(web1="debian", share=gone).playbook(collections, "report", "--limit", "web1", check=False, **away)
    assert done.rc == 2
    assert json.loads((tmp_path / "out/kdump-report.json").read_text())["totals"]["ready_unproven"] == 1
    assert "was not handed on" in done.failures("web1")[-1]
    assert words in done.failures("web1")[-1]
    assert list(short_folder.glob("kdump-report.*")) == []


def test_host_whose_variables_are_refused_is_in_the_report_as_failed(
    collections: str, fleet: Callable[..., Fleet], tmp_path: Path
) -> None:
    machines = fleet(web1="debian", web2={"made_up": "debian", "kdump_colour": "red"})
    done = machines.playbook(collections, "report", check=False, kdump_report_directory=str(tmp_path / "out"))
    assert done.rc == 0, done.output
    rows = {row["host"]: row for row in json.loads((tmp_path / "out/kdump-report.json").read_text())["hosts"]}
    assert {host: row["verdict"] for host, row in rows.items()} == {"web1": "ready_unproven", "web2": "failed"}
    assert "kdump_colour" in rows["web2"]["summary"]


def test_what_is_missing_or_wrong_is_named_before_any_host_is_asked(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    wrong: dict[str, Any] = {"kdump_report_to_s3": {"bucket": "kdump-reports"}}
    done = fleet(web1="debian").playbook(collections, "report", **wrong)
    assert "the collection amazon.aws is not there" in done.failures("web1")[0]
    assert done.asked == []


def test_host_does_not_choose_where_the_report_goes(
    collections: str, fleet: Callable[..., Fleet], tmp_path: Path
) -> None:
    facts = {"kdump_report_directory": str(tmp_path / "theirs"), "kdump_report_to_host": {"host": "share"}}
    machines = fleet(web1={"made_up": "debian", "made_up_facts": json.dumps(facts)}, share=HERE)
    done = machines.playbook(collections, "report", "--limit", "web1")
    assert done.rc == 0, done.output
    assert "theirs" not in done.of("web1")["Write the report"]["msg"]
