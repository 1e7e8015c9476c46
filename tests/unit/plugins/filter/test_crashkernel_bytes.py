# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter crashkernel_bytes, called as Jinja calls it."""

import pathlib
from typing import Any, List, Tuple, Union

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.filter.crashkernel_bytes import FilterModule

MIB = 1 << 20
GIB = 1 << 30
RHEL10 = "2G-64G:256M,64G-:512M"
crashkernel_bytes = FilterModule().filters()["crashkernel_bytes"]


@pytest.mark.parametrize(
    ("value", "ram", "size"),
    [
        ("256M", 8 * GIB, 256 * MIB),
        ("256M", "8G", 256 * MIB),
        ("256M", str(8 * GIB), 256 * MIB),
        ("256M", 8.0 * GIB, 256 * MIB),
        (RHEL10, 1 * GIB, 0),
        (RHEL10, 2 * GIB - 100 * MIB, 256 * MIB),
        (RHEL10, "64G", 512 * MIB),
        ("256MB", "8G", 0),
        ("auto", "8G", 0),
        ("", "8G", 0),
        ("root=/dev/sda1 ro crashkernel=256M quiet\n", "8G", 256 * MIB),
        ("crashkernel=256M crashkernel=128M", "8G", 128 * MIB),
        ("crashkernel=512M,high crashkernel=128M,low", "8G", 640 * MIB),
        ("ro quiet", "8G", 0),
        ("256M quiet", "8G", 0),
        (["512M,high", "0,low"], "8G", 512 * MIB),
        ([], "8G", 0),
        ("256M", 0, 0),
    ],
)
def test_a_value_or_a_command_line_gives_the_bytes_that_are_reserved(
    value: Union[str, List[str]], ram: Union[float, str], size: int
) -> None:
    assert crashkernel_bytes(value, ram) == size


def test_machine_and_kernel_make_a_difference() -> None:
    assert crashkernel_bytes("512M,high", "8G", "aarch64") == 640 * MIB
    assert crashkernel_bytes("512M,high", "8G", machine="s390x") == 0
    assert crashkernel_bytes("auto", "8G", kernel="4.18.0-553.el8_10.x86_64") == 192 * MIB
    assert crashkernel_bytes(RHEL10, 2 * GIB - MIB, kernel="5.15.0-130-generic") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((256, "8G"), "_input: 256 is refused: it is neither a text nor a list of texts; give a value such as 256M"),
        (([256], "8G"), "_input: [256] is refused"),
        ((None, "8G"), "_input: None is refused"),
        (("256M", "8GB"), "ram_bytes: '8GB' is refused: '8GB' is no size"),
        (("256M", None), "ram_bytes: None is refused: it is no number of bytes; give bytes as a number"),
        (("256M", True), "ram_bytes: True is refused"),
        (("256M", -1), "ram_bytes: -1 is refused"),
        (("256M", 1.5), "ram_bytes: 1.5 is refused"),
        (("256M", "8G", ""), "machine: '' is refused: it is no text"),
        (("256M", "8G", "x86_64", 5), "kernel: 5 is refused"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(arguments: Tuple[Any, ...], words: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        crashkernel_bytes(*arguments)
    assert words in str(refused.value)


def guide_rows() -> List[Tuple[str, List[int]]]:
    """Return value and sizes in MiB of each row of the guide's table."""
    guide = pathlib.Path(__file__).parents[4] / "docs" / "crashkernel.md"
    rows = [line.strip("| \n").split(" | ") for line in guide.read_text(encoding="utf-8").splitlines()]
    return [(row[1].strip("`"), [int(size) for size in row[2:]]) for row in rows if len(row) == 6 and row[2].isdigit()]


@pytest.mark.parametrize(("value", "sizes"), guide_rows())
def test_the_guides_table_is_true(value: str, sizes: List[int]) -> None:
    kernel = "4.18.0-553.el8_10.x86_64" if value == "auto" else None
    found = [crashkernel_bytes(value, ram, kernel=kernel) // MIB for ram in ("1G", "2G", "4G", "64G")]
    assert found == sizes


def test_the_guide_has_a_row_for_every_vendor() -> None:
    assert len(guide_rows()) == 7


@pytest.mark.parametrize("machine", ["potato", "x86-64", "X86_64"])
def test_a_machine_that_does_not_exist_is_refused(machine: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        crashkernel_bytes("256M", "8G", machine)
    assert "machine: %r is refused: the kernel has no such architecture" % machine in str(refused.value)


def test_a_kernel_that_is_no_release_is_refused() -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        crashkernel_bytes("256M", "8G", kernel="newest")
    assert "kernel: 'newest' is refused: it is no release of a kernel" in str(refused.value)


def test_without_arguments_the_filter_says_what_it_wants() -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        crashkernel_bytes()
    assert "_input: None is refused" in str(refused.value)
