# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter dump_account_hosts: which hosts of a batch want to log in to one account on an ssh dump server."""

DOCUMENTATION = r"""
name: dump_account_hosts
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Find the hosts that want to log in to one account of a dump server
description:
  - Used by the role, which notes for each host the account that the operator wrote.
  - A host that sent facts with names of the role's own variables is left out. By them it could speak for other hosts.
positional: _input, hosts, login
options:
  _input:
    description:
      - V(hostvars) itself.
    type: dict
    required: true
  hosts:
    description:
      - The hosts to look at.
    type: list
    elements: str
    required: true
  login:
    description:
      - The account. An empty one finds no host.
    type: str
    required: true
seealso:
  - plugin: crashops.kdump.dump_account_lines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show which hosts want to log in to the same account
  ansible.builtin.debug:
    msg: "{{ hostvars | crashops.kdump.dump_account_hosts(ansible_play_batch, 'dumps kdump@dumps.example.org') }}"
"""

RETURN = r"""
_value:
  description: The names of the hosts, in their order.
  type: list
  elements: str
  sample: [web1, web2]
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils._dump_account import batch


class FilterModule:
    """The filter dump_account_hosts, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter dump_account_hosts by its name."""
        return {"dump_account_hosts": batch}
