# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panic left on a machine, read from its own files and by none of the collection's code."""

import json
import re

import pytest

# makedumpfile's flattened format: a 4096 byte header, a record's offset and size, then the dump's own header
FLATTENED = b"makedumpfile\0\0\0\0"
INNER_HEADER = 4096 + 16
RELEASE = INNER_HEADER + 142
PROOF = "/var/lib/crashops-kdump/proof.json"


def read(host, path, offset, size):
    """Return bytes out of a file on the machine."""
    done = host.run("dd if=%s bs=1 skip=%s count=%s 2>/dev/null | od -An -v -tx1", path, str(offset), str(size))
    return bytes.fromhex("".join(done.stdout.split()))


@pytest.fixture
def dump(host):
    """Return the one dump that is there."""
    found = host.run("find /var/crash -type f -name 'dump.*'").stdout.split()
    assert len(found) == 1
    return found[0]


def test_the_dump_is_makedumpfiles_and_has_its_end_mark(host, dump):
    assert read(host, dump, 0, 16) == FLATTENED
    assert read(host, dump, INNER_HEADER, 8) == b"KDUMP   "
    assert read(host, dump, host.file(dump).size - 16, 16) == b"\xff" * 16


def test_the_dump_is_of_the_kernel_that_runs(host, dump):
    assert read(host, dump, RELEASE, 65).split(b"\0")[0].decode() == host.check_output("uname -r")


def test_the_dmesg_beside_it_ends_with_the_panic(host, dump):
    text = host.file(dump.replace("/dump.", "/dmesg.")).content_string
    assert re.search(r"Kernel panic - not syncing: sysrq triggered crash", text)


def test_the_proof_names_this_dump_and_only_root_may_read_it(host, dump):
    proof = host.file(PROOF)
    assert (proof.user, proof.mode) == ("root", 0o600)
    assert dump in json.dumps(json.loads(proof.content_string))


def test_the_machine_is_armed_again(host):
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "1"
