# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which kdump stack a machine has: found from the tools on it, never from a list of distribution names.

A module is compiled each time it runs on a host, so only the stack that is there is imported.
"""

from typing import Type

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

KDUMPCTL, KDUMP_TOOLS = "kdumpctl", "kdump-tools"


def find_stack(host: Host) -> Stack:
    """Return the kdump stack whose tool is on the machine; without one, what its package manager would install."""
    on_kdumpctl, on_kdump_tools = host.which("kdumpctl"), host.which("kdump-config")
    kdumpctl = on_kdumpctl or not (on_kdump_tools or host.which("dpkg"))
    return stack_named(KDUMPCTL if kdumpctl else KDUMP_TOOLS)(host)


def stack_named(name: str) -> Type[Stack]:
    """Return the class of a kdump stack by the name that kdump_info gives it."""
    if name == KDUMP_TOOLS:
        from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools.stack import KdumpToolsStack

        return KdumpToolsStack
    from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack import KdumpctlStack

    return KdumpctlStack
