# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter fleet_summary: the report of a whole fleet as data, or what a query selects of it."""

DOCUMENTATION = r"""
name: fleet_summary
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Turn the kdump_info results of many hosts into one report
description:
  - Takes what M(crashops.kdump.kdump_info) returned for each host, and returns one report of them all, worst host
    first. It is what M(crashops.kdump.fleet_report) writes to its JSON file.
  - Every host that goes in comes out. One that could not be reached has the verdict V(unreachable), one where the
    module failed, or whose result cannot be read, V(failed), and one without a result V(not_contacted).
  - The report is described by C(docs/schemas/report-1.json).
positional: _input, query
options:
  _input:
    description:
      - A dictionary with a host's result under each host's name. Or V(hostvars) itself, if O(variable) is given.
    type: dict
    required: true
  query:
    description:
      - A JMESPath expression to ask the report with, such as V(hosts[?verdict=='not_ready'].host). It needs the Python
        library jmespath on the control node.
      - If it is left out, the whole report is returned.
    type: str
  variable:
    description:
      - The variable of each host that its result was registered in. The input then is V(hostvars). This is the quick
        way for large fleets, since the results are not templated.
      - If it is left out, the input holds the results themselves.
    type: str
  hosts:
    description:
      - Which hosts of the input to report on. One that the input does not have is V(not_contacted).
      - If it is left out, these are all hosts of the input.
    type: list
    elements: str
  made:
    description:
      - When the report is made, in seconds since the epoch.
      - If it is left out, it is now.
    type: float
seealso:
  - module: crashops.kdump.fleet_report
  - module: crashops.kdump.kdump_info
  - plugin: crashops.kdump.fleet_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read how kdump stands on every host
  crashops.kdump.kdump_info:
  register: kdump
  ignore_unreachable: true

- name: Show the hosts that would leave no dump
  ansible.builtin.debug:
    msg: "{{ hostvars | crashops.kdump.fleet_summary(wanted, variable='kdump', hosts=ansible_play_hosts_all) }}"
  vars:
    wanted: "hosts[?verdict=='not_ready'].{host: host, why: summary}"
  run_once: true

- name: Fail if more than one host in a hundred would leave no dump
  ansible.builtin.assert:
    that: report.totals.not_ready * 100 <= report.hosts | length
    fail_msg: "{{ report.headline }}"
  vars:
    report: "{{ hostvars | crashops.kdump.fleet_summary(variable='kdump', hosts=ansible_play_hosts_all) }}"
  run_once: true

# query: 'hosts[' is refused: JMESPath says: ...; write it as in hosts[?verdict=='not_ready'].host.
- name: Ask with an expression that is not whole
  ansible.builtin.debug:
    msg: "{{ hostvars | crashops.kdump.fleet_summary('hosts[', variable='kdump') }}"
"""

RETURN = r"""
_value:
  description: The report, or what the query makes of it.
  type: raw
  sample:
    schema: crashops.kdump/report/1
    made: "2026-11-26T09:57:00Z"
    made_epoch: 1795687020
    collection_version: 0.1.0
    query: null
    headline: 1 of 2 hosts would leave a dump.
    totals: {not_ready: 1, ready: 1}
    hosts: []
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.filter_arguments import report_of
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import untrusted
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.query import QueryRefused, ask


def fleet_summary(
    results: Any = None, query: Any = None, variable: Any = None, hosts: Any = None, made: Any = None
) -> Any:
    """Return the report of hosts' results, or the answer of a query on it."""
    whole = report_of(results, variable, hosts, made)
    if query is None:
        return untrusted(whole)
    try:
        return untrusted(ask(query, whole))
    except QueryRefused as refused:
        raise AnsibleFilterError(str(refused)) from None


class FilterModule:
    """The filter fleet_summary, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter fleet_summary by its name."""
        return {"fleet_summary": fleet_summary}
