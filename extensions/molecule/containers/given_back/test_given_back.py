# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What disable leaves in a container."""

import pytest
from testinfra.host import Host

from tools.lab.stacks import Stack, stack_of


@pytest.fixture
def stack(host: Host) -> Stack:
    """Return the container's stack."""
    return stack_of(host.check_output)


def test_no_boot_entry_asks_for_memory(host: Host, stack: Stack) -> None:
    texts = host.check_output(stack.boot_texts)
    assert "root=" in texts
    assert "crashkernel=" not in texts


def test_the_service_stays_off(host: Host, stack: Stack) -> None:
    assert not host.service(stack.unit.removesuffix(".service")).is_enabled


def test_the_configuration_is_still_there(host: Host, stack: Stack) -> None:
    assert "story=told" in host.file(stack.configuration).content_string
