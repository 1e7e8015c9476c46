# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel command lines."""

from typing import List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import (
    replaced,
    said,
    values,
    without,
    words,
)

QUOTED = 'ro dyndbg="file foo.c +p" crashkernel=1G  quiet'


def test_blanks_in_quotes_do_not_end_a_word() -> None:
    assert words(QUOTED) == ("ro", 'dyndbg="file foo.c +p"', "crashkernel=1G", "quiet")


def test_every_value_of_a_name_is_found_in_order() -> None:
    assert values("crashkernel=512M,high a=b crashkernel=128M,low xcrashkernel=1") == ["512M,high", "128M,low"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (QUOTED, 'ro dyndbg="file foo.c +p"  quiet'),
        ("crashkernel=1G ro", "ro"),
        ("ro  crashkernel=1G crashkernel=2G", "ro"),
        ("ro", "ro"),
        ("", ""),
        ("crashkernel=auto", ""),
        ("ro crashkernel", "ro crashkernel"),
    ],
)
def test_taking_a_name_out_leaves_the_rest(before: str, after: str) -> None:
    assert without(before) == after


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("ro crashkernel=1G quiet", ["2G"], "ro quiet crashkernel=2G"),
        ("ro  crashkernel=1G  quiet", ["1G"], "ro  crashkernel=1G  quiet"),
        ("", ["512M,high", "128M,low"], "crashkernel=512M,high crashkernel=128M,low"),
        ("ro crashkernel=1G crashkernel=1G", ["1G"], "ro crashkernel=1G"),
        ("ro crashkernel=1G", [], "ro"),
    ],
)
def test_values_are_replaced_only_where_they_differ(before: str, wanted: List[str], after: str) -> None:
    assert replaced(before, wanted) == after


def test_values_are_said_as_they_stand_on_the_command_line() -> None:
    assert said(["512M,high", "128M,low"]) == "crashkernel=512M,high crashkernel=128M,low"
    assert said([]) == "no crashkernel="
