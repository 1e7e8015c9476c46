#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of role_variables; the code is in the action plugin of the same name."""

DOCUMENTATION = r"""
module: role_variables
short_description: Check the names and types of all variables of the role
version_added: "0.1.0"
description:
  - Checks every variable of a host whose name begins with C(kdump_). An unknown name is refused with the nearest known
    one, and a name of the role linux-system-roles.kdump with what replaces it here.
  - Text where a list or a dictionary belongs, as C(-e name=value) gives it, is read as one. A list may be given as a
    word, as words with commas between them, or as a list. V(null) is the same as leaving a variable out.
  - All that is wrong with a host's variables is in one message. No host is asked, and nothing is changed.
  - M(crashops.kdump.kdump_plan) checks the variables in the same way, and then what they mean on the host.
  - A host variable that holds a registered result is no setting and is left alone.
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  entry_point:
    description:
      - The entry point of the role whose variables are wanted.
    type: str
    required: true
    choices: [setup, verify, test, disable, report]
  merges:
    description:
      - With O(entry_point=report), whether slices are to be merged, so that there must be some.
    type: bool
    default: false
  variables:
    description:
      - The values to check by name.
      - If it is left out, they are the variables of the host whose names begin with C(kdump_).
    type: dict
attributes:
  check_mode:
    support: full
    details: It only reads.
  diff_mode:
    support: none
    details: It changes nothing.
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
seealso:
  - module: crashops.kdump.kdump_plan
"""

EXAMPLES = r"""
- name: Check what setup would be given
  crashops.kdump.role_variables:
    entry_point: setup
  register: checked

# With kdump_crashkernal: 256M among the host's variables this fails:
#   kdump_crashkernal: '256M' is refused: the role has no such variable; did you mean kdump_crashkernel?
- name: Show the values as the role reads them
  ansible.builtin.debug:
    var: checked.variables

- name: Check what verify would be given
  crashops.kdump.role_variables:
    entry_point: verify
"""

RETURN = r"""
variables:
  description:
    - The variables of the role that have a value, defaults included.
    - Text that stands for a list, a dictionary, a number or a truth value is converted.
  returned: success
  type: dict
  sample: {kdump_crashkernel: 256M, kdump_reboot_allowed: false}
refused:
  description: The sentences about refused variables, one for each.
  returned: always
  type: list
  elements: str
  sample: []
"""
