# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands on a command line: parsing ends in an answer or a clean error, and edits keep everything else."""

from typing import List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_grammar import command_line
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_versions import Kernel, kernel_of
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import (
    GIB,
    Argument,
    GrammarError,
    check_together,
    parse_argument,
    parse_size,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import reservation
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import kernel_cmdline
from hypothesis import given
from hypothesis import strategies as st

RAM = st.one_of(st.integers(0, 2**64), st.integers(0, 1024).map(lambda step: step << 27))
RELEASES = st.one_of(
    st.none(),
    st.sampled_from(["4.18.0-553.el8_10.x86_64", "5.14.0-503.el9.x86_64", "5.15.0-1-generic", "6.1.0", "6.12.0"]),
    st.text(max_size=30),
)
MACHINES = st.sampled_from(["x86_64", "aarch64", "ppc64le", "s390x", "riscv64", ""])
KERNELS = st.builds(kernel_of, RELEASES, MACHINES)
# pieces that mean something to the kernel, in any order, and any text at all
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["crashkernel=", "256M", "1G", "-", ":", ",", "@", "high", "low", "cma", "auto", "0x", "08", "E"]
        ),
        st.sampled_from(
            [" ", "\t", "\n", "\0", '"', "'", "--", "quiet", "MB", "18446744073709551616", "\u0663", "\u00b2"]
        ),
        st.text(max_size=4),
    ),
    max_size=30,
).map("".join)
TEXTS = st.one_of(st.text(), PIECES)
SIZES = st.builds("{}{}".format, st.integers(1, 4096), st.sampled_from(["M", "G", "m", "g"]))
RANGES = st.lists(
    st.builds("{}G-{}G:{}".format, st.integers(0, 8), st.integers(9, 64), SIZES), min_size=1, max_size=4
).map(",".join)
WORDS = st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=12)


@given(TEXTS)
def test_any_text_is_an_argument_or_a_clean_error(text: str) -> None:
    try:
        argument = parse_argument(text)
    except GrammarError as error:
        assert str(error)
    else:
        assert isinstance(argument, Argument)
        assert argument.text == text
        assert argument.size >= 0


@given(TEXTS)
def test_any_text_is_a_size_of_64_bits_or_a_clean_error(text: str) -> None:
    try:
        assert 0 <= parse_size(text) < 2**64
    except GrammarError as error:
        assert str(error)


@given(TEXTS, RAM, KERNELS)
def test_any_command_line_reserves_something_or_nothing_with_a_reason(text: str, ram: int, kernel: Kernel) -> None:
    for cmdline in (text, "crashkernel=" + text):
        found = reservation(cmdline, ram, kernel)
        assert found.size >= 0
        assert bool(found.reason) == (found.size == 0)
        assert found.more >= 0


@given(PIECES, RAM, KERNELS)
def test_no_command_line_reserves_the_whole_memory(text: str, ram: int, kernel: Kernel) -> None:
    found = reservation("crashkernel=" + text, ram, kernel)
    # a low block comes on top, and s390x and ppc64le round up
    assert found.size < ram + kernel.default_low + kernel.align + 4 * GIB


@given(st.one_of(SIZES, RANGES, st.builds("{}@64M".format, RANGES), st.builds("{},high".format, SIZES)), RAM, RELEASES)
def test_what_an_operator_may_write_can_be_read_by_every_kernel(value: str, ram: int, release: Optional[str]) -> None:
    check_together([parse_argument(value)])
    reason = reservation(command_line([value]), ram, kernel_of(release)).reason
    assert reason is None or "cannot read" not in reason


@given(WORDS, SIZES, RAM, KERNELS)
def test_the_last_plain_value_wins_whatever_stands_before_it(text: str, size: str, ram: int, kernel: Kernel) -> None:
    alone = reservation("crashkernel=" + size, ram, kernel)
    before = text.replace("\0", "")
    assert reservation(before + " crashkernel=" + size, ram, kernel) == alone


@given(TEXTS, st.lists(st.one_of(SIZES, RANGES), max_size=3))
def test_an_edit_keeps_every_other_word_and_does_nothing_the_second_time(cmdline: str, wanted: List[str]) -> None:
    edited = kernel_cmdline.replaced(cmdline, wanted)
    others = [word for word in kernel_cmdline.words(cmdline) if not word.startswith("crashkernel=")]
    assert kernel_cmdline.values(edited) == wanted
    assert [word for word in kernel_cmdline.words(edited) if not word.startswith("crashkernel=")] == others
    assert kernel_cmdline.replaced(edited, wanted) == edited


@given(TEXTS)
def test_taking_out_keeps_everything_else_byte_for_byte(cmdline: str) -> None:
    kept = kernel_cmdline.without(cmdline)
    assert kernel_cmdline.values(kept) == []
    assert kernel_cmdline.without(kept) == kept
    if not kernel_cmdline.values(cmdline):
        assert kept in (cmdline, cmdline.lstrip())
