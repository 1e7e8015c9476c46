# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panic left on a machine, read from its own files and by none of the collection's code."""

import json

import pytest
from testinfra.host import Host

from tools.lab.dump_file import DumpFile
from tools.lab.stacks import Stack, dmesg_of, dumps_below, stack_of

PROOF = "/var/lib/crashops-kdump/proof.json"
TESTS_WITHOUT_DUMP = "/var/lib/crashops-kdump/tests_without_dump"


@pytest.fixture
def stack(host: Host) -> Stack:
    """Return the machine's stack."""
    return stack_of(host.check_output)


@pytest.fixture
def dump(host: Host, stack: Stack) -> str:
    """Return the path of the one dump that is there."""
    (found,) = host.run(dumps_below(stack, "/var/crash")).stdout.split()
    return str(found)


def test_the_dump_is_makedumpfiles_and_has_its_end(host: Host, stack: Stack, dump: str) -> None:
    file = DumpFile(host.check_output, dump)
    assert file.is_flattened == stack.local_flattened
    assert file.has_signature()
    assert file.is_whole()


def test_the_dump_is_of_the_kernel_that_runs(host: Host, dump: str) -> None:
    assert DumpFile(host.check_output, dump).release() == host.check_output("uname -r")


def test_the_dmesg_beside_it_ends_with_the_panic(host: Host, stack: Stack, dump: str) -> None:
    assert "Kernel panic - not syncing: sysrq triggered crash" in host.file(dmesg_of(stack, dump)).content_string


def test_the_proof_names_this_dump_and_only_root_may_read_it(host: Host, dump: str) -> None:
    proof = host.file(PROOF)
    assert (proof.user, proof.mode) == ("root", 0o600)
    assert dump in json.dumps(json.loads(proof.content_string))


def test_the_crash_test_is_not_left_among_those_without_a_dump(host: Host) -> None:
    assert not host.file(TESTS_WITHOUT_DUMP).exists


def test_the_machine_is_armed_again(host: Host) -> None:
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "1"
