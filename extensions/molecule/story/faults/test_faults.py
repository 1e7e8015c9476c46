# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault of each kind that must never pass unseen, on a real machine that is armed and proved."""

import os
from pathlib import Path

import pytest

from tools.lab import plays
from tools.lab.directory_state import contents, times
from tools.lab.guest import Guest

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
INVENTORY = EPHEMERAL / "inventory" / "hosts.json"
CONFIGURATION = "/etc/default/kdump-tools"
RECORD = "/var/lib/crashops-kdump/unarmed.json"
# the command with which kdump-config loaded the capture kernel last
LOADED_BY = "/var/crash/kexec_cmd"
CUT_OFF = "/var/crash/202001010101/dump.202001010101"


@pytest.fixture
def guest(host):
    """Return the machine."""
    return Guest(EPHEMERAL / "guests" / host.check_output("uname -n"))


def module(guest, name, **options):
    return plays.module(INVENTORY, guest.name, f"crashops.kdump.{name}", **options)


def is_armed(guest):
    return guest.ssh("cat /sys/kernel/kexec_crash_loaded").strip() == "1"


def test_a_configuration_that_cannot_be_armed_is_taken_back_and_the_old_one_armed_again(guest):
    before = contents(guest, "/etc"), times(guest, "/etc")
    boot = guest.boot_id()
    done = plays.playbook(INVENTORY, "setup", guest.name, kdump_sysconfig={"KDUMP_KEXEC_ARGS": "--no-such-option"})
    assert done.returncode != 0
    assert f"{CONFIGURATION} was put back as it was, and the host is armed with it again" in plays.said(done)
    assert is_armed(guest)
    assert (contents(guest, "/etc"), times(guest, "/etc")) == before
    assert "--no-such-option" not in guest.ssh(f"cat {LOADED_BY}")
    assert guest.boot_id() == boot
    assert guest.ssh(f"test -e {RECORD} && echo yes || echo no").strip() == "no"


@pytest.fixture
def idle_update_grub(guest):
    """Let update-grub do nothing, and end well, for a test."""
    guest.ssh("mount --bind /bin/true /usr/sbin/update-grub")
    yield
    guest.ssh("umount /usr/sbin/update-grub")


def test_boot_entries_that_did_not_change_are_seen_though_the_command_ended_well(guest, idle_update_grub):
    before = contents(guest, "/etc"), contents(guest, "/boot")
    result = module(guest, "crashkernel_reserve", size="224M")
    assert "update-grub ended well, but the boot entries are not as asked" in result.get("msg", "")
    assert (contents(guest, "/etc"), contents(guest, "/boot")) == before


@pytest.fixture
def dump_cut_off(guest):
    """Put an old dump next to the real one for a test, which ends after its first megabyte."""
    guest.ssh(
        f"set -e; dump=$(find /var/crash -name 'dump.*'); mkdir $(dirname {CUT_OFF}); head -c 1000000 $dump > {CUT_OFF}"
    )
    yield
    guest.ssh(f"rm -r $(dirname {CUT_OFF})")


def test_a_dump_that_was_cut_off_is_told_from_a_whole_one(guest, dump_cut_off):
    found = {dump["core"]: dump["complete"] for dump in module(guest, "vmcore_info")["dumps"]}
    assert found.pop(CUT_OFF) is False
    assert list(found.values()) == [True]


@pytest.fixture
def younger_image(guest):
    """Let the capture initramfs be younger than the crash test for a test."""
    image = "$(readlink -f /var/lib/kdump/initrd.img)"
    guest.ssh(f"touch -r {image} /root/its-time; touch {image}")
    yield
    guest.ssh(f"touch -r /root/its-time {image}; rm /root/its-time")


def test_a_proof_ends_with_the_image_that_it_was_about(guest, younger_image):
    proof = module(guest, "kdump_info")["proof"]
    assert (proof["state"], proof["stale_because"]) == ("stale", ["the capture initramfs was built again"])
