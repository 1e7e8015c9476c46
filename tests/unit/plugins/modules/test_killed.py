# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that is killed anywhere leaves an armed host armed, or a host that the next run arms with what is known."""

import os
import random

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils import _replace
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._stack import find_stack
from ansible_collections.crashops.kdump.plugins.modules import kdump_config
from ansible_collections.crashops.kdump.tests.unit.killed_machine import (
    BAD_BUILD,
    BAD_LOAD,
    Killed,
    KilledMachine,
)

# how many sequences of changes each run of the tests draws; set more for a longer run
SEQUENCES = int(os.environ.get("KDUMP_KILLED_SEQUENCES", "500"))
WORDS = ("good-1", "good-2", BAD_BUILD, BAD_LOAD, BAD_BUILD, BAD_LOAD)


def configure(machine, words):
    """Change the files as kdump_config does, one word for each; what is as asked for stays."""
    _replace.remove_left(machine.host)
    texts = [(path, machine.text(path, word)) for path, word in zip(machine.files, words)]
    changes = [FileChange(path, machine.host.read(path), text) for path, text in texts]
    changes = [change for change in changes if change.before != change.after]
    kdump_config._write(machine.host, find_stack(machine.host), changes, backup=False)


def arm(machine):
    """Arm the machine as kdump_service does, and return whether the task ended well."""
    _replace.remove_left(machine.host)
    try:
        machine.run(state="started")
    except Failure:
        return False
    return True


def set_up(machine, words, kill_at=0):
    """Do what setup does with a configuration, killed at a point; return whether all of it ended well."""
    machine.host.kill(kill_at)
    try:
        configure(machine, words)
        return arm(machine)
    except Killed:
        return False
    finally:
        machine.host.busy = False


def is_as_asked(machine, words):
    """Return whether the machine is armed with these words, by an initramfs of these words, and nothing lies about."""
    texts = "".join(machine.text(path, word) for path, word in zip(machine.files, words))
    fresh = machine.host.files[machine.image] == machine.image_of_now()
    return machine.is_armed() and machine.loaded == machine.now() == texts and fresh and not machine.left()


@pytest.fixture(params=["kdumpctl", "kdump-tools"])
def stack(request):
    return request.param


def points_of(stack, words):
    """Return at how many points a setup with these words can be killed."""
    machine = KilledMachine(stack)
    set_up(machine, words, 10**6)
    return machine.host.points


@pytest.mark.parametrize("words", [("good-1", "good-2"), (BAD_LOAD, BAD_LOAD), (BAD_BUILD, "good-1")])
def test_after_a_kill_at_any_point_a_normal_run_arms_converges_and_leaves_nothing(stack, words):
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
@pytest.mark.parametrize("then", [(BAD_LOAD, "good-1"), (BAD_BUILD, BAD_LOAD)])
def test_after_a_kill_at_any_point_a_second_bad_configuration_leaves_the_host_armed(stack, words, then):
    for at in range(1, points_of(stack, words) + 1):
        for boots in (False, True):
            machine = KilledMachine(stack)
            set_up(machine, words, at)
            machine.boot() if boots else None
            set_up(machine, then)
            assert machine.is_armed(), (at, boots)


def sequence(stack, seed):
    """Run a few changes, most of them bad and killed, some with a boot after them; return the machine."""
    draw = random.Random(seed)
    machine = KilledMachine(stack)
    for dummy in range(draw.randint(2, 5)):
        words = [draw.choice(WORDS) for path in machine.files]
        set_up(machine, words, draw.choice((0, draw.randint(1, 16))))
        if draw.random() < 0.2:
            machine.boot()
    return machine, draw


def test_no_sequence_of_bad_configurations_and_kills_ends_unarmed(stack):
    for seed in range(SEQUENCES // 2):
        machine, draw = sequence(stack, seed)
        set_up(machine, [draw.choice((BAD_BUILD, BAD_LOAD)) for path in machine.files])
        assert machine.is_armed(), seed
        assert set_up(machine, ("good-1", "good-2")), seed
        assert is_as_asked(machine, ("good-1", "good-2")), (seed, machine.left())
