#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of metrics_program; the code is in the action plugin of the same name."""

DOCUMENTATION = r"""
module: metrics_program
short_description: Put the program on a host that writes metrics of kdump
version_added: "0.1.0"
description:
  - Packs the code by which M(crashops.kdump.kdump_info) reads and judges a host into one file, and copies it there. So
    the host tells its own state by the very same code, with any Python from 3.6 on and without Ansible.
  - The program writes C(crashops_kdump.prom) for the textfile collector of node_exporter. It is run with
    C(--directory DIRECTORY), or with C(--stdout) to look at the metrics; it changes nothing else.
  - The same version of the collection gives the same bytes on every control node, so a second run changes nothing.
  - Only the program is put in place. The role's variable C(kdump_metrics) brings the timer that runs it as well.
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  dest:
    description:
      - The path of the program on the host. Its directory has to exist.
      - If it is left out, it is C(/usr/local/sbin/crashops-kdump-metrics). SELinux knows programs there.
    type: path
    default: /usr/local/sbin/crashops-kdump-metrics
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details: The file is binary, so only that it differs is told.
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
seealso:
  - module: crashops.kdump.kdump_info
"""

EXAMPLES = r"""
- name: Put the program in place
  crashops.kdump.metrics_program:
  become: true

# With --check this tells whether the host has another version of it or none, and copies nothing.
- name: Put it elsewhere
  crashops.kdump.metrics_program:
    dest: /opt/monitoring/bin/crashops-kdump-metrics
  become: true

# fails where the host cannot be read, and says why
- name: Show what it says
  ansible.builtin.command: /usr/local/sbin/crashops-kdump-metrics --stdout
  become: true
  changed_when: false
"""

RETURN = r"""
dest:
  description: The path of the program on the host.
  returned: always
  type: str
  sample: /usr/local/sbin/crashops-kdump-metrics
checksum:
  description: The SHA-1 of the program, as the copy module tells it.
  returned: when it could be put in place
  type: str
  sample: 6c1f7f0a4f6e3a6f8d6a5d2b6f0a1d7c3e9b8a55
"""
