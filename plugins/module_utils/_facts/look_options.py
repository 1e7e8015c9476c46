# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The options for how kdump_info reads a host; those for how it judges are in _checks/judge_options.py."""

from typing import NamedTuple, Tuple


class LookOptions(NamedTuple):
    """The options for how kdump_info reads a host. Times are in seconds."""

    timeout_s: int = 30
    probe: bool = True
    probe_timeout_s: int = 5
    mem_usage: bool = False
    panic_policy: Tuple[str, ...] = ()
