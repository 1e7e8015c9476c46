# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the crash_test action: a whole crash against a host that is played by a script. No time passes."""

import json
import os
import signal
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.playbook.task import Task
from ansible_collections.crashops.kdump.plugins.action.crash_test import ActionModule, console_tail
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import trigger
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.waiting import LOOK

OLD = "11111111-2222-3333-4444-555555555555"
NEW = "66666666-7777-8888-9999-000000000000"
KERNEL = "6.1.0-41-cloud-amd64"
NOW = 1795464500.0
GONE = "connection timed out"


class Shell:
    """The shell of a connection."""

    tmpdir = "/root/.ansible/tmp/before"


class Connection:
    """A connection that only counts."""

    def __init__(self, transport: str = "ssh") -> None:
        self.transport = transport
        self._shell = Shell()
        self.resets = 0
        self.options = {"ssh_extra_args": "-o Tunnel=no"}

    def reset(self) -> None:
        self.resets += 1

    def get_option(self, name: str) -> str:
        return self.options[name]

    def set_option(self, name: str, value: str) -> None:
        self.options[name] = value


def info(**changes: Any) -> Dict[str, Any]:
    """Return kdump_info's result for an armed host."""
    base = {
        "kernel": KERNEL,
        "boot_id": OLD,
        "capture_kernel": False,
        "armed": True,
        "verdict": "ready_unproven",
        "summary": "No crash has proved it.",
        "reasons": [],
        "memory": {"ram_bytes": 2**31},
        "settings": {"target_type": "local", "target_location": None, "path": "/var/crash"},
        "dump_directory": {"path": "/var/crash"},
        "dump_file_system": "ext4 on /dev/vda1",
        "crashkernel": {"booted": ["256M"]},
        "image": {"path": "/var/lib/kdump/initrd.img"},
        "collector": {"mtime": 99.5},
        "firmware": "SeaBIOS 1.16",
        "own_files": {"/usr/sbin/kexec": "0a"},
        "capture_words": ["ro", "nr_cpus=1"],
        "findings": [],
        "checks": [],
    }
    return dict(base, **changes)


def dump(name: str, **changes: Any) -> Dict[str, Any]:
    """Return a dump as vmcore_info tells it."""
    base = {
        "id": name,
        "core": "/var/crash/" + name,
        "directory": "/var/crash",
        "complete": True,
        "reason": "all of it is there",
        "nodename": None,
        "crash_time": NOW + 3,
        "mtime": NOW - 900,
        "kernel": KERNEL,
        "format": "flattened",
        "size_bytes": 7,
        "panic": "Kernel panic - not syncing: sysrq triggered crash",
        "files": [{"name": name, "size_bytes": 7}],
    }
    return dict(base, **changes)


class CrashTest(ActionModule):
    """The action on a host that is played: answers to looks in order (the last one stays), and modules' results."""

    who = "clock %d\nweb1\n10.0.0.1\n" % NOW
    own = "99999999-2222-3333-4444-555555555555"

    def __init__(
        self,
        args: Dict[str, Any],
        *,
        looks: Sequence[str] = (NEW,),
        infos: Optional[List[Any]] = None,
        after: Optional[List[Dict[str, Any]]] = None,
        check_mode: bool = False,
        connection: Optional[Connection] = None,
    ) -> None:
        task = Task()
        task._ds = {"crashops.kdump.crash_test": args}
        task.args, task.check_mode, task.action = args, check_mode, "crashops.kdump.crash_test"
        connection = connection or Connection()
        super().__init__(task, connection, None, None, None, None)
        self.looks = list(looks)
        self.infos = list(infos or [info()])
        self.dumps = [[dump("old", crash_time=NOW - 900)], [dump("new")] if after is None else after]
        self.now_s = 0.0
        self.calls: List[str] = []
        self.told: List[str] = []
        self.copied: List[Dict[str, str]] = []
        self.looked_in: List[str] = []
        self.asked: List[Dict[str, Any]] = []
        self.console_of_crash: Optional[Tuple[Path, str]] = None
        self.typed: Dict[str, Any] = {}
        self.at_trigger: Any = {"rc": 0, "stdout": "", "stderr": ""}
        self.called_off: List[Any] = []
        self.while_waiting: Optional[Callable[[], None]] = None

    def _typed(self) -> Dict[str, Any]:
        return self.typed

    def _own_boot_id(self) -> str:
        return self.own

    def clock(self) -> float:
        return self.now_s

    def pause(self, seconds: Any) -> None:
        self.now_s += seconds
        if self.while_waiting:
            self.while_waiting()

    def _say(self, words: str) -> None:
        self.told.append(words)

    def _copy(self, args: Dict[str, str]) -> Dict[str, bool]:
        self.copied.append(args)
        return {"changed": True}

    def _remove_tmp_path(self, tmp_path: str, force: bool = False) -> None:
        self.calls.append("rm")

    def _on_server(self, args: Dict[str, Any]) -> Any:
        self.calls.append("server " + args["path"])
        return self.next_of(self.dumps_there)

    def _execute_module(
        self,
        module_name: Any = None,
        module_args: Any = None,
        task_vars: Any = None,
        **dummy: Any,
    ) -> Any:
        self.calls.append(module_name.rsplit(".", 1)[1])
        if module_name.endswith("kdump_info"):
            self.asked.append(module_args)
            return self.next_of(self.infos)
        if module_name.endswith("vmcore_info"):
            self.looked_in.append(module_args["path"])
            return {"dumps": self.next_of(self.dumps), "now": NOW}
        if module_name.endswith("stat"):
            self.stat_args = module_args
        return {"stat": {"mtime": 5.0}}

    def next_of(self, answers: List[Any]) -> Any:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _low_level_execute_command(self, cmd: str, sudoable: bool = True, **dummy: Any) -> Any:
        if "uname -n" in cmd:
            return {"rc": 0, "stdout": self.who, "stderr": ""}
        if cmd == trigger.forget_all():
            self.calls.append("forget")
            return {"rc": 0, "stdout": ""}
        if cmd == trigger.call_off(OLD, self._test_id):
            self.calls.append("call off")
            return {"rc": 0, "stdout": self.next_of(self.called_off)}
        if cmd != LOOK:
            self.calls.append("trigger")
            if self.console_of_crash:
                path, text = self.console_of_crash
                path.write_text(path.read_text() + text)
            return self.next_of([self.at_trigger])
        look = self.next_of(self.looks)
        if look == GONE:
            self.now_s += 10
            raise AnsibleConnectionFailure(GONE)
        return {"rc": 0, "stdout": look + "\n", "stderr": ""}


def run(action: CrashTest) -> Dict[str, Any]:
    """Return the result of the action for the host web1."""
    return action.run(task_vars={"inventory_hostname": "web1", "hostvars": {"web1": {}, "store": {}}})


CONSENT = {"confirm": "web1"}


def test_a_crash_is_waited_for_and_its_dump_recorded() -> None:
    action = CrashTest(CONSENT, looks=[OLD, GONE, GONE, NEW + "\ncapture", NEW + "\ncapture", NEW])
    result = run(action)
    assert not result.get("failed"), result
    assert result["changed"] is True
    assert (result["boot_id_before"], result["boot_id_after"]) == (OLD, NEW)
    assert (result["dump"]["id"], result["armed_after"]) == ("new", True)
    assert result["proof"] == "/var/lib/crashops-kdump/proof.json"
    assert result["seconds_down"] > 20
    before, after = ["kdump_info", "vmcore_info", "stat"], ["kdump_info", "vmcore_info", "forget", "file"]
    assert action.calls == [*before, "rm", "trigger", *after]
    # what a proof records is in the full result alone; what the host says after the crash may be short
    assert [options.get("detail") for options in action.asked] == ["full", None]


def test_the_proof_is_for_root_alone_and_names_the_dump() -> None:
    action = CrashTest(CONSENT)
    run(action)
    (args,) = action.copied
    assert (args["dest"], args["mode"]) == ("/var/lib/crashops-kdump/proof.json", "0600")
    assert json.loads(args["content"])["dump"]["id"] == "new"


def test_a_dump_whose_proof_cannot_be_recorded_was_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    action = CrashTest(CONSENT)
    monkeypatch.setattr(action, "_copy", lambda args: {"failed": True, "msg": "No space left on device"})
    result = run(action)
    assert result["failed"] and "cannot record the proof" in result["msg"]
    assert "forget" in action.calls


def test_without_recording_no_proof_is_written() -> None:
    action = CrashTest(dict(CONSENT, record=False))
    assert (run(action)["proof"], action.copied) == (None, [])
    assert action.calls[-1] == "forget"


def test_sessions_that_the_crash_leaves_hanging_end_by_themselves() -> None:
    action = CrashTest(CONSENT)
    run(action)
    assert action._connection.options["ssh_extra_args"].startswith("-o Tunnel=no -o ServerAliveInterval=")
    assert action._connection.resets == 1


def test_in_check_mode_all_is_checked_and_nothing_crashes() -> None:
    action = CrashTest(CONSENT, check_mode=True)
    result = run(action)
    assert (result["changed"], action.calls) == (True, ["kdump_info", "vmcore_info", "stat"])
    assert "would be crashed" in result["msg"]


REFUSED = [
    ({}, {}, [], "confirm: '' is refused"),
    ({"confirm": "web2"}, {}, [], "confirm: 'web2' is refused"),
    (dict(CONSENT, delay=301), {}, [], "delay: 301 is refused"),
    (CONSENT, {"connection": Connection("community.docker.docker")}, [], "the control node would crash"),
    (CONSENT, {"infos": [info(boot_id=CrashTest.own)]}, ["kdump_info"], "the boot id of the control node"),
    (CONSENT, {"infos": [info(verdict="not_ready")]}, ["kdump_info"], "verdict: 'not_ready' is refused"),
    (CONSENT, {"infos": [info(verdict="disabled_by_policy")]}, ["kdump_info"], "'disabled_by_policy' is refused"),
    (CONSENT, {"infos": [info(verdict="unsupported")]}, ["kdump_info"], "take it out of this run"),
    (dict(CONSENT, timeout=1), {}, [], "timeout: 1 is refused"),
    (CONSENT, {"connection": Connection("local")}, [], "control node"),
    (CONSENT, {"infos": [info(armed=False)]}, ["kdump_info"], "not armed"),
    (CONSENT, {"infos": [info(capture_kernel=True)]}, ["kdump_info"], "capture kernel"),
]


@pytest.mark.parametrize("args, host, calls, words", REFUSED)
def test_a_refusal_comes_before_anything_happens(
    args: Dict[str, Any], host: Dict[str, Any], calls: List[str], words: str
) -> None:
    action = CrashTest(args, **host)
    result = run(action)
    assert (result["failed"], result["changed"]) == (True, False)
    assert words in result["msg"]
    assert action.calls == calls


def test_a_template_is_no_consent_whatever_it_becomes() -> None:
    action = CrashTest({"confirm": "web1"})
    action._task._ds = {"crashops.kdump.crash_test": {"confirm": "{{ inventory_hostname }}"}}
    result = run(action)
    assert result["failed"] and "which was not typed for this run" in result["msg"]
    assert action.calls == []


def test_a_degraded_host_is_crashed_where_its_verdict_is_named() -> None:
    action = CrashTest(dict(CONSENT, verdicts=["degraded"]), infos=[info(verdict="degraded")])
    assert not run(action).get("failed")


def test_a_dump_that_is_being_written_is_not_cut_off() -> None:
    action = CrashTest(CONSENT)
    action.dumps = [[dump("half", mtime=NOW - 3)]]
    result = run(action)
    assert result["failed"] and "a crash may cut it off" in result["msg"]
    assert "trigger" not in action.calls


def test_a_host_that_is_no_longer_as_it_was_is_not_crashed() -> None:
    action = CrashTest(CONSENT)
    action.at_trigger = {"rc": 1, "stdout": "it is not armed any more\n", "stderr": ""}
    result = run(action)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == "web1 was not crashed: it is not armed any more"
    assert "call off" not in action.calls


def test_a_host_that_held_its_crash_back_fails_at_once_and_unchanged() -> None:
    result = run(CrashTest(CONSENT, looks=[OLD + "\nheld makedumpfile is at work there"]))
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == "web1 was not crashed: makedumpfile is at work there"


def test_a_connection_that_breaks_at_the_trigger_calls_the_crash_off() -> None:
    action = CrashTest(CONSENT)
    action.at_trigger, action.called_off = AnsibleConnectionFailure("Broken pipe"), [OLD]
    result = run(action)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "the connection to web1 broke while its crash was set off (Broken pipe); it was called off" in result["msg"]


def test_a_host_that_is_silent_after_a_broken_connection_is_awaited() -> None:
    action = CrashTest(CONSENT)
    action.at_trigger, action.called_off = AnsibleConnectionFailure("Broken pipe"), [AnsibleConnectionFailure(GONE)]
    result = run(action)
    assert not result.get("failed"), result
    assert any("it may have crashed, so the test waits for it" in words for words in action.told)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_before_the_panic_calls_the_crash_off(number: signal.Signals) -> None:
    action = CrashTest(dict(CONSENT, delay=60))
    action.called_off = [OLD]
    action.while_waiting = lambda: os.kill(os.getpid(), number)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        run(action)
    assert action.calls[-2:] == ["trigger", "call off"]
    assert signal.getsignal(number) is before


def test_a_host_that_does_not_come_back_fails_with_the_end_of_its_console(tmp_path: Path) -> None:
    console = tmp_path / "serial.log"
    console.write_text("".join("line %d\n" % number for number in range(100)))
    action = CrashTest(dict(CONSENT, timeout=100, console=str(console)), looks=[GONE])
    action.console_of_crash = (console, "".join("after %d\n" % number for number in range(20)))
    result = run(action)
    assert result["failed"] and result["changed"]
    assert "did not come back within 1" in result["msg"]
    assert "and nothing grows any more" in result["msg"]
    assert GONE in result["msg"]
    assert result["console"] == ["after %d" % number for number in range(20)]
    assert any("at most" in words for words in action.told)


def test_a_console_that_was_begun_anew_is_quoted_from_its_beginning(tmp_path: Path) -> None:
    console = tmp_path / "serial.log"
    console.write_text("before\n")
    assert console_tail(str(console), since=100) == ["before"]


def test_the_dump_of_a_raw_target_is_looked_for_in_the_local_path() -> None:
    raw = {"target_type": "raw", "target_location": "/dev/vdb", "path": "/srv/moved"}
    action = CrashTest(CONSENT, infos=[info(settings=raw, dump_directory={"path": None})])
    result = run(action)
    assert (result["dump"]["id"], result["armed_after"]) == ("new", True)
    assert action.looked_in == ["/srv/moved", "/srv/moved"]


def test_a_crash_without_root_is_refused_and_names_become() -> None:
    action = CrashTest(CONSENT, infos=[info(root=False, armed=False)])
    result = run(action)
    assert result["failed"] and result["msg"] == (
        "become: False is refused: only root can crash a host and read its dumps; "
        "set become: true (ansible-playbook --become)."
    )
    assert action.calls == ["kdump_info"]


def test_a_raw_target_that_kdumpctl_recovers_nothing_from_is_refused_before_the_crash() -> None:
    raw = {"target_type": "raw", "target_location": "/dev/vdb", "path": "/var/crash"}
    found = [{"rule": "R40", "message": "/dev/vdb holds a file system (xfs)"}]
    action = CrashTest(CONSENT, infos=[info(settings=raw, dump_directory={"path": None}, findings=found)])
    result = run(action)
    assert result["failed"] and "wipefs -a" in result["msg"]
    assert action.calls == ["kdump_info"]


def test_a_console_that_cannot_be_read_does_not_hide_the_failure() -> None:
    result = run(CrashTest(dict(CONSENT, timeout=60, console="/nonexistent/serial.log"), looks=[GONE]))
    assert "did not come back" in result["msg"]
    assert "cannot be read" in result["msg"]


def test_a_host_that_stays_in_its_capture_kernel_is_not_taken_for_back() -> None:
    result = run(CrashTest(dict(CONSENT, timeout=60), looks=[NEW + "\ncapture"]))
    assert "last seen: the capture kernel is at work" in result["msg"]


def test_a_host_that_did_not_take_the_trigger_fails_early() -> None:
    action = CrashTest(CONSENT, looks=[OLD])
    action.called_off = [OLD]
    result = run(action)
    assert "did not crash" in result["msg"]
    assert (action.calls[-1], result["changed"]) == ("call off", False)


@pytest.mark.parametrize("looks", [[OLD, GONE, NEW], [GONE, NEW]])
def test_a_long_delay_takes_nothing_from_the_time_limits(looks: List[str]) -> None:
    result = run(CrashTest(dict(CONSENT, delay=300, timeout=300), looks=looks))
    assert not result.get("failed"), result
    assert 10 <= result["seconds_down"] < 20


def test_a_crash_after_a_long_delay_is_none_of_the_future() -> None:
    late = dump("new", crash_time=NOW + 370)
    assert not run(CrashTest(dict(CONSENT, delay=300), after=[late])).get("failed")


def test_the_time_of_a_capture_initramfs_behind_a_link_is_recorded() -> None:
    action = CrashTest(CONSENT)
    run(action)
    assert (action.stat_args["path"], action.stat_args["follow"]) == ("/var/lib/kdump/initrd.img", True)


def test_a_crash_that_left_no_dump_fails_with_the_files_that_there_are() -> None:
    result = run(CrashTest(CONSENT, after=[dump("old", crash_time=NOW - 900)]))
    assert result["failed"]
    assert "left no dump: /var/crash holds /var/crash/old (7 bytes)" in result["msg"]


def test_a_dump_that_is_not_complete_fails_with_its_reason() -> None:
    result = run(CrashTest(CONSENT, after=[dump("new", complete=False, reason="it ends early")]))
    assert result["failed"]
    assert "is not complete: it ends early" in result["msg"]
    assert (result["dump"]["id"], result["proof"]) == ("new", None)


@pytest.mark.parametrize("after", [[], [dump("new", complete=False)], [dump("new", kernel="5.10.0")]])
def test_a_crash_without_a_good_dump_stays_in_the_hosts_list_of_failed_tests(after: List[Dict[str, Any]]) -> None:
    action = CrashTest(CONSENT, after=after)
    action.dumps[1:] = [after]
    assert run(action)["failed"]
    assert "forget" not in action.calls


def test_a_host_that_arms_late_is_waited_for() -> None:
    troubled = AnsibleConnectionFailure("not yet")
    action = CrashTest(CONSENT, infos=[info(), troubled, info(armed=False), info(armed=False), info()])
    assert run(action)["armed_after"] is True


def test_a_host_that_is_not_armed_again_fails_though_its_dump_is_complete() -> None:
    result = run(CrashTest(dict(CONSENT, rearm_timeout=30), infos=[info(), info(armed=False)]))
    assert result["failed"]
    assert "not armed again" in result["msg"]
    assert (result["dump"]["id"], result["armed_after"]) == ("new", False)


def test_a_host_is_looked_at_once_where_it_has_no_time_to_arm() -> None:
    result = run(CrashTest(dict(CONSENT, rearm_timeout=0)))
    assert not result.get("failed"), result
    assert result["armed_after"] is True


def test_a_host_that_never_says_whether_it_is_armed_is_not_called_unarmed() -> None:
    result = run(CrashTest(dict(CONSENT, rearm_timeout=30), infos=[info(), AnsibleConnectionFailure("no login")]))
    assert result["failed"] and result["armed_after"] is None
    assert result["msg"] == "web1 made a complete dump, but whether it is armed again could not be read: no login"


def test_a_connection_that_breaks_after_the_crash_is_made_again() -> None:
    action = CrashTest(CONSENT)
    action.dumps = [[dump("old")], AnsibleConnectionFailure(GONE), AnsibleConnectionFailure(GONE), [dump("new")]]
    result = run(action)
    assert not result.get("failed"), result
    assert (result["dump"]["id"], len(action.copied)) == ("new", 1)


def test_a_host_that_is_gone_again_after_the_crash_fails_with_what_is_known() -> None:
    action = CrashTest(CONSENT)
    action.dumps = [[dump("old")], AnsibleConnectionFailure(GONE)]
    result = run(action)
    assert (result["failed"], result["changed"], result["boot_id_after"]) == (True, True, NEW)
    assert result["msg"] == "web1 crashed and came back, but then its dump could not be looked at: connection timed out"
    assert 300 <= action.now_s < 400


def test_a_server_that_is_gone_after_the_crash_fails_with_what_is_known() -> None:
    result = run(on_server({"dumps": []}, AnsibleConnectionFailure("no route")))
    assert (result["failed"], result["changed"], result["boot_id_after"]) == (True, True, NEW)
    assert "cannot look at the dumps on store: no route" in result["msg"]


def test_a_target_that_is_not_mounted_after_the_crash_is_no_lost_dump() -> None:
    disk = {"target_type": "ext4", "target_location": "/dev/vdb1", "path": "/crash"}
    mounted = info(settings=disk, dump_directory={"path": "/mnt/dumps/crash"})
    # kdump_info's short result leaves out what is null
    action = CrashTest(CONSENT, infos=[mounted, info(settings=disk, dump_directory={})], after=[])
    result = run(action)
    assert result["failed"]
    assert "its target is not mounted, so its dumps in /mnt/dumps/crash could not be looked at" in result["msg"]


def test_a_module_that_fails_stops_the_test_before_the_crash() -> None:
    action = CrashTest(CONSENT, infos=[{"failed": True, "msg": "no python"}])
    result = run(action)
    assert result["failed"]
    assert "no python" in result["msg"]
    assert "trigger" not in action.calls


SERVER = dict(CONSENT, dumps_host="store", target={"type": "ssh", "location": "kdump@store"}, path="/srv/crash")
ELSEWHERE = info(
    settings={"target_type": "ssh", "target_location": "kdump@store", "path": "/srv/crash"},
    dump_directory={"path": None},
    stack={"name": "kdump-tools"},
)


def on_server(*answers: Any, args: Optional[Dict[str, Any]] = None) -> CrashTest:
    """Return the action for a host that dumps to the server store; answers are what is found there, in order."""
    action = CrashTest(args or SERVER, infos=[ELSEWHERE])
    action.dumps_there = list(answers)
    return action


def test_a_dump_on_a_server_is_looked_for_there_and_is_not_another_hosts() -> None:
    mine = dump("mine", directory="/srv/crash/10.0.0.1-202611232010", nodename="web1")
    other = dump("other", directory="/srv/crash/10.0.0.2-202611232010", nodename="web2", crash_time=NOW + 9)
    action = on_server({"dumps": []}, {"dumps": [other, mine]})
    result = run(action)
    assert not result.get("failed"), result
    assert (result["dump"]["id"], result["proof"] is not None) == ("mine", True)
    assert [call for call in action.calls if "/" in call] == ["server /srv/crash"] * 2
    assert "vmcore_info" not in action.calls
    assert json.loads(action.copied[0]["content"])["dumps_host"] == "store"


def test_the_directory_on_the_server_can_be_named() -> None:
    action = on_server({"dumps": []}, {"dumps": [dump("mine", nodename="web1")]}, args=dict(SERVER, dumps_path="/exp"))
    run(action)
    assert "server /exp" in action.calls


NO_DIRECTORY = [
    {"target": None},
    {"path": None},
    {"target": {"type": "local"}},
    {"target": {"type": "nfs", "location": "store:/export"}, "path": "/web1"},
]


@pytest.mark.parametrize("options", NO_DIRECTORY)
def test_a_host_does_not_choose_what_is_read_on_the_server(options: Dict[str, Any]) -> None:
    action = on_server({"dumps": []}, args=dict(SERVER, **options))
    result = run(action)
    assert result["failed"]
    assert "dumps_path" in result["msg"]
    assert not [call for call in action.calls if call.startswith("server") or call == "trigger"]


def test_a_host_whose_own_file_names_another_directory_is_not_crashed() -> None:
    action = on_server({"dumps": []}, args=dict(SERVER, path="/srv/crash/web1"))
    assert "this host dumps to /srv/crash on its server; run setup first" in run(action)["msg"]
    assert not [call for call in action.calls if call.startswith("server") or call == "trigger"]


def growing(*sizes: int) -> List[Dict[str, Any]]:
    half = {"directory": "/srv/crash/10.0.0.1-202611232010", "nodename": None, "complete": None}
    return [{"dumps": [dump("dump-incomplete", size_bytes=size, **half)]} for size in sizes]


def test_a_host_that_is_slow_is_waited_for_as_long_as_its_dump_grows() -> None:
    mine = dump("mine", directory="/srv/crash/10.0.0.1-202611232010", nodename="web1")
    action = on_server({"dumps": []}, *growing(*range(1, 10)), {"dumps": [mine]}, args=dict(SERVER, timeout=100))
    action.looks = [GONE] * 30 + [NEW]
    result = run(action)
    assert not result.get("failed"), result
    assert result["seconds_down"] > 300


def test_a_host_whose_dump_stands_still_is_given_up() -> None:
    action = on_server({"dumps": []}, *growing(1, 2, 2), args=dict(SERVER, timeout=100))
    action.looks = [GONE]
    result = run(action)
    assert "nothing grows any more" in result["msg"]
    assert action.now_s < 300


def test_a_server_is_left_alone_where_the_dumps_land_on_the_host() -> None:
    action = CrashTest(SERVER)
    assert (run(action)["dump"]["id"], action.calls.count("vmcore_info")) == ("new", 2)


def test_a_server_that_only_has_the_dumps_of_others_has_none() -> None:
    result = run(on_server({"dumps": []}, {"dumps": [dump("other", nodename="web2")]}))
    assert result["failed"]
    assert "left no dump: store:/srv/crash holds" in result["msg"]


MOUNTED = [
    ({"target_type": "nfs", "target_location": "store:/export"}, "/mnt/dumps/var/crash"),
    ({"target_type": "virtiofs", "target_location": "dumps"}, "/mnt/dumps/var/crash"),
    # the path may lie on a mounted export
    ({"target_type": "local", "target_location": None}, "/var/crash"),
]


@pytest.mark.parametrize(("target", "path"), MOUNTED)
def test_the_dump_of_another_host_in_a_directory_on_this_host_proves_nothing(target: Dict[str, Any], path: str) -> None:
    there = info(settings=dict(target, path="/var/crash"), dump_directory={"path": path})
    place = path + "/10.0.0.2-2026-11-23-20:10:00"
    other = dump("other", directory=place, core=place + "/vmcore", nodename="web2")
    result = run(CrashTest(CONSENT, infos=[there], after=[other]))
    assert result["failed"] and "left no dump: %s holds" % path in result["msg"]
    own = dump("mine", directory=path + "/10.0.0.1-2026-11-23-20:10:01", nodename="web1")
    assert run(CrashTest(CONSENT, infos=[there], after=[other, own]))["dump"]["id"] == "mine"


def test_dumps_of_hosts_with_one_name_prove_nothing() -> None:
    found = [
        dump("a", directory="/srv/crash/x-1", nodename="web1"),
        dump("b", directory="/srv/crash/y-1", nodename="web1"),
    ]
    result = run(on_server({"dumps": []}, {"dumps": found}))
    assert result["failed"] and "2 dumps of this time fit it" in result["msg"]


SERVER_TROUBLE = [
    (AnsibleConnectionFailure("no route"), "cannot look at the dumps on store: no route"),
    ({"failed": True, "msg": "no python"}, "vmcore_info failed on store: no python"),
]


@pytest.mark.parametrize("answer, words", SERVER_TROUBLE)
def test_a_server_that_cannot_be_looked_at_stops_the_test_before_the_crash(answer: Any, words: str) -> None:
    action = on_server(answer)
    result = run(action)
    assert words in result["msg"]
    assert "trigger" not in action.calls


@pytest.mark.parametrize("server, words", [("stroe", "is not in the inventory"), ("web1", "the host that is to crash")])
def test_a_server_that_cannot_be_one_is_refused(server: str, words: str) -> None:
    action = CrashTest(dict(CONSENT, dumps_host=server))
    result = run(action)
    assert result["failed"] and words in result["msg"]
    assert action.calls == []


def test_a_host_that_does_not_tell_its_name_is_not_crashed() -> None:
    action = on_server({"dumps": []})
    action.who = "command not found"
    result = run(action)
    assert "did not report its clock and its name" in result["msg"]
    assert "trigger" not in action.calls


def test_a_dump_that_a_user_has_put_there_is_no_proof() -> None:
    planted = dump("new", doubt="/var/crash/new belongs to the user 1000 and not to root")
    result = run(CrashTest({"confirm": "web1"}, after=[planted]))
    assert result["failed"] and "others than root could have made the dump" in result["msg"]
    assert result["proof"] is None


def test_a_dump_of_the_future_is_no_proof() -> None:
    result = run(CrashTest({"confirm": "web1"}, after=[dump("new", crash_time=3786912000)]))
    assert result["failed"] and "crashed in the future" in result["msg"]
