# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter hosts_pattern: a pattern for the hosts of a play, in which each name is one that the inventory has."""

DOCUMENTATION = r"""
name: hosts_pattern
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Refuse a pattern of hosts that leaves none, or has a name that the inventory lacks
description:
  - Returns a pattern of Ansible as it is, or fails if a part of it fits neither a host nor a group of the inventory.
    The playbooks read C(kdump_hosts) by it.
  - It also fails if the whole pattern leaves no host, for example because the inventory or a group has none, or because
    C(--limit) leaves them out. A syntax check and lists of hosts, tasks or tags are allowed to have no host.
  - Ansible itself leaves such a part out with a warning, and a run without any host succeeds. In AWX, a job with a name
    that somebody mistyped would then be green, and no host would have been looked at.
  - An unknown name after C(!) is an error too, because nothing would be left out.
positional: _input, groups, sliced
options:
  _input:
    description:
      - The pattern, as a text or a list.
    type: raw
    required: true
  groups:
    description:
      - The variable V(groups) of Ansible, which has the hosts of each group.
    type: dict
    required: true
  sliced:
    description:
      - Whether the run has only a part of the inventory, as a slice of AWX has. Names of single hosts are then refused,
        because most slices lack this host and would succeed without any. A slice may have no host of a group.
    type: bool
    default: false
seealso:
  - plugin: crashops.kdump.named_hosts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the pattern, if its names are right
  ansible.builtin.debug:
    msg: "{{ 'web:!db1' | crashops.kdump.hosts_pattern(groups) }}"
"""

RETURN = r"""
_value:
  description:
    - The pattern as it was given.
  type: raw
  sample: web:!db1
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.inventory.manager import split_host_pattern
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils import _matching_hosts, _nearest_name

VARIABLE = "kdump_hosts"
# Ansible knows this host without an inventory, by any of these names
LOCAL = ("localhost", "127.0.0.1", "::1")
# web[0], web[-1], web[0:2]: some hosts of a group, by their numbers
NUMBERED = re.compile(r"(.+)\[-?[0-9]*([:-]-?[0-9]*)?\]")


def hosts_pattern(typed: Any, groups: Mapping[str, Any], sliced: bool = False) -> Any:
    """Return a pattern as it was typed, or raise an error if it or a part of it fits nothing in the inventory."""
    hosts = list(groups.get("all", []))
    if not hosts and _matching_hosts.nothing_runs():
        return typed
    for part in split_host_pattern(typed):
        word = part.lstrip("!&")
        name = whole.group(1) if (whole := NUMBERED.fullmatch(word)) else word
        if sliced and _is_plain(name) and name not in groups:
            rule = "this job has a slice of the inventory, and most slices lack a single host"
            remedy = "name a group, or launch with one slice (Job slicing)"
            raise AnsibleFilterError(refusal(VARIABLE, part, rule, remedy))
        names = [*groups, *hosts, *LOCAL]
        if not (_fits(name, names) or (sliced and not _is_plain(name))):
            remedy = _nearest_name.remedy(name, names, "type a name that the inventory has", "type")
            raise AnsibleFilterError(refusal(VARIABLE, part, "the inventory has no such host or group", remedy))
    if not sliced:
        _matching_hosts.refuse_none(VARIABLE, typed, typed, groups)
    return typed


def _is_plain(name: str) -> bool:
    """Return whether a part of a pattern is a name, without a wildcard and no regular expression."""
    return not name.startswith("~") and not set("*?[") & set(name)


def _fits(name: str, names: Iterable[str]) -> bool:
    """Return whether a part of a pattern fits one of the names, as Ansible compares them."""
    expression = name[1:] if name.startswith("~") else fnmatch.translate(name)
    try:
        compiled = re.compile(expression)
    except re.error as error:
        remedy = "correct the regular expression after ~"
        raise AnsibleFilterError(refusal(VARIABLE, name, str(error), remedy)) from error
    return any(compiled.match(one) for one in names)


class FilterModule:
    """The filter hosts_pattern, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter hosts_pattern by its name."""
        return {"hosts_pattern": hosts_pattern}
