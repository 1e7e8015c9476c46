# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The options for how kdump_info judges a host: the thresholds of checks, and the waivers."""

from typing import NamedTuple, Tuple


class Thresholds(NamedTuple):
    """The limits beyond which a check complains."""

    proof_age_days: int = 180
    memory_margin_percent: int = 0
    free_inodes: int = 100
    dumps_count: int = 10
    dumps_percent: int = 50
    watchdog_seconds: int = 60


class Waiver(NamedTuple):
    """A waiver: the id of a check, why it does not count, and the last day on which it does not (UTC)."""

    id: str
    reason: str
    until: str


class JudgeOptions(NamedTuple):
    """The options for how kdump_info judges a host."""

    thresholds: Thresholds = Thresholds()
    waivers: Tuple[Waiver, ...] = ()


# what a user who gives no options gets
DEFAULTS = JudgeOptions()
