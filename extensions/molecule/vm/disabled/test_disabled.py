# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What disable leaves on a machine after its reboot."""

import pytest
from testinfra.host import Host

from tools.lab.stacks import Stack, dumps_below, stack_of


@pytest.fixture
def stack(host: Host) -> Stack:
    """Return the machine's stack."""
    return stack_of(host.check_output)


def test_the_memory_is_free_again(host: Host) -> None:
    assert host.file("/sys/kernel/kexec_crash_size").content_string.strip() == "0"


def test_no_capture_kernel_is_loaded(host: Host) -> None:
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "0"


def test_no_boot_entry_asks_for_memory(host: Host, stack: Stack) -> None:
    texts = host.check_output(stack.boot_texts)
    assert "root=" in texts
    assert "crashkernel=" not in texts
    assert "crashkernel=" not in host.file("/proc/cmdline").content_string


def test_the_service_stays_off(host: Host, stack: Stack) -> None:
    assert not host.service(stack.unit.removesuffix(".service")).is_enabled


def test_the_dumps_are_still_there(host: Host, stack: Stack) -> None:
    assert host.run(dumps_below(stack, "/var/crash")).stdout.strip()
