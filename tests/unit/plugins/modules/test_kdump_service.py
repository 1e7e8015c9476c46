# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kdump_service does what is needed to arm kdump, sees in the kernel that it is armed, and then leaves it alone."""

from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._service import undo
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import DIRECTORY
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.modules import kdump_service
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, Answer, FakeHost
from ansible_collections.crashops.kdump.tests.unit.kdump_machine import (
    KERNEL,
    LOAD_DISABLED,
    LOAD_LIMIT,
    LOADED,
    SHOW,
    SHOWN,
    SIZE,
    Machine,
)


@pytest.fixture(params=["kdumpctl", "kdump-tools"])
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rebuild_command(machine: Machine) -> str:
    return "/etc/kernel/postinst.d/kdump-tools " + KERNEL if machine.tools else "kdumpctl rebuild"


def loading(machine: Machine) -> List[str]:
    """Return the commands that load the capture kernel, on an armed host again; kdump-config says if it cannot unload.

    An armed host is without its capture kernel for the shortest time.
    """
    if machine.tools and is_armed(machine):
        return ["kdump-config unload", "systemctl restart " + machine.unit]
    return ["systemctl %s %s" % ("reload" if is_armed(machine) else "restart", machine.unit)]


def armed(machine: Machine) -> None:
    machine.host.files[LOADED] = "1\n"


def config_is_newer_than_the_load(machine: Machine) -> None:
    machine.host.mtimes["/etc/default/kdump-tools" if machine.tools else "/etc/sysconfig/kdump"] = START - 10
    machine.host.files.setdefault("/etc/sysconfig/kdump", "")


def initramfs_is_newer_than_the_load(machine: Machine) -> None:
    machine.host.mtimes[machine.image] = START - 10


def initramfs_is_stale(machine: Machine) -> None:
    path = "/etc/initramfs-tools/modules" if machine.tools else "/etc/fstab"
    machine.host.files[path] = ""
    machine.host.mtimes[path] = START - 500


def initramfs_is_missing(machine: Machine) -> None:
    del machine.host.files[machine.image]


def nothing(machine: Machine) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "is_armed", "options", "expected"),
    [
        (nothing, True, {"state": "started", "enabled": True}, []),
        (nothing, True, {}, []),
        (nothing, False, {"state": "started"}, ["restart"]),
        (nothing, False, {"state": "stopped"}, []),
        (nothing, True, {"state": "stopped"}, ["stop"]),
        (nothing, True, {"state": "stopped", "enabled": False}, ["disable", "stop"]),
        (nothing, True, {"state": "stopped", "masked": True}, ["stop", "mask"]),
        (nothing, True, {"enabled": False}, ["disable"]),
        (nothing, True, {"masked": True}, ["mask"]),
        (config_is_newer_than_the_load, True, {"state": "started"}, ["restart"]),
        (config_is_newer_than_the_load, True, {"state": "started", "rebuild": "never"}, ["restart"]),
        (initramfs_is_newer_than_the_load, True, {"state": "started"}, ["restart"]),
        (initramfs_is_stale, True, {"state": "started"}, ["rebuild", "restart"]),
        (initramfs_is_stale, False, {"state": "started"}, ["rebuild", "restart"]),
        (initramfs_is_stale, True, {"state": "started", "rebuild": "never"}, []),
        (initramfs_is_missing, True, {"state": "started"}, ["rebuild", "restart"]),
        (initramfs_is_missing, False, {"state": "started"}, ["restart"]),
        (initramfs_is_missing, True, {"enabled": True}, []),
    ],
)
def test_what_is_needed_is_done_and_a_second_run_only_reads(
    stack: str, before: Callable[[Machine], None], is_armed: bool, options: Dict[str, Any], expected: List[str]
) -> None:
    machine = Machine(stack, armed=is_armed)
    before(machine)
    named = {"rebuild": [rebuild_command(machine)], "restart": loading(machine)}
    commands = [line for word in expected for line in named.get(word, ["systemctl %s %s" % (word, machine.unit)])]
    files = dict(machine.host.files)
    predicted = machine.run(check_mode=True, **options)
    assert (machine.commands(), machine.host.files) == ([], files)
    result = machine.run(**options)
    assert machine.commands() == commands
    assert result["actions"] == predicted["actions"] == commands
    assert result["changed"] == predicted["changed"] == bool(expected)
    assert (result["diff"], result["armed"]) == (predicted["diff"], predicted["armed"])
    assert result["armed"] == (machine.host.files[LOADED] == "1\n")
    assert (result["active"], result["enabled"], result["masked"]) == (machine.active, machine.enabled, machine.masked)
    machine.host.written = []
    second = machine.run(**options)
    assert (second["changed"], second["diff"], second["actions"], machine.host.written) == (False, [], [], [])
    assert len(machine.host.commands) == 1


def test_a_file_from_the_future_is_loaded_at_each_run_and_named(stack: str) -> None:
    machine = Machine(stack, armed=True)
    config_is_newer_than_the_load(machine)
    path = "/etc/default/kdump-tools" if machine.tools else "/etc/sysconfig/kdump"
    machine.host.mtimes[path] = START + 3600
    for check_mode in (True, False, False):
        (warning,) = machine.run(check_mode=check_mode, state="started")["warnings"]
        assert warning.startswith("the time of %s lies in the future" % path)
        assert warning.endswith("type: touch " + path)
    machine.host.mtimes[path] = machine.host.clock - 1
    assert machine.run(state="started")["warnings"] == []
    assert machine.run()["warnings"] == []


def test_restarted_and_rebuild_always_act_every_time(stack: str) -> None:
    machine = Machine(stack, armed=True)
    for dummy in range(2):
        assert machine.run(state="restarted")["actions"] == loading(machine)
        assert machine.run(state="started", rebuild="always")["actions"][0] == rebuild_command(machine)


def test_a_masked_unit_is_unmasked_before_it_is_enabled_and_started(stack: str) -> None:
    machine = Machine(stack, masked=True, enabled=False)
    result = machine.run(state="started", enabled=True, masked=False)
    words = ["unmask", "enable", "restart"]
    assert result["actions"] == ["systemctl %s %s" % (word, machine.unit) for word in words]
    assert result["armed"] and not machine.run(state="started", enabled=True, masked=False)["changed"]


@pytest.mark.parametrize("was_enabled", [True, False])
@pytest.mark.parametrize("wanted", [True, False])
def test_a_unit_that_is_unmasked_is_enabled_or_not_as_asked(stack: str, was_enabled: bool, wanted: bool) -> None:
    machine = Machine(stack, masked=True, enabled=was_enabled)
    predicted = machine.run(check_mode=True, masked=False, enabled=wanted)
    result = machine.run(masked=False, enabled=wanted)
    assert machine.enabled is result["enabled"] is predicted["enabled"] is wanted
    assert result["actions"] == predicted["actions"] and "enabled: unknown" in predicted["diff"][0]["before"]
    assert not machine.run(masked=False, enabled=wanted)["changed"]


@pytest.mark.parametrize("was_enabled", [True, False])
def test_a_unit_that_is_only_unmasked_is_read_again(stack: str, was_enabled: bool) -> None:
    machine = Machine(stack, masked=True, enabled=was_enabled)
    assert machine.run(check_mode=True, masked=False)["enabled"] is None
    assert machine.run(masked=False)["enabled"] is was_enabled
    again = machine.run(masked=False)
    assert (again["changed"], again["enabled"]) == (False, was_enabled)


@pytest.mark.parametrize(
    ("facts", "options", "actions"),
    [
        ({"masked": True}, {"masked": False}, ["unmask --runtime"]),
        ({"masked": True}, {"masked": True}, ["unmask --runtime", "mask"]),
        ({}, {"enabled": True}, ["enable"]),
    ],
)
def test_what_holds_until_the_next_boot_only_is_set_for_good(
    stack: str, facts: Dict[str, bool], options: Dict[str, bool], actions: List[str]
) -> None:
    machine = Machine(stack, armed=True, **facts)
    machine.until_boot = True
    result = machine.run(**options)
    assert result["actions"] == ["systemctl %s %s" % (action, machine.unit) for action in actions]
    assert (machine.masked, machine.enabled) == (options.get("masked", False), True)
    assert not machine.run(**options)["changed"]


def test_a_unit_that_is_enabled_until_the_next_boot_is_not_enabled(stack: str) -> None:
    machine = Machine(stack, armed=True)
    machine.until_boot = True
    assert machine.run()["enabled"] is False


def test_what_the_unit_leaves_loaded_is_unloaded_by_the_tool(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(stack, armed=True)
    monkeypatch.setattr(machine, "_stop", lambda: machine._set(active=False))
    result = machine.run(state="stopped")
    assert result["actions"][1] in ("kdump-config unload", "kdumpctl stop")
    assert machine.host.files[LOADED] == "0\n"


def test_what_was_loaded_by_hand_is_unloaded_by_the_tool(stack: str) -> None:
    machine = Machine(stack, armed=True, active=False)
    assert machine.run(state="stopped")["actions"] in (["kdump-config unload"], ["kdumpctl stop"])


@pytest.mark.parametrize(("state", "changed", "action"), [("started", False, None), ("stopped", True, "stop")])
def test_a_start_that_the_boot_began_is_waited_for_and_not_killed(
    stack: str, state: str, changed: bool, action: Optional[str]
) -> None:
    machine = Machine(stack)
    machine.arms_at = UPTIME + 90
    result = machine.run(state=state)
    assert result["changed"] is changed and result["armed"] is not changed
    assert result["actions"] == (["systemctl %s %s" % (action, machine.unit)] if action else [])
    assert machine.host.monotonic() >= UPTIME + 90


def test_a_start_that_does_not_end_within_the_limit_is_a_failure_with_the_journals_words(stack: str) -> None:
    machine = Machine(stack)
    machine.arms_at = UPTIME + 900
    with pytest.raises(Failure) as failure:
        machine.run(state="started", timeout=300)
    assert "was being started for 300 s" in failure.value.msg and "failed to load kdump kernel" in failure.value.msg


def test_an_active_unit_that_loaded_nothing_is_not_armed() -> None:
    machine = Machine("kdump-tools", armed=False, active=True)
    result = machine.run(state="started")
    assert result["changed"] and result["actions"] == ["systemctl restart kdump-tools.service"]


def test_a_unit_that_ends_well_and_loads_nothing_is_a_failure_with_the_journals_words(stack: str) -> None:
    machine = Machine(stack, arms=False)
    with pytest.raises(Failure) as failure:
        machine.run(state="started")
    assert "no capture kernel is loaded" in failure.value.msg
    assert "failed to load kdump kernel" in failure.value.msg
    assert failure.value.details["journal"][-1] == "failed to load kdump kernel"


def test_a_unit_that_fails_is_a_failure_with_the_journals_words(stack: str) -> None:
    machine = Machine(stack)
    machine.host.answers["systemctl restart " + machine.unit] = (1, "", "Job for %s failed." % machine.unit)
    with pytest.raises(Failure) as failure:
        machine.run(state="started")
    assert "Job for" in failure.value.msg and "failed to load kdump kernel" in failure.value.msg
    assert failure.value.details["rc"] == 1


def log_of_kexec(words: str) -> str:
    traced = "+ 2026-11-29 20:01:%d /bin/kdumpctl@70%d: %s\n"
    command = "/sbin/kexec --no-such-option -p '--command-line=root=/dev/vda1 ro' /boot/vmlinuz"
    return traced % (10, 1, command) + words + traced % (11, 5, "ret=1")


# the usage has a line that looks like an error
USAGE = """/sbin/kexec: unrecognized option '--no-such-option'
kexec-tools 2.0.26
Usage: kexec [OPTION]... [kernel]
 -d, --debug          Enable debugging to help spot a failure.
"""


@pytest.mark.parametrize("age", [-30, 30])
def test_what_kexec_says_in_a_log_of_its_own_is_quoted_if_it_was_said_now(age: int) -> None:
    machine = Machine("kdumpctl", arms=False)
    machine.host.files["/var/log/kdump.log"] = log_of_kexec(USAGE)
    machine.host.mtimes["/var/log/kdump.log"] = machine.host.clock - age
    with pytest.raises(Failure) as failure:
        machine.run(state="started")
    quoted = "failed to load kdump kernel; /var/log/kdump.log says: /sbin/kexec: unrecognized option '--no-such-option'"
    assert failure.value.msg.endswith(quoted) is (age < 0)
    assert ("kexec-tools 2.0.26" in failure.value.details["journal"]) is (age < 0)


def test_an_earlier_failure_of_the_unit_is_not_quoted(stack: str) -> None:
    machine = Machine(stack, arms=False)
    with pytest.raises(Failure) as failure:
        machine.run(state="started")
    assert "eight minutes ago" not in failure.value.msg + str(failure.value.details["journal"])


def test_a_journal_without_a_line_of_this_attempt_is_said_to_say_nothing(stack: str) -> None:
    machine = Machine(stack, armed=True)
    initramfs_is_stale(machine)
    machine.host.journal = machine.host.journal[:1]
    machine.host.answers[rebuild_command(machine)] = (1, "", "mkdumprd: failed to make kdump initrd")
    with pytest.raises(Failure) as failure:
        machine.run(state="started")
    assert failure.value.msg.endswith("the journal of %s says nothing of this attempt" % machine.unit)
    assert failure.value.details["journal"] == []


def test_the_second_attempt_with_the_old_configuration_does_not_quote_the_first(stack: str) -> None:
    machine = Machine(stack, armed=True)
    begun = machine.host.clock
    failed = {rebuild_command(machine): (1, "", "no"), "systemctl restart " + machine.unit: (1, "", "no")}
    tried = [undo.digest(text(machine, BAD))]
    files = [undo.Kept(machine.config, text(machine, OLDER), int(START * 1e9), tried)]
    record = undo.ChangeRecord(files, machine.image, 0)
    machine.host.files[undo.RECORD] = undo.encoded(record)
    machine.host.files[machine.config] = text(machine, BAD)
    machine.host.mtimes[machine.config] = begun
    machine.host.answers.update({line: _later(machine.host, answer) for line, answer in failed.items()})
    machine.host.journal = ((begun + 1, "error: of the first attempt"),)
    with pytest.raises(Failure) as failure:
        machine.run(state="started")
    assert failure.value.msg.count("error: of the first attempt") == 1


def _later(host: FakeHost, answer: Tuple[int, str, str]) -> Answer:
    """Return an answer that takes five seconds."""

    def answered(_host: FakeHost) -> Tuple[int, str, str]:
        host.clock += 5
        return answer

    return answered


def test_an_initramfs_that_cannot_be_built_leaves_the_host_armed(stack: str) -> None:
    machine = Machine(stack, armed=True)
    initramfs_is_stale(machine)
    machine.host.answers[rebuild_command(machine)] = (1, "", "mkdumprd: failed to make kdump initrd")
    with pytest.raises(Failure) as failure:
        machine.run(state="started")
    assert "failed to make kdump initrd" in failure.value.msg
    assert machine.host.files[LOADED] == "1\n"


def no_memory_is_reserved(machine: Machine) -> None:
    machine.host.files[SIZE] = "0\n"


def kexec_is_forbidden(machine: Machine) -> None:
    machine.host.files[LOAD_DISABLED] = "1\n"


def kexec_has_reached_its_limit(machine: Machine) -> None:
    machine.host.files[LOAD_LIMIT] = "0\n"


def kexec_may_act_once(machine: Machine) -> None:
    machine.host.files[LOAD_LIMIT] = "1\n"


def the_unit_is_masked(machine: Machine) -> None:
    machine.masked = True


def kdump_is_switched_off(machine: Machine) -> None:
    machine.host.files[machine.config] = "USE_KDUMP=0\n"
    if not machine.tools:
        no_memory_is_reserved(machine)


def the_package_is_not_there(machine: Machine) -> None:
    machine.host.programs = ["dpkg"] if machine.tools else ["rpm"]
    shown = SHOWN % ("not-found", "inactive", "", 0, 0)
    machine.host.answers[SHOW % machine.unit] = shown


@pytest.mark.parametrize(
    ("before", "options", "words"),
    [
        (no_memory_is_reserved, {"state": "started"}, "crashkernel_reserve, then reboot"),
        (no_memory_is_reserved, {"state": "restarted"}, "no memory is reserved"),
        (kexec_is_forbidden, {"state": "started"}, "kernel.kexec_load_disabled is 1"),
        (kexec_has_reached_its_limit, {"state": "started"}, "kernel.kexec_load_limit_panic is 0, so nothing can be"),
        (the_unit_is_masked, {"state": "started"}, "masked: false"),
        (the_unit_is_masked, {"enabled": False, "state": "started"}, "masked: false"),
        (kdump_is_switched_off, {"state": "started"}, None),
        (the_package_is_not_there, {"state": "started", "enabled": True}, "install k"),
    ],
)
def test_what_cannot_work_is_refused_by_a_real_run_and_told_by_check_mode(
    stack: str, before: Callable[[Machine], None], options: Dict[str, Any], words: Optional[str]
) -> None:
    machine = Machine(stack, enabled=False)
    before(machine)
    words = words or ("USE_KDUMP" if machine.tools else "no memory is reserved")
    predicted = machine.run(check_mode=True, **options)
    assert predicted["changed"] and words in predicted["reason"] and not predicted["armed"]
    with pytest.raises(Refused) as refused:
        machine.run(**options)
    assert words in refused.value.msg
    assert machine.commands() == []


@pytest.mark.parametrize(
    ("before", "options", "words"),
    [
        (kexec_is_forbidden, {"state": "restarted"}, "kernel.kexec_load_disabled is 1, so nothing can be loaded"),
        (kexec_has_reached_its_limit, {"state": "restarted"}, "kernel.kexec_load_limit_panic is 0, so nothing can"),
        (kexec_may_act_once, {"state": "restarted"}, "kernel.kexec_load_limit_panic is 1, and to unload and load"),
        (kexec_is_forbidden, {"state": "stopped", "enabled": False}, "kernel.kexec_load_disabled is 1, so what is"),
        (kexec_has_reached_its_limit, {"state": "stopped"}, "kernel.kexec_load_limit_panic is 0, so what is loaded"),
    ],
)
def test_what_the_kernel_would_refuse_leaves_an_armed_host_as_it_is(
    stack: str, before: Callable[[Machine], None], options: Dict[str, Any], words: str
) -> None:
    machine = Machine(stack, armed=True)
    before(machine)
    predicted = machine.run(check_mode=True, **options)
    assert words in predicted["reason"] and predicted["armed"] and predicted["active"]
    with pytest.raises(Refused) as refused:
        machine.run(**options)
    assert words in refused.value.msg
    assert machine.commands() == [] and is_armed(machine) and machine.enabled


@pytest.mark.parametrize(
    ("was_armed", "limit", "state"),
    [
        (True, "3\n", "restarted"),
        (True, "-1\n", "restarted"),
        (True, "1\n", "stopped"),
        (False, "1\n", "started"),
        (False, "0\n", "stopped"),
        (True, "0\n", "started"),
    ],
)
def test_a_limit_of_kexec_that_suffices_is_no_obstacle(stack: str, was_armed: bool, limit: str, state: str) -> None:
    machine = Machine(stack, armed=was_armed)
    machine.host.files[LOAD_LIMIT] = limit
    assert machine.run(state=state)["armed"] is is_armed(machine) is (state != "stopped")


def test_kdumpctl_needs_two_of_the_limit_of_kexec_and_kdump_tools_three(stack: str) -> None:
    machine = Machine(stack, armed=True)
    machine.host.files[LOAD_LIMIT] = "2\n"
    if machine.tools:
        with pytest.raises(Refused, match="kexec_load_limit_panic is 2, and to unload and load takes 3"):
            machine.run(state="restarted")
    else:
        assert machine.run(state="restarted")["armed"] and machine.host.files[LOAD_LIMIT] == "0\n"
    assert is_armed(machine)


def test_what_kdump_tools_cannot_unload_stays_loaded_and_is_a_failure() -> None:
    machine = Machine("kdump-tools", armed=True)
    change_the_configuration(machine)
    machine.host.answers["kdump-config unload"] = (1, "failed to unload kdump kernel", "")
    with pytest.raises(Failure, match="the host is still armed with it"):
        machine.run(state="started", rebuild="never")
    assert is_armed(machine) and machine.active and machine.host.files[machine.config] == text(machine, GOOD)
    assert "systemctl restart kdump-tools.service" not in machine.commands()


def test_an_active_unit_that_loaded_nothing_needs_two_of_the_limit_of_kexec(stack: str) -> None:
    machine = Machine(stack, active=True)
    kexec_may_act_once(machine)
    with pytest.raises(Refused, match="to unload and load takes 2"):
        machine.run(state="started")
    assert machine.commands() == []


def test_firmware_assisted_dump_needs_no_kexec() -> None:
    machine = Machine("kdumpctl", armed=False)
    machine.host.files.update({"/sys/kernel/fadump/enabled": "1\n", "/sys/kernel/fadump/registered": "0\n"})
    kexec_is_forbidden(machine)
    assert machine.run(check_mode=True, state="started")["reason"] is None


def test_check_mode_foretells_that_debians_package_enables_its_unit_by_itself(stack: str) -> None:
    machine = Machine(stack, enabled=False)
    the_package_is_not_there(machine)
    predicted = machine.run(check_mode=True, enabled=True)
    assert predicted["changed"] == (machine.unit == "kdump.service")
    assert "install k" in predicted["reason"]
    with pytest.raises(Refused) as refused:
        machine.run(enabled=True)
    assert "install k" in refused.value.msg
    assert machine.commands() == []


@pytest.mark.parametrize("options", [{"state": "stopped"}, {"enabled": False}, {"masked": False}, {}])
def test_without_the_package_there_is_nothing_to_stop(stack: str, options: Dict[str, Any]) -> None:
    machine = Machine(stack)
    the_package_is_not_there(machine)
    assert not machine.run(**options)["changed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"state": "started", "masked": True}, "masked: true"),
        ({"enabled": True, "masked": True}, "masked: true"),
        ({"timeout": 0}, "timeout: 0 is refused"),
    ],
)
def test_options_that_contradict_each_other_are_refused(stack: str, options: Dict[str, Any], words: str) -> None:
    machine = Machine(stack)
    with pytest.raises(Refused) as refused:
        machine.run(check_mode=True, **options)
    assert words in refused.value.msg
    assert machine.host.commands == []


def test_inside_a_capture_kernel_nothing_is_done(stack: str) -> None:
    machine = Machine(stack)
    machine.host.files["/proc/vmcore"] = "core"
    with pytest.raises(Refused) as refused:
        machine.run(state="stopped")
    assert "capture kernel" in refused.value.msg
    assert machine.host.commands == []


def test_firmware_assisted_dump_counts_by_its_registration() -> None:
    machine = Machine("kdumpctl", armed=False, active=True)
    machine.host.files.update(
        {"/sys/kernel/fadump/enabled": "1\n", "/sys/kernel/fadump/registered": "1\n", SIZE: "0\n"}
    )
    assert not machine.run(state="started")["changed"]


def test_the_image_is_told_as_it_is_after_the_run(stack: str) -> None:
    machine = Machine(stack)
    initramfs_is_missing(machine)
    predicted = machine.run(check_mode=True, state="started")["image"]
    assert predicted == {"path": machine.image, "exists": False, "stale_because": "it does not exist"}
    assert machine.run(state="started")["image"] == {"path": machine.image, "exists": True, "stale_because": None}


def test_the_module_itself_says_what_was_refused(run_module: Callable[..., Dict[str, Any]]) -> None:
    result = run_module(kdump_service.main, state="started", masked=True)
    assert result["failed"] and result["commands"] == []
    assert (
        "state: 'started' is refused: with masked: true nothing can start the unit; choose one of the two."
        in result["msg"]
    )


# what kdump_config does to an armed host, as far as kdump_service goes by it


OLDER, GOOD, BAD, THIRD = "older", "old", "new", "third"


def text(machine: Machine, word: str) -> str:
    """Return a configuration that the stack's tool reads without an error."""
    return "# %s\n%s\n" % (word, "USE_KDUMP=1" if machine.tools else "path /var/crash")


def is_armed(machine: Machine) -> bool:
    return bool(machine.host.files[LOADED] == "1\n")


def change_the_configuration(machine: Machine, before: str = GOOD, after: str = BAD) -> None:
    """Change the configuration of an armed host as kdump_config does, the record first."""
    before, after = text(machine, before), text(machine, after)
    machine.host.files[machine.config] = before
    found = find_stack(machine.host)
    changes = [FileChange(machine.config, before, after)]
    undo.remember(machine.host, found, undo.kept(machine.host, changes))
    machine.host.write(machine.config, after)
    machine.host.clock += 1


def only_the_old_configuration_arms(machine: Machine) -> None:
    """Let the machine arm with the text GOOD and with no other."""

    def judged(load: Callable[[], Any]) -> Callable[[FakeHost], Any]:
        def loads(host: FakeHost) -> Any:
            machine.arms = host.files[machine.config] == text(machine, GOOD)
            return load()

        return loads

    machine.host.answers["systemctl restart %s" % machine.unit] = judged(machine._restart)
    machine.host.answers["systemctl reload %s" % machine.unit] = judged(machine._reload)


def test_a_configuration_that_arms_leaves_no_record_behind(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    assert machine.host.modes[undo.RECORD] == 0o600 and machine.host.directories[DIRECTORY] == 0o700
    result = machine.run(state="started")
    assert result["changed"] and is_armed(machine)
    assert undo.RECORD not in machine.host.files
    assert machine.host.files[machine.config] == text(machine, BAD)


def test_a_configuration_that_does_not_arm_is_undone_and_the_old_one_armed_again(stack: str) -> None:
    machine = Machine(stack, armed=True)
    before = machine.host.mtimes[machine.config]
    change_the_configuration(machine)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="failed to load kdump kernel.*armed with it again") as caught:
        machine.run(state="started")
    assert caught.value.details["restored"] == [machine.config] and caught.value.details["armed"] is True
    assert machine.host.files[machine.config] == text(machine, GOOD) and machine.host.mtimes[machine.config] == before
    assert is_armed(machine) and undo.RECORD not in machine.host.files
    again = machine.run(state="started")
    assert not again["changed"] and machine.commands() == []


def test_an_initramfs_that_cannot_be_built_from_the_new_configuration_leaves_what_is_loaded(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    initramfs_is_stale(machine)
    machine.host.answers[rebuild_command(machine)] = (1, "", "no space left on device")
    with pytest.raises(Failure, match="no space left.*the host is still armed with it"):
        machine.run(state="started")
    assert is_armed(machine) and machine.host.files[machine.config] == text(machine, GOOD)
    assert not [line for line in machine.commands() if line.startswith("systemctl restart")]


def test_a_host_that_the_old_configuration_does_not_arm_either_is_told_of_both(stack: str) -> None:
    machine = Machine(stack, armed=True, arms=False)
    change_the_configuration(machine)
    with pytest.raises(Failure, match="was put back as it was, and the host is NOT armed") as caught:
        machine.run(state="started")
    assert caught.value.details["armed"] is False
    assert machine.host.files[machine.config] == text(machine, GOOD)
    # what armed it last stays known until it is armed again
    assert undo.RECORD in machine.host.files
    change_the_configuration(machine, GOOD, THIRD)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert is_armed(machine) and undo.RECORD not in machine.host.files


def test_a_run_that_was_cut_off_after_the_change_is_finished_by_the_next(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    assert "loaded" in machine.run(state="started")["diff"][0]["before"]
    assert is_armed(machine) and undo.RECORD not in machine.host.files


def test_a_run_that_was_cut_off_while_nothing_was_loaded_is_undone_if_it_cannot_be_finished(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    machine._stop()
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert is_armed(machine) and machine.host.files[machine.config] == text(machine, GOOD)


def test_two_changes_without_arming_between_them_are_undone_together(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    change_the_configuration(machine, BAD, THIRD)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, GOOD)


def test_what_was_armed_by_other_means_is_what_a_later_change_goes_back_to(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine, OLDER, GOOD)
    machine._restart()
    machine.host.clock += 1
    change_the_configuration(machine)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, GOOD)


def test_a_host_that_is_not_armed_has_nothing_to_go_back_to(stack: str) -> None:
    machine = Machine(stack)
    change_the_configuration(machine)
    assert undo.RECORD not in machine.host.files


def test_a_change_while_the_boot_arms_the_host_is_undone_if_it_does_not_arm(stack: str) -> None:
    machine = Machine(stack)
    machine.arms_at = UPTIME + 90
    change_the_configuration(machine)
    # what the start under way has read is the old configuration
    started = machine._show

    def shows(host: FakeHost) -> str:
        shown = started()
        if machine.loaded == text(machine, BAD):
            machine.loaded = text(machine, GOOD)
        return shown

    machine.host.answers[SHOW % machine.unit] = shows
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert is_armed(machine) and machine.host.files[machine.config] == text(machine, GOOD)


SYSCONFIG = "/etc/sysconfig/kdump"
OLD_WORDS, NEW_WORDS = ('KDUMP_COMMANDLINE_APPEND="nr_cpus=1%s"\n' % more for more in ("", " irqpoll"))


def change_the_sysconfig(machine: Machine) -> None:
    """Change a variable of an armed host as kdump_config does, the record first."""
    machine.host.files[SYSCONFIG], machine.host.mtimes[SYSCONFIG] = OLD_WORDS, START - 1000
    changes = [FileChange(SYSCONFIG, OLD_WORDS, NEW_WORDS)]
    undo.remember(machine.host, find_stack(machine.host), undo.kept(machine.host, changes))
    machine.host.write(SYSCONFIG, NEW_WORDS)
    machine.host.clock += 1


def reload_that_goes_on(machine: Machine) -> None:
    """Let a reload outlast its limit, as where another kdumpctl has the lock. systemd goes on with it."""
    shown = machine._show
    reloading: List[bool] = []

    def shows(host: FakeHost) -> str:
        return shown().replace("ActiveState=active", "ActiveState=reloading") if reloading else shown()

    def lasts(host: FakeHost) -> None:
        host.clock += 600
        reloading.append(True)
        raise Failure("systemctl did not end within 600 seconds and was stopped")

    def stops(host: FakeHost) -> None:
        # systemd kills the reload, and then runs no ExecStop
        reloading.clear()
        machine.active = False

    machine.host.answers.update(
        {
            SHOW % machine.unit: shows,
            "systemctl reload kdump.service": lasts,
            "systemctl stop kdump.service": stops,
        }
    )


def test_a_reload_that_reached_its_limit_is_stopped_before_the_old_configuration_is_loaded() -> None:
    machine = Machine("kdumpctl", armed=True)
    change_the_sysconfig(machine)
    reload_that_goes_on(machine)
    with pytest.raises(Failure, match="did not end within 600 seconds.*the host is armed with it again"):
        machine.run(state="started")
    acted = [line for line in machine.commands() if "journalctl" not in line]
    words = ["systemctl reload", "systemctl stop", "kdumpctl stop", "systemctl restart"]
    assert acted == [word if word.startswith("kdumpctl") else word + " kdump.service" for word in words]
    assert is_armed(machine) and machine.host.files[SYSCONFIG] == OLD_WORDS and undo.RECORD not in machine.host.files
    assert not machine.run(state="started")["changed"]


def test_a_reload_that_cannot_be_stopped_leaves_the_record() -> None:
    machine = Machine("kdumpctl", armed=True)
    change_the_sysconfig(machine)
    reload_that_goes_on(machine)
    machine.host.answers["systemctl stop kdump.service"] = (1, "", "Job was cancelled")
    with pytest.raises(Failure, match="still armed with what was loaded before: with the old configuration, .*cancel"):
        machine.run(state="started")
    assert machine.host.files[SYSCONFIG] == OLD_WORDS and undo.RECORD in machine.host.files


def test_a_host_that_is_stopped_on_purpose_keeps_the_configuration_and_what_armed_it_is_known(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    machine.run(state="stopped")
    assert machine.host.files[machine.config] == text(machine, BAD)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, GOOD)


def test_a_change_of_a_host_that_was_stopped_on_purpose_is_undone_if_it_does_not_arm(stack: str) -> None:
    machine = Machine(stack, armed=True)
    machine.host.files[machine.config] = text(machine, GOOD)
    machine.run(state="stopped")
    assert not machine.run(state="stopped")["changed"]
    change_the_configuration(machine)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, GOOD) and undo.RECORD not in machine.host.files


def test_a_second_bad_configuration_after_a_run_was_killed_in_the_restart_is_undone_to_what_armed(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    machine._stop()
    change_the_configuration(machine, BAD, THIRD)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, GOOD)


def test_a_run_that_was_killed_between_the_record_and_the_file_is_undone_to_what_armed(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    machine._stop()
    change_the_configuration(machine, BAD, THIRD)
    machine.host.files[machine.config] = text(machine, BAD)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, GOOD)


def test_a_kdump_that_is_switched_off_after_a_run_was_killed_in_the_restart_is_switched_on_again() -> None:
    machine = Machine("kdump-tools", armed=True)
    change_the_configuration(machine)
    machine._stop()
    record = undo.decoded(machine.host.files[undo.RECORD])
    assert record is not None
    files = record.files
    off = "USE_KDUMP=0\n"
    undo.remember(machine.host, find_stack(machine.host), [files[0]._replace(tried=[undo.digest(off)])])
    machine.host.files[machine.config] = off
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="USE_KDUMP.*was put back as it was, and the host is armed with it again"):
        machine.run(state="started")
    assert is_armed(machine) and machine.host.files[machine.config] == text(machine, GOOD)


def test_an_initramfs_that_does_not_load_is_replaced_by_the_one_that_did(stack: str) -> None:
    machine = Machine(stack, armed=True)
    machine.host.files[machine.image] = "built in peace"
    initramfs_is_stale(machine)

    def judged(load: Callable[[], Any]) -> Callable[[FakeHost], Any]:
        def loads(host: FakeHost) -> Any:
            machine.arms = host.files[machine.image] == "built in peace"
            return load()

        return loads

    machine.host.answers["systemctl restart %s" % machine.unit] = judged(machine._restart)
    machine.host.answers["systemctl reload %s" % machine.unit] = judged(machine._reload)
    with pytest.raises(Failure, match="%s was put back as it was, and the host is armed with it again" % machine.image):
        machine.run(state="started")
    assert is_armed(machine)


def test_files_that_cannot_be_put_back_are_named_next_to_what_went_wrong_first(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    only_the_old_configuration_arms(machine)
    machine.host.unwritable[machine.config] = "Read-only file system"
    with pytest.raises(
        Failure, match="failed to load kdump kernel.*could not be put back: cannot write /etc/"
    ) as caught:
        machine.run(state="started")
    assert caught.value.details["armed"] is False and undo.RECORD in machine.host.files


def test_a_record_that_cannot_be_read_is_no_obstacle(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    machine.host.files[undo.RECORD] = '{"files": ['
    assert machine.run(state="started")["armed"]
    assert undo.RECORD not in machine.host.files


def test_check_mode_keeps_the_record(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    assert machine.run(check_mode=True, state="started")["changed"]
    assert undo.RECORD in machine.host.files


def test_what_was_armed_since_is_not_undone_when_something_else_goes_wrong(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    machine._restart()  # the host boots and arms with the new file
    machine.host.clock += 30 * 86400
    machine.host.write("/etc/initramfs-tools/modules" if machine.tools else "/etc/fstab", "")
    machine.host.answers[rebuild_command(machine)] = (1, "", "no space left on device")
    with pytest.raises(Failure, match="no space left") as caught:
        machine.run(state="started")
    assert "restored" not in caught.value.details and is_armed(machine)
    assert machine.host.files[machine.config] == text(machine, BAD) and undo.RECORD not in machine.host.files


def test_what_was_armed_since_is_not_undone_because_of_another_file(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    machine._restart()
    machine.host.clock += 86400
    other = find_stack(machine.host).loaded_files[1]
    machine.host.write(other, "an admin's\n")
    machine.host.answers[loading(machine)[-1]] = (1, "", "Job failed")
    with pytest.raises(Failure, match="Job failed") as caught:
        machine.run(state="started")
    assert "restored" not in caught.value.details and machine.host.files[machine.config] == text(machine, BAD)


def test_a_later_change_does_not_take_up_what_was_armed_since(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine, OLDER, GOOD)
    machine._restart()
    machine.host.clock += 1
    machine.host.write(find_stack(machine.host).loaded_files[1], "an admin's\n")
    change_the_configuration(machine)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, GOOD)


def the_image_is_anothers(machine: Machine) -> None:
    """The image is not the one that the host was armed with, so that undoing a change builds it anew."""
    machine.host.mtimes[machine.image] = machine.host.clock - 900


def test_a_host_is_not_called_unarmed_while_nothing_was_unloaded(stack: str) -> None:
    machine = Machine(stack, armed=True)
    change_the_configuration(machine)
    the_image_is_anothers(machine)
    initramfs_is_stale(machine)
    machine.host.answers[rebuild_command(machine)] = (1, "", "no space left on device")
    with pytest.raises(Failure, match="the host is still armed with what was loaded before") as caught:
        machine.run(state="started")
    assert "NOT armed" not in caught.value.msg and "with the old configuration, the command failed" in caught.value.msg
    assert caught.value.details["armed"] is True and is_armed(machine)


def armed_by_hand(stack: str, idle: str = "failed") -> Machine:
    """Return a machine whose unit failed at the boot, and which somebody armed with the tool since."""
    machine = Machine(stack, armed=True, active=False)
    machine.idle = idle
    for path in machine.host.files:
        machine.host.mtimes[path] = START - UPTIME - 1000
    return machine


def unload_command(machine: Machine) -> str:
    return "kdump-config unload" if machine.tools else "kdumpctl stop"


def a_file_is_newer_than_the_boot(machine: Machine) -> None:
    path = find_stack(machine.host).loaded_files[1]
    machine.host.files[path] = "an admin's\n"
    machine.host.mtimes[path] = START - UPTIME + 1000


def the_image_is_newer_than_the_boot(machine: Machine) -> None:
    machine.host.mtimes[machine.image] = START - UPTIME + 1000


@pytest.mark.parametrize("idle", ["failed", "inactive"])
@pytest.mark.parametrize(
    ("before", "options", "expected"),
    [
        (nothing, {"state": "started"}, ["start"]),
        (a_file_is_newer_than_the_boot, {"state": "started"}, ["unload", "restart"]),
        (the_image_is_newer_than_the_boot, {"state": "started"}, ["unload", "restart"]),
        (initramfs_is_stale, {"state": "started"}, ["rebuild", "unload", "restart"]),
        (initramfs_is_stale, {"state": "started", "rebuild": "never"}, ["start"]),
        (a_file_is_newer_than_the_boot, {}, []),
        (a_file_is_newer_than_the_boot, {"state": "stopped"}, ["unload"]),
    ],
)
def test_what_was_loaded_by_hand_is_unloaded_before_the_unit_loads_anew(
    stack: str, idle: str, before: Callable[[Machine], None], options: Dict[str, Any], expected: List[str]
) -> None:
    machine = armed_by_hand(stack, idle)
    before(machine)
    named = {"rebuild": rebuild_command(machine), "unload": unload_command(machine)}
    commands = [named.get(word) or "systemctl %s %s" % (word, machine.unit) for word in expected]
    predicted = machine.run(check_mode=True, **options)
    assert machine.commands() == []
    machine.loaded = None if machine.loaded is None else "by hand"
    result = machine.run(**options)
    assert result["actions"] == predicted["actions"] == machine.commands() == commands
    assert result["changed"] == predicted["changed"] == bool(expected)
    assert (result["diff"], result["armed"], result["active"]) == (
        predicted["diff"],
        predicted["armed"],
        predicted["active"],
    )
    assert (result["armed"], result["active"]) == (is_armed(machine), machine.active)
    if "restart" in expected:
        assert machine.loaded == machine.host.files[machine.config]
    if "start" in expected:
        assert machine.loaded == "by hand"
    second = machine.run(**options)
    assert (second["changed"], second["diff"], second["actions"]) == (False, [], [])


def test_restarted_unloads_what_was_loaded_by_hand_first(stack: str) -> None:
    machine = armed_by_hand(stack)
    machine.loaded = "by hand"
    actions = ["systemctl restart " + machine.unit]
    assert machine.run(state="restarted")["actions"] == [unload_command(machine), *actions]
    assert is_armed(machine) and machine.loaded != "by hand"
    assert machine.run(state="restarted")["actions"] == loading(machine)


def test_of_what_was_loaded_by_hand_no_more_is_said_than_is_known(stack: str) -> None:
    machine = armed_by_hand(stack)
    a_file_is_newer_than_the_boot(machine)
    before = machine.run(check_mode=True, state="started")["diff"][0]["before"]
    assert "loaded: outside of the unit, perhaps before %s changed" % find_stack(machine.host).loaded_files[1] in before


def test_a_run_cut_off_on_a_host_armed_by_hand_is_finished_by_the_next(stack: str) -> None:
    machine = armed_by_hand(stack)
    change_the_configuration(machine)
    machine.run(state="started")
    assert machine.loaded == text(machine, BAD) and is_armed(machine) and undo.RECORD not in machine.host.files


def test_a_run_cut_off_on_a_host_armed_by_hand_is_undone_if_it_cannot_be_finished(stack: str) -> None:
    machine = armed_by_hand(stack)
    change_the_configuration(machine)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.loaded == machine.host.files[machine.config] == text(machine, GOOD)
    assert not machine.run(state="started")["changed"]


def test_what_a_host_armed_by_hand_booted_with_is_not_undone(stack: str) -> None:
    machine = armed_by_hand(stack)
    change_the_configuration(machine)
    machine.host.mtimes[machine.config] = START - UPTIME - 500  # it was written, and then came the boot
    initramfs_is_stale(machine)
    machine.host.answers[rebuild_command(machine)] = (1, "", "no space left on device")
    with pytest.raises(Failure, match="no space left"):
        machine.run(state="started")
    assert machine.host.files[machine.config] == text(machine, BAD) and undo.RECORD not in machine.host.files


def test_what_was_loaded_by_hand_stays_where_it_cannot_be_unloaded(stack: str) -> None:
    machine = armed_by_hand(stack)
    change_the_configuration(machine)
    machine.host.answers[unload_command(machine)] = (1, "", "failed to unload kdump kernel")
    with pytest.raises(Failure, match="failed to unload.*the host is still armed with"):
        machine.run(state="started")
    assert is_armed(machine) and machine.host.files[machine.config] == text(machine, GOOD)


def test_undoing_unloads_what_was_loaded_by_hand_as_well(stack: str) -> None:
    machine = armed_by_hand(stack)
    change_the_configuration(machine)
    the_image_is_anothers(machine)
    initramfs_is_stale(machine)
    answers = [(1, "", "no space left on device"), ""]
    machine.host.answers[rebuild_command(machine)] = lambda host: answers.pop(0)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.commands()[-2:] == [unload_command(machine), "systemctl restart " + machine.unit]


def test_what_was_loaded_by_hand_stays_where_systemd_would_pass_over_the_unit(stack: str) -> None:
    machine = armed_by_hand(stack)
    a_file_is_newer_than_the_boot(machine)
    machine.condition = "no"
    assert "passes over" in machine.run(check_mode=True, state="started")["reason"]
    with pytest.raises(Refused, match="passes over"):
        machine.run(state="started")
    assert is_armed(machine) and machine.commands() == []


@pytest.mark.parametrize(
    "line",
    [
        "extra_bins /opt/none",
        "kdump_pre /opt/none",
        "kdump_post /opt/none",
        "path /none",
        "ext4 UUID=77",
        "fence_kdump_node a",
    ],
)
def test_what_kdumpctl_refuses_when_it_starts_is_refused_before_anything_is_unloaded(line: str) -> None:
    machine = Machine("kdumpctl", armed=True)
    change_the_configuration(machine)
    machine.host.files["/usr/sbin/kdumpctl"] = "kdump_emergency auto_reset_crashkernel failure_action"
    bad = "# new\n%s\n" % line
    kept = undo.decoded(machine.host.files[undo.RECORD])
    assert kept is not None
    machine.host.files[undo.RECORD] = undo.encoded(
        kept._replace(files=[kept.files[0]._replace(tried=[undo.digest(bad)])])
    )
    machine.host.files[machine.config] = bad
    predicted = machine.run(check_mode=True, state="started")
    assert "/etc/kdump.conf" in predicted["reason"] and predicted["armed"]
    with pytest.raises(Failure, match="still armed with it") as caught:
        machine.run(state="started")
    assert machine.commands() == [] and is_armed(machine)
    assert caught.value.details["restored"] == [machine.config]
    assert machine.host.files[machine.config] == text(machine, GOOD)
    assert not machine.run(state="started")["changed"]


def test_a_host_that_is_not_armed_lets_kdumpctl_itself_say_what_is_wrong() -> None:
    machine = Machine("kdumpctl", arms=False)
    machine.host.files[machine.config] = "extra_bins /opt/none\n"
    with pytest.raises(Failure, match="failed to load kdump kernel"):
        machine.run(state="started")
    assert machine.commands()[0] == "systemctl restart kdump.service"


def test_an_initramfs_that_a_failed_build_took_away_is_put_back(stack: str) -> None:
    machine = Machine(stack, armed=True)
    machine.host.files[machine.image] = "built in peace"
    before = machine.host.mtimes[machine.image]
    initramfs_is_stale(machine)

    def fails(host: FakeHost) -> Tuple[int, str, str]:
        del host.files[machine.image]
        return 1, "", "dracut: no space left"

    machine.host.answers[rebuild_command(machine)] = fails
    with pytest.raises(Failure, match="no space left"):
        machine.run(state="started")
    assert machine.host.files[machine.image] == "built in peace" and machine.host.mtimes[machine.image] == before
    assert is_armed(machine) and not [path for path in machine.host.files if "crashops-kdump/image" in path]


def test_a_start_that_fails_is_undone_with_the_old_initramfs_and_builds_none() -> None:
    machine = Machine("kdumpctl", armed=True)
    change_the_configuration(machine)
    only_the_old_configuration_arms(machine)
    with pytest.raises(Failure, match="armed with it again"):
        machine.run(state="started")
    assert machine.commands().count("kdumpctl rebuild") == 1 and is_armed(machine)


def test_the_copy_of_an_initramfs_is_for_root_alone_and_goes_with_success(stack: str) -> None:
    machine = Machine(stack, armed=True)
    initramfs_is_stale(machine)
    seen: List[Tuple[str, int]] = []
    build = machine._build

    def builds(host: FakeHost) -> None:
        seen.extend((path, host.modes[path]) for path in host.files if path.startswith(DIRECTORY + "/image"))
        build()

    machine.host.answers[rebuild_command(machine)] = builds
    machine.run(state="started")
    assert [mode for dummy, mode in seen] == [0o600] and seen[0][0] not in machine.host.files


def test_a_build_that_was_cut_off_is_done_again_though_its_initramfs_is_young(stack: str) -> None:
    machine = Machine(stack, armed=True)
    machine.host.files["/var/lib/crashops-kdump/image" + machine.image.replace("/", "-")] = "whole"
    machine.host.files[machine.image] = "hal"
    result = machine.run(state="started")
    assert result["actions"][0] == rebuild_command(machine) and not machine.run(state="started")["changed"]
    assert "a build of it was cut off" in result["diff"][0]["before"]


def test_without_room_for_a_copy_the_initramfs_is_built_all_the_same(stack: str) -> None:
    machine = Machine(stack, armed=True)
    machine.host.files[machine.image] = "x" * 100
    machine.host.free[DIRECTORY] = 150
    initramfs_is_stale(machine)
    assert machine.run(state="started")["armed"] and machine.host.files[machine.image] == "new"


def test_new_sysctls_of_kdump_tools_are_built_in_before_anything_is_unloaded() -> None:
    machine = Machine("kdump-tools", armed=True)
    seen = "/var/lib/kdump/latest_sysctls-" + KERNEL
    machine.host.files.update(
        {"/usr/sbin/kdump-config": "latest_sysctls", "/etc/kdump/sysctl.conf": "new", seen: "old"}
    )
    machine.host.mtimes["/etc/kdump/sysctl.conf"] = START - 1000
    copy = "cp /etc/kdump/sysctl.conf " + seen
    machine.host.answers[copy] = lambda host: host.files.update({seen: "new"})
    result = machine.run(state="started")
    assert result["actions"] == [
        rebuild_command(machine),
        copy,
        "kdump-config unload",
        "systemctl restart kdump-tools.service",
    ]
    assert not machine.run(state="started")["changed"]


def test_a_reload_counts_as_the_load_and_a_later_change_is_seen() -> None:
    machine = Machine("kdumpctl", armed=True)
    config_is_newer_than_the_load(machine)
    assert machine.run(state="started")["actions"] == ["systemctl reload kdump.service"]
    assert machine.began < machine.changed and not machine.run(state="started")["changed"]
    machine.host.clock += 60
    machine.host.write("/etc/sysconfig/kdump", "KEXEC_ARGS=-s\n")
    assert machine.run(state="started")["actions"] == ["systemctl reload kdump.service"]


EXEC_RELOAD = (
    "ExecReload={ path=/usr/bin/kdumpctl ; argv[]=/usr/bin/kdumpctl reload ; ignore_errors=no ; "
    "start_time=[Sun 2026-11-29 20:00:00 UTC] ; stop_time=[Sun 2026-11-29 20:00:02 UTC] ; pid=99 ; %s }\n"
)


@pytest.mark.parametrize(
    "result",
    [
        "ReloadResult=exit-code\n",
        "ReloadResult=timeout\n",
        EXEC_RELOAD % "code=exited ; status=1",
        EXEC_RELOAD % "code=killed ; status=15/TERM",
    ],
)
def test_a_reload_that_failed_does_not_count_as_a_load(result: str) -> None:
    machine = Machine("kdumpctl", armed=True)
    config_is_newer_than_the_load(machine)

    def fails(host: FakeHost) -> Tuple[int, str, str]:
        host.clock += 2
        machine.changed, machine.reload_result = host.monotonic(), result
        return 1, "", "Job for kdump.service failed"

    machine.host.answers["systemctl reload kdump.service"] = fails
    for dummy in range(2):
        with pytest.raises(Failure, match="Job for kdump.service failed"):
            machine.run(state="started")


def test_a_reload_that_systemd_239_calls_successful_counts_as_a_load() -> None:
    machine = Machine("kdumpctl", armed=True)
    machine.reload_result = EXEC_RELOAD % "code=exited ; status=0"
    config_is_newer_than_the_load(machine)
    assert machine.run(state="started")["changed"] and not machine.run(state="started")["changed"]


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (lambda machine: machine.host.files.update({"/sys/kernel/fadump/enabled": "1"}), {}),
        (initramfs_is_stale, {"rebuild": "never"}),
    ],
)
def test_what_a_reload_cannot_do_is_left_to_a_restart(
    change: Callable[[Machine], None], options: Dict[str, Any]
) -> None:
    machine = Machine("kdumpctl", armed=True)
    machine.host.files["/sys/kernel/fadump/registered"] = "1"
    config_is_newer_than_the_load(machine)
    change(machine)
    assert machine.run(check_mode=True, state="started", **options)["actions"] == ["systemctl restart kdump.service"]
