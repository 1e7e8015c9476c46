# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The remedy for a name that does not exist: the nearest name that does, where one is near enough."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def remedy(name: str, known: Iterable[str], otherwise: str, verb: str = "use", how_near: float = 0.6) -> str:
    """Return the advice to use the nearest of the known names, or other advice if none is near.

    how_near: from 0 (any name) to 1 (the same name), as difflib counts.
    """
    near = difflib.get_close_matches(name, list(known), 1, how_near)
    return f"{verb} {near[0]}" if near else otherwise
