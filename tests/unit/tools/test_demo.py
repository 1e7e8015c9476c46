# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration says and ends at its end, and that it keeps other runs out of its tree."""

import argparse
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tools.demo import __main__ as demo
from tools.demo.__main__ import summary
from tools.dev import __main__ as dev
from tools.dev.places import REPOSITORY
from tools.dev.stages import PASSED, Result
from tools.dev.tallies import Tally
from tools.dev.workshop import Workshop
from tools.lab.errors import LabError

RESULT: dict[str, Any] = {
    "host": "demo",
    "armed": True,
    "running_kernel": "6.1.0-56-cloud-amd64",
    "memory": {"reserved_bytes": 134217728},
    "crashkernel": ["384M-:128M"],
    "dump": {
        "directory": "/var/crash/202611232020",
        "files": [
            {"name": "dump.202611232020", "size_bytes": 51000000},
            {"name": "dmesg.202611232020", "size_bytes": 43},
        ],
        "format": "flattened",
        "complete": True,
        "reason": "the end mark is there",
        "kernel": "6.1.0-56-cloud-amd64",
        "panic": "Kernel panic - not syncing: sysrq triggered crash",
    },
}


def test_the_summary_has_what_a_person_wants_to_see() -> None:
    text = summary(RESULT)
    assert "128 MiB, 384M-:128M" in text
    assert "dump.202611232020  51,000,000 bytes" in text
    assert "Kernel panic - not syncing: sysrq triggered crash" in text


def test_the_kernel_is_the_dumps_and_not_the_running_one() -> None:
    text = summary(dict(RESULT, dump=dict(RESULT["dump"], kernel="5.14.0-503.el9")))
    assert "5.14.0-503.el9" in text
    assert "6.1.0-56" not in text


def test_an_incomplete_dump_is_called_so_with_the_reason() -> None:
    broken = dict(RESULT["dump"], complete=False, reason="the end mark is missing")
    assert "no: the end mark is missing" in summary(dict(RESULT, dump=broken))


class MadeUpGuest:
    """A guest that is only said to run."""

    stopped = False

    def running(self) -> bool:
        """Return whether it is there."""
        return not self.stopped

    def stop(self) -> None:
        """End it."""
        self.stopped = True

    def ssh_argv(self) -> list[str]:
        """Return how it is reached."""
        return ["ssh", "root@guest"]


@pytest.mark.parametrize("step", ["boot", "prove"])
@pytest.mark.parametrize("keep", [True, False])
def test_failed_demo_ends_its_guest_or_says_how_to_end_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: str, keep: bool
) -> None:
    guest = MadeUpGuest()

    def fails(*_words: object) -> None:
        raise LabError("no dump")

    monkeypatch.setattr(demo, "create", lambda _recipe: guest)
    monkeypatch.setattr(demo, "boot", lambda *_words: None)
    monkeypatch.setattr(demo, step, fails)
    with pytest.raises(LabError, match="no dump"):
        demo.run(argparse.Namespace(image="debian-12", keep=keep))
    assert guest.stopped != keep
    assert ("end it:    ssh root@guest poweroff" in capsys.readouterr().out) == keep


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_demo_ends_its_playbook(tmp_path: Path, number: signal.Signals) -> None:
    # the playbook itself says that it runs, by its process id
    running = tmp_path / "running"
    os.mkfifo(running)
    playbook = f"sleep 1; echo $$ > {running}; exec sleep 3600"
    script = f"from tools.demo import __main__ as d; d.exit_by_signals(); d._run(['sh', '-c', '{playbook}'])"
    # under nohup, the tests and so the demo would ignore SIGHUP
    kept = signal.signal(number, signal.SIG_DFL)
    process = subprocess.Popen([sys.executable, "-c", script], cwd=REPOSITORY)
    signal.signal(number, kept)
    pid = int(running.read_text())
    process.send_signal(number)
    assert process.wait(60) == 128 + number
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_signal_that_is_ignored_stays_so() -> None:
    script = "import os, signal; signal.signal(1, signal.SIG_IGN); from tools.lab.commands import exit_by_signals; "
    script += "exit_by_signals(); os.kill(os.getpid(), 1); print('goes on')"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "goes on\n"


def test_demo_keeps_other_runs_out_of_its_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def replaced(_program: str, argv: list[str], _variables: dict[str, str]) -> NoReturn:
        with (tmp_path / "lock").open("w") as stream, pytest.raises(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # the lock is held by what takes the place of this process
        held = [name for name in os.listdir("/proc/self/fd") if _is(name, tmp_path / "lock")]
        raise SystemExit(f"{' '.join(argv[1:])} {[os.get_inheritable(int(name)) for name in held]}")

    monkeypatch.setattr(dev, "LAB", tmp_path)
    monkeypatch.setattr("tools.dev.schedule.run_all", lambda *_words: [Result("prepare", PASSED, 0, Tally())])
    monkeypatch.setattr(Workshop, "environ", lambda _self, _name: {})
    monkeypatch.setattr(Workshop, "__init__", lambda self: setattr(self, "environments", {"main": tmp_path}))
    monkeypatch.setattr(os, "execve", replaced)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"-m tools.demo --keep \[True\]"):
        dev.demo(keep=True)


def _is(name: str, path: Path) -> bool:
    """Return whether an open file of this process is the one at a path."""
    try:
        return os.readlink(f"/proc/self/fd/{name}") == str(path)
    except FileNotFoundError:
        return False
