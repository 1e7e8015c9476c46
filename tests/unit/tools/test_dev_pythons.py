# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding interpreters on a machine that is a folder of small shell scripts."""

import re
from pathlib import Path

import pytest

from tools.dev import pythons
from tools.dev.log import Log
from tools.dev.outcome import NotRun, StepFailed
from tools.dev.places import REPOSITORY
from tools.dev.pythons import Python
from tools.dev.workshop import Workshop


def put(path: Path, answer: str, status: int = 0) -> Path:
    """Write a program that answers like an interpreter's probe, and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {answer}\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return a machine: one Python in /usr/bin, three by pyenv with its shims, one that cannot make environments."""
    put(tmp_path / "usr/bin/python3.11", "3.11.2")
    put(tmp_path / "usr/bin/python3.13", "", 1)
    put(tmp_path / "usr/bin/python3.11-config", "nothing")
    for full in ("3.6.15", "3.11.7", "3.13.0"):
        name = f"python{full.rpartition('.')[0]}"
        put(tmp_path / "pyenv/versions" / full / "bin" / name, full)
        put(tmp_path / "pyenv/shims" / name, "", 127)
    return tmp_path


def path_of(machine: Path) -> dict[str, str]:
    """Return the machine's environment."""
    return {"PATH": f"{machine}/pyenv/shims:{machine}/usr/bin"}


def test_interpreters_are_found_behind_shims_and_the_first_that_works_is_taken(machine: Path) -> None:
    found = pythons.discover(path_of(machine), machine / "home")
    assert {python.full: str(python.path.relative_to(machine)) for python in found.values()} == {
        "3.6.15": "pyenv/versions/3.6.15/bin/python3.6",
        "3.11.2": "usr/bin/python3.11",
        "3.13.0": "pyenv/versions/3.13.0/bin/python3.13",
    }


def test_pyenv_is_found_in_the_home_as_well(machine: Path) -> None:
    (machine / "home").mkdir()
    (machine / "pyenv").rename(machine / "home" / ".pyenv")
    found = pythons.discover({"PATH": f"{machine}/usr/bin"}, machine / "home")
    assert sorted(found) == [(3, 6), (3, 11), (3, 13)]


def test_the_newest_usable_interpreter_is_chosen(machine: Path) -> None:
    found = pythons.discover(path_of(machine), machine / "home")
    assert pythons.newest(found, pythons.FOR_MAIN, "x").name == "3.13"
    assert pythons.newest(found, ((3, 10), (3, 11), (3, 12)), "x").name == "3.11"


def test_an_interpreter_that_is_not_there_is_said_to_be_missing() -> None:
    only = {(3, 13): Python((3, 13), "3.13.5", Path("/usr/bin/python3.13"))}
    with pytest.raises(NotRun, match=r"ansible-core 2\.16 needs a Python 3\.10 to 3\.12 with venv and pip"):
        pythons.newest(only, ((3, 10), (3, 11), (3, 12)), "ansible-core 2.16")


def test_interpreter_that_runs_dev_is_found_by_any_name(machine: Path) -> None:
    known = put(machine / "opt/python3", "3.12.1")
    found = pythons.discover(path_of(machine), machine / "home", known)
    assert found[(3, 12)].path == known
    assert list(found) == [(3, 6), (3, 11), (3, 12), (3, 13)]


def test_without_any_usable_interpreter_preparing_fails(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"everything here needs a Python 3\.10 to 3\.14 with venv and pip"):
        Workshop().make_main(Log(tmp_path / "a.log", "a"))


def test_dev_looks_for_the_interpreters_that_the_tools_run_on() -> None:
    script = (REPOSITORY / "dev").read_text()
    (names,) = re.findall(r"for candidate in (.*); do", script)
    listed = {name.removeprefix("python") for name in names.split() if "." in name}
    assert listed == {pythons.dotted(version) for version in pythons.FOR_MAIN}
    assert re.findall(r"import ([a-z, ]+);", script) == re.findall(r"import ([a-z, ]+);", pythons.PROBE)


def test_shims_are_taken_off_the_path() -> None:
    assert pythons.clean_path("/root/.pyenv/shims:/usr/bin::/bin") == "/usr/bin:/bin"


def test_the_folder_of_links_holds_exactly_what_was_found(machine: Path) -> None:
    found = pythons.discover(path_of(machine), machine / "home")
    folder = machine / "links"
    pythons.link(found, folder)
    del found[(3, 6)]
    pythons.link(found, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["python3.11", "python3.13"]
    assert (folder / "python3.11").readlink() == machine / "usr/bin/python3.11"
