# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter fleet_table: the kdump of a fleet as a short table for a terminal."""

DOCUMENTATION = r"""
name: fleet_table
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Turn the kdump_info results of many hosts into lines for a terminal
description:
  - Takes what P(crashops.kdump.fleet_summary#filter) takes, or what that returns, and returns the lines of an aligned
    table, worst host first. It shows host, verdict, whether it is armed, memory reserved and needed, free space, the
    age of the proof, and the first problem.
  - No line is longer than 118 characters. What a host said is cut to fit, and characters that would steer the terminal
    are left out.
positional: _input, limit
options:
  _input:
    description:
      - A dictionary with a host's result under each host's name, the report that P(crashops.kdump.fleet_summary#filter)
        returns without a query, or V(hostvars) itself if O(variable) is given.
    type: dict
    required: true
  limit:
    description:
      - How many hosts to show. A last line says how many more there are.
      - If it is left out, all are shown.
    type: int
  variable:
    description:
      - The variable of each host that its result was registered in. The input then is V(hostvars).
      - If it is left out, the input holds the results themselves.
    type: str
  hosts:
    description:
      - Which hosts of the input to show.
      - If it is left out, these are all hosts of the input.
    type: list
    elements: str
  problems:
    description:
      - How many problems of each host to show below the table, each on a line with its reason and advice. These lines
        are as long as they have to be. One more line of a host says how many more there are.
      - If it is left out, none is shown but the first one in the table.
    type: int
    default: 0
seealso:
  - module: crashops.kdump.kdump_info
  - plugin: crashops.kdump.fleet_summary
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read how kdump stands on every host
  crashops.kdump.kdump_info:
  register: kdump
  ignore_unreachable: true

- name: Show the twenty worst hosts
  ansible.builtin.debug:
    msg: "{{ hostvars | crashops.kdump.fleet_table(20, variable='kdump', hosts=ansible_play_hosts_all) }}"
  run_once: true

# limit: -1 is refused: it is no number of hosts; give a whole number, or leave it out.
- name: Ask for less than nothing
  ansible.builtin.debug:
    msg: "{{ hostvars | crashops.kdump.fleet_table(-1, variable='kdump') }}"
"""

RETURN = r"""
_value:
  description: The lines, the first one being the headings.
  type: list
  elements: str
  sample:
    - "HOST  VERDICT    ARMED  RESERVED/NEEDED  FREE  PROOF  FIRST PROBLEM"
    - "web1  not_ready  no     0/168M           40G   never  memory_reserved: No memory is reserved"
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import SCHEMA
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.filter_arguments import report_of
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import untrusted
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.text_formats import problem_lines, table


def fleet_table(
    results: Any = None, limit: Any = None, variable: Any = None, hosts: Any = None, problems: Any = 0
) -> list[str]:
    """Return the lines of the terminal's table of hosts' results, and of their problems."""
    for option, value in (("limit", 0 if limit is None else limit), ("problems", problems)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            rule = "it is no number of %s" % ("hosts" if option == "limit" else "problems")
            raise AnsibleFilterError(refusal(option, value, rule, "give a whole number, or leave it out"))
    is_report = isinstance(results, Mapping) and variable is None and results.get("schema") == SCHEMA
    report = dict(results) if is_report else report_of(results, variable, hosts, None)
    below = problem_lines(report, problems, limit)
    lines: list[str] = untrusted(table(report, limit) + ([""] if below else []) + below)
    return lines


class FilterModule:
    """The filter fleet_table, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter fleet_table by its name."""
        return {"fleet_table": fleet_table}
