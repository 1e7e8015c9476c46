# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What setup leaves on a machine, asked of the machine itself and of none of the collection's code."""

import os
import re
from pathlib import Path

import pytest
from testinfra.host import Host

from tools.lab.stacks import Stack, stack_of

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])


@pytest.fixture
def stack(host: Host) -> Stack:
    """Return the machine's stack."""
    return stack_of(host.check_output)


def test_a_capture_kernel_is_loaded(host: Host) -> None:
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "1"


def test_the_kernel_reserved_memory(host: Host) -> None:
    assert int(host.file("/sys/kernel/kexec_crash_size").content_string) >= 128 * 1024**2


def test_the_booted_kernel_was_given_one_crashkernel_argument(host: Host) -> None:
    assert host.file("/proc/cmdline").content_string.count("crashkernel=") == 1


def test_every_ordinary_boot_entry_has_the_booted_value(host: Host, stack: Stack) -> None:
    booted = re.findall(r"crashkernel=\S+", host.file("/proc/cmdline").content_string)[0]
    ordinary = host.check_output(stack.entries).splitlines()
    assert {tuple(re.findall(r"crashkernel=\S+", line)) for line in ordinary} == {(booted,)}


def test_the_service_runs(host: Host, stack: Stack) -> None:
    assert host.service(stack.unit.removesuffix(".service")).is_running


def test_the_capture_kernel_restarts_a_machine_whose_dump_fails(host: Host, stack: Stack) -> None:
    assert "panic=10" in host.file(stack.configuration).content_string


def test_no_unit_has_failed_that_had_not_failed_before(host: Host) -> None:
    before = (EPHEMERAL / f"failed-{host.check_output('uname -n')}").read_text().splitlines()
    failed = host.run("systemctl --failed --no-legend --plain").stdout.splitlines()
    assert [line for line in failed if line.split()[0] not in before] == []
