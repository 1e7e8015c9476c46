# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What setup writes on any machine, a container too, asked of the machine and of none of the collection's code."""

import re

import pytest
from testinfra.host import Host

from tools.lab.stacks import Stack, stack_of


@pytest.fixture
def stack(host: Host) -> Stack:
    """Return the machine's stack."""
    return stack_of(host.check_output)


def test_every_ordinary_boot_entry_has_one_and_the_same_value(host: Host, stack: Stack) -> None:
    ordinary = host.check_output(stack.entries).splitlines()
    (values,) = {tuple(re.findall(r"crashkernel=\S+", line)) for line in ordinary}
    assert len(values) == 1


def test_the_service_comes_up_at_boot(host: Host, stack: Stack) -> None:
    assert host.service(stack.unit.removesuffix(".service")).is_enabled


def test_only_root_may_read_the_dump_directory(host: Host) -> None:
    directory = host.file("/var/crash")
    assert directory.is_directory
    assert (directory.user, directory.mode) == ("root", 0o700)


def test_the_files_of_the_package_are_as_it_shipped_them(host: Host, stack: Stack) -> None:
    assert host.run(stack.vendor_files).stdout == ""
