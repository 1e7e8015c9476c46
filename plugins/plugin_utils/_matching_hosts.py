# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Refuses hosts of a play that leave none to act on: Ansible would skip the play, and the run would succeed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleFilterError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

# options of ansible-playbook with which no task runs
ONLY_SHOWS = ("syntax", "listhosts", "listtasks", "listtags")
REMEDY = "see what ansible-inventory --graph shows"


def nothing_runs() -> bool:
    """Return whether ansible-playbook was asked for no more than a syntax check or a list."""
    return any(context.CLIARGS.get(name) for name in ONLY_SHOWS)


def refuse_none(variable: str, typed: Any, pattern: Any, groups: Mapping[str, Iterable[str]]) -> None:
    """Raise an error if a pattern and the option --limit together leave no host of the inventory."""
    limit = context.CLIARGS.get("subset")
    if nothing_runs() or _matching(pattern, limit, groups):
        return
    rule = "no host of the inventory fits it"
    if limit:
        rule = f"no host of the inventory fits both it and --limit {limit}"
    raise AnsibleFilterError(refusal(variable, typed, rule, REMEDY))


def _matching(pattern: Any, limit: str | None, groups: Mapping[str, Iterable[str]]) -> list[Any]:
    """Return the hosts that fit a pattern, found by Ansible itself in an inventory of these groups."""
    inventory = InventoryManager(loader=DataLoader(), sources=None, parse=False)
    for group, hosts in groups.items():
        inventory.add_group(group)
        for host in hosts:
            inventory.add_host(host, group)
    inventory.subset(limit)
    return list(inventory.get_hosts(pattern))
