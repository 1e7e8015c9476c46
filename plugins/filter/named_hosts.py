# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter named_hosts: exactly the hosts that an operator named for a crash, as the pattern of a play."""

DOCUMENTATION = r"""
name: named_hosts
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Turn the names that were typed as consent into the hosts of a play
description:
  - Takes the names of hosts as somebody typed them, and returns them as the pattern of a play. The playbooks
    C(crashops.kdump.test_named) and C(crashops.kdump.retest) act on the hosts that C(kdump_test_confirm) names by it.
  - A name that is no host of the inventory is an error. In a pattern, Ansible would leave it out with a warning, and a
    job would succeed without the crash that somebody asked for.
  - Groups, wildcards and other patterns are errors too, because consent is for a host by its name. If C(--limit) leaves
    out all of the hosts, this is an error as well.
positional: _input, groups, part
options:
  _input:
    description:
      - The names, as a list or as one text with commas between them.
    type: raw
    required: true
  groups:
    description:
      - The variable V(groups) of Ansible, whose C(all) has each host of the inventory.
    type: dict
    required: true
  part:
    description:
      - Which of the named hosts to return, V(all) of them, the V(first) one, or the V(others).
    type: str
    choices: [all, first, others]
    default: all
seealso:
  - module: crashops.kdump.crash_test
"""

EXAMPLES = r"""
- name: Say which hosts would crash
  ansible.builtin.debug:
    msg: "{{ 'web1, db1' | crashops.kdump.named_hosts(groups) }}"

- name: Say which of them would crash first
  ansible.builtin.debug:
    msg: "{{ 'web1, db1' | crashops.kdump.named_hosts(groups, 'first') }}"
"""

RETURN = r"""
_value:
  description:
    - The names with commas between them. Where no host is left, a pattern that fits none.
  type: str
  sample: web1,db1
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils import _matching_hosts, _nearest_name

CONFIRM = "kdump_test_confirm"
PARTS = {"all": slice(None), "first": slice(1), "others": slice(1, None)}
# an empty pattern is an error of Ansible's
NONE = "all:!all"


def named_hosts(typed: Any, groups: Mapping[str, Any], part: str = "all") -> str:
    """Return the pattern of exactly those hosts that were typed, or a part of them."""
    names = _names(typed)
    hosts = list(groups.get("all", []))
    # nobody types names for a syntax check without an inventory
    if not hosts and _matching_hosts.nothing_runs():
        return NONE
    if part not in PARTS:
        remedy = f"choose {', '.join(PARTS)}"
        raise AnsibleFilterError(refusal("kdump_test_part", part, "there is no such choice", remedy))
    if not names:
        remedy = "type the name of each host that is to crash, with commas between them"
        raise AnsibleFilterError(refusal(CONFIRM, typed, "it names no host", remedy))
    for name in names:
        if name not in hosts:
            remedy = _nearest_name.remedy(name, hosts, "type the name of a host as the inventory has it", "type")
            raise AnsibleFilterError(refusal(CONFIRM, name, "the inventory has no such host", remedy))
    pattern = ",".join(names[PARTS[part]])
    if pattern:
        _matching_hosts.refuse_none(CONFIRM, pattern, pattern, groups)
    return pattern or NONE


def _names(typed: Any) -> list[str]:
    """Return the names, each once, in the order in which they were typed."""
    # YAML reads an answer that was left empty as nothing
    words = typed if isinstance(typed, list) else [typed]
    split = [name.strip() for word in words if word is not None for name in str(word).split(",")]
    return list(dict.fromkeys(name for name in split if name))


class FilterModule:
    """The filter named_hosts, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter named_hosts by its name."""
        return {"named_hosts": named_hosts}
