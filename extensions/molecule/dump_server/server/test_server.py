# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each guest's panics left on the dump server, read from the files there and by none of the collection's code."""

import os
from pathlib import Path

import pytest
import testinfra

# makedumpfile's flattened format: a 4096 byte header, a record's offset and size, then the dump's own header
FLATTENED = b"makedumpfile\0\0\0\0"
INNER_HEADER = 4096 + 16
NODENAME = INNER_HEADER + 77
RELEASE = INNER_HEADER + 142
PLACES = ("/home/kdump/crash", "/srv/crash")


@pytest.fixture(scope="module")
def store():
    """Return the dump server, which is no host of the scenario."""
    inventory = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "store.json"
    return testinfra.get_host("ansible://store", ansible_inventory=str(inventory))


def read(store, path, offset, size):
    """Return bytes out of a file on the server."""
    done = store.run("dd if=%s bs=1 skip=%s count=%s 2>/dev/null | od -An -v -tx1", path, str(offset), str(size))
    return bytes.fromhex("".join(done.stdout.split()))


def word(store, path, offset):
    """Return a name out of the header of a dump."""
    return read(store, path, offset, 65).split(b"\0")[0].decode()


@pytest.fixture(params=PLACES)
def dump(request, host, store):
    """Return the one dump of the guest in a place of the server."""
    found = store.run("find %s -type f -name 'dump*'", request.param).stdout.split()
    name = host.check_output("uname -n")
    (own,) = [path for path in found if word(store, path, NODENAME) == name]
    return own


def test_the_dump_of_each_guest_is_complete(store, dump):
    assert read(store, dump, 0, 16) == FLATTENED
    assert read(store, dump, INNER_HEADER, 8) == b"KDUMP   "
    assert read(store, dump, store.file(dump).size - 16, 16) == b"\xff" * 16


def test_the_dump_is_of_the_kernel_that_the_guest_runs(host, store, dump):
    assert word(store, dump, RELEASE) == host.check_output("uname -r")


def test_the_dmesg_beside_it_ends_with_the_panic(store, dump):
    text = store.file(dump.replace("/dump.", "/dmesg.")).content_string
    assert "Kernel panic - not syncing: sysrq triggered crash" in text


@pytest.mark.parametrize("place", PLACES)
def test_nobody_but_the_owner_may_read_the_dumps(store, place):
    assert store.file(place).mode == 0o700


def test_the_guest_is_armed_again(host):
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "1"
