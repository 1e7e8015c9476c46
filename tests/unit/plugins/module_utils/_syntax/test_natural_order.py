# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names are sorted by the numbers in them."""

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.natural_order import natural


def test_names_are_sorted_by_their_numbers() -> None:
    names = ["web10", "web2", "web", "10-b", "9-a", "a%s" % ("9" * 5000), "a1", "web02b"]
    assert sorted(names, key=natural) == ["9-a", "10-b", "a1", "a%s" % ("9" * 5000), "web", "web2", "web02b", "web10"]
