# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter by which the role shows what hosts say."""

from typing import Any

import pytest
from ansible_collections.crashops.kdump.plugins.filter.visible import visible

VALUES = [
    ("web1 is not_ready\nok: [web2]", "web1 is not_ready\\nok: [web2]"),
    (["\x1b[2J", 3, None], ["\\x1b[2J", 3, None]),
    ({"panic": "BUG\x9b", "complete": True}, {"panic": "BUG\\x9b", "complete": True}),
]


@pytest.mark.parametrize(("value", "seen"), VALUES)
def test_a_value_of_any_shape_is_shown_in_visible_characters(value: Any, seen: Any) -> None:
    assert visible(value) == seen
