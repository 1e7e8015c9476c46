# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault of each kind that must never pass unseen, on a real machine that is armed and proved."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

from tools.lab import plays
from tools.lab.directory_state import contents, times
from tools.lab.guest import Guest
from tools.lab.harms import old_dump_cut_off
from tools.lab.stacks import Stack, idle_boot_tool, stack_of

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
INVENTORY = EPHEMERAL / "inventory" / "hosts.json"
RECORD = "/var/lib/crashops-kdump/unarmed.json"
BAD = "--no-such-option"


@pytest.fixture
def guest(host: Host) -> Guest:
    """Return the machine."""
    return Guest(EPHEMERAL / "guests" / host.check_output("uname -n"))


@pytest.fixture
def stack(guest: Guest) -> Stack:
    """Return the machine's stack."""
    return stack_of(guest.ssh)


def module(guest: Guest, name: str, **options: Any) -> dict[str, Any]:
    return plays.module(INVENTORY, guest.name, f"crashops.kdump.{name}", **options)


def is_armed(guest: Guest) -> bool:
    return guest.ssh("cat /sys/kernel/kexec_crash_loaded").strip() == "1"


def test_a_configuration_that_cannot_be_armed_is_taken_back_and_the_old_one_armed_again(
    guest: Guest, stack: Stack
) -> None:
    before = contents(guest, "/etc") | times(guest, "/etc")
    boot = guest.boot_id()
    done = plays.playbook(INVENTORY, "setup", guest.name, kdump_sysconfig={stack.kexec_options: BAD})
    assert done.returncode != 0
    assert f"{stack.configuration} was put back as it was, and the host is armed with it again" in plays.said(done)
    assert is_armed(guest)
    assert contents(guest, "/etc") | times(guest, "/etc") == before
    if stack.loaded_by:
        assert BAD not in guest.ssh(f"cat {stack.loaded_by}")
    assert guest.boot_id() == boot
    assert guest.ssh(f"test -e {RECORD} && echo yes || echo no").strip() == "no"


@pytest.fixture
def idle_tool(guest: Guest, stack: Stack) -> Iterator[None]:
    """Let the program that writes boot entries do nothing, and end well, for a test."""
    begin, end = idle_boot_tool(stack)
    guest.ssh(begin)
    yield
    guest.ssh(end)


def test_boot_entries_that_did_not_change_are_seen_though_the_command_ended_well(
    guest: Guest, stack: Stack, idle_tool: None
) -> None:
    before = contents(guest, "/etc", "/boot")
    result = module(guest, "crashkernel_reserve", size="224M")
    assert f"{stack.boot_tool} ended well, but the boot entries are not as asked" in result.get("msg", "")
    assert contents(guest, "/etc", "/boot") == before


@pytest.fixture
def dump_cut_off(guest: Guest, stack: Stack) -> Iterator[None]:
    """Put an old dump next to the real one for a test, which ends after its first megabyte."""
    begin, end = old_dump_cut_off(stack)
    guest.ssh(begin)
    yield
    guest.ssh(end)


def test_a_dump_that_was_cut_off_is_told_from_a_whole_one(guest: Guest, stack: Stack, dump_cut_off: None) -> None:
    found = {dump["core"]: dump["complete"] for dump in module(guest, "vmcore_info")["dumps"]}
    assert found.pop(stack.old_dump) is False
    assert list(found.values()) == [True]


@pytest.fixture
def younger_image(guest: Guest, stack: Stack) -> Iterator[None]:
    """Let the capture initramfs be younger than the crash test for a test."""
    guest.ssh(f"touch -r {stack.image} /root/its-time; touch {stack.image}")
    yield
    guest.ssh(f"touch -r /root/its-time {stack.image}; rm /root/its-time")


def test_a_proof_ends_with_the_image_that_it_was_about(guest: Guest, younger_image: None) -> None:
    proof = module(guest, "kdump_info")["proof"]
    assert (proof["state"], proof["stale_because"]) == ("stale", ["the capture initramfs was built again"])
