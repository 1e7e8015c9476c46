# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the root tree of a guest is unpacked, by programs that only say how they were called."""

import os
from pathlib import Path

import pytest

from tools.lab import root_tree
from tools.lab.errors import CommandFailed

REFUSES = "echo 'unshare failed: Operation not permitted' >&2; exit 1"
RUNS = 'shift; exec env OWN_MOUNTS=yes "$@"'
SAYS = 'echo "own mounts: ${OWN_MOUNTS:-no}"; printf "%s\\n" "$@"'


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the directory of the programs that are found first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.delenv("LAB_MIRROR", raising=False)
    program(folder / "mmdebstrap", SAYS)
    return folder


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def unpacked(tmp_path: Path, name: str) -> list[str]:
    log = tmp_path / "build.log"
    options = root_tree.options_of("trixie", ["linux-image-amd64", "sudo"], ["kdump-tools"], "--aptopt=x")
    root_tree.unpack(options, tmp_path / name, log)
    return log.read_text().splitlines()[1:]


def test_its_mounts_end_with_it(programs: Path, tmp_path: Path) -> None:
    program(programs / "unshare", RUNS)
    said = unpacked(tmp_path, "tree")
    assert said[0] == "own mounts: yes"
    assert {"--format=directory", "--include=linux-image-amd64,sudo", "--aptopt=x"} < set(said)
    assert said[-2:] == ["trixie", str(tmp_path / "tree")]


def test_where_a_namespace_of_mounts_is_refused_it_runs_without(programs: Path, tmp_path: Path) -> None:
    program(programs / "unshare", REFUSES)
    assert unpacked(tmp_path, "tree")[0] == "own mounts: no"


def test_an_archive_and_a_mirror(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs / "unshare", RUNS)
    monkeypatch.setenv("LAB_MIRROR", "http://mirror.example/debian")
    said = unpacked(tmp_path, "root.tar")
    assert "--format=tar" in said and said[-1] == "http://mirror.example/debian"


def test_a_failure_says_which_command_failed(programs: Path, tmp_path: Path) -> None:
    program(programs / "unshare", RUNS)
    program(programs / "mmdebstrap", "echo 'E: no such suite' >&2; exit 25")
    with pytest.raises(CommandFailed, match=r"(?s)mmdebstrap .*exited with 25:.*E: no such suite"):
        unpacked(tmp_path, "tree")
