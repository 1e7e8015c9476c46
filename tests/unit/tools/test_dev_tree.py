# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of the tree, the settings that ansible-test gets, packages, logs and environments."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.unit.tools.made_up_stages import row

from tools.dev import ansible_test, cores, downloads, gates, packages, promtool, schedule, staged, stages, venvs
from tools.dev.log import TOTAL_S, Log, plain
from tools.dev.outcome import NotRun, StepFailed
from tools.dev.pythons import Python
from tools.dev.stages import Step
from tools.dev.workshop import Workshop
from tools.lab.cache import cache_dir


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a repository with a tracked, an untracked and an ignored file."""
    source = tmp_path / "tree"
    (source / "plugins").mkdir(parents=True)
    (source / ".gitignore").write_text("/ignored\n/tests/output/\n")
    for name in ("plugins/tracked.py", "untracked.py", "ignored"):
        (source / name).write_text(name)
    subprocess.run(["git", "init", "--quiet", str(source)], check=True)
    subprocess.run(["git", "-C", str(source), "add", "plugins"], check=True)
    return source


def files(folder: Path) -> list[str]:
    """Return the files below a folder, git's own left out."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())
    return sorted(str(path) for path in found if path.parts[0] != ".git")


def test_the_copy_holds_what_git_knows_and_would_add(tree: Path, tmp_path: Path) -> None:
    assert files(staged.stage(tree, tmp_path / "copy")) == [".gitignore", "plugins/tracked.py", "untracked.py"]


def test_the_copy_forgets_what_is_gone_and_keeps_the_output_of_tests(tree: Path, tmp_path: Path) -> None:
    copy = staged.stage(tree, tmp_path / "copy")
    (copy / "tests/output/deep").mkdir(parents=True)
    (copy / "tests/output/deep/result.json").write_text("{}")
    (copy / "left").mkdir()
    (copy / "left/over.py").write_text("")
    (tree / "plugins/tracked.py").unlink()
    staged.stage(tree, copy)
    assert files(copy) == [".gitignore", "tests/output/deep/result.json", "untracked.py"]
    assert not (copy / "left").exists()


def test_hook_of_another_work_tree_leaves_its_repository_alone(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tree / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index-of-a-commit"))
    (tree / "second").mkdir()
    subprocess.run(["git", "init", "--quiet", "second"], cwd=tree, env={"PATH": os.environ["PATH"]}, check=True)
    (tree / "second" / "own.py").touch()
    before = (tree / ".git" / "config").read_text()
    copy = staged.stage(tree / "second", tmp_path / "copy")
    assert files(copy) == ["own.py"]
    assert (copy / ".git").is_dir()
    assert (tree / ".git" / "config").read_text() == before


def test_a_file_that_is_the_same_is_not_written_again(tree: Path, tmp_path: Path) -> None:
    copy = staged.stage(tree, tmp_path / "copy")
    before = (copy / "untracked.py").stat().st_mtime_ns
    (tree / "untracked.py").touch()
    (tree / "plugins/tracked.py").write_text("changed")
    staged.stage(tree, copy)
    assert (copy / "untracked.py").stat().st_mtime_ns == before
    assert (copy / "plugins/tracked.py").read_text() == "changed"


def test_a_link_stays_a_link_and_a_mode_is_kept(tree: Path, tmp_path: Path) -> None:
    (tree / "link").symlink_to("untracked.py")
    staged.stage(tree, tmp_path / "copy")
    (tree / "untracked.py").chmod(0o755)
    copy = staged.stage(tree, tmp_path / "copy")
    assert (copy / "link").readlink() == Path("untracked.py")
    assert (copy / "untracked.py").stat().st_mode & 0o777 == 0o755


def test_a_tree_without_git_is_walked(tmp_path: Path) -> None:
    for name in ("tree/a.py", "tree/.lab/log", "tree/__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert staged.wanted_files(tmp_path / "tree") == [Path("a.py")]


def test_pip_settings_are_written_down_and_variables_win() -> None:
    listing = ":env:.index-url='https://b.example/simple'\n:env:.no-input='1'\nglobal.index-url='https://a.example'\n"
    listing += "global.find-links='\\n/one\\n/two'\ninstall.user='true'\n"
    expected = "[global]\nfind-links = \n    /one\n    /two\nindex-url = https://b.example/simple\n"
    assert ansible_test.pip_conf(listing) == expected


def test_only_one_ansible_test_uses_the_shared_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, held = tmp_path / "home", []
    monkeypatch.setattr("tools.dev.workshop.ANSIBLE_TEST_HOME", home)
    monkeypatch.setattr(ansible_test, "prepare", lambda *_words: home)
    work = Workshop()
    work.environments["main"] = tmp_path
    monkeypatch.setattr(work, "core", lambda _name: "2.21")

    def run(*_words: object) -> None:
        with (home / "lock").open("w") as stream, pytest.raises(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held.append(True)

    monkeypatch.setattr(work, "run", run)
    work.ansible_test(Log(tmp_path / "log", "units"), "main", "units")
    assert held == [True]


def test_every_release_of_ansible_core_in_the_requirements_has_its_pip() -> None:
    pinned = {
        ".".join(line.partition("==")[2].split(".")[:2])
        for name in ("main", *(core.key for core in cores.OLDER))
        for line in downloads.lock(name).read_text().splitlines()
        if line.startswith("ansible-core==")
    }
    assert pinned == set(ansible_test.PIPS)


def test_every_older_release_is_locked_to_its_series() -> None:
    locked = {core.series: downloads.lock(core.key).read_text() for core in cores.OLDER}
    assert [series for series, text in locked.items() if f"\nansible-core=={series}." in text] == [
        "2.16",
        "2.17",
        "2.18",
        "2.19",
    ]


def test_an_environment_is_named_by_its_contents(tmp_path: Path) -> None:
    older = Python((3, 12), "3.12.1", Path("/usr/bin/python3.12"))
    names = {venvs.venv_path(*row, tmp_path).name for row in (("main", older), ("core216", older))}
    names.add(venvs.venv_path("main", older._replace(full="3.12.2"), tmp_path).name)
    assert len(names) == 3


def test_a_package_that_does_not_exist_is_missing() -> None:
    absent = packages.Package("no-such-package-of-any-name", "a test")
    assert packages.missing((absent,)) == [absent]


def apt_get(log: Log, monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let log.run answer instead of apt-get, each time with a text or with success; return what was asked of it."""
    asked, left = [], list(answers)

    def run(argv: list[str], *_others: object, **_more: object) -> None:
        asked.append(argv[-1])
        if left and (said := left.pop(0)):
            log.write(said)
            raise StepFailed("apt-get exited with 100")

    monkeypatch.setattr(log, "run", run)
    monkeypatch.setattr(log, "wait", lambda: asked.append("waits"))
    monkeypatch.setattr(packages, "LISTS", Path("/no/such"))
    return asked


HELD = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)"


def test_lists_that_another_apt_get_fetches_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(tmp_path / "a.log", "a")
    asked = apt_get(log, monkeypatch, HELD, HELD, "")
    packages.update_lists(log)
    assert asked == ["update", "waits", "update", "waits", "update"]


def test_lists_that_cannot_be_fetched_are_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(tmp_path / "a.log", "a")
    asked = apt_get(log, monkeypatch, "E: Failed to fetch http://mirror.example")
    with pytest.raises(StepFailed, match="exited with 100"):
        packages.update_lists(log)
    assert asked == ["update"]


def test_stages_use_apt_get_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = [0], [0]

    def apt(_log: Log, *_words: str) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.05)
        inside[0] -= 1

    monkeypatch.setattr(packages, "_apt", apt)
    monkeypatch.setattr(packages, "LISTS", tmp_path)
    monkeypatch.setattr(packages, "missing", list)
    monkeypatch.setattr("tools.dev.packages.shutil.which", lambda _program: "/usr/bin/apt-get")
    absent = (packages.Package("no-such-package-of-any-name", "a test"),)
    table = [row(name, Step("installs", lambda log: packages.install(absent, log))) for name in ("a", "b")]
    assert [result.outcome for result in schedule.run_all(table, tmp_path, 2)] == ["passed", "passed"]
    assert most == [1]


def test_packages_without_sudo_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.dev.packages.os.geteuid", lambda: 1000)
    monkeypatch.setattr("tools.dev.packages.shutil.which", lambda _program: None)
    with pytest.raises(StepFailed, match="run ./dev as root, or install sudo"):
        packages.as_root()


def test_machine_of_another_architecture_runs_no_guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(
        NotRun, match="guests are x86-64, and their images are built on such a machine; this is aarch64"
    ):
        Workshop().install_lab(Log(tmp_path / "log", "image-12"))


def test_every_stage_needs_stages_that_come_before_it_and_has_a_budget() -> None:
    before: set[str] = set()
    for stage in gates.stages(Workshop()):
        assert before.issuperset(stage.needs), stage.name
        assert stage.budget_s > 0, stage.name
        before.add(stage.name)


def test_a_run_about_what_failed_names_only_that() -> None:
    work = Workshop({"lint": ["mypy"], "lab": ["tests/lab/test_guests.py::test_x"], "story-12": ["molecule test"]})
    lint = next(stage for stage in gates.stages(work) if stage.name == "lint")
    assert [step.name for step in lint.steps] == ["mypy"]
    renamed = next(stage for stage in gates.stages(Workshop({"lint": ["gone"]})) if stage.name == "lint")
    assert len(renamed.steps) == len(gates.LINT)
    assert work.tests("lab", "tests/lab") == ["tests/lab/test_guests.py::test_x"]
    assert work.tests("story-12", "everything") == ["everything"]
    assert work.tests("units-tools", "tests/unit/tools") == ["tests/unit/tools"]


@pytest.mark.parametrize(
    ("failed", "runs"),
    [
        (["units"], [["tests/unit/plugins/"]]),
        (
            ["tests/unit/plugins/a.py::test_x", "tests/unit/plugins/a.py::test_y"],
            [["tests/unit/plugins/a.py"], ["tests/unit/plugins/"]],
        ),
    ],
)
def test_unit_tests_of_plugins_are_all_run_after_those_that_failed(
    failed: list[str], runs: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, ran = Workshop({"units-newest": failed}), []
    work.pythons = {(3, 13): Python((3, 13), "3.13.0", Path("/usr/bin/python3.13"))}
    work.versions = {"main": work.pythons[(3, 13)]}

    def passes(log: Log, _core: str, *words: str) -> None:
        ran.append(list(words[5:]))
        log.write("5 passed in 1.00s")

    monkeypatch.setattr(work, "ansible_test", passes)
    stage = next(stage for stage in gates.stages(work) if stage.name == "units-newest")
    assert stages.run_stage(stage, tmp_path).tally.passed == 5
    assert ran == runs


def test_run_does_not_depend_on_the_person_who_starts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.dev.workshop.CONFIG", tmp_path / "lab/ansible.cfg")
    monkeypatch.setenv("ANSIBLE_CONFIG", "/home/me/ansible.cfg")
    monkeypatch.setenv("CONTAINER_PLATFORM", "el9")
    monkeypatch.setenv("CONTAINER_PYTHON", "/opt/python")
    monkeypatch.setenv("CONTAINER_PY36", "localhost/mine")
    work = Workshop()
    work.environments = {"main": tmp_path}
    found = work.environ("main")
    assert Path(found["ANSIBLE_CONFIG"]).read_text() == ""
    assert found["CONTAINER_PY36"] == "localhost/mine"
    assert not {"CONTAINER_PLATFORM", "CONTAINER_PYTHON"} & set(found)


def test_cache_is_an_absolute_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("CRASHOPS_CACHE", "~/c")
    assert cache_dir() == Path("/home/me/c")
    monkeypatch.setenv("CRASHOPS_CACHE", "cache")
    assert cache_dir() == Path.cwd() / "cache"


def test_promtool_is_fetched_for_each_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promtool, "CACHE", tmp_path)
    monkeypatch.setattr(promtool, "_fetch", lambda _work, _log: None)
    monkeypatch.setattr("tools.dev.promtool.shutil.which", lambda _program: None)
    folders = []
    for release, machine in (("12", "x86_64"), ("13", "x86_64"), ("13", "aarch64"), ("13", "aarch64")):
        monkeypatch.setattr("tools.dev.promtool.platform.freedesktop_os_release", lambda number=release: {"ID": number})
        monkeypatch.setattr("tools.dev.promtool.platform.machine", lambda name=machine: name)
        folders += promtool.ensure(Log(tmp_path / "a.log", "a"))
    assert len(folders) == 4
    assert len(set(folders)) == 3


def test_documentation_site_is_built_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "DOCS", tmp_path)
    (tmp_path / "site/.doctrees").mkdir(parents=True)
    (tmp_path / "site/renamed.html").touch()
    work, ran = Workshop(), []
    monkeypatch.setattr(work, "run", lambda _log, argv, *_more: ran.append((argv, (tmp_path / "site").exists())))
    (step,) = (step for step in gates.documentation(work).steps if step.name == "sphinx")
    work.workers = 3
    step.action(Log(tmp_path / "a.log", "a"))
    ((argv, there),) = ran
    assert there is False
    assert argv[argv.index("-j") + 1] == "3"


def test_unit_tests_of_tools_leave_their_files_in_a_folder_of_their_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, ran = Workshop(), []
    monkeypatch.setattr("tools.dev.workshop.LAB", tmp_path)
    monkeypatch.setattr(work, "run", lambda _log, argv, **_more: ran.append(argv))
    stage = next(stage for stage in gates.stages(work) if stage.name == "units-tools")
    stages.run_stage(stage, tmp_path)
    assert f"--basetemp={tmp_path}/pytest/units-tools" in ran[0]


def test_a_command_that_fails_is_a_failed_step_and_its_output_is_logged(tmp_path: Path) -> None:
    log = Log(tmp_path / "a.log", "a")
    with pytest.raises(StepFailed, match="exited with 3"):
        log.run([sys.executable, "-c", "print('why'); raise SystemExit(3)"], tmp_path)
    assert log.tail(1) == ["why"]


def test_a_command_that_hangs_is_stopped(tmp_path: Path) -> None:
    log = Log(tmp_path / "a.log", "a")
    with pytest.raises(StepFailed, match="said nothing for"):
        log.run(["sleep", "60"], tmp_path, limit_s=0.1)


def test_a_slow_command_that_goes_on_is_not_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(tmp_path / "a.log", "a")
    clock, said = iter(range(0, 100000, 50)), iter(range(40))

    def ended_with(_process: object) -> int | None:
        number = next(said, None)
        if number is None:
            return 0
        log.write(f"line {number}")
        return None

    monkeypatch.setattr("tools.dev.log._ended_with", ended_with)
    monkeypatch.setattr("tools.dev.log.time.monotonic", lambda: float(next(clock)))
    log.run(["true"], tmp_path, limit_s=300)
    assert log.tail(1) == ["line 39"]


def test_command_that_prints_for_ever_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.dev.log.TOTAL_S", 1.0)
    log = Log(tmp_path / "a.log", "a")
    with pytest.raises(StepFailed, match="stopped: it did not end within 1 s"):
        log.run(["sh", "-c", "while :; do echo still at it; sleep 0.1; done"], tmp_path, limit_s=60)


def test_total_limit_leaves_room_for_a_slow_machine() -> None:
    assert 4 * max(stage.budget_s for stage in gates.stages(Workshop())) <= TOTAL_S


def test_a_line_for_the_screen_has_no_control_characters() -> None:
    assert plain("\x1b[31mred\r") == "[31mred"


def test_a_test_that_failed_is_shown_while_the_rest_still_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log(tmp_path / "a.log", "a")
    said = "tests/test_a.py::test_one PASSED [ 50%]\ntests/test_a.py::test_two FAILED [100%]"
    log.run(["sh", "-c", f"echo '{said}'"], tmp_path)
    printed = capsys.readouterr().out
    assert "-- a: tests/test_a.py::test_two FAILED" in printed
    assert "test_one" not in printed
