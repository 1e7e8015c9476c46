# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on a real, armed machine while setup changes it: afterwards it is armed, and no file half written."""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.lab import plays
from tools.lab.directory_state import contents, times
from tools.lab.guest import Guest
from tools.lab.plays import said
from tools.lab.stacks import stack_of_saved

NAME = os.environ.get("LAB_MACHINE", "deb13")
STACK = stack_of_saved(Path(os.environ.get("LAB_SAVED", "")) / NAME)
RECORD = "/var/lib/crashops-kdump/unarmed.json"
# the modules that run, and the connections that they came by
ANSIBLES = (
    "grep -lsaE '^(sshd(-session)?: root@|(/usr/bin/)?python3|/usr/libexec/platform-python)' /proc/[0-9]*/cmdline"
)
# its name on Debian and Ubuntu, and that of all others
SSH = "$(systemctl cat ssh.service >/dev/null 2>&1 && echo ssh || echo sshd)"
# Longer than Ansible takes to see that its connection is gone and to try another, which it does when the module had
# already answered: a fast machine goes on to the next task as if nothing had been.
UNREACHABLE_S = 30


@pytest.fixture(scope="module")
def guest(saved_guest: Callable[[str], Guest]) -> Guest:
    """Return the machine, armed and with the configuration that its story gave it."""
    found = saved_guest(NAME)
    assert is_armed(found)
    return found


@pytest.fixture(scope="module")
def setup(guest: Guest, inventory: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the playbook with variables of the role."""
    return lambda **variables: plays.playbook(inventory, "setup", NAME, **variables)


def is_loaded_with(guest: Guest, word: str) -> bool:
    """Return whether the capture kernel was loaded last with a word; True where the stack keeps no record of it."""
    return not STACK.loaded_by or word in guest.ssh(f"cat {STACK.loaded_by}")


def is_armed(guest: Guest) -> bool:
    return guest.ssh("cat /sys/kernel/kexec_crash_loaded").strip() == "1"


def exists(guest: Guest, path: str) -> bool:
    return guest.ssh(f"test -e {path} && echo yes || echo no").strip() == "yes"


def cut_off_when(guest: Guest, moment: str) -> None:
    """Let all that Ansible has on the machine die as soon as a shell's condition holds, and no new connection in."""
    kill = f"for file in $({ANSIBLES}); do set -- $(echo $file | tr / ' '); kill -9 $2; done"
    cut_off = f"{kill}; systemctl stop {SSH}; {kill}; sleep {UNREACHABLE_S}; systemctl start {SSH}"
    watch = f"until {moment}; do sleep 0.02; done; {cut_off}"
    guest.ssh(
        f"echo {shlex.quote(watch)} > /run/cut-off; systemd-run --quiet --collect -p RuntimeMaxSec=900 sh /run/cut-off"
    )


@pytest.mark.parametrize(
    ("word", "moment"),
    [
        ("panic=31", f"test -e {RECORD}"),
        ("panic=32", f"grep -q panic=32 {STACK.configuration}"),
    ],
    ids=["as the old text was kept", "as the new text was written"],
)
def test_a_run_that_is_killed_before_arming_is_finished_by_the_next(
    guest: Guest, setup: Callable[..., subprocess.CompletedProcess[str]], word: str, moment: str
) -> None:
    cut_off_when(guest, moment)
    assert setup(kdump_commandline_append=[word]).returncode != 0
    guest.wait_for_ssh()
    assert is_armed(guest)
    assert exists(guest, RECORD)
    assert not (STACK.loaded_by and is_loaded_with(guest, word))
    finished = setup(kdump_commandline_append=[word])
    assert finished.returncode == 0
    assert is_armed(guest)
    assert word in guest.ssh(f"cat {STACK.configuration}")
    assert is_loaded_with(guest, word)
    assert not exists(guest, RECORD)


# Which change of a module is its last: drawn among all points of a change of the command line (see killer.py), with a
# stale initramfs and without. The last of the list is in the middle of a build, which goes on without its module.
CONFIG, SERVICE, BUILD = "kdump_config", "kdump_service", "kdump_service with a stale initramfs"
KILLS = [(CONFIG, at) for at in (1, 2, 3, 4, 5)] + [(SERVICE, at) for at in (1, 2)] + [(BUILD, at) for at in (2, 3, 4)]


@pytest.fixture(scope="module")
def killer(guest: Guest) -> Iterator[Callable[[int], str]]:
    """Let every Python on the machine load what kills it, and return a function that says at which change."""
    folder = guest.ssh("python3 -c 'import site; print(site.getsitepackages()[0])'").strip()
    text = (Path(__file__).parent / "killer.py").read_text()
    guest.ssh(f"mkdir -p {folder}; printf %s {shlex.quote(text)} > {folder}/killer.py")
    guest.ssh(f"echo import killer > {folder}/killer.pth")
    yield lambda at: guest.ssh(f"echo {at} > /root/kill-at")
    guest.ssh(f"rm -f {folder}/killer.p* /root/kill-at")


@pytest.fixture(scope="module")
def run(inventory: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that runs one module of the collection on the machine."""
    return lambda name, **options: plays.module(inventory, NAME, f"crashops.kdump.{name}", **options)


def left_over(guest: Guest) -> list[str]:
    """Return what a run that was killed left in the folders that the modules write to."""
    return guest.ssh(
        "find /etc /boot /var/lib/kdump /var/lib/crashops-kdump -name '.crashops-kdump-tmp-*'"
        " -o -name 'image-*' -path '*/crashops-kdump/*'"
    ).split()


@pytest.mark.parametrize(("kill", "at"), KILLS)
def test_after_a_module_was_killed_the_next_run_arms_the_machine_and_leaves_nothing(
    guest: Guest, run: Callable[..., dict[str, Any]], killer: Callable[[int], str], kill: str, at: int
) -> None:
    word = f"panic={40 + KILLS.index((kill, at))}"
    options = {"commandline_append": [word], "commandline_remove": ["panic"]}
    if kill == CONFIG:
        killer(at)
        killed = run("kdump_config", **options)
    else:
        assert run("kdump_config", **options)["changed"]
        guest.ssh(f"touch {STACK.image_source}") if kill == BUILD else None
        killer(at)
        killed = run("kdump_service", state="started")
    assert "msg" in killed
    assert not exists(guest, "/root/kill-at")
    run("kdump_config", **options)
    assert run("kdump_service", state="started")["armed"]
    assert is_armed(guest)
    assert word in guest.ssh(f"cat {STACK.configuration}")
    assert is_loaded_with(guest, word)
    assert not exists(guest, RECORD)
    assert left_over(guest) == []


@pytest.fixture
def read_only_etc(guest: Guest) -> Iterator[None]:
    """Make /etc read-only for a test."""
    guest.ssh("mount --bind /etc /etc && mount -o remount,bind,ro /etc")
    yield
    guest.ssh("umount /etc")


@pytest.mark.parametrize(
    ("variables", "file"),
    [
        ({"kdump_commandline_append": ["panic=33"]}, STACK.configuration),
        ({"kdump_crashkernel": "224M"}, STACK.boot_file),
    ],
    ids=["the configuration", "the boot entries"],
)
def test_a_read_only_etc_is_named_and_nothing_changes(
    guest: Guest,
    setup: Callable[..., subprocess.CompletedProcess[str]],
    read_only_etc: None,
    variables: dict[str, Any],
    file: str,
) -> None:
    before = contents(guest, "/etc", "/boot") | times(guest, "/etc")
    done = setup(**variables)
    assert done.returncode != 0
    assert f"cannot write {file}: Read-only file system" in said(done)
    assert contents(guest, "/etc", "/boot") | times(guest, "/etc") == before
    assert is_armed(guest)
    assert not exists(guest, RECORD)


@pytest.fixture
def full_boot(guest: Guest) -> Iterator[None]:
    """Give the machine a /boot of its own for a test, with everything in it and not a block free."""
    guest.ssh(
        "set -e; truncate -s $(( $(du -sm /boot | cut -f 1) + 64 ))M /root/boot.img; "
        "mkfs.ext4 -q -m 0 /root/boot.img; mkdir /root/boot;"
        "mount -o loop /root/boot.img /root/boot; cp -a /boot/. /root/boot/;"
        "mount --move /root/boot /boot 2>/dev/null || mount --bind /root/boot /boot;"
        "dd if=/dev/zero of=/boot/filler bs=64k 2>/dev/null || true; sync"
    )
    yield
    guest.ssh("umount /boot; mountpoint -q /root/boot && umount /root/boot; rmdir /root/boot; rm /root/boot.img")


def test_a_full_boot_is_named_and_nothing_is_half_written(
    guest: Guest, setup: Callable[..., subprocess.CompletedProcess[str]], full_boot: None
) -> None:
    before = contents(guest, "/etc", "/boot") | times(guest, "/boot")
    done = setup(kdump_crashkernel="224M")
    assert done.returncode != 0
    assert "No space left on device" in said(done)
    assert contents(guest, "/etc", "/boot") | times(guest, "/boot") == before
    assert is_armed(guest)


def test_after_all_that_a_run_changes_what_it_is_asked_to_and_the_next_one_nothing(
    guest: Guest, setup: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    assert setup(kdump_commandline_remove=["panic"]).returncode == 0
    done = setup(kdump_capture_panic=0)
    assert done.returncode == 0
    assert "changed=0 " in said(done)
    assert is_armed(guest)
