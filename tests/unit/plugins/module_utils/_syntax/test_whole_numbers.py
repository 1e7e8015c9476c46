# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers in text that others wrote."""

from typing import Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import moment, version, whole

MOST = 18446744073709551615


@pytest.mark.parametrize(
    "text, number",
    [("0", 0), (" 42\n", 42), ("007", 7), (str(MOST), MOST), ("00000000000000000042", 42)],
)
def test_a_whole_number_of_64_bits_is_read(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    "text",
    [None, "", " ", "-1", "+1", "1.0", "1_000", "0x10", "²", "٣", "1e3", str(MOST + 1), "9" * 5000, "4 2", "4\n2"],
)
def test_any_other_text_is_no_number(text: Optional[str]) -> None:
    assert whole(text) is None


@pytest.mark.parametrize(
    "text, base, number",
    [("ff", 16, 255), ("0xFF", 16, 255), ("f" * 17, 16, None), ("0755", 8, 493), ("9", 8, None), ("", 16, None)],
)
def test_another_base_has_the_same_limit(text: str, base: int, number: Optional[int]) -> None:
    assert whole(text, base) == number


def test_a_part_of_a_version_that_is_too_long_counts_as_nothing() -> None:
    assert version(["1", "9" * 5000, "3"]) == (1, 0, 3)


@pytest.mark.parametrize(
    "seconds, time", [(1, 1), (1795464580, 1795464580), (1.5, 1.5), (0, None), (-1, None), (10**21, None), (None, None)]
)
def test_a_time_is_one_that_a_calendar_has(seconds: Optional[float], time: Optional[float]) -> None:
    assert moment(seconds) == time
