#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans all that setup or disable would do to a host, by one look. The action plugin checks the variables."""

DOCUMENTATION = r"""
module: kdump_plan
short_description: Plan all that the role's setup or disable would do to a host
version_added: "0.1.0"
description:
  - Checks the role's variables as M(crashops.kdump.role_variables) does, reads the host once, and plans configuration,
    dump target, reservation, reboot and service in one process, by the same functions as the modules for them.
  - Where a value is refused, or the host cannot be set up, the task fails with a sentence for each reason. This is
    before anything is installed or written.
  - Each part of RV(plan) says whether the role has anything to do for it. Where no part has, the role ends here, after
    one execution on the host.
  - Nothing is changed. A dump target is looked at, and nothing is written to it.
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  entry_point:
    description:
      - The entry point of the role to plan.
    type: str
    choices: [setup, disable]
    default: setup
  variables:
    description:
      - The role's variables by name.
      - If it is left out, they are the variables of the host whose names begin with C(kdump_).
    type: dict
  expected:
    description:
      - The SHA-256 of what the role's tasks would write, by part, stack and path. The action plugin fills this in, and
        a task cannot give it.
    type: dict
attributes:
  check_mode:
    support: full
    details: It only reads.
  diff_mode:
    support: none
    details: It changes nothing. RV(plan) has the diffs of what would change.
  idempotent:
    support: full
  platform:
    support: full
    platforms: linux
seealso:
  - module: crashops.kdump.kdump_config
  - module: crashops.kdump.kdump_target
  - module: crashops.kdump.crashkernel_reserve
  - module: crashops.kdump.kdump_service
"""

EXAMPLES = r"""
- name: Plan the setup with the host's own variables
  crashops.kdump.kdump_plan:
  register: planned

- name: Show whether memory would be reserved, and what a reboot would bring
  ansible.builtin.debug:
    msg: "{{ planned.plan.reservation.changes }}, {{ planned.plan.reboot.reason }}"

- name: Plan another size
  crashops.kdump.kdump_plan:
    variables:
      kdump_crashkernel: 512M
      kdump_capture_panic: 0
  register: other

- name: Show what would change in the boot entries
  ansible.builtin.debug:
    var: other.plan.reservation.diff
"""

RETURN = r"""
variables:
  description:
    - The variables of the role that have a value, defaults included, each of its type.
  returned: success
  type: dict
  sample: {kdump_crashkernel: 256M, kdump_reboot_allowed: false}
plan:
  description:
    - What would be done, by part. Each part has C(needed), whether the role does anything for it, and C(changes),
      whether it changes the host; null where only a real run can find that out. Most have their C(diff).
  returned: success
  type: dict
  contains:
    packages:
      description: Whether packages of kdump are missing.
      type: dict
    target:
      description:
        - The dump target as the files will name it, what a look at it found as M(crashops.kdump.kdump_target) returns
          it, and a yes or no for each task that prepares it.
      type: dict
    configuration:
      description: What M(crashops.kdump.kdump_config) would write.
      type: dict
    reservation:
      description: What M(crashops.kdump.crashkernel_reserve) would do, with the values that it returns.
      type: dict
    reboot:
      description: Whether a reboot would be needed by then, and why.
      type: dict
    service:
      description: What M(crashops.kdump.kdump_service) would do on the host as the parts before leave it.
      type: dict
    panic_policy:
      description: Whether the files, keys and unit of C(kdump_panic_policy) are as its tasks would make them.
      type: dict
    metrics:
      description: Whether the files and units of C(kdump_metrics) are as its tasks would make them.
      type: dict
    texts:
      description: What the tasks of panic policy and metrics write, by path.
      type: dict
    options:
      description: The options of M(crashops.kdump.kdump_config) that are made of several variables.
      type: dict
    stack:
      description: How this host runs kdump, by its name, unit, generation, and whether it is installed.
      type: dict
    notes:
      description: What the role decides by itself on this host, in sentences.
      type: list
      elements: str
    unknown:
      description: What only a real run can find out, in sentences.
      type: list
      elements: str
refused:
  description: A sentence for each thing that is refused.
  returned: always
  type: list
  elements: str
  sample: []
commands:
  description: The commands that were run.
  returned: always
  type: list
  elements: list
"""

from typing import Any, Dict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import discreet, run_module
from ansible_collections.crashops.kdump.plugins.module_utils._setup.own_files import Expected
from ansible_collections.crashops.kdump.plugins.module_utils._setup.whole_plan import plan_disable, plan_setup


def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Return the parts of the plan of setup or disable, and a sentence for each thing that is refused."""
    host, variables = caching(host), params["variables"] or {}
    if params["entry_point"] == "disable":
        return dict(plan_disable(host, variables, check_mode), changed=False)
    return dict(plan_setup(host, variables, check_mode, Expected(**(params["expected"] or {}))), changed=False)


def main() -> None:
    """Run kdump_plan."""
    module = discreet(AnsibleModule)(
        argument_spec={
            "entry_point": {"type": "str", "choices": ["setup", "disable"], "default": "setup"},
            "variables": {"type": "dict"},
            "expected": {"type": "dict"},
        },
        supports_check_mode=True,
    )
    run_module(module, ensure)


if __name__ == "__main__":
    main()
