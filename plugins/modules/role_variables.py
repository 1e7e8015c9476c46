#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All variables of the role judged on a host, before anything is written. Half of it is in the action plugin."""

DOCUMENTATION = r"""
module: role_variables
short_description: Check all variables of the role at once, before anything is written
version_added: "0.1.0"
description:
  - Checks every variable of a host whose name begins with C(kdump_). An unknown name is refused with the nearest known
    one, and a name of the role linux-system-roles.kdump with what replaces it here.
  - Text where a list or a dictionary belongs, as C(-e name=value) gives it, is read as one. A list may be given as a
    word, as words with commas between them, or as a list. V(null) is the same as leaving a variable out.
  - For O(entry_point=setup) it also reads the host, and refuses the values that a later task would refuse there.
  - All that is wrong with a host is in one message. Nothing is changed.
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
    choices: [setup, verify, test, disable]
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
  - module: crashops.kdump.kdump_info
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

# Reads only the variables, so no connection is made.
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
info:
  description: The host, as M(crashops.kdump.kdump_info) returns it.
  returned: with O(entry_point=setup)
  type: dict
notes:
  description:
    - What the role decided by itself on this host, in sentences.
  returned: with O(entry_point=setup)
  type: list
  elements: str
  sample: []
own_directory:
  description:
    - Whether dumps go to C(kdump_own_path), which is then the C(kdump_path) of RV(variables).
    - They do where apport of Ubuntu opens the default directory to every user.
  returned: with O(entry_point=setup)
  type: bool
refused:
  description: The sentences about refused variables, one for each.
  returned: always
  type: list
  elements: str
  sample: []
commands:
  description: The commands that were run.
  returned: with O(entry_point=setup)
  type: list
  elements: list
"""

from typing import Any, Dict, List

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils import _setup_refusals
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import JudgeOptions, Waiver
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collect import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import read_facts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import discreet, run_module
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools.own_directory import (
    note,
    own_directory,
)

NO_ROOT = refusal("become", False, "only root can set kdump up", "set become: true (ansible-playbook --become)")


def ensure(host: Any, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Return the host as it is, and a sentence for each value that is refused on it."""
    stack, variables = find_stack(host), params["variables"] or {}
    own = own_directory(host, stack, variables)
    # what is there after the first run is no news
    notes = [note(host, own)] if own and stack.settings().path != own else []
    if own:
        variables = dict(variables, kdump_path=own)
    waivers = tuple(Waiver(**waiver) for waiver in variables.get("kdump_waivers") or [])
    facts = read_facts(host, LookOptions(), JudgeOptions(waivers=waivers))
    # the role stops there for the machine itself, whatever its variables say
    hopeless = facts["capture_kernel"] or facts["verdict"] == "unsupported"
    refused = [] if hopeless else _refusals(host, variables)
    host_says = {"notes": notes, "own_directory": own is not None, "info": facts, "refused": refused}
    return dict(host_says, changed=False, variables=variables)


def _refusals(host: Any, variables: Dict[str, Any]) -> List[str]:
    """Return a sentence for each refused value; without root, what cannot be read would be refused for that alone."""
    return _setup_refusals.refusals(host, variables) if host.is_root() else [NO_ROOT]


def main() -> None:
    """Run the module."""
    module = discreet(AnsibleModule)(
        argument_spec={
            "entry_point": {"type": "str", "required": True, "choices": ["setup", "verify", "test", "disable"]},
            "variables": {"type": "dict"},
        },
        supports_check_mode=True,
    )
    run_module(module, ensure)


if __name__ == "__main__":
    main()
