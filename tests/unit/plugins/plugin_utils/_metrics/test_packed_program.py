# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program for hosts: what is packed, that it is the same each time, and that it runs without Ansible."""

import ast
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import List

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._metrics.pack import MODULE_UTILS, PACKAGE, packed
from prometheus_client.parser import text_string_to_metric_families


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return the program in a directory of its own."""
    path = tmp_path / "crashops-kdump-metrics"
    path.write_bytes(packed())
    path.chmod(0o755)
    return path


def run(*argv: str) -> "subprocess.CompletedProcess[bytes]":
    """Return a command that ended; nothing that Python or Ansible would find in the environment is passed on."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return subprocess.run(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd="/",
        timeout=300,
        check=False,
    )


def names_in(program: Path) -> List[str]:
    """Return the names in the zip file."""
    with zipfile.ZipFile(program) as archive:
        return archive.namelist()


def test_two_builds_are_the_same_to_the_byte() -> None:
    assert packed() == packed()


def test_times_modes_and_leftovers_of_the_sources_make_no_difference(tmp_path: Path) -> None:
    folder = tmp_path / "module_utils"
    shutil.copytree(MODULE_UTILS, folder)
    first = packed(folder)
    for path in folder.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o600)
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / "__pycache__" / "_host.cpython-313.pyc").write_bytes(b"x")
    assert packed(folder) == first == packed()


def test_another_source_gives_another_program(tmp_path: Path) -> None:
    folder = tmp_path / "module_utils"
    shutil.copytree(MODULE_UTILS, folder)
    (folder / "_more.py").write_text("")
    assert packed(folder) != packed()


def test_names_are_sorted_and_nothing_is_compressed() -> None:
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        names = [entry.filename for entry in archive.infolist()]
        assert names == sorted(set(names))
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.testzip() is None


def test_every_folder_is_a_package(program: Path) -> None:
    names = names_in(program)
    folders = {name.rsplit("/", 1)[0] for name in names if "/" in name}
    folders |= {PACKAGE.rsplit("/", count)[0] for count in range(1, PACKAGE.count("/") + 1)}
    assert [folder for folder in sorted(folders) if f"{folder}/__init__.py" not in names] == []


def test_nothing_in_it_wants_ansible(program: Path) -> None:
    found = []
    with zipfile.ZipFile(program) as archive:
        for name in archive.namelist():
            for node in ast.walk(ast.parse(archive.read(name))):
                imported = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                imported += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                found += [f"{name}: {module}" for module in imported if module.split(".")[0] == "ansible"]
    assert found == []


def test_it_runs_here_with_what_runs_the_tests(program: Path) -> None:
    done = run(sys.executable, "-I", str(program), "--stdout")
    assert (done.returncode, done.stderr.decode()) == (0, "")
    families = {family.name: family for family in text_string_to_metric_families(done.stdout.decode())}
    assert families["crashops_kdump_up"].samples[0].value == 1
    assert sum(sample.value for sample in families["crashops_kdump_verdict"].samples) == 1


def test_it_finds_the_machines_own_python_or_says_that_there_is_none(program: Path) -> None:
    found = [path for path in ("/usr/libexec/platform-python", "/usr/bin/python3") if os.access(path, os.X_OK)]
    done = run(str(program), "--stdout")
    assert done.returncode == (0 if found else 127)
    assert done.stderr.decode() == ("" if found else f"{program}: there is no /usr/bin/python3\n")
    assert (b"crashops_kdump_up 1\n" in done.stdout) == bool(found)


def test_it_writes_into_a_directory(program: Path, tmp_path: Path) -> None:
    target = tmp_path / "textfile"
    target.mkdir()
    done = run(sys.executable, "-I", str(program), "--directory", str(target))
    assert done.returncode == 0
    assert [path.name for path in target.iterdir()] == ["crashops_kdump.prom"]
