# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that is killed anywhere leaves an armed host armed, or a host that the next run arms with what is known."""

import os
import random
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import replace_files
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.modules import crashkernel_reserve, kdump_config
from ansible_collections.crashops.kdump.tests.unit.fake_boot import EL8_ENTRIES, EL8_KERNELOPTS
from ansible_collections.crashops.kdump.tests.unit.killed_machine import (
    BAD_BUILD,
    BAD_LOAD,
    Kill,
    Killed,
    KilledMachine,
    KillGrubby,
    KillOstree,
    KillUpdateGrub,
)

# of kdump_config
OPTIONS = (
    "target", "path", "core_collector", "failure_action", "final_action", "kdump_pre", "kdump_post", "kdump_emergency",
    "extra_bins", "extra_modules", "dracut_args", "fence_kdump_nodes", "fence_kdump_args", "auto_reset_crashkernel",
    "force_rebuild", "directives", "sysconfig", "commandline_append", "commandline_default", "commandline_remove",
    "blocked_drivers",
)  # fmt: skip
KERNEL_CMDLINE = "/etc/kernel/cmdline"
# how many sequences of changes each run of the tests draws; set more for a longer run
SEQUENCES = int(os.environ.get("KDUMP_KILLED_SEQUENCES", "500"))
BAD = ("bad-build-1", "bad-build-2", "bad-load-1", "bad-load-2", "bad-load-3")
WORDS = ("good-1", "good-2", *BAD)


def configure(machine: KilledMachine, words: Sequence[str]) -> None:
    """Change the files as kdump_config does, one word for each; what is as asked for stays."""
    replace_files.remove_left(machine.host)
    texts = [(path, machine.text(path, word)) for path, word in zip(machine.files, words)]
    changes = [FileChange(path, machine.host.read(path), text) for path, text in texts]
    changes = [change for change in changes if change.before != change.after]
    kdump_config._write(machine.host, find_stack(machine.host), changes, backup=False)


def arm(machine: KilledMachine) -> bool:
    """Arm the machine as kdump_service does, and return whether the task ended well."""
    replace_files.remove_left(machine.host)
    try:
        machine.run(state="started")
    except Failure:
        return False
    return True


def set_up(machine: KilledMachine, words: Sequence[str], kill_at: int = 0) -> bool:
    """Do what setup does with a configuration, killed at a point; return whether all of it ended well."""
    machine.host.kill(kill_at)
    try:
        configure(machine, words)
        return arm(machine)
    except Killed:
        return False
    finally:
        machine.host.busy = False


def is_as_asked(machine: KilledMachine, words: Sequence[str]) -> bool:
    """Return whether the machine is armed with these words, by an initramfs of these words, and nothing lies about."""
    texts = "".join(machine.text(path, word) for path, word in zip(machine.files, words))
    fresh = machine.host.files[machine.image] == machine.image_of_now()
    return machine.is_armed() and machine.loaded == machine.now() == texts and fresh and not machine.left()


@pytest.fixture(params=["kdumpctl", "kdump-tools"])
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def points_of(stack: str, words: Sequence[str]) -> int:
    """Return at how many points a setup with these words can be killed."""
    machine = KilledMachine(stack)
    set_up(machine, words, 10**6)
    return machine.host.points


@pytest.mark.parametrize("words", [("good-1", "good-2"), (BAD_LOAD, BAD_LOAD), (BAD_BUILD, "good-1")])
def test_after_a_kill_at_any_point_a_normal_run_arms_converges_and_leaves_nothing(
    stack: str, words: Tuple[str, str]
) -> None:
    points = points_of(stack, words)
    assert points >= 6
    for at in range(1, points + 1):
        machine = KilledMachine(stack)
        assert not set_up(machine, words, at)
        assert set_up(machine, ("good-3", "good-4")), at
        assert is_as_asked(machine, ("good-3", "good-4")), (at, machine.left())
        before = dict(machine.host.files)
        machine.host.commands, machine.host.written = [], []
        assert set_up(machine, ("good-3", "good-4"))
        assert (machine.host.files, machine.host.written, machine.commands()) == (before, [], [])


@pytest.mark.parametrize("words", [("good-1", "good-2"), (BAD_LOAD, BAD_LOAD), (BAD_BUILD, "good-1")])
@pytest.mark.parametrize("then", [("bad-load-2", "good-1"), ("bad-build-2", "bad-load-2")])
def test_after_a_kill_at_any_point_a_second_bad_configuration_leaves_the_host_armed(
    stack: str, words: Tuple[str, str], then: Tuple[str, str]
) -> None:
    for at in range(1, points_of(stack, words) + 1):
        for boots in (False, True):
            machine = KilledMachine(stack)
            set_up(machine, words, at)
            machine.boot() if boots else None
            set_up(machine, then)
            assert machine.is_armed(), (at, boots)


def sequence(stack: str, seed: int) -> Tuple[KilledMachine, random.Random]:
    """Run a few changes, most of them bad and killed, some with a boot after them; return the machine."""
    draw = random.Random(seed)
    machine = KilledMachine(stack)
    for dummy in range(draw.randint(2, 5)):
        words = [draw.choice(WORDS) for path in machine.files]
        set_up(machine, words, draw.choice((0, draw.randint(1, 16))))
        if draw.random() < 0.2:
            machine.boot()
    return machine, draw


def test_no_sequence_of_bad_configurations_and_kills_ends_unarmed(stack: str) -> None:
    for seed in range(SEQUENCES // 2):
        machine, draw = sequence(stack, seed)
        set_up(machine, [draw.choice(BAD) for path in machine.files])
        assert machine.is_armed(), seed
        assert set_up(machine, ("good-1", "good-2")), seed
        assert is_as_asked(machine, ("good-1", "good-2")), (seed, machine.left())


def el8() -> KillGrubby:
    return KillGrubby(EL8_ENTRIES, kernelopts=EL8_KERNELOPTS, default="0", programs=["kdumpctl"])


def reserve(host: Kill, size: str, kill_at: int = 0) -> Optional[Dict[str, Any]]:
    """Reserve memory as the module does, killed at a point; return the result, None where it was killed."""
    host.kill(kill_at)
    options = {"state": "present", "kernels": "all", "margin_percent": None, "minimum": None, "maximum": None}
    try:
        replace_files.remove_left(host)
        return crashkernel_reserve.ensure(host, dict(options, size=size, timeout=300), False)
    except Killed:
        return None
    finally:
        host.busy = False


@pytest.mark.parametrize(("make", "least"), [(KillGrubby, 4), (el8, 4), (KillUpdateGrub, 3), (KillOstree, 2)])
def test_boot_entries_are_as_asked_after_a_kill_at_any_point_and_a_normal_run(
    make: Callable[..., Kill], least: int
) -> None:
    clean = make()
    reserve(clean, "256M")
    assert clean.points >= least
    for at in range(1, clean.points + 1):
        host = make()
        assert reserve(host, "256M", at) is None
        reserve(host, "256M")
        if KERNEL_CMDLINE not in clean.files:
            # grubby of EL 8 makes this file by the way; whether an admin wants it cannot be seen in the next run
            assert "crashkernel=256M" in host.files.pop(KERNEL_CMDLINE, "crashkernel=256M")
        assert (host.files, getattr(host, "cmdline", "")) == (clean.files, getattr(clean, "cmdline", "")), at
        host.written = []
        again = reserve(host, "256M")
        assert again is not None and not again["changed"]
        assert host.written == []


def module_points(stack: str) -> List[int]:
    """Return twenty points, by a fixed seed, of a change by the real module and of the arming after it."""
    draw = random.Random(20)
    machine = KilledMachine(stack)
    by_modules(machine, 10**6)
    return [draw.randint(1, machine.host.points) for dummy in range(20)]


def by_modules(machine: KilledMachine, kill_at: int = 0) -> bool:
    """Change the configuration by kdump_config with options, and arm; killed at a point."""
    unset = dict.fromkeys(OPTIONS)
    variable = {"KDUMP_KEXEC_ARGS": "-s"} if machine.tools else {"KEXEC_ARGS": "-s -d"}
    options = dict(unset, path="/var/dumps", sysconfig=variable, exclusive=False, backup=True)
    machine.host.kill(kill_at)
    try:
        replace_files.remove_left(machine.host)
        kdump_config.ensure(machine.host, options, False)
        return arm(machine)
    except Killed:
        return False
    finally:
        machine.host.busy = False


@pytest.mark.parametrize("number", range(20))
def test_after_a_kill_at_one_of_twenty_points_of_the_modules_a_normal_run_arms_and_converges(
    stack: str, number: int
) -> None:
    machine = KilledMachine(stack)
    machine.host.directories["/var/dumps"] = 0o700
    assert not by_modules(machine, module_points(stack)[number])
    assert by_modules(machine)
    assert machine.is_armed() and machine.loaded == machine.now() and "/var/dumps" in machine.now()
    assert machine.left() == []
    machine.host.written = []
    assert by_modules(machine) and machine.host.written == []
