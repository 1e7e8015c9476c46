# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab against real QEMU guests: two of them, half a minute to boot, then each test in seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.lab import image, qemu
from tools.lab.errors import CommandFailed, GuestLost
from tools.lab.guest import Guest, free_port


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Guest]]:
    """Return two running guests on one private network; they end with this process."""
    found, network = image.build("debian-12"), free_port()
    pair = []
    for number, name in enumerate(("one", "two"), 1):
        machine = qemu.Machine(name, number, found.firmware, 1024, 1, network, None)
        pair.append(Guest.create(tmp_path_factory.mktemp(name) / "guest", found, machine))
        pair[-1].start()
    for guest in pair:
        guest.wait_for_ssh()
    yield pair
    for guest in pair:
        guest.stop()
        assert not guest.running()


def test_the_guests_reach_each_other_on_the_private_network(guests: list[Guest]) -> None:
    one, _two = guests
    reach = "import socket; print(socket.create_connection(('10.77.0.2', 22), 30).recv(7).decode())"
    assert one.ssh(f'python3 -c "{reach}"').strip() == "SSH-2.0"


def test_a_guest_goes_back_to_what_was_saved_with_its_clock_at_now(guests: list[Guest]) -> None:
    guest = guests[0]
    boot = guest.boot_id()
    guest.ssh("echo before > /root/state")
    guest.save("early")
    guest.ssh("echo after > /root/state")
    guest.restore("early")
    assert guest.ssh("cat /root/state").strip() == "before"
    assert guest.boot_id() == boot
    assert abs(int(guest.ssh("date +%s")) - time.time()) < 30


def test_a_saved_guest_starts_elsewhere_in_seconds_and_goes_on_itself(guests: list[Guest], tmp_path: Path) -> None:
    source = guests[1]
    boot, reached_by = source.boot_id(), source.ssh_argv()
    source.ssh("echo kept > /root/state")
    source.save_and_go_on(tmp_path / "saved")
    assert source.boot_id() == boot
    assert source.ssh_argv() == reached_by
    source.ssh("echo later > /root/state; sync")
    copy = Guest.create_from_saved(tmp_path / "copy", tmp_path / "saved")
    try:
        copy.go_on()
        assert copy.boot_id() == boot
        assert copy.ssh("cat /root/state").strip() == "kept"
        assert copy.ssh_argv() != reached_by
    finally:
        copy.stop()
    # a start after that is a boot, and not once more what was saved
    source.stop()
    source.start()
    source.wait_for_ssh()
    assert source.boot_id() != boot
    assert source.ssh("cat /root/state").strip() == "later"


def test_an_nmi_reaches_the_kernel(guests: list[Guest]) -> None:
    guest = guests[0]
    guest.inject_nmi()
    deadline = time.monotonic() + 60
    while "NMI received" not in guest.ssh("dmesg") and time.monotonic() < deadline:
        time.sleep(1)
    assert "NMI received" in guest.ssh("dmesg")


def test_a_reset_gives_another_boot(guests: list[Guest]) -> None:
    guest = guests[0]
    boot = guest.boot_id()
    guest.reset()
    guest.wait_for_new_boot(boot)
    assert guest.boot_id() != boot


def test_a_command_that_fails_in_a_guest_is_not_a_lost_guest(guests: list[Guest]) -> None:
    with pytest.raises(CommandFailed, match="exited with 3") as caught:
        guests[0].ssh("exit 3")
    assert not isinstance(caught.value, GuestLost)


def test_a_guest_whose_qemu_dies_is_lost_and_says_what_its_console_said(guests: list[Guest]) -> None:
    guest = guests[1]
    os.kill(guest._state["pid"], signal.SIGKILL)
    with pytest.raises(GuestLost, match="QEMU ended") as caught:
        guest.wait_for_ssh()
    assert "login:" in str(caught.value)


def test_a_guest_ends_with_the_process_that_owns_it(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    found = image.build("debian-12")
    machine = qemu.Machine("owned", 3, found.firmware, 512, 1, free_port(), None)
    guest = Guest.create(tmp_path / "guest", found, machine)
    guest.start(owner.pid)
    assert guest.running()
    owner.kill()
    owner.wait()
    deadline = time.monotonic() + 30
    while guest.running() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not guest.running()
