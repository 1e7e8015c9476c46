# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that crashes a host looks once more before it acts, and is called off by removing it."""

import os
import re
import subprocess
from pathlib import Path
from typing import Dict, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import trigger
from ansible_collections.crashops.kdump.tests.unit.crashing_host import NEW, OLD


def test_the_trigger_returns_before_the_panic_with_a_timer_and_without_one() -> None:
    command = trigger.trigger_command(3, OLD)
    assert "--unit=crashops-kdump-crash --on-active=3s" in command
    assert "setsid sh -c 'sleep 3; exec sh /run/crashops-kdump-crash fire' </dev/null >/dev/null 2>&1 &" in command


class Machine:
    """A machine with files of its own; called, it runs the program that crashes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
    program = re.sub(r"/(proc|sys|run)/", lambda found: "%s%s" % (tmp_path, found[0]), trigger.guard(OLD))
    (tmp_path / "guard").write_text(program)
    return Machine(tmp_path)


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
