# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter visible: what hosts say, without anything that could steer the operator's terminal."""

DOCUMENTATION = r"""
name: visible
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Show control characters in what hosts say instead of obeying them
description:
  - Whoever can name a file on a host can put an escape sequence into that name. Where a task shows the name, the
    operator's terminal obeys it, and lines of other hosts can be overwritten.
  - This filter writes each such character as an escape that can be seen, such as C(\x1b). These are control characters,
    line breaks, line separators, marks that turn the direction of writing around, and bytes that are not UTF-8.
  - The modules and reports of this collection do the same with all that they return.
positional: _input
options:
  _input:
    description:
      - A text, or a list or dictionary with texts. All other values stay as they are.
    type: raw
    required: true
seealso:
  - module: crashops.kdump.kdump_info
  - plugin: crashops.kdump.fleet_table
    plugin_type: filter
"""

EXAMPLES = r"""
# "vmcore\x1b[2K" and not a line that is gone
- name: Show a text that a host has chosen
  ansible.builtin.debug:
    msg: "{{ 'vmcore\x1b[2K' | crashops.kdump.visible }}"

- name: Look at a host
  crashops.kdump.kdump_info:
  become: true
  register: kdump

- name: Show why a host is not ready
  ansible.builtin.debug:
    msg: "{{ kdump.reasons | crashops.kdump.visible }}"
"""

RETURN = r"""
_value:
  description: The same value with its texts in characters that can be seen.
  type: raw
  sample: vmcore\x1b[2K
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible as _visible
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import untrusted


def visible(value: Any) -> Any:
    """Return a value with all its texts visible, each on one line."""
    return untrusted(shown(value, _visible))


class FilterModule:
    """The filter visible, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter visible by its name."""
        return {"visible": visible}
