# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What could not be looked at: the advice follows the reason, and speaks of become only where root was missing."""

from typing import Any, Callable, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import FileFacts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.modules import kdump_plan
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge

MAKERS = (armed_debian, armed_el9)
REASONS = [
    ("Permission denied", True, "ausearch -m avc"),
    ("Permission denied", False, "become: true"),
    ("Input/output error", True, "journalctl -k -p err"),
    ("Input/output error", False, "journalctl -k -p err"),
    ("Stale file handle", True, "Mount the file system"),
    ("Too many levels of symbolic links", True, "ls -l"),
    ("Device or resource busy", True, "Look again"),
    ("No such device", True, "Mend what the reason names"),
]


def hide(host: FakeHost, hidden: str, why: str) -> FakeHost:
    """Make one file of a host unreadable, in the words of the system."""
    real_read, real_stat = host.read_bytes, host.stat
    host.answers.update({"uname -m": "x86_64\n", "uname -r": "5.14.0\n"})

    def read_bytes(path: str, *args: Any) -> Optional[bytes]:
        if path == hidden:
            raise Failure("cannot read %s: %s" % (path, why))
        return real_read(path, *args)

    def stat(path: str) -> Optional[FileFacts]:
        if path == hidden:
            raise Failure("cannot look at %s: %s" % (path, why))
        return real_stat(path)

    host.replace_methods(read_bytes=read_bytes, stat=stat)
    return host


def unknowns(result: Dict[str, Any]) -> List[Dict[str, Any]]:
    return [check for check in result["checks"] if check["status"] == "unknown"]


@pytest.mark.parametrize(("why", "root", "words"), REASONS)
@pytest.mark.parametrize("make", MAKERS)
def test_a_hidden_file_gets_the_advice_of_its_reason(
    make: Callable[..., FakeHost], why: str, root: bool, words: str
) -> None:
    host = hide(make({}), "/sys/kernel/kexec_crash_loaded", why)
    host.root = root
    (check,) = [check for check in unknowns(judge(host)) if check["id"] == "armed"]
    assert words in check["advice"]


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_that_root_could_not_see_is_advised_to_be_seen_by_root(make: Callable[..., FakeHost]) -> None:
    advised = set()
    for path in sorted(make({}).files):
        for check in unknowns(judge(hide(make({}), path, "Input/output error"))):
            advised.add(check["advice"])
            assert "root" not in check["advice"] + check["reason"], (path, check)
    assert len(advised) > 2


@pytest.mark.parametrize("make", MAKERS)
def test_a_host_seen_without_root_says_so(make: Callable[..., FakeHost]) -> None:
    host = make({})
    host.root = False
    result = judge(host)
    assert result["root"] is False
    assert {check["advice"] for check in unknowns(result) if check["id"] == "all_seen"} == {
        "Run it as root (become: true)."
    }


def test_what_keeps_the_need_from_being_counted_is_said_rightly() -> None:
    hidden = {"/proc/iomem": "00100000-7fffffff : System RAM\n"}
    reasons = []
    for root in (True, False):
        host = armed_debian(hidden)
        host.root = root
        (check,) = [check for check in unknowns(judge(host)) if check["id"] == "reserved_enough"]
        reasons.append((check["reason"].split(": ")[1], check["advice"]))
    assert reasons == [
        ("/proc/iomem does not show the kernel's own size.", "Prove it by a crash test (crashops.kdump.test)."),
        ("only root sees the kernel's own size.", "Run it as root (become: true)."),
    ]


def test_setup_without_root_is_refused_before_anything_and_names_become() -> None:
    host = armed_el9({})
    host.root = False
    result = kdump_plan.ensure(
        host, {"entry_point": "setup", "variables": {"kdump_crashkernel": "1K"}, "expected": None}, False
    )
    assert result["refused"] == [
        "become: False is refused: only root can set kdump up or switch it off; set become: true (ansible-playbook "
        "--become)."
    ]
    assert host.written == []
