# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many dumps on one host: which are looked into, and what is said of those that are not."""

from typing import Any, Dict, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dumps import read_dumps
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import dumps_facts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.tests.unit.armed_host import MOUNTS
from ansible_collections.crashops.kdump.tests.unit.dump_builder import CRASH_TIME, kdump_compressed
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# two days after the crash that all of them tell of
NOW = CRASH_TIME + 2 * 86400.0
WHOLE = kdump_compressed()
NOT_OPENED = "the 20 newest were looked into, and this is an older one"
TOO_LATE = "the time limit passed before it was read to its end"


class SlowHost(FakeHost):
    """A host whose disk takes a time for each read of a dump."""

    seconds = 0.0

    def read_piece(self, path: str, offset: int, size: int) -> Optional[bytes]:
        self.clock += self.seconds
        return super().read_piece(path, offset, size)


@pytest.fixture
def host() -> SlowHost:
    host = SlowHost()
    host.clock = NOW
    host.directories.update({"/var": 0o755, "/var/crash": 0o700})
    return host


def add(host: SlowHost, number: int, mtime: float, content: bytes = WHOLE) -> None:
    """Put a dump on a host."""
    folder = "/var/crash/127.0.0.1-%02d" % number
    host.directories[folder] = 0o700
    host.files[folder + "/vmcore"], host.mtimes[folder + "/vmcore"] = content, mtime


def judged(host: SlowHost) -> Tuple[Dict[int, Tuple[Optional[bool], str]], Dict[str, Any]]:
    """Return what is said of each dump, under its number, and the facts."""
    dumps = read_dumps(TolerantHost(host, 5), "/var/crash")
    said = {int(dump.path.split("/")[-2][-2:]): (dump.complete, dump.reason) for dump in dumps.found}
    return said, dumps_facts(dumps)


def test_dump_that_the_time_limit_kept_from_being_read_is_said_to_be_unjudged(host: SlowHost) -> None:
    for number in range(6):
        add(host, number, NOW - number)
    host.seconds = 1.0
    said, facts = judged(host)
    assert sorted(said) == [0, 1, 2, 3, 4, 5]
    assert said[5] == (None, TOO_LATE)
    assert (facts["count"], facts["complete"] + facts["unjudged"]) == (6, 6)
    assert facts["unjudged"] == [verdict for verdict, _reason in said.values()].count(None) > 0


def test_dump_beyond_the_number_that_is_opened_is_said_to_be_unjudged(host: SlowHost) -> None:
    for number in range(22):
        add(host, number, NOW - number)
    said, facts = judged(host)
    assert {number for number, (verdict, _reason) in said.items() if verdict is None} == {20, 21}
    assert said[21] == (None, NOT_OPENED)
    assert (facts["count"], facts["complete"], facts["unjudged"]) == (22, 20, 2)


def test_broken_dump_that_was_opened_is_known_wherever_its_own_time_puts_it(host: SlowHost) -> None:
    # copied here lately: the time in the header is much older than that of every file
    for number in range(20):
        add(host, number, NOW - number, WHOLE[:-4096] if number == 19 else WHOLE)
    add(host, 20, NOW - 86400)
    said, facts = judged(host)
    assert said[19][0] is False
    assert said[20] == (None, NOT_OPENED)
    assert (facts["complete"], facts["incomplete"], facts["unjudged"]) == (19, 1, 1)


SHARED = MOUNTS + "30 22 0:40 / /var/crash rw - nfs4 store:/export rw\n"
UNNAMED = WHOLE.replace(b"web1", bytes(4))


@pytest.mark.parametrize(
    ("name", "content", "mounts", "own"),
    [
        ("web1", WHOLE, SHARED, 1),
        ("web2", WHOLE, SHARED, 0),
        ("web1", UNNAMED, SHARED, 0),
        ("localhost", WHOLE.replace(b"web1", b"localhost"), SHARED, 0),
        ("web2", WHOLE, SHARED.replace("nfs4", "virtiofs"), 0),
        ("web1", UNNAMED, MOUNTS, 1),
        ("web2", WHOLE, MOUNTS, 1),
    ],
)
def test_on_a_file_system_that_hosts_share_a_host_counts_only_dumps_that_name_it(
    host: SlowHost, name: str, content: bytes, mounts: str, own: int
) -> None:
    host.files["/proc/sys/kernel/hostname"], host.files["/proc/self/mountinfo"] = name + "\n", mounts
    host.answers["stat -f -c %T /var/crash"] = "nfs\n"
    # the dump is broken, which is said of this host's own dumps alone
    add(host, 1, NOW - 1, content[:-100])
    dumps = read_dumps(TolerantHost(host, 5), "/var/crash")
    facts = dumps_facts(dumps)
    assert (len(dumps.own), facts["incomplete"], facts["unjudged"]) == (own, own, 1 - own)
