# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter from_linux_system_roles: variables of linux-system-roles.kdump as variables of this collection's role."""

DOCUMENTATION = r"""
name: from_linux_system_roles
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Translate variables of linux-system-roles.kdump
description:
  - Takes a file of variables that was written for the role linux-system-roles.kdump 1.6.1, which is also
    C(fedora.linux_system_roles.kdump) and C(redhat.rhel_system_roles.kdump). Returns the variables of the role
    C(crashops.kdump.kdump) that mean the same.
  - Says of each variable whose name begins with C(kdump_) what became of it. A name that neither role has is refused,
    and so is every value of a wrong type, and every value that this role would refuse on all hosts.
  - A value with a template stays as it is. C({{ kdump_ssh_user }}) and the like become the value that the file gives.
  - C(docs/migration.md) explains each variable, and what else differs between the two roles.
positional: _input, stack
options:
  _input:
    description:
      - The text of the file, or its variables as a dictionary. Variables of other roles may be in it.
    type: raw
    required: true
  stack:
    description:
      - Which hosts the variables are for. V(kdumpctl) is RHEL, its rebuilds and Fedora. V(kdump-tools) is Ubuntu, where
        that role applies C(kdump_kdump_tools) and little else.
    type: str
    default: kdumpctl
    choices: [kdumpctl, kdump-tools]
  fail:
    description:
      - Whether to fail if something is refused. With V(false), the sentences are in RV(_value.refused), and there are
        no variables then.
    type: bool
    default: true
seealso:
  - module: crashops.kdump.role_variables
"""

EXAMPLES = r"""
- name: Show what a file of variables becomes
  ansible.builtin.debug:
    msg: "{{ lookup('ansible.builtin.file', 'old.yml') | crashops.kdump.from_linux_system_roles }}"

- name: Use the old variables as they are, until their file is translated
  ansible.builtin.debug:
    msg: "{{ (old | crashops.kdump.from_linux_system_roles).variables }}"
  vars:
    old:
      kdump_target: {type: nfs, location: "dumps.example.com:/export/crash"}
      kdump_system_action: halt
      kdump_reboot_ok: false

# kdump_sistem_action: 'halt' is refused: the role has no such variable; remove it, or name it in ...
- name: Translate a name that neither role has
  ansible.builtin.debug:
    msg: "{{ {'kdump_path': '/srv/crash', 'kdump_sistem_action': 'halt'} | crashops.kdump.from_linux_system_roles }}"
"""

RETURN = r"""
_value:
  description: The translation.
  type: dict
  contains:
    variables:
      description: The variables of the role C(crashops.kdump.kdump). Empty if something is refused.
      type: dict
      sample: {kdump_failure_action: halt, kdump_exclusive: true}
    rows:
      description: What became of each variable, and what was added.
      type: list
      elements: dict
      contains:
        name:
          description: The variable.
          type: str
          sample: kdump_system_action
        fate:
          description: V(taken), V(left_out), V(kept), V(added), or V(unset) for a variable that you may have to set.
          type: str
          sample: taken
        here:
          description: The variables of this role that have its meaning.
          type: list
          elements: str
          sample: [kdump_failure_action]
        words:
          description: The same in sentences.
          type: str
          sample: Has another name here.
    others:
      description: The names in the file that belong to neither role. They are not in RV(_value.file).
      type: list
      elements: str
      sample: [ntp_server]
    refused:
      description: A sentence for each thing that is refused.
      type: list
      elements: str
      sample: []
    file:
      description: The variables as the text of a file, in which comments say what became of each.
      type: str
    shown:
      description: The same text with C((hidden)) in place of its secrets, to be shown on a terminal.
      type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.translate import STACKS, translated
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.vars_file import file_of, variables_of
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import untrusted
from ansible_collections.crashops.kdump.plugins.plugin_utils._variables_action import plain


def from_linux_system_roles(content: Any = None, stack: Any = STACKS[0], fail: Any = True) -> dict[str, Any]:
    """Return the translation of a file of variables."""
    if stack not in STACKS:
        rule = "there is no such stack"
        raise AnsibleFilterError(refusal("stack", stack, rule, "choose one of %s" % ", ".join(STACKS)))
    try:
        must_succeed = boolean(fail)
    except TypeError:
        rule = "it is neither true nor false"
        raise AnsibleFilterError(refusal("fail", fail, rule, "say true or false")) from None
    given, refused = variables_of(content if isinstance(content, str) else plain(content))
    found = translated(given, stack)
    refused = secret_words.masked(refused or found.refused)
    if refused and must_succeed:
        raise AnsibleFilterError(" ".join(refused))
    rows = [dict(row._asdict(), here=list(row.here)) for row in found.rows]
    answer = {"variables": {}, "rows": rows, "others": found.others, "refused": refused, "file": "", "shown": ""}
    if not refused:
        hidden = found._replace(variables=secret_words.masked(found.variables))
        answer.update(variables=found.variables, file=file_of(found), shown=file_of(hidden))
    return dict(untrusted(answer))


class FilterModule:
    """The filter from_linux_system_roles, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter from_linux_system_roles by its name."""
        return {"from_linux_system_roles": from_linux_system_roles}
