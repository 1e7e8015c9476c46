# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter awx_objects: all that crashops.kdump.awx applies to a controller, from a site's variables."""

DOCUMENTATION = r"""
name: awx_objects
author:
  - The crashops.kdump authors (@crashops)
version_added: "0.1.0"
short_description: Make the objects of AWX from the variables of a site
description:
  - Takes the variables whose names begin with C(kdump_awx_), and returns the organization, project, inventory,
    execution environment, job templates, workflows, schedules and notification templates in the words of the modules
    of C(awx.awx). The playbook C(crashops.kdump.awx) applies them.
  - The surveys are made from the argument specs of the role, so a question has the type, the choices and the
    description of its variable.
  - A variable that is wrong, missing or unknown is an error with a sentence for it.
positional: _input, apply
options:
  _input:
    description:
      - The variables by their names.
    type: dict
    required: true
  apply:
    description:
      - Whether the objects are to be applied. It is then an error if the control node lacks the collection C(awx.awx).
    type: bool
    default: false
notes:
  - "The variables are in docs/awx.md of the collection."
"""

EXAMPLES = r"""
- name: Show the survey of setup
  ansible.builtin.debug:
    msg: "{{ (site | crashops.kdump.awx_objects).job_templates[0].survey_spec }}"
  vars:
    site:
      kdump_awx_project_url: https://files.example.org/crashops-kdump-0.1.0.tar.gz
      kdump_awx_inventory: Data centre 1
      kdump_awx_credentials: [root of the fleet]
"""

RETURN = r"""
_value:
  description:
    - One entry for each kind of object, with the options of its module in C(awx.awx).
  type: dict
"""

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx import objects, settings
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import untrusted

MODULES = "ansible_collections.awx.awx"
INSTALL = "ansible-galaxy collection install awx.awx:24.6.1"


def awx_objects(variables: Mapping[str, Any], apply: bool = False) -> dict[str, Any]:
    """Return the objects of AWX for a site, or raise an error with all that is wrong."""
    found, refused = settings.read(variables)
    if apply and not installed():
        refused.append(f"This control node lacks the collection awx.awx. Install it: {INSTALL}")
    if found is None or refused:
        raise AnsibleFilterError(" ".join(refused))
    # AWX fills in the braces of messages, and Ansible must not
    made: dict[str, Any] = untrusted(objects.of(found))
    return made


def installed() -> bool:
    """Return whether Ansible finds the collection awx.awx."""
    try:
        return importlib.util.find_spec(MODULES) is not None
    except ImportError:
        return False


class FilterModule:
    """The filter awx_objects, as Ansible finds it."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter awx_objects by its name."""
        return {"awx_objects": awx_objects}
