# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of setup says what the modules then do, on every host that the tests know, and changes nothing itself."""

import pathlib
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import replace_files
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import CHANGING
from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._service import undo
from ansible_collections.crashops.kdump.plugins.module_utils._setup import reservation_plan
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import (
    config_options,
    crashkernel_options,
    service_options,
)
from ansible_collections.crashops.kdump.plugins.module_utils._setup.whole_plan import Planner, plan_disable, plan_setup
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.modules import (
    crashkernel_reserve,
    kdump_config,
    kdump_service,
    kdump_target,
)
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    JUDGED,
    STARTED,
    UNIT,
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, FakeHost
from ansible_collections.crashops.kdump.tests.unit.killed_machine import Killed, KilledMachine
from ansible_collections.crashops.kdump.tests.unit.set_up_host import MISSING, defaults, looked_at
from ansible_collections.crashops.kdump.tests.unit.situations.every import SITUATIONS
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

DEFAULTS = defaults(pathlib.Path(__file__).parents[5] / "roles/kdump")
MAKERS = (armed_debian, armed_ubuntu, armed_el8, armed_el9, armed_el10)
# commands of programs that change a host, and that only read by these words
READS = ("show", "--info=ALL", "--default-index", "get-default-crashkernel", "estimate", "status", "showmem")
LOADED = UNIT + JUDGED + STARTED


def acting(host: FakeHost) -> List[Any]:
    """Return the commands by which the host was changed."""
    return [argv for argv in host.commands if argv[0] in CHANGING and not set(argv) & set(READS)]


def plan_of(host: FakeHost, given: Dict[str, Any], check_mode: bool = False) -> Dict[str, Any]:
    """Return the plan, which leaves the host as it was."""
    before = dict(host.files)
    plan = plan_setup(caching(host), given, check_mode)
    assert (host.files, host.written, host.removed, acting(host)) == (before, [], [], [])
    return plan


def ends_well(
    module: ModuleType, host: FakeHost, options: Dict[str, Any], check_mode: bool = False
) -> Optional[Dict[str, Any]]:
    """Return a module's result, None where it fails."""
    try:
        return dict(module.ensure(host, options, check_mode))
    except Failure:
        return None


def by_modules(host: FakeHost, given: Dict[str, Any], reserved: bool, check_mode: bool = False) -> Tuple[Any, ...]:
    """Return what the modules do one after the other, each None where it fails: the service says what it would do."""
    stack = find_stack(host)
    configured = ends_well(kdump_config, host, config_options(given, stack), check_mode)
    host.clock += 1
    target = {"target": None, "path": None, "create": True, "timeout": 60, "must_work": False}
    tried = ends_well(kdump_target, host, target, check_mode=True) if stack.installed() else {}
    would_reserve = ends_well(crashkernel_reserve, host, crashkernel_options(given), check_mode=True)
    reserved_now = ends_well(crashkernel_reserve, host, crashkernel_options(given), check_mode)
    assert (would_reserve or {}).get("changed") == (reserved_now or {}).get("changed")
    service = service_options(given, "started" if reserved else None, True)
    moving = "ActiveState=activating" in str(host.answers)
    return configured, tried, would_reserve, {} if moving else ends_well(kdump_service, host, service, check_mode=True)


def assert_same(make: Callable[..., FakeHost], given: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """Compare the plan of a host with what the modules do to another one of its kind; return the plan."""
    try:
        plan = plan_of(looked_at(make()), given)
    except Failure:
        assert None in by_modules(looked_at(make()), given, True)
        return None
    if plan["hopeless"] is not None:
        return plan
    given = dict(given, kdump_path=given["kdump_own_path"]) if plan["own_directory"] else given
    reserved = bool(plan["reservation"]["reserved_bytes"])
    done = by_modules(looked_at(make()), given, reserved, check_mode=plan["packages"]["needed"])
    if plan["refused"]:
        assert None in done or done[3]["reason"] or plan["service"]["masked"], plan["refused"]
        return plan
    assert None not in done
    for name, result in zip(("configuration", "target", "reservation", "service"), done):
        if result and plan[name]["changes"] is not None:
            assert (name, plan[name]["changes"], plan[name]["diff"]) == (name, result["changed"], result["diff"])
            assert plan[name]["needed"] or not result["changed"], name
    for name in ("value", "messages", "reason", "reboot_required", "below_floor"):
        assert plan["reservation"][name] == done[2][name]
    assert plan["service"]["changes"] is None or plan["service"]["actions"] == done[3]["actions"]
    return plan


@pytest.mark.parametrize("situation", SITUATIONS, ids=[one.name for one in SITUATIONS])
def test_plan_of_a_situation_is_what_the_modules_do(situation: Situation) -> None:
    plan = assert_same(situation.host, DEFAULTS)
    hopeless = plan["hopeless"]["word"] if plan and plan["hopeless"] else None
    assert (situation.verdict == "unsupported") == (hopeless == "unsupported")


VARIABLES: Dict[str, Dict[str, Any]] = {
    "defaults": {},
    "a path": {"kdump_path": "/srv/dumps"},
    "a size": {"kdump_crashkernel": "512M"},
    "a size and a target": {"kdump_crashkernel": "512M", "kdump_target": {"type": "nfs", "location": "dumps:/x"}},
    "a list of sizes": {"kdump_crashkernel": ["512M,high", "128M,low"]},
    "a hook that is not there": {"kdump_post": "/usr/local/bin/post"},
    "drivers": {"kdump_blocked_drivers": ["nouveau"]},
    "a driver of the target": {"kdump_blocked_drivers": ["ext4"]},
    "exclusive": {"kdump_exclusive": True},
    "no panic": {"kdump_capture_panic": 0},
    "collector": {"kdump_core_collector": "makedumpfile -c -d 31"},
    "a collector that is none": {"kdump_core_collector": "makedumpfile # x"},
    "ssh": {"kdump_target": {"type": "ssh", "location": "kdump@dumps"}},
    "nothing that is reserved": {"kdump_crashkernel": "8G-:256M"},
    "a directive": {"kdump_directives": {"force_no_rebuild": "1"}},
    "a variable": {"kdump_sysconfig": {"KDUMP_KERNELVER": "x"}},
}


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("unit", [UNIT + JUDGED, LOADED, LOADED.replace("=enabled", "=disabled")])
def test_plan_by_variables_is_what_the_modules_do(make: Callable[..., FakeHost], name: str, unit: str) -> None:
    assert_same(lambda: make({}, unit), dict(DEFAULTS, **VARIABLES[name]))


def set_up(make: Callable[..., FakeHost], given: Dict[str, Any]) -> FakeHost:
    """Return a host that setup has set up by variables and that was booted since, and what it did not do yet."""
    host = looked_at(make({}, LOADED))
    by_modules(host, given, True)
    # by the service, which loads it
    host.files.pop(undo.RECORD, None)
    host.clock = START
    host.mtimes.update(dict.fromkeys(host.files, START - UPTIME - 100))
    host.written, host.commands, host.removed = [], [], []
    return host


def needed(plan: Dict[str, Any]) -> List[str]:
    """Return the parts of a plan that the role has something to do for."""
    return [name for name, part in plan.items() if isinstance(part, dict) and part.get("needed")]


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_is_needed_on_a_host_that_is_set_up(make: Callable[..., FakeHost]) -> None:
    plan = plan_of(set_up(make, DEFAULTS), DEFAULTS)
    assert (plan["refused"], plan["notes"], plan["unknown"], needed(plan)) == ([], [], [], [])


@pytest.mark.parametrize("make", MAKERS)
def test_all_parts_are_needed_where_the_path_and_the_size_are_others(make: Callable[..., FakeHost]) -> None:
    given = dict(DEFAULTS, kdump_path="/srv/dumps", kdump_crashkernel="512M")
    plan = plan_of(looked_at(set_up(make, DEFAULTS), MISSING), given)
    assert plan["refused"] == []
    assert needed(plan) == ["target", "configuration", "reservation", "reboot", "service"]
    assert plan["target"]["changes"] and "missing" in str(plan["target"]["diff"])


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("path", [undo.RECORD, "/etc/default/.crashops-kdump-tmp-dead"])
def test_what_a_killed_run_left_needs_the_service(make: Callable[..., FakeHost], path: str) -> None:
    host = set_up(make, DEFAULTS)
    host.files[path] = "{}"
    assert needed(plan_of(host, DEFAULTS)) == ["service"]


def test_an_account_that_may_do_more_is_too_open_only_where_it_may_only_dump() -> None:
    ssh = {"kdump_target": {"type": "ssh", "location": "kdump@dumps", "ssh_key": "/root/.ssh/k"}}
    files = {"/etc/default/kdump-tools": "USE_KDUMP=1\nSSH=kdump@dumps\nSSH_KEY=/root/.ssh/k\n"}
    for write_only in (False, True):
        host = armed_debian(dict(files, **{"/root/.ssh/k": "key", "/root/.ssh/k.pub": "ssh-ed25519 AAAA"}))
        host.programs.append("ssh")
        host.modes["/root/.ssh/k"] = 0o600
        plan = plan_of(looked_at(host), dict(DEFAULTS, kdump_ssh_write_only=write_only, **ssh))
        found = plan["target"]
        assert (found["works"], found["too_open"], found["needed"]) == (True, write_only, write_only), found


def test_a_target_that_does_not_work_is_refused_before_anything() -> None:
    host = looked_at(armed_debian({}), (23, "step=make\n", "mkdir: Read-only file system"))
    plan = plan_of(host, dict(DEFAULTS, kdump_path="/srv/dumps"))
    (sentence,) = plan["refused"]
    assert "/srv/dumps" in sentence


def test_a_masked_unit_is_refused_unless_the_operator_unmasks_it() -> None:
    masked = LOADED.replace("LoadState=loaded", "LoadState=masked")
    (sentence,) = plan_of(looked_at(armed_el9({}, masked)), DEFAULTS)["refused"]
    assert sentence.startswith("kdump_masked: kdump.service is masked on this host, so nothing can start it;")
    plan = plan_of(looked_at(armed_el9({}, masked)), dict(DEFAULTS, kdump_masked=False))
    assert plan["refused"] == [] and "systemctl unmask kdump.service" in plan["service"]["actions"]


FORBIDDEN = {"/proc/sys/kernel/kexec_load_disabled": "1\n", "/sys/kernel/kexec_crash_loaded": "0\n"}


def test_a_host_that_could_not_be_armed_is_refused_before_anything() -> None:
    (sentence,) = plan_of(looked_at(armed_el9(FORBIDDEN)), DEFAULTS)["refused"]
    assert sentence.startswith("kernel.kexec_load_disabled is 1, so nothing can be loaded before the next boot")


def test_a_host_that_a_boot_will_mend_is_not_refused() -> None:
    given = dict(DEFAULTS, kdump_crashkernel="512M", kdump_reboot_allowed=True)
    plan = plan_of(looked_at(armed_el9(FORBIDDEN)), given)
    assert (plan["refused"], plan["reboot"]["needed"]) == ([], True)


def test_a_configuration_that_would_not_start_is_refused_before_it_is_written() -> None:
    plan = plan_of(looked_at(armed_el9({}, LOADED)), dict(DEFAULTS, kdump_extra_bins=["/usr/bin/gone"]))
    assert "/usr/bin/gone" in " ".join(plan["refused"])


def test_a_configuration_that_a_killed_run_left_is_undone_by_the_service_and_not_refused() -> None:
    files = {"/etc/kdump.conf": "path /var/crash\nextra_bins /usr/bin/gone\n", undo.RECORD: "{}"}
    host = looked_at(armed_el9(files, LOADED))
    host.mtimes.update({"/etc/kdump.conf": START})
    plan = plan_of(host, DEFAULTS)
    assert (plan["refused"], plan["service"]["needed"]) == ([], True)


@pytest.mark.parametrize("make", [armed_el9, armed_debian])
def test_a_bare_host_is_predicted_and_what_cannot_be_known_is_said(make: Callable[..., FakeHost]) -> None:
    host = looked_at(make({"/etc/kdump.conf": None, "/etc/default/kdump-tools": None}))
    host.programs = [name for name in host.programs if name not in ("kdumpctl", "kdump-config", "grubby")]
    plan = plan_of(host, DEFAULTS)
    assert plan["refused"] == [] and {"packages", "configuration", "reservation"} <= set(needed(plan))
    assert len(plan["unknown"]) == (1 if make is armed_el9 else 0)


def test_an_estimate_that_only_a_real_run_can_make_is_unknown_and_needs_the_module() -> None:
    plan = plan_of(looked_at(armed_el9({})), dict(DEFAULTS, kdump_crashkernel="estimate"))
    assert (plan["reservation"]["changes"], plan["reservation"]["needed"]) == (None, True)
    assert "kdumpctl estimate may build the capture initramfs" in plan["unknown"][0]


def killed_points(stack: str) -> int:
    """Return at how many points the modules can be killed."""
    machine = KilledMachine(stack)
    change(machine, 10**6)
    return machine.host.points


def change(machine: KilledMachine, kill_at: int = 0) -> bool:
    """Change the configuration and arm, as setup does; return whether all of it ended."""
    machine.host.kill(kill_at)
    machine.host.directories["/var/dumps"] = 0o700
    try:
        replace_files.remove_left(machine.host)
        kdump_config.ensure(machine.host, config_options({"kdump_path": "/var/dumps"}, find_stack(machine.host)), False)
        replace_files.remove_left(machine.host)
        machine.run(state="started", enabled=True)
    except Killed:
        return False
    finally:
        machine.host.busy = False
    return True


@pytest.mark.parametrize("stack", ["kdumpctl", "kdump-tools"])
def test_after_a_kill_at_any_point_the_plan_says_what_the_modules_do(stack: str) -> None:
    for at in range(1, killed_points(stack) + 1):
        machine = KilledMachine(stack)
        assert not change(machine, at)
        machine.host.clock += 1
        planner = Planner(machine.host, {"kdump_path": "/var/dumps"}, False)
        configuring = planner.configure()
        assert configuring is not None
        changes = configuring.changes
        service = planner.arm(PlannedHost(machine.host, changes), service_options({}, "started", True))
        files = dict(machine.host.files)
        machine.host.written, machine.host.commands = [], []
        assert change(machine)
        acted = machine.host.files != files or bool(machine.commands())
        assert (bool(changes) or service["needed"]) or not acted, at
        assert planner.refused == [] and machine.left() == []
        planner = Planner(machine.host, {"kdump_path": "/var/dumps"}, False)
        again = planner.configure()
        assert again is not None and again.changes == []
        assert not planner.arm(machine.host, service_options({}, "started", True))["needed"]


def test_disable_is_planned_as_the_modules_do_it() -> None:
    for make in MAKERS:
        plan = plan_disable(make({}, LOADED), {}, False)
        host = make({}, LOADED)
        reserved = crashkernel_reserve.ensure(host, dict(crashkernel_options({}), state="absent"), True)
        stopped = kdump_service.ensure(host, service_options({}, "stopped", False), True)
        assert plan["reservation"]["diff"] == reserved["diff"] and plan["reservation"]["needed"]
        assert (plan["service"]["actions"], plan["service"]["needed"]) == (stopped["actions"], True)
        assert (plan["container"], plan["refused"]) == (False, [])


def test_disable_needs_nothing_in_a_container_and_no_reservation_without_a_boot_loader() -> None:
    assert plan_disable(armed_debian({"/run/systemd/container": "lxc\n"}), {}, False)["container"]
    host = armed_debian({})
    host.programs = [name for name in host.programs if name != "update-grub"]
    plan = plan_disable(host, {}, False)
    assert (plan["bootloader"], plan["reservation"]["needed"], plan["refused"]) == (None, False, [])


def test_disable_says_why_the_memory_cannot_be_released_and_names_no_variable_of_setup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*dummy: Any) -> Any:
        raise Failure("grubby --info=ALL fails")

    monkeypatch.setattr(reservation_plan, "plan_reservation", fails)
    for make in MAKERS:
        assert plan_disable(make({}, LOADED), {}, False)["refused"] == [
            "The reserved memory cannot be released: grubby --info=ALL fails. Mend that, and run disable again."
        ]


@pytest.mark.parametrize("key", ["kexec_load_disabled", "kexec_load_limit_panic"])
def test_disable_leaves_loaded_what_the_kernel_unloads_at_the_next_boot_only(key: str) -> None:
    files = {"/proc/sys/kernel/" + key: "1\n" if key == "kexec_load_disabled" else "0\n"}
    for make in MAKERS:
        plan = plan_disable(make(files, LOADED), {}, False)
        assert (plan["service"]["stops"], plan["service"]["reason"], plan["refused"]) == (False, None, [])
        assert [action.split()[:2] for action in plan["service"]["actions"]] == [["systemctl", "disable"]]
        assert plan["reservation"]["needed"]


INSIDE = {"/run/systemd/container": "lxc\n"}
WAIVED = {"kdump_waivers": [{"id": "not_container", "reason": "a test of files", "until": "2999-12-31"}]}


def test_in_a_container_a_waiver_lets_files_and_unit_change_and_nothing_is_loaded_or_unloaded() -> None:
    for make in MAKERS:
        host = make(INSIDE, LOADED)
        assert plan_setup(host, {}, False)["hopeless"]["word"] == "unsupported"
        plan = plan_setup(host, dict(WAIVED, kdump_crashkernel="200M"), False)
        assert (plan["hopeless"], plan["refused"], plan["reservation"]["changes"]) == (None, [], True)
        assert (plan["service"]["starts"], plan["service"]["actions"]) == (False, [])
        plan = plan_disable(host, WAIVED, False)
        assert (plan["container"], plan["reservation"]["needed"], plan["service"]["stops"]) == (False, True, False)
        assert [action.split()[:2] for action in plan["service"]["actions"]] == [["systemctl", "disable"]]
