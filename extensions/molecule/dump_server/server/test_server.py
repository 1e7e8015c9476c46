# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each guest's panics left on the dump server, read from the files there and by none of the collection's code."""

import os
from pathlib import Path

import pytest
import testinfra
from testinfra.host import Host

from tools.lab.dump_file import DumpFile
from tools.lab.stacks import Stack, dmesg_of, dumps_below, stack_of

# where each guest's dumps are: a stream by ssh is always in makedumpfile's flattened format
SSH, NFS = "/home/kdump/crash", "/srv/crash"


@pytest.fixture(scope="module")
def store() -> Host:
    """Return the dump server, which is no host of the scenario."""
    inventory = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "store.json"
    return testinfra.get_host("ansible://store", ansible_inventory=str(inventory))


@pytest.fixture
def stack(host: Host) -> Stack:
    """Return the guest's stack."""
    return stack_of(host.check_output)


@pytest.fixture(params=[SSH, NFS])
def place(request: pytest.FixtureRequest) -> str:
    """Return a place of the server."""
    return str(request.param)


@pytest.fixture
def dump(host: Host, store: Host, stack: Stack, place: str) -> DumpFile:
    """Return the one dump of the guest in a place of the server."""
    found = store.run(dumps_below(stack, place)).stdout.split()
    name = host.check_output("uname -n")
    (own,) = [file for path in found if (file := DumpFile(store.check_output, path)).nodename() == name]
    return own


def test_the_dump_of_each_guest_is_complete(stack: Stack, place: str, dump: DumpFile) -> None:
    assert dump.is_flattened == (place == SSH or stack.local_flattened)
    assert dump.has_signature()
    assert dump.is_whole()


def test_the_dump_is_of_the_kernel_that_the_guest_runs(host: Host, dump: DumpFile) -> None:
    assert dump.release() == host.check_output("uname -r")


def test_the_dmesg_beside_it_ends_with_the_panic(store: Host, stack: Stack, dump: DumpFile) -> None:
    text = store.file(dmesg_of(stack, dump.path)).content_string
    assert "Kernel panic - not syncing: sysrq triggered crash" in text


def test_nobody_but_the_owner_may_read_the_dumps(store: Host, stack: Stack, place: str) -> None:
    directory = place + (stack.nfs_dumps if place == NFS else "")
    assert store.file(directory).mode == 0o700


def test_the_guest_is_armed_again(host: Host) -> None:
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "1"
