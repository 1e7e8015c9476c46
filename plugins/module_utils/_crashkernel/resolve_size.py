# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The crashkernel= values that option size stands for: the vendor's default, an estimate, or the text itself."""

from typing import List, NamedTuple, Optional, Union

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import GIB, MIB, mib, round_up
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.tool_estimate import suggestion
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.vendor_default import (
    below_floor,
    vendor_default,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.wanted_reservation import (
    WantedReservation,
    wanted,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

# sizes up to the first number are rounded up to a multiple of the second, as a person would type them
STEPS = ((512 * MIB, 32 * MIB), (2 * GIB, 64 * MIB), (None, 256 * MIB))


class SizeOptions(NamedTuple):
    """The options of crashkernel_reserve about size; sizes are in bytes."""

    size: Union[str, List[str]]
    margin_percent: int
    minimum: Optional[int]
    maximum: Optional[int]
    timeout_s: int
    check_mode: bool


def resolve(host: Host, stack: Stack, running: Running, wish: SizeOptions) -> WantedReservation:
    """Return the crashkernel= values that the option size stands for on this host."""
    if isinstance(wish.size, list):
        return wanted(wish.size, running, _overwritten_later(stack, running))
    if wish.size == "estimate":
        return _estimate(host, stack, running, wish)
    if wish.size not in ("default", "auto"):
        return wanted([wish.size], running, _overwritten_later(stack, running))
    found = vendor_default(host, stack, running, wish.timeout_s, wish.check_mode)
    found = found._replace(below_floor=below_floor(found, running))
    if wish.size == "default" or running.knows_auto():
        return found
    words = "crashkernel=auto is known to the RHEL 8 kernel only; the vendor's default is used instead"
    return found._replace(messages=[words] + found.messages)


def adjusted(suggested: int, wish: SizeOptions) -> int:
    """Return an estimate with its margin, between minimum and maximum, in steps that a person would type."""
    size = round_up(suggested * (100 + wish.margin_percent), 100) // 100
    size = max(size, wish.minimum or 0)
    step = next(step for limit, step in STEPS if limit is None or size <= limit)
    size = round_up(size, step)
    return size if wish.maximum is None else min(size, wish.maximum)


def _estimate(host: Host, stack: Stack, running: Running, wish: SizeOptions) -> WantedReservation:
    """Return the estimated crashkernel=: at least the vendor's default for this machine, then adjusted."""
    found = suggestion(host, stack, running, wish.timeout_s, wish.check_mode)
    if found.size is None:
        return WantedReservation(None, found.messages)
    floor = 0 if found.floored else _floor(host, stack, running, wish)
    messages = list(found.messages)
    if floor > found.size:
        messages.append(
            "the vendor reserves %s on such a machine by default, so the size is raised to that" % mib(floor)
        )
    needed = max(found.size, floor)
    size = adjusted(needed, wish)
    messages.append("with margin and limits that is %dM" % (size // MIB))
    if size < needed:
        messages.append("the maximum keeps it below the %s that are suggested: a dump may fail" % mib(needed))
    return wanted(["%dM" % (size // MIB)], running, messages + _overwritten_later(stack, running))


def _floor(host: Host, stack: Stack, running: Running, wish: SizeOptions) -> int:
    """Return the least size that size: estimate may stand for: what the vendor's default reserves; 0 if unknown."""
    try:
        found = vendor_default(host, stack, running, wish.timeout_s, wish.check_mode)
    except Failure:
        return 0
    return 0 if found.expected is None else found.expected.size


def _overwritten_later(stack: Stack, running: Running) -> List[str]:
    """Return a warning for option size where an update would put the vendor's default in its place."""
    why = None if running.knows_auto() else stack.puts_default_back()
    if why is None:
        return []
    return [
        "the next update of kdump's package or of the kernel puts the vendor's default in place of this value, "
        "because %s" % why
    ]
