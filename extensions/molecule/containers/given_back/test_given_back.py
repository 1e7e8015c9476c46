# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What disable leaves in a container."""

import pytest

from tools.lab.stacks import stack_of


@pytest.fixture
def stack(host):
    """Return the container's stack."""
    return stack_of(host.check_output)


def test_no_boot_entry_asks_for_memory(host, stack):
    texts = host.check_output(stack.boot_texts)
    assert "root=" in texts
    assert "crashkernel=" not in texts


def test_the_service_stays_off(host, stack):
    assert not host.service(stack.unit.removesuffix(".service")).is_enabled


def test_the_configuration_is_still_there(host, stack):
    assert "story=told" in host.file(stack.configuration).content_string
