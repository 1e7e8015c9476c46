# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The remedy for a name that does not exist."""

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils import _nearest_name


@pytest.mark.parametrize(
    ("name", "how_near", "remedy"),
    [
        ("wbe1", 0.6, "type web1"),
        ("wbe1", 0.9, "look at the inventory"),
        ("potato", 0.6, "look at the inventory"),
        ("", 0.6, "look at the inventory"),
    ],
)
def test_the_nearest_name_is_named_only_where_it_is_near_enough(name: str, how_near: float, remedy: str) -> None:
    known = (one for one in ["db1", "web1"])
    assert _nearest_name.remedy(name, known, "look at the inventory", "type", how_near) == remedy
