# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sysctl keys a panic policy wants, on kernels that have all of them, some and none."""

from typing import Any, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.panic_policy import (
    KEYS,
    PROFILES,
    Row,
    read_panic_policy,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# a kernel of Debian 12 on x86_64, and one of RHEL 9 on aarch64
DEBIAN = {
    "panic_on_oops": 0,
    "softlockup_panic": 0,
    "hardlockup_panic": 0,
    "panic_on_rcu_stall": 0,
    "hung_task_panic": 0,
    "hung_task_timeout_secs": 120,
    "unknown_nmi_panic": 0,
    "panic_on_unrecovered_nmi": 0,
    "panic_on_io_nmi": 0,
}
ARM = {key: value for key, value in DEBIAN.items() if "nmi" not in key and key != "hardlockup_panic"}


def wanted(kernel: Dict[str, int], *profiles: str) -> Dict[str, int]:
    """Return what is wanted of each key on a kernel; those of which nothing is are left out."""
    rows = read_panic_policy(host_of(kernel), list(profiles)).sysctls
    return {row.key.split(".")[1]: row.wanted for row in rows if row.wanted is not None}


def host_of(kernel: Dict[str, Any]) -> FakeHost:
    """Return a host with the keys of a kernel."""
    return FakeHost({"/proc/sys/kernel/" + key: "%s\n" % value for key, value in kernel.items()})


TABLE = [
    (DEBIAN, ["oops"], {"panic_on_oops": 1}),
    (DEBIAN, ["lockups"], {"softlockup_panic": 1, "hardlockup_panic": 1, "panic_on_rcu_stall": 1}),
    (DEBIAN, ["hung_tasks"], {"hung_task_panic": 1}),
    (DEBIAN, ["nmi"], {"unknown_nmi_panic": 1, "panic_on_unrecovered_nmi": 1, "panic_on_io_nmi": 1}),
    (
        DEBIAN,
        ["nmi", "oops"],
        {"panic_on_oops": 1, "unknown_nmi_panic": 1, "panic_on_unrecovered_nmi": 1, "panic_on_io_nmi": 1},
    ),
    (DEBIAN, [], {}),
    (DEBIAN, ["none"], {}),
    (ARM, ["lockups", "nmi"], {"softlockup_panic": 1, "panic_on_rcu_stall": 1}),
    ({}, list(PROFILES), {}),
    # already so: it is wanted all the same, the file of the policy has to say it
    (dict(DEBIAN, panic_on_oops=1), ["oops"], {"panic_on_oops": 1}),
    # without a timeout nothing is ever found to hang
    (dict(DEBIAN, hung_task_timeout_secs=0), ["hung_tasks"], {"hung_task_panic": 1, "hung_task_timeout_secs": 120}),
    (dict(DEBIAN, hung_task_timeout_secs=0), ["oops"], {"panic_on_oops": 1}),
    (dict(DEBIAN, hung_task_timeout_secs=600), ["hung_tasks"], {"hung_task_panic": 1}),
]


@pytest.mark.parametrize(("kernel", "profiles", "expected"), TABLE)
def test_profiles_want_what_the_kernel_has(
    kernel: Dict[str, int], profiles: List[str], expected: Dict[str, int]
) -> None:
    assert wanted(kernel, *profiles) == expected


def test_a_row_says_what_is_what_should_be_and_who_says_so() -> None:
    seen = read_panic_policy(host_of(dict(DEBIAN, panic_on_oops=1)), ["hung_tasks"])
    rows = {row.key: row for row in seen.sysctls}
    assert seen.profiles == ["hung_tasks"]
    assert rows["kernel.panic_on_oops"] == Row("kernel.panic_on_oops", 1, None, None)
    assert rows["kernel.hung_task_panic"] == Row("kernel.hung_task_panic", 0, 1, "hung_tasks")
    # stays as it is: the profile is named and nothing is wanted
    assert rows["kernel.hung_task_timeout_secs"].profile == "hung_tasks"
    assert rows["kernel.hung_task_timeout_secs"].wanted is None


def test_profiles_come_back_in_one_order_and_once() -> None:
    assert read_panic_policy(host_of({}), ["nmi", "oops", "nmi"]).profiles == ["oops", "nmi"]


@pytest.mark.parametrize("rubbish", ["", "yes", "1 2", "0x1", "1.5"])
def test_a_key_that_says_rubbish_is_left_out(rubbish: str) -> None:
    seen = read_panic_policy(host_of(dict(DEBIAN, panic_on_oops=rubbish)), ["oops"])
    assert "kernel.panic_on_oops" not in [row.key for row in seen.sysctls]
    assert len(seen.sysctls) == len(KEYS) - 1


def test_nothing_is_run_and_nothing_written() -> None:
    host = host_of(DEBIAN)
    read_panic_policy(host, list(PROFILES))
    assert (host.commands, host.written) == ([], [])


def test_every_profile_has_keys_and_every_key_a_profile() -> None:
    assert {key.profile for key in KEYS} == set(PROFILES)
    assert len({key.name for key in KEYS}) == len(KEYS)
