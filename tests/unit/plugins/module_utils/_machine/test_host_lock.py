# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time changes a host, on the machine that runs the tests."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock, replace_files
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host_lock import Lock
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import run_module
from ansible_collections.crashops.kdump.plugins.modules import (
    crashkernel_reserve,
    kdump_config,
    kdump_info,
    kdump_service,
    kdump_target,
    vmcore_info,
)

# adds one to the number in a file, and is slow enough for others to come between; takes the paths of both
ADDS = """
import sys, time
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host_lock import Lock
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
lock, path = Lock(sys.argv[1]), sys.argv[2]
lock.take("kdump_config", 60)
number = int(Host(None).read(path)) + 1
time.sleep(0.05)
Host(None).write(path, str(number))
"""
HOLDS = """
import sys, time
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host_lock import Lock
Lock(sys.argv[1]).take("kdump_service", 60)
print("held", flush=True)
time.sleep(60)
"""


class Module:
    """As much of an AnsibleModule as run_module() asks for."""

    params: Dict[str, Any] = {}

    def __init__(self, check_mode: bool = False) -> None:
        self.check_mode = check_mode
        self.result: Dict[str, Any] = {}
        self.passed: Sequence[int] = ()

    def exit_json(self, **result: Any) -> None:
        self.result = result

    def fail_json(self, **result: Any) -> None:
        self.result = dict(result, failed=True)

    def run_command(
        self,
        argv: List[str],
        environ_update: Optional[Dict[str, str]] = None,
        handle_exceptions: bool = True,
        pass_fds: Union[List[int], Tuple[Any, ...]] = (),
    ) -> Tuple[int, str, str]:
        self.passed = tuple(pass_fds)
        return 0, "", ""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the path of a lock that holds for this test alone."""
    monkeypatch.setattr(host_lock, "PATH", str(tmp_path / "lock"))
    monkeypatch.setattr(host_lock, "WAIT_S", 0)
    monkeypatch.setattr(replace_files, "WRITTEN", ())
    return host_lock.PATH


def wait_for(program: "subprocess.Popen[bytes]") -> None:
    """Return when a program has printed a line."""
    assert program.stdout is not None
    program.stdout.readline()


def started(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    # ansible-test lets its own process alone find the collection
    root = os.path.abspath(os.path.join(os.path.dirname(host_lock.__file__), *[os.pardir] * 6))
    argv = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, env=dict(os.environ, PYTHONPATH=root))


def test_of_twelve_runs_at_once_none_loses_an_edit(path: str, tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    runs = [started(ADDS, path, str(tmp_path / "number")) for dummy in range(12)]
    assert [run.wait() for run in runs] == [0] * 12
    assert (tmp_path / "number").read_text() == "12"


def test_a_lock_that_is_not_free_is_a_failure_that_names_its_holder(path: str) -> None:
    holder = started(HOLDS, path)
    wait_for(holder)
    with pytest.raises(Failure) as caught:
        Lock().take("kdump_config", 0)
    holder.kill()
    holder.wait()
    words = r"kdump_service has been changing this host since \d\d:\d\d:\d\d .process %d.; "
    assert caught.match(words % holder.pid + "waited 0 s for it. Nothing was changed")


def test_where_the_holder_cannot_be_written_down_the_lock_holds(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes, offset: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    holder = Lock()
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        holder.take("kdump_service", 0)
    with pytest.raises(Failure, match="another run is changing this host; waited 0 s"):
        Lock().take("kdump_config", 0)
    holder.release()


def test_a_holder_that_is_killed_frees_the_lock(path: str) -> None:
    holder = started(HOLDS, path)
    wait_for(holder)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    lock = Lock()
    lock.take("kdump_config", 0)
    lock.release()


def test_a_command_that_outlives_its_module_keeps_the_lock(path: str) -> None:
    lock = Lock()
    lock.take("kdump_service", 0)
    assert lock.handle is not None
    command = subprocess.Popen(["sleep", "60"], pass_fds=[lock.handle])
    lock.release()
    with open(path, "w") as stream:
        stream.write("4194999 kdump_service 10:00:00\n")  # above the highest number of a process
    with pytest.raises(Failure, match="a command that kdump_service started at 10:00:00 still runs"):
        Lock().take("kdump_config", 0)
    command.kill()
    command.wait()
    lock.take("kdump_config", 0)
    lock.release()


@pytest.mark.parametrize(
    ("argv", "passed"),
    [(["systemctl", "restart", "kdump"], 1), (["/etc/kernel/postinst.d/kdump-tools", "6.1"], 1), (["ssh", "k@s"], 0)],
)
def test_only_commands_that_change_the_host_get_the_lock(path: str, argv: List[str], passed: int) -> None:
    module = Module()
    host = Host(module)
    host.lock("kdump_service")
    module.passed = ()
    host.run(argv)
    host.unlock()
    assert len(module.passed) == passed


def test_a_module_that_changes_the_host_holds_the_lock_while_it_runs(path: str) -> None:
    def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, bool]:
        with pytest.raises(Failure):
            Lock().take("kdump_service", 0)
        return {"changed": True}

    module = Module()
    run_module(module, ensure, "kdump_config")
    assert module.result["changed"]
    Lock().take("kdump_service", 0)


@pytest.mark.parametrize(("check_mode", "changes"), [(True, "kdump_config"), (False, None)])
def test_check_mode_and_looks_take_no_lock(path: str, check_mode: bool, changes: Optional[str]) -> None:
    held = Lock()
    held.take("kdump_service", 0)
    module = Module(check_mode)
    run_module(module, lambda host, params, check_mode: {"changed": False}, changes)
    held.release()
    assert (module.result["changed"], module.result["commands"]) == (False, [])


def test_a_module_that_waited_in_vain_reads_and_changes_nothing(path: str) -> None:
    held = Lock()
    held.take("kdump_service", 0)
    module = Module()
    run_module(module, lambda host, params, check_mode: pytest.fail("it went on"), "kdump_config")
    held.release()
    assert module.result["failed"] and "kdump_service has been changing this host" in module.result["msg"]


def test_a_run_removes_what_killed_runs_left(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replace_files, "WRITTEN", (str(tmp_path / "any"),))
    (tmp_path / ".crashops-kdump-tmp-dead").write_text("half")
    run_module(Module(check_mode=True), lambda *dummy: {}, "kdump_config")
    assert (tmp_path / ".crashops-kdump-tmp-dead").exists()
    run_module(Module(), lambda *dummy: {}, "kdump_config")
    assert not (tmp_path / ".crashops-kdump-tmp-dead").exists()


def test_a_link_in_the_place_of_the_lock_is_not_followed(path: str, tmp_path: Path) -> None:
    os.symlink(str(tmp_path / "elsewhere"), path)
    with pytest.raises(Failure, match="cannot lock this host"):
        Lock().take("kdump_config", 0)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("module", [crashkernel_reserve, kdump_config, kdump_service, kdump_target])
def test_each_module_that_changes_a_host_waits_for_the_lock(
    path: str, run_module: Callable[..., Dict[str, Any]], module: ModuleType
) -> None:
    held = Lock()
    held.take("kdump_service", 0)
    result = run_module(module.main)
    held.release()
    assert (
        result["failed"] and "kdump_service has been changing this host" in result["msg"] and result["commands"] == []
    )


@pytest.mark.parametrize("module", [kdump_info, vmcore_info])
def test_a_module_that_only_looks_does_not_wait(
    path: str, run_module: Callable[..., Dict[str, Any]], module: ModuleType
) -> None:
    held = Lock()
    held.take("kdump_service", 0)
    result = run_module(module.main)
    held.release()
    assert "changing this host" not in result.get("msg", "")
