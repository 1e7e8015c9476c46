# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event filter of ansible-rulebook: keeps the name of an alert and its host, and drops all else.

ansible-rulebook gives a whole event to a playbook as an extra variable, where Ansible renders the templates in it, and
takes the hosts in its `meta` as a pattern of hosts. Whoever can write a label or an annotation could thus run anything
on the control node, or reach all hosts. So nothing of an event passes but two words in plain characters.
"""

from __future__ import annotations

import re
from typing import Any

DOCUMENTATION = r"""
---
short_description: Keeps the name of an alert and its host, and drops everything else.
description:
  - Takes an event of ansible.eda.alertmanager, and returns one that has C(kdump.alert) and C(kdump.host).
  - The host is the label C(instance) without its port. It may consist of letters, digits, dots, hyphens and
    underscores, or be an address of IPv6. So it cannot be a template, an option of a command, or a pattern of hosts
    other than a single name.
  - An event that is no firing alert, or whose words have other characters, has C(kdump.refused) instead, with the
    reason.
options:
  label:
    description: The label that names the host.
    type: str
    default: instance
"""

EXAMPLES = r"""
- ansible.eda.alertmanager:
    host: 127.0.0.1
    port: 5000
  filters:
    - crashops.kdump.kdump_alert:
"""

ALERT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
# the IPv6 address in brackets, or a name or an IPv4 address; then a port
WITH_PORT = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]{2,45})\]|(?P<name>[^:\[\]]+))(?::[0-9]{1,5})?")


def main(event: dict[str, Any], label: str = "instance") -> dict[str, Any]:
    """Return an event with the name of the alert and its host alone, or with the reason for refusing it."""
    alert = event.get("alert")
    if not isinstance(alert, dict) or not isinstance(alert.get("labels"), dict):
        return _refused("it holds no alert")
    if alert.get("status") != "firing":
        return _refused("the alert does not fire")
    name, host = alert["labels"].get("alertname"), _host(alert["labels"].get(label))
    if not isinstance(name, str) or not ALERT.fullmatch(name):
        return _refused("the name of the alert has characters that no alert has")
    if host is None:
        return _refused("the alert names no host in its label " + label)
    return {"kdump": {"alert": name, "host": host}}


def _host(instance: Any) -> str | None:
    """Return the host of a label such as web1:9100, None if it is none."""
    found = WITH_PORT.fullmatch(instance) if isinstance(instance, str) else None
    if not found:
        return None
    if found["address"]:
        return found["address"].lower()
    return found["name"] if NAME.fullmatch(found["name"]) else None


def _refused(why: str) -> dict[str, Any]:
    """Return the event of an alert that is refused; nothing of the alert is in it."""
    return {"kdump": {"refused": why}}
