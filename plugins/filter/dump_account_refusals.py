# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter dump_account_refusals: which hosts of a batch have no directory of their own on an ssh dump server."""

DOCUMENTATION = r"""
name: dump_account_refusals
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Find the hosts that would share their directory on a dump server
description:
  - Used by the role for C(kdump_ssh_write_only). Returns a sentence for each host whose directory is not its own, or is
    no path of plain names.
positional: _input
options:
  _input:
    description:
      - The directory of each host under the host's name.
    type: dict
    required: true
seealso:
  - plugin: crashops.kdump.dump_account_lines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show which of two hosts have no directory of their own
  ansible.builtin.debug:
    msg: "{{ {'web1': '/srv/dumps', 'web2': '/srv/dumps/web2'} | crashops.kdump.dump_account_refusals }}"
"""

RETURN = r"""
_value:
  description: The sentences under the hosts' names.
  type: dict
  sample: {}
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils._dump_account import directory_refusals


class FilterModule:
    """The filter dump_account_refusals, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter dump_account_refusals by its name."""
        return {"dump_account_refusals": directory_refusals}
