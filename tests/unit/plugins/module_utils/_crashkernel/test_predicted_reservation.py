# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel makes of a command line, against what kernels said themselves (crashkernel_kernel.json)."""

import json
import os
from typing import Any, Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_grammar import (
    command_line,
    read_number,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_versions import Kernel, kernel_of
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import GIB, MIB
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import (
    Reservation,
    reservation,
)

NEWEST = kernel_of()
RHEL9 = "1G-4G:192M,4G-64G:256M,64G-:512M"
RECORDED = os.path.join(os.path.dirname(__file__), "..", "recorded", "crashkernel_kernel.json")
with open(RECORDED, encoding="utf-8") as stream:
    RECORD = json.load(stream)


def kernel_of_source(source: Dict[str, str]) -> Kernel:
    kernel = kernel_of(source["release"], source["machine"])
    return kernel._replace(auto=source["auto"], rounds_ram=True) if "auto" in source else kernel


KERNELS = {letter: kernel_of_source(source) for letter, source in RECORD["sources"].items()}


def disagreement(cmdline: str, kernel: Kernel, run: List[int]) -> Optional[Tuple[str, int, int, Reservation]]:
    """Return what differs between a recorded run and the evaluator, None where nothing does.

    Where the model machine had no room, or had to place a block above 4 GiB, the evaluator has to have said so.
    """
    ram, code, size, _base, _high, _cma, main, low, _message = run
    found = reservation(cmdline, ram, kernel)
    no_room = code == 0 and size > 0 and main == 0
    if found.size == main + low or (found.doubt and no_room):
        return None
    if found.more and found.size + found.more == main + low:
        return None
    return (cmdline, ram, main + low, found)


def test_the_evaluator_agrees_with_every_kernel_on_every_recorded_command_line() -> None:
    wrong = []
    for cmdline, runs in RECORD["command_lines"]:
        for run in runs:
            wrong += [disagreement(cmdline, KERNELS[letter], run[1:]) for letter in run[0]]
    assert [one for one in wrong if one] == []


def test_the_record_holds_more_than_200_command_lines_and_every_kernel() -> None:
    assert len({cmdline for cmdline, _runs in RECORD["command_lines"]}) > 200
    letters = {letter for _cmdline, runs in RECORD["command_lines"] for run in runs for letter in run[0]}
    assert letters == set(RECORD["sources"])


def test_what_is_left_in_doubt_is_little() -> None:
    doubtful = total = 0
    for cmdline, runs in RECORD["command_lines"]:
        for run in runs:
            for letter in run[0]:
                total += 1
                doubtful += reservation(cmdline, run[1], KERNELS[letter]).doubt is not None
    assert doubtful < total // 10


def test_nothing_is_reserved_without_a_reason_and_never_with_one() -> None:
    for cmdline, runs in RECORD["command_lines"]:
        for run in runs:
            found = reservation(cmdline, run[1], NEWEST)
            assert bool(found.reason) == (found.size == 0), (cmdline, run[1], found)


@pytest.mark.parametrize(
    ("values", "ram", "size"),
    [
        (["256M"], 2 * GIB, 256 * MIB),
        (["256M"], 256 * MIB, 0),
        ([RHEL9], 1 * GIB, 192 * MIB),
        ([RHEL9], 4 * GIB - 1, 256 * MIB),
        ([RHEL9], 4 * GIB - 128 * MIB, 192 * MIB),
        ([RHEL9], 64 * GIB - 100 * MIB, 512 * MIB),
        ([RHEL9], 512 * MIB, 0),
        (["1G-2G:4G,2G-:256M"], 3 * GIB, 0),
        (["0-8G:0,8G-:256M"], 4 * GIB, 0),
        (["512M,high", "128M,low"], 8 * GIB, 640 * MIB),
        (["512M,high"], 8 * GIB, 768 * MIB),
        (["512M,high", "0,low"], 8 * GIB, 512 * MIB),
        (["512M,high", "128M,low"], 2 * GIB, 512 * MIB),
        (["512M,high", "256M"], 8 * GIB, 256 * MIB),
        (["256M", "128M"], 8 * GIB, 128 * MIB),
        (["128M,low"], 8 * GIB, 0),
        (["256MB"], 8 * GIB, 0),
        (["auto"], 8 * GIB, 0),
        ([], 8 * GIB, 0),
    ],
)
def test_the_newest_kernel_reserves(values: List[str], ram: int, size: int) -> None:
    found = reservation(command_line(values), ram, NEWEST)
    assert found.size == size
    assert bool(found.reason) == (size == 0)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("256MB", "cannot read '256MB': it stops at 'B'"),
        ("auto", "does not know crashkernel=auto"),
        ("", "cannot read ''"),
        ("0", "its size is 0"),
        ("16E", "its size is 0"),
        ("8G", "8192 MiB is not less than the RAM"),
        ("16G-:512M", "none of its ranges holds this RAM"),
        ("1G-2G:16G,2G-:256M", "one of its ranges reserves 16384 MiB, not less than the RAM"),
        ("4G-2G:256M,1G-:128M", "ends where it starts or before"),
        ("1G-16G:0", "the range that holds this RAM reserves 0"),
        ("1G-:256M@", "cannot read the place after @"),
        ("1G:256M", "expects START-[END]:SIZE at '1G:256M'"),
        ("512M,low", "no crashkernel= says how much"),
        ("512MB,high", "cannot read '512MB,high'"),
        ("0,high", "its size is 0"),
        ("8G,high", "8192 MiB is not less than the RAM"),
    ],
)
def test_what_reserves_nothing_is_explained_in_one_clause(value: str, words: str) -> None:
    found = reservation(command_line([value]), 8 * GIB, NEWEST)
    assert found.size == 0
    assert found.reason and words in found.reason


@pytest.mark.parametrize(
    ("value", "ram", "more", "words"),
    [
        ("256M", 8 * GIB, 0, None),
        ("256M@64M", 8 * GIB, 0, "only if just that place is free"),
        ("400M", 512 * MIB, 0, "may leave no room"),
        ("1G", 2 * GIB, 0, "only if it fits below 4 GiB"),
        ("1G", 8 * GIB, 256 * MIB, "and 256 MiB come on top"),
        ("512M,high", 4 * GIB, 256 * MIB, "256 MiB below come on top"),
        ("6G", 64 * GIB, 0, "no room for it in one piece"),
        ("4G,high", 5 * GIB, 0, "only if it fits there"),
    ],
)
def test_what_cannot_be_known_is_said(value: str, ram: int, more: int, words: Optional[str]) -> None:
    found = reservation(command_line([value]), ram, NEWEST)
    assert found.size
    assert found.more == more
    assert (words in (found.doubt or "")) if words else (found.doubt is None)


def test_a_size_above_the_border_takes_the_low_block_with_it() -> None:
    assert reservation("crashkernel=6G", 64 * GIB, NEWEST).size == 6 * GIB + 256 * MIB
    old_arm = kernel_of("6.1.0-41-arm64", "aarch64")
    assert "does not fit below 4 GiB" in (reservation("crashkernel=6G", 64 * GIB, old_arm).reason or "")


@pytest.mark.parametrize(
    ("release", "machine", "traits"),
    [
        (None, "x86_64", {"rounds_ram": True, "auto": None, "high": "absent", "places": ("high", "low", "cma")}),
        ("4.18.0-553.el8_10.x86_64", "x86_64", {"rounds_ram": True, "high": "useless", "lenient_low": True}),
        ("4.18.0-305.el8.x86_64", "x86_64", {"rounds_ram": False}),
        ("5.14.0-503.el9.x86_64", "x86_64", {"rounds_ram": True, "auto": None, "high": "useless"}),
        ("5.14.0-503.el9.aarch64", "aarch64", {"default_low": 128 * MIB, "high": "absent"}),
        ("5.15.0-130-generic", "x86_64", {"rounds_ram": False, "high": "useless"}),
        ("5.15.0-130-generic", "aarch64", {"high": "never", "moves_up": False}),
        ("6.1.0-41-arm64", "aarch64", {"default_low": 0, "high": "absent", "moves_up": False}),
        ("6.12.0-55.el10.x86_64", "x86_64", {"rounds_ram": True, "high": "absent", "places": ("high", "low")}),
        ("6.17.1-300.fc43.x86_64", "x86_64", {"places": ("high", "low", "cma")}),
        ("6.12.0-55.el10.s390x", "s390x", {"high": "never", "align": MIB}),
        ("6.17.1-300.fc43.x86_64", "x86_64", {"cma": True}),
        ("6.18.0-1.ppc64le", "ppc64le", {"cma": False}),
        ("6.19.0-1.ppc64le", "ppc64le", {"cma": True}),
        ("7.2.0-1.aarch64", "aarch64", {"cma": False}),
        ("7.3.0-1.aarch64", "aarch64", {"cma": None}),
        ("7.3.0-1.riscv64", "riscv64", {"cma": None}),
        (None, "aarch64", {"cma": None}),
        ("7.3.0-1.s390x", "s390x", {"cma": False}),
        ("no version", "x86_64", {"high": "absent"}),
    ],
)
def test_a_kernels_traits_are_found_from_its_release(
    release: Optional[str], machine: str, traits: Dict[str, Any]
) -> None:
    kernel = kernel_of(release, machine)
    assert {name: getattr(kernel, name) for name in traits} == traits


@pytest.mark.parametrize(
    ("release", "machine", "size"),
    [
        ("4.18.0-553.el8_10.x86_64", "x86_64", 192 * MIB),
        ("4.18.0-553.el8_10.ppc64le", "ppc64le", 512 * MIB),
        ("4.18.0-553.el8_10.aarch64", "aarch64", 448 * MIB),
        ("5.15.0-200.131.27.el8uek.x86_64", "x86_64", 0),
        ("6.18.10-1.el8.elrepo.x86_64", "x86_64", 0),
        ("5.14.0-503.el9.x86_64", "x86_64", 0),
    ],
)
def test_auto_reserves_by_the_table_of_the_rhel_8_kernel_and_nowhere_else(
    release: str, machine: str, size: int
) -> None:
    assert reservation("crashkernel=auto", 8 * GIB, kernel_of(release, machine)).size == size


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [("1G2", GIB, 2), ("0x1e", 30, 4), ("09M", 0, 1), ("0xM", 0, 1), ("M", 0, 1), ("18446744073709551617", 1, 20)],
)
def test_a_number_is_read_as_far_as_the_kernel_reads_it(text: str, value: int, end: int) -> None:
    assert read_number(text) == (value, end)


def test_a_very_long_command_line_is_read_in_no_time() -> None:
    ranges = "crashkernel=" + "1-2:1," * 100000 + "1-:9" + "9" * 100000
    assert reservation(ranges, 8 * GIB, NEWEST).reason
    assert reservation("crashkernel=" * 100000, 8 * GIB, NEWEST).reason


CMA_LINE = "crashkernel=256M crashkernel=1G,cma"


@pytest.mark.parametrize(
    ("release", "machine", "cma", "is_known"),
    [
        ("6.17.1", "x86_64", GIB, True),
        ("7.2.0", "aarch64", 0, True),
        ("7.3.0", "aarch64", GIB, False),
    ],
)
def test_what_cma_adds_is_returned_only_where_the_kernel_is_known(
    release: str, machine: str, cma: int, is_known: bool
) -> None:
    found = reservation(CMA_LINE, 8 * GIB, kernel_of(release, machine))
    assert (found.size, found.cma, found.cma_known) == (256 * MIB, cma, is_known)
    assert found.told_cma == (cma if is_known else None)
    assert ("is not known" in (found.doubt or "")) is not is_known
