# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter dump_account_lines: the authorized_keys lines of an account on an ssh dump server, for a batch's hosts."""

DOCUMENTATION = r"""
name: dump_account_lines
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Turn the public keys of hosts into lines of authorized_keys
description:
  - Used by the role. Returns a line of C(authorized_keys) for each host, which lets its key in and allows it no more
    than a dump needs.
  - What a host says is its public key is taken only if it is one plain key. Its comment and options are left out. A
    host whose key is anything else gets no line.
positional: _input
options:
  _input:
    description:
      - The public key of each host under the host's name, as the host returned it.
    type: dict
    required: true
  directories:
    description:
      - The directory of each host under the host's name. The line then allows the host to write new files there, and
        nothing else.
      - If it is left out, the lines allow commands.
    type: dict
seealso:
  - module: crashops.kdump.kdump_target
"""

EXAMPLES = r"""
- name: Show what an account needs for one host
  ansible.builtin.debug:
    msg: "{{ {'db1': key} | crashops.kdump.dump_account_lines }}"
  vars:
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILDm4VZi1Kk6wLHX4nyuQ0x2mSZmAuwJXrWMuyqpIcY3 root@db1
"""

RETURN = r"""
_value:
  description: The lines, in the order of the hosts.
  type: list
  elements: str
  sample:
    - restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILDm4VZi1Kk6wLHX4nyuQ0x2mSZmAuwJXrWMuyqpIcY3 kdump@db1
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils._dump_account import directory_refusals, line


def dump_account_lines(keys: Mapping[str, Any], directories: Mapping[str, str] | None = None) -> list[str]:
    """Return a line of authorized_keys for each host whose key is valid."""
    if directories is None:
        found = [line(host, key, None) for host, key in keys.items()]
    else:
        refused = directory_refusals(directories)
        own = {host: key for host, key in keys.items() if host in directories and host not in refused}
        found = [line(host, key, directories[host]) for host, key in own.items()]
    return [one for one in found if one is not None]


class FilterModule:
    """The filter dump_account_lines, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter dump_account_lines by its name."""
        return {"dump_account_lines": dump_account_lines}
