#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of fleet_report; the code is in the action plugin of the same name."""

DOCUMENTATION = r"""
module: fleet_report
short_description: Write a report of the kdump of a whole fleet
version_added: "0.1.0"
description:
  - Turns what M(crashops.kdump.kdump_info) returned for each host into one report on the control node, as a web page,
    as JSON, as CSV and as Markdown. It asks nothing of any host.
  - The page needs nothing from outside and connects to nothing, so that it may be sent by mail. It shows how many hosts
    would leave a dump, the verdicts, memory, space, proofs, kernels and the most frequent problems as charts, and all
    hosts in a table to sort, filter and open.
  - It merges the JSON files of several runs, and compares with earlier ones.
  - Every host is in the report. One that could not be reached has the verdict V(unreachable), one where the module
    failed, or whose result cannot be read, V(failed), and one without a result V(not_contacted).
  - Runs once for all hosts of the play, whether C(run_once) is set or not. The strategy V(free) cannot do that, and
    refuses it. Set C(run_once) all the same if the result is registered.
  - A file is replaced as a whole, and none before all are written.
  - Where O(formats) is left out and not all four formats are written, it removes the other files of an earlier report
    of this name, so that no older page stays next to a newer answer. It removes only what this module wrote.
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  directory:
    description:
      - The directory on the control node to write to. It is made with the mode 0700 if it is not there. A relative one
        is below the directory that ansible-playbook was started in.
    type: path
    required: true
  name:
    description:
      - The name of the files, without an extension. Existing ones are replaced.
      - With O(query), C(-selected) comes after it, so that what a query selects never replaces the report of all hosts.
      - If it is left out, it is V(kdump-report).
    type: str
    default: kdump-report
  formats:
    description:
      - What to write. V(html) has the extension C(.html), V(json) C(.json), V(csv) C(.csv), and V(markdown) C(.md).
      - If it is left out, all four are written, and V(json) alone where O(query) returns something else than hosts.
    type: list
    elements: str
    choices: [html, json, csv, markdown]
  variable:
    description:
      - The variable that each host's result was registered in. It is read as it is and not templated, so that
        thousands of hosts take seconds.
      - If it is left out, it is V(__kdump_info), the one of the playbook C(crashops.kdump.report).
    type: str
    default: __kdump_info
  hosts:
    description:
      - The hosts to report on. One without a result is in the report as V(not_contacted).
      - If it is left out, these are all hosts of the play, and with O(results) all hosts in there.
    type: list
    elements: str
  results:
    description:
      - A dictionary with a host's result under each host's name, for results that come from elsewhere, such as a file.
      - If it is left out, the results are taken from the variable named by O(variable).
    type: dict
  title:
    description:
      - The title of the page and of the Markdown.
      - If it is left out, it is V(kdump report).
    type: str
    default: kdump report
  query:
    description:
      - A JMESPath expression that the report is asked with. It needs the Python library jmespath on the control node.
      - If it returns whole rows of hosts, such as V(hosts[?verdict=='not_ready']), all formats show these hosts alone,
        in the order in which it returns them, and say so.
      - If it returns anything else, such as V(hosts[].host), this is written to the JSON file, and no other format can
        be made of it. Naming another one in O(formats) is refused then.
      - If it is left out, all hosts are shown.
    type: str
  earlier:
    description:
      - JSON files that earlier runs wrote, or directories of them. The report says what changed since the last one, the
        newly broken hosts first, and shows the trend of all of them. Each JSON file also holds the trend up to then, so
        the last one is enough.
      - A file that is no such report, or from which a query selected hosts, is named in RV(notes) and left out.
      - A host that the last report does not have, because its run asked only a part of the inventory, is compared
        with the last report that has it.
      - If it is left out, it is the JSON file of O(name) in O(directory), if there is one. An empty list compares with
        nothing.
    type: list
    elements: path
  slices:
    description:
      - JSON files that runs for parts of the fleet wrote, or directories of them, to merge into one report. The hosts'
        results are then not taken from variables.
      - If several have the same host, its newest row counts. A host of O(hosts) that none of them has is in the report
        as V(not_contacted), and named in RV(notes). A file that is no such report is named there too.
      - A report that is itself merged, or that has a date in the future, is not merged, and RV(notes) says so.
      - If it is left out, nothing is merged.
    type: list
    elements: path
  slice_age_hours:
    description:
      - How old a slice may be, in hours. Older ones are not merged, and RV(notes) says so.
      - If it is left out, it is V(24).
    type: int
    default: 24
  mode:
    description:
      - The mode of the files, as an octal number in quotes. Their owner must be able to read and write them.
      - If it is left out, it is V(0600), because the report names weaknesses of hosts.
    type: raw
    default: "0600"
attributes:
  check_mode:
    support: full
    details: Does everything but write, and says which files it would write.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: The report says when it was made.
  platform:
    support: full
    platforms: posix
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

# With --check it writes nothing, and says what it would.
- name: Write the report of all hosts of the play
  crashops.kdump.fleet_report:
    directory: reports
    variable: kdump
  run_once: true
  register: report

- name: Show how the fleet stands
  ansible.builtin.debug:
    msg: "{{ report.table }}"
  run_once: true

- name: Write a page of the hosts that would leave no dump, and nothing else
  crashops.kdump.fleet_report:
    directory: /srv/reports
    variable: kdump
    name: kdump-not-ready
    formats: [html]
    title: Hosts that would leave no dump
    query: "hosts[?contains(['not_ready', 'reboot_pending'], verdict)]"
  run_once: true

- name: Merge what two runs reported, such as one by ansible-core 2.16 and one by a newer version
  crashops.kdump.fleet_report:
    directory: reports
    slices: [reports/slices]
    # slices of a week ago are not merged
    slice_age_hours: 12
  run_once: true

# query: 'hosts[].host' is refused: its answer is not rows of hosts, which html must have; choose formats: [json], ...
- name: Ask for a page of something that is no host
  crashops.kdump.fleet_report:
    directory: reports
    variable: kdump
    formats: [html, json]
    query: hosts[].host
  run_once: true
"""

RETURN = r"""
paths:
  description: The path of each file that was written, or in check mode would be, under the name of its format.
  returned: success
  type: dict
  sample:
    html: /home/ops/reports/kdump-report.html
    json: /home/ops/reports/kdump-report.json
removed:
  description: The files of an earlier report of this name that were removed, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: []
not_renewed:
  description: The files of an earlier report of this name that stay as they are, since O(formats) names others.
  returned: success
  type: list
  elements: str
  sample: [/home/ops/reports/kdump-report.csv]
not_written:
  description:
    - The names of the files that this report does not have. Where the files are handed on to, an older one of such a
      name would contradict the new ones. Empty if O(formats) is given.
  returned: success
  type: list
  elements: str
  sample: []
headline:
  description: The one sentence of the report.
  returned: success
  type: str
  sample: 3,967 of 5,000 hosts would leave a dump.
hosts_count:
  description: How many hosts are in the report.
  returned: success
  type: int
  sample: 5000
totals:
  description: How many hosts have each verdict. All verdicts are there, those of no host with 0.
  returned: success
  type: dict
  sample:
    not_ready: 404
    failed: 53
    unreachable: 136
    not_contacted: 17
    reboot_pending: 246
    degraded: 602
    ready_unproven: 1070
    ready: 2295
    disabled_by_policy: 145
    unsupported: 32
table:
  description:
    - The lines of a table of the first twenty hosts, for a terminal; they are the worst unless a query orders them.
  returned: success
  type: list
  elements: str
  sample:
    - "HOST  VERDICT    ARMED  RESERVED/NEEDED  FREE  PROOF  FIRST PROBLEM"
    - "web1  not_ready  no     0/168M           40G   never  memory_reserved: No memory is reserved"
since_last:
  description: A line for each kind of change since the last report, the newly broken hosts first, for a terminal.
  returned: success
  type: list
  elements: str
  sample: ["Newly broken since 2026-11-22T04:00:00Z: web7, db2"]
notes:
  description:
    - Sentences about the files that the report was made of, such as one that is no report, hosts that several slices
      have, and hosts that none has.
  returned: success
  type: list
  elements: str
  sample: ["Merged of 4 reports.", "Not reported: 1 host of the inventory: web9."]
summary:
  description:
    - The report in a few numbers and names, for C(set_stats). Its size does not grow with the fleet, since at most 100
      names are in each list.
  returned: success
  type: dict
  sample:
    made: "2026-11-29T04:00:00Z"
    headline: 3,967 of 5,000 hosts would leave a dump.
    totals: {not_ready: 404, ready: 2295}
    hosts: 5000
    since: "2026-11-22T04:00:00Z"
    broken_count: 2
    broken: [web7, db2]
    lost_count: 0
    switched_off_count: 0
    mended_count: 12
    new_count: 0
    gone_count: 0
    not_reported_count: 0
    not_reported: []
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 6.2
"""
