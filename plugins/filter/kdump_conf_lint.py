# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter kdump_conf_lint: what one generation of kdumpctl would find wrong with the text of a kdump.conf."""

DOCUMENTATION = r"""
name: kdump_conf_lint
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Find what is wrong with the text of a kdump.conf
description:
  - Reads a C(/etc/kdump.conf) to the letter as one generation of kdumpctl does, and returns what its rules say of it.
  - An error means that this kdumpctl refuses the file, or that a dump would be lost by it. A warning misleads without
    breaking, and advice could be better.
  - Rules that need to know the host, such as whether the dump directory is there, say nothing here.
    M(crashops.kdump.kdump_config) in check mode asks them on the host.
  - The rules are listed in docs/kdump_conf.md.
positional: _input, generation
options:
  _input:
    description:
      - The text of the file.
    type: str
    required: true
  generation:
    description:
      - Which kdumpctl reads the file. V(el8) is that of EL 8. V(el9) is that of EL 9, and of kdump-utils up to 1.0.59,
        as in RHEL 10.0; where these two differ, what either refuses is an error. V(current) is kdump-utils 1.0.60 and
        later.
      - V(rhel8) means V(el8). V(rhel9), V(el10) and V(rhel10) mean V(el9), because RHEL 10.0 has kdump-utils 1.0.51.
        V(fedora) means V(current). Name the generation itself if your release has another version.
      - If it is left out, it is V(current). M(crashops.kdump.kdump_info) returns a host's own.
    type: str
    default: current
    choices: [el8, el9, current, el10, fedora, rhel8, rhel9, rhel10]
seealso:
  - module: crashops.kdump.kdump_config
  - module: crashops.kdump.kdump_info
"""

EXAMPLES = r"""
- name: Refuse a template that EL 9 would not take, before any host gets it
  ansible.builtin.assert:
    that: findings | selectattr('severity', 'equalto', 'error') | length == 0
    fail_msg: "{{ findings }}"
  vars:
    findings: "{{ lookup('ansible.builtin.template', 'kdump.conf.j2') | crashops.kdump.kdump_conf_lint('el9') }}"

# [{"line": 1, "message": "a colon stands before the server, so that none is named", "remedy": "write it without the
#   first colon", "rule": "R17", "severity": "error"}]
- name: Show what is wrong with a line
  ansible.builtin.debug:
    msg: "{{ 'nfs :server:/export/cores' | crashops.kdump.kdump_conf_lint }}"

# generation: 'el7' is refused: there is no such generation of kdumpctl; choose one of el8, el9, current, ...
- name: Ask for a generation that does not exist
  ansible.builtin.debug:
    msg: "{{ 'path /var/crash' | crashops.kdump.kdump_conf_lint('el7') }}"
"""

RETURN = r"""
_value:
  description: The findings in the order of the lines, an empty list where nothing is wrong.
  type: list
  elements: dict
  contains:
    rule:
      description: The rule's number.
      type: str
      sample: R17
    severity:
      description: V(error), V(warning) or V(advice).
      type: str
      sample: error
    line:
      description: The line, counted from 1; null where it is about the file as a whole.
      type: int
      sample: 1
    message:
      description: What is wrong.
      type: str
      sample: a colon stands before the server, so that none is named
    remedy:
      description: What to do.
      type: str
      sample: write it without the first colon
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_generations import GENERATIONS
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lint import lint
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import kind_of, refusal

# names that people know a generation by; RHEL 10.0 has kdump-utils 1.0.51, and no release of EL 10 is known with 1.0.60
ALIASES = {"el10": "el9", "fedora": "current", "rhel8": "el8", "rhel9": "el9", "rhel10": "el9"}


def kdump_conf_lint(text: Any = None, generation: Any = "current") -> list[dict[str, Any]]:
    """Return lint's findings in the text of a kdump.conf, as this generation of kdumpctl reads it."""
    if not isinstance(text, str):
        rule = "it is no text but %s" % kind_of(text)
        raise AnsibleFilterError(refusal("_input", text, rule, "give the text of the file"))
    known = ALIASES.get(generation, generation) if isinstance(generation, str) else None
    if known not in GENERATIONS:
        remedy = "choose one of %s" % ", ".join([*GENERATIONS, *ALIASES])
        raise AnsibleFilterError(refusal("generation", generation, "there is no such generation of kdumpctl", remedy))
    return [secret_words.masked(finding._asdict()) for finding in lint(str(text), str(known))]


class FilterModule:
    """The filter kdump_conf_lint, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter kdump_conf_lint by its name."""
        return {"kdump_conf_lint": kdump_conf_lint}
