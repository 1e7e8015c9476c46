# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the words that dying kernels leave in their logs."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import dmesg
from ansible_collections.crashops.kdump.tests.unit.work_limit import within

BANNER = "[    0.000000] Linux version 6.1.0-41-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP\n"
SYSRQ = """\
[  118.404312] sysrq: Trigger a crash
[  118.405310] Kernel panic - not syncing: sysrq triggered crash
[  118.406241] CPU: 1 PID: 702 Comm: sh Kdump: loaded Not tainted 6.1.0-41-cloud-amd64 #1  Debian 6.1.158-1
[  118.407540] Call Trace:
"""
# Linux 4.18: sysrq c writes through a null pointer
SYSRQ_EL8 = """\
[  312.000001] sysrq: SysRq : Trigger a crash
[  312.000100] BUG: unable to handle kernel NULL pointer dereference at 0000000000000000
[  312.000200] Oops: 0002 [#1] SMP PTI
[  312.000300] CPU: 0 PID: 1511 Comm: bash Kdump: loaded Tainted: G           OE    4.18.0-513.el8.x86_64 #1
"""
OOPS = """\
[   10.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [dd:900]
[   90.123456][  T900] BUG: kernel NULL pointer dereference, address: 0000000000000008
[   90.123460][  T900] Oops: 0000 [#1] PREEMPT SMP NOPTI
[   90.200000][  T900] Kernel panic - not syncing: Fatal exception
"""
CASES = [
    (SYSRQ, "panic", "Kernel panic - not syncing: sysrq triggered crash"),
    (SYSRQ_EL8, "sysrq", "sysrq: SysRq : Trigger a crash"),
    (OOPS, "bug", "BUG: kernel NULL pointer dereference, address: 0000000000000008"),
    ("<0>[    5.0] kernel BUG at mm/slub.c:305!\n", "bug", "kernel BUG at mm/slub.c:305!"),
    (
        "[    5.0] Unable to handle kernel paging request at virtual address dfff800000000000\n"
        "[    5.1] Internal error: Oops: 96000004 [#1] SMP\n",
        "bug",
        "Unable to handle kernel paging request at virtual address dfff800000000000",
    ),
    (
        "[    5.0] general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP\n",
        "oops",
        "general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP",
    ),
    (
        "[    5.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [dd:900]\n"
        "[    5.1] Kernel panic - not syncing: softlockup: hung tasks\n",
        "panic",
        "Kernel panic - not syncing: softlockup: hung tasks",
    ),
    ("[    5.1] Kernel panic - not syncing: Fatal exception\n", "panic", "Kernel panic - not syncing: Fatal exception"),
]


@pytest.mark.parametrize("text, kind, line", CASES)
def test_the_most_telling_line_is_found(text: str, kind: str, line: str) -> None:
    assert dmesg.panic(BANNER + text) == (kind, line)


def test_a_log_without_such_a_line_has_no_panic() -> None:
    assert dmesg.panic(BANNER + "[    1.0] systemd[1]: a unit spoke of a Kernel panic - not syncing: nothing\n") is None


def test_the_kernel_release_is_in_the_banner() -> None:
    assert dmesg.kernel_release(BANNER + SYSRQ_EL8) == "6.1.0-41-cloud-amd64"


@pytest.mark.parametrize("text, release", [(SYSRQ, "6.1.0-41-cloud-amd64"), (SYSRQ_EL8, "4.18.0-513.el8.x86_64")])
def test_where_the_log_has_wrapped_the_stack_trace_names_the_kernel(text: str, release: str) -> None:
    assert dmesg.kernel_release(text) == release


def test_a_text_that_names_no_kernel_has_no_release() -> None:
    assert dmesg.kernel_release("nothing here") is None


@pytest.mark.parametrize(
    "text",
    [
        "CPU: 0 " * 8000,
        "CPU: 0 " + "Tainted: " * 6000,
        "CPU: 0 Tainted: " + "6.1 " * 12000,
        "[" + " " * 200000,
        "\n" * 100000,
    ],
    ids=["CPU", "Tainted", "releases", "blanks", "lines"],
)
def test_a_log_of_rubbish_is_read_in_no_time(text: str) -> None:
    with within(2):
        assert (dmesg.kernel_release(text), dmesg.panic(text)) == (None, None)


def test_a_name_that_looks_like_a_taint_does_not_hide_the_release() -> None:
    line = "CPU: 0 PID: 7 Comm: my Tainted: Tainted: G        W          6.1.0-41-amd64 #1 Debian 6.1.158-1"
    assert dmesg.kernel_release(line) == "6.1.0-41-amd64"
