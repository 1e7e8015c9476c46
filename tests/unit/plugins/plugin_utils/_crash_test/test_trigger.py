# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that crashes a host looks once more before it acts, and is called off by removing it."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import trigger
from ansible_collections.crashops.kdump.tests.unit.crashing_host import NEW, OLD

TEST = "a1b2c3d4"
OTHER = "0f0f0f0f"
PROGRAMS = {
    "systemctl": "test -e {0}/timer",
    "systemd-run": "echo x >> {0}/timer",
    "sync": 'echo "$@" >> {0}/synced',
}


def test_the_trigger_returns_before_the_panic_with_a_timer_and_without_one() -> None:
    command = trigger.trigger_command(3, OLD, TEST)
    assert "--unit=crashops-kdump-crash --on-active=3s" in command
    assert "setsid sh -c 'sleep 3; exec sh /run/crashops-kdump-crash fire' </dev/null >/dev/null 2>&1 &" in command


class Machine:
    """A machine with files of its own; called, it runs the program that crashes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def here(self, text: str) -> str:
        """Return a command or program with its paths below the folder of this machine."""
        return re.sub(r"/(proc|sys|run|var)/", lambda found: "%s%s" % (self.folder, found[0]), text)

    def install(self, name: str, text: str) -> None:
        program = self.folder / "bin" / name
        program.write_text("#!/bin/sh\n%s\n" % text.format(self.folder))
        program.chmod(0o755)

    def sh(self, command: str) -> Tuple[int, str]:
        """Run a command of the crash test, and return its status and output."""
        path = "%s:%s" % (self.folder / "bin", os.environ["PATH"])
        done = subprocess.run(
            ["sh", "-c", self.here(command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, PATH=path),
            universal_newlines=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout.strip()

    def set_off(self, test: str = TEST) -> Tuple[int, str]:
        return self.sh(trigger.trigger_command(2, OLD, test))

    @property
    def timers(self) -> int:
        """Return how many timers were set."""
        timer = self.folder / "timer"
        return timer.read_text().count("x") if timer.exists() else 0

    @property
    def failed_tests(self) -> Optional[List[str]]:
        """Return the ids in the list of tests without a dump, None where there is no list."""
        path = self.folder / "var/lib/crashops-kdump/tests_without_dump"
        return [line.split()[1] for line in path.read_text().splitlines()] if path.exists() else None

    def __call__(self, word: str, **files: str) -> Tuple[int, str, Optional[str]]:
        for name, text in files.items():
            (self.folder / name.replace("__", "/")).write_text(text)
        done = subprocess.run(
            ["sh", str(self.folder / "guard"), word],
            stdout=subprocess.PIPE,
            universal_newlines=True,
            timeout=60,
            check=False,
        )
        trigger = self.folder / "proc/sysrq-trigger"
        return done.returncode, done.stdout.strip(), trigger.read_text() if trigger.exists() else None


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine that is armed."""
    for folder in ("proc/sys/kernel/random", "proc/7", "sys/kernel/fadump", "sys/kernel/kexec", "run"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/random/boot_id").write_text(OLD + "\n")
    (tmp_path / "sys/kernel/kexec_crash_loaded").write_text("1\n")
    (tmp_path / "proc/7/comm").write_text("sh\n")
    machine = Machine(tmp_path)
    (tmp_path / "guard").write_text(machine.here(trigger.guard(OLD, TEST)))
    (tmp_path / "bin").mkdir()
    for name, text in PROGRAMS.items():
        machine.install(name, text)
    return machine


def test_the_program_crashes_a_host_that_is_as_it_was(machine: Machine) -> None:
    assert machine("look") == (0, "", None)
    assert machine("fire") == (0, "", "c\n")


ARMED = [
    {"sys__kernel__fadump__enabled": "1\n", "sys__kernel__fadump__registered": "1\n"},
    {"sys__kernel__fadump_enabled": "1\n", "sys__kernel__fadump_registered": "1\n"},
    {"sys__kernel__kexec__crash_loaded": "1\n"},
]


@pytest.mark.parametrize("files", ARMED, ids=["fadump", "older_fadump", "newer_kernel"])
def test_the_program_crashes_a_host_that_is_armed_in_another_place(machine: Machine, files: Dict[str, str]) -> None:
    (machine.folder / "sys/kernel/kexec_crash_loaded").unlink()
    assert machine("fire", **files) == (0, "", "c\n")


UNREGISTERED = {"sys__kernel__fadump__enabled": "1\n", "sys__kernel__fadump__registered": "0\n"}
CHANGED = [
    (UNREGISTERED, "it is not armed any more (fadump is not registered)"),
    ({"sys__kernel__kexec_crash_loaded": "0\n"}, "it is not armed any more (kexec_crash_loaded is not 1)"),
    ({"proc__sys__kernel__random__boot_id": NEW + "\n"}, "it has booted since it was checked"),
    ({"proc__vmcore": ""}, "it is inside a capture kernel"),
    ({"proc__7__comm": "makedumpfile\n"}, "makedumpfile is at work there"),
    ({"proc__7__comm": "kexec\n"}, "kexec is at work there"),
    ({"proc__7__comm": "dpkg\n"}, "dpkg is at work there"),
]


@pytest.mark.parametrize("files, words", CHANGED)
def test_the_program_crashes_no_host_that_has_changed(machine: Machine, files: Dict[str, str], words: str) -> None:
    assert machine("fire", **files) == (1, words, None)
    assert (machine.folder / "run/crashops-kdump-crash.held").read_text() == words + "\n"


def test_host_that_another_run_changes_is_not_crashed(machine: Machine) -> None:
    lock = host_lock.Lock(str(machine.folder / "run/crashops-kdump.lock"))
    lock.take("kdump_service")
    rc, words, panic = machine("fire")
    lock.release()
    assert (rc, panic) == (1, None)
    assert re.match(
        r"another run has been changing it since [\d:]{8} \(kdump_service, process %d\)$" % os.getpid(), words
    )
    assert machine("fire") == (0, "", "c\n")


def test_host_whose_lock_cannot_be_seen_is_not_crashed(machine: Machine) -> None:
    (machine.folder / "run/crashops-kdump.lock").mkdir()
    rc, words, panic = machine("fire")
    assert (rc, panic) == (1, None)
    assert words.endswith("crashops-kdump.lock cannot be opened, so a run that changes it would not be seen")


def test_a_command_that_ansible_sends_again_sets_one_timer(machine: Machine) -> None:
    assert machine.set_off() == (0, "")
    assert machine.set_off() == (0, "")
    assert (machine.timers, machine.failed_tests) == (1, [TEST])


def test_a_command_that_ansible_sends_again_after_the_panic_is_no_refusal(machine: Machine) -> None:
    machine.set_off()
    (machine.folder / "run/crashops-kdump-crash").unlink()
    (machine.folder / "proc/sys/kernel/random/boot_id").write_text(NEW + "\n")
    assert machine.set_off() == (0, "")
    assert machine.timers == 1


def test_a_second_test_is_refused_while_the_first_has_its_timer(machine: Machine) -> None:
    machine.set_off()
    assert machine.set_off(OTHER) == (1, "another crash test has set its timer")
    assert (machine.timers, machine.failed_tests) == (1, [TEST])


def test_a_crash_is_listed_for_root_alone_and_on_the_disk_before_the_timer(machine: Machine) -> None:
    machine.install("systemd-run", "cp {0}/synced {0}/synced.first; echo x >> {0}/timer")
    machine.set_off()
    folder = machine.folder / "var/lib/crashops-kdump"
    assert (folder.stat().st_mode & 0o777, (folder / "tests_without_dump").stat().st_mode & 0o777) == (0o700, 0o600)
    assert (machine.folder / "synced.first").read_text() == "%s/tests_without_dump %s\n\n" % (folder, folder)


def test_a_host_whose_list_of_failed_tests_cannot_be_written_is_not_crashed(machine: Machine) -> None:
    (machine.folder / "var/lib/crashops-kdump/tests_without_dump").mkdir(parents=True)
    rc, words = machine.set_off()
    assert (rc, machine.timers) == (1, 0)
    assert "tests_without_dump" in words
    assert not (machine.folder / "run/crashops-kdump-crash").exists()


def test_a_crash_that_is_called_off_is_no_failed_test(machine: Machine) -> None:
    machine.set_off(OTHER)
    (machine.folder / "timer").unlink()
    machine.set_off()
    rc, words = machine.sh(trigger.call_off(OLD, TEST))
    assert (rc, words, machine.failed_tests) == (0, OLD, [OTHER])
    machine.sh(trigger.call_off(OLD, OTHER))
    assert machine.failed_tests is None


def test_a_host_that_has_crashed_before_the_call_off_keeps_its_failed_test(machine: Machine) -> None:
    machine.set_off()
    (machine.folder / "proc/sys/kernel/random/boot_id").write_text(NEW + "\n")
    assert machine.sh(trigger.call_off(OLD, TEST)) == (0, NEW)
    assert machine.failed_tests == [TEST]


def test_a_crash_that_the_program_holds_back_is_no_failed_test(machine: Machine) -> None:
    machine.set_off()
    assert machine("fire", proc__7__comm="dpkg\n") == (1, "dpkg is at work there", None)
    assert machine.failed_tests is None


def test_a_complete_dump_clears_the_list_of_failed_tests(machine: Machine) -> None:
    machine.set_off()
    machine.sh(trigger.forget_all())
    assert machine.failed_tests is None


def test_a_sync_that_nothing_can_end_does_not_hold_up_the_test(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trigger, "SYNC_LIMIT_S", 1)
    machine.install("sync", "trap '' TERM; echo $$ > {0}/sync.pid; exec sleep 300")
    assert machine.set_off() == (0, "")
    os.kill(int((machine.folder / "sync.pid").read_text()), signal.SIGKILL)
    assert machine.timers == 1
