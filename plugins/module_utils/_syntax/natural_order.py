# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The order of names with numbers in them: web2 comes before web10, as with `sort -V`."""

import re
from typing import List, Tuple


def natural(name: str) -> List[Tuple[int, int, str]]:
    """Return the sort key of a name, by which web2 comes before web10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    # of two numbers the one with more digits is larger, however many they are
    numbers = [part.lstrip("0") if "0" <= part[0] <= "9" else None for part in parts]
    return [(1, 0, part) if number is None else (0, len(number), number) for part, number in zip(parts, numbers)]
