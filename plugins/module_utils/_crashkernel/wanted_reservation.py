# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The crashkernel= values that are wanted on a host, with what its kernel would reserve for them."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import (
    Reservation,
    will_reserve,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running


class WantedReservation(NamedTuple):
    """The wanted crashkernel= values (None: check mode cannot find them), with messages for the operator.

    expected: what the running kernel would reserve for them. None: its RAM is unknown, or nothing is asked for.
    below_floor: why the vendor's default leaves this machine out; None where it does not.
    """

    values: Optional[List[str]]
    messages: List[str]
    expected: Optional[Reservation] = None
    below_floor: Optional[str] = None


def wanted(values: List[str], running: Running, messages: List[str]) -> WantedReservation:
    """Return crashkernel= values with what the running kernel would reserve for them."""
    return WantedReservation(values, messages, will_reserve(values, running) if values else None)
