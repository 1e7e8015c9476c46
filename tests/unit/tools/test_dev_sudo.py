# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ./dev does by sudo, and what it says about files that are not of this user."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.dev import __main__ as dev
from tools.dev import guest_gates
from tools.dev.log import Log
from tools.dev.workshop import Workshop
from tools.lab import image


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Return a workshop whose main environment has this Python."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(guest_gates, "STAGED", tmp_path)
    monkeypatch.setattr("tools.dev.workshop.STAGED", tmp_path)
    made = Workshop()
    made.environments["main"] = tmp_path
    return made


@pytest.mark.parametrize(("user", "root"), [(0, []), (1000, ["sudo", "env"])])
def test_image_is_built_as_root(
    work: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, root: list[str]
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setenv("LAB_MIRROR", "http://mirror.example/debian")
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr(guest_gates, "image_of", lambda name: tmp_path / name)
    monkeypatch.setattr(guest_gates, "IMAGES", tmp_path / "images")
    monkeypatch.setattr(Log, "run", lambda _self, argv, *_words, **_more: ran.append(list(argv)))
    guest_gates.build_step(work, "12").action(Log(tmp_path / "log", "image-12"))
    (command,) = ran
    assert command[: len(root)] == root
    assert command[-4:] == [str(tmp_path / "bin" / "python"), "-m", "tools.lab", "image", "debian-12"][-4:]
    words = [word.partition("=")[0] for word in command if "=" in word]
    assert words == (list(guest_gates.OF_A_BUILD[:5]) if user else [])


def test_image_that_is_there_needs_no_sudo(work: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(guest_gates, "image_of", lambda _name: tmp_path)
    monkeypatch.setattr(Log, "run", lambda _self, argv, *_words, **_more: ran.append(list(argv)))
    guest_gates.build_step(work, "12").action(Log(tmp_path / "log", "image-12"))
    assert "sudo" not in ran[0]


def test_image_that_sudo_built_belongs_to_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[Path, int, int]] = []
    (tmp_path / "disk.qcow2").touch()
    monkeypatch.setattr("os.chown", lambda *words: given.append(words))
    monkeypatch.delenv("SUDO_UID", raising=False)
    image._hand_over(tmp_path)
    assert given == []
    monkeypatch.setenv("SUDO_UID", "1000")
    monkeypatch.setenv("SUDO_GID", "100")
    image._hand_over(tmp_path)
    assert given == [(tmp_path, 1000, 100), (tmp_path / "disk.qcow2", 1000, 100)]


def test_build_by_sudo_gets_what_sudo_drops(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "LAB_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    shown = "import os; print(os.environ['CRASHOPS_CACHE'], os.environ['PYTHONDONTWRITEBYTECODE'])"
    argv = guest_gates.by_sudo(work, ["python", "-c", shown])
    assert argv[0] == "sudo"
    # as sudo runs it: without the variables of this process
    done = subprocess.run(argv[1:], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [work.environ("main")["CRASHOPS_CACHE"], "1"]


def test_tree_of_another_user_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_words: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "lock"))

    monkeypatch.setattr(dev, "LAB", tmp_path)
    monkeypatch.setattr(dev, "exit_by_signals", lambda: None)
    monkeypatch.setattr("sys.argv", ["./dev", "lint"])
    monkeypatch.setattr("builtins.open", refused)
    assert dev.main() == 1
    said = f"{tmp_path}/lock is not this user's: run ./dev as the user who made it, or let that user remove {tmp_path}"
    assert said in capsys.readouterr().out


def test_other_refusals_are_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(PermissionError):
        dev._of_another_user(PermissionError(13, "Permission denied", "/etc/shadow"))
