# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator may write for crashkernel=."""

from typing import List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import (
    GIB,
    MIB,
    GrammarError,
    check_together,
    parse_argument,
    parse_size,
)

RHEL9 = "1G-4G:192M,4G-64G:256M,64G-:512M"
LONG = "9" * 5000


@pytest.mark.parametrize(
    ("text", "size"),
    [("256M", 256 * MIB), ("1g", GIB), ("0x10M", 16 * MIB), ("020K", 16 << 10), ("0", 0), ("4096", 4096)],
)
def test_a_size_is_read_as_the_kernel_reads_it(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["256MB", "", "M", "1.5G", "256 M", "-1", "09M", "0x", "1G2M", "16E", LONG])
def test_what_the_kernel_would_not_read_is_no_size(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("256M", "plain"),
        ("256M@64M", "plain"),
        (RHEL9, "ranges"),
        ("384M-:128M@16M", "ranges"),
        ("512M,high", "high"),
        ("0,low", "low"),
        ("1G,cma", "cma"),
        ("auto", "auto"),
    ],
)
def test_every_form_is_told_apart(text: str, kind: str) -> None:
    assert parse_argument(text).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "256MB",
        "256M,hgh",
        "512M,high,low",
        "512M@1G,high",
        "4G-2G:256M",
        "1G-4G:192MB",
        "1G:192M",
        "1G-4G:",
        "0M",
        "no",
        # the kernel reads these, but only a half of each
        "256M@64Mx",
        "1G-2G:64M@64M,2G-:256M",
        "1G-:256M,auto",
        "1G-2G:64M,2G-:128M,",
        # and this as 0
        "M",
    ],
)
def test_what_the_kernel_would_not_read_is_no_argument(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_argument(text)


@pytest.mark.parametrize(
    "values",
    [["256M", "128M"], ["256M", "128M,low"], ["512M,high", "512M,high"], ["128M,low"], ["1G,cma"], ["auto", "256M"]],
)
def test_arguments_that_cancel_each_other_are_refused(values: List[str]) -> None:
    with pytest.raises(GrammarError):
        check_together([parse_argument(value) for value in values])


@pytest.mark.parametrize("values", [["256M"], ["512M,high", "128M,low"], ["512M,high"], ["256M", "1G,cma"]])
def test_arguments_that_go_together_are_taken(values: List[str]) -> None:
    check_together([parse_argument(value) for value in values])
