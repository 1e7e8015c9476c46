# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter batch_sizes: how many hosts a play takes at a time, as a person types it and as serial wants it."""

DOCUMENTATION = r"""
name: batch_sizes
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Read the sizes of a play's batches from a variable
description:
  - Ansible ends with a traceback if C(serial) is a word that is no number, and takes V(0) for all hosts at once. This
    filter refuses such values with one sentence.
  - The playbooks of this collection read C(kdump_serial) and C(kdump_test_serial) by it.
positional: _input
options:
  _input:
    description:
      - A number of hosts, a percentage of the hosts, or several of both as a list or with commas between them. The last
        one counts for all further batches.
    type: raw
    required: true
  variable:
    description:
      - The name of the variable, for the refusal.
    type: str
    default: serial
"""

EXAMPLES = r"""
# First one host, then five, then a fifth of the hosts at a time.
- name: Reboot in batches
  hosts: all
  gather_facts: false
  serial: "{{ '1,5,20%' | crashops.kdump.batch_sizes }}"
  tasks:
    - name: Show the batch
      ansible.builtin.debug:
        var: ansible_play_batch
      run_once: true
"""

RETURN = r"""
_value:
  description: The sizes, each a number or a percentage.
  type: list
  elements: raw
  sample: [1, 5, "20%"]
"""

import re
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

SIZE = re.compile(r"[1-9][0-9]{0,6}|(100|[1-9][0-9]?)%")


def batch_sizes(value: Any, variable: str = "serial") -> list[int | str]:
    """Return the sizes of a play's batches."""
    words = [word.strip() for one in _listed(value) for word in str(one).split(",")]
    wrong = [word for word in words if not SIZE.fullmatch(word)]
    if wrong or not words:
        rule = "it is no number of hosts from 1 on, and no percentage from 1% to 100%"
        remedy = "give one such as 5 or 10%, or several such as 1,5,20%"
        raise AnsibleFilterError(refusal(variable, wrong[0] if wrong else value, rule, remedy))
    return [word if word.endswith("%") else int(word) for word in words]


def _listed(value: Any) -> list[Any]:
    """Return the entries of a value that may be a list, none where it is no list and no single value."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else [str(value)]


class FilterModule:
    """The filter batch_sizes, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter batch_sizes by its name."""
        return {"batch_sizes": batch_sizes}
