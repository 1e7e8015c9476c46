# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The state of kdump's unit in systemd, and what the kernel has loaded."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import (
    Service,
    is_armed,
    is_assisted,
    read_service,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack


class ServiceFacts(NamedTuple):
    """The state of kdump's unit, None where systemd cannot be asked, and what the kernel has loaded.

    armed: the kernel has a capture kernel loaded. assisted: firmware-assisted dump is on.
    """

    unit: str
    armed: bool
    assisted: bool
    enabled: Optional[bool] = None
    active: Optional[bool] = None
    moving: Optional[bool] = None
    masked: Optional[bool] = None
    condition: Optional[bool] = None
    changed_since: Optional[List[str]] = None


def read_unit(host: TolerantHost, stack: Stack, timeout_s: int) -> Optional[Service]:
    """Read the facts about kdump's service: its unit, and what it loaded; None where systemd cannot be asked."""
    if not host.which("systemctl"):
        return None
    found: Optional[Service] = host.attempt(stack.unit, lambda: read_service(host, stack, timeout_s), None)
    return found


def service_facts(host: Host, stack: Stack, service: Optional[Service]) -> ServiceFacts:
    """Read the facts about kdump's service: the state of its unit in systemd, and what the kernel has loaded."""
    armed, assisted = is_armed(host), is_assisted(host)
    if service is None:
        return ServiceFacts(stack.unit, armed, assisted)
    unit = service.unit
    said = (unit.enabled, unit.active, unit.moving, unit.masked, unit.condition)
    return ServiceFacts(stack.unit, armed, assisted, *said, changed_since=service.changed_since)
