# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of batches, as people type them and as AWX hands them on."""

from typing import Any, List, Union

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.filter.batch_sizes import batch_sizes


@pytest.mark.parametrize(
    ("value", "sizes"),
    [
        (5, [5]),
        ("5", [5]),
        ("10%", ["10%"]),
        ("100%", ["100%"]),
        ("1, 5,20%", [1, 5, "20%"]),
        ([1, "5", "20%"], [1, 5, "20%"]),
        (["1,5", "20%"], [1, 5, "20%"]),
    ],
)
def test_size_is_read_as_it_was_meant(value: Any, sizes: List[Union[int, str]]) -> None:
    assert batch_sizes(value, "kdump_serial") == sizes


@pytest.mark.parametrize("value", [0, "0", -1, "0%", "101%", "five", "", [], "1,,5", None, True, {"a": 1}, 1.5, "1_0"])
def test_size_that_ansible_would_take_for_all_hosts_or_not_at_all_is_refused(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="^kdump_serial: .* is refused: it is no number of hosts from 1 on"):
        batch_sizes(value, "kdump_serial")
