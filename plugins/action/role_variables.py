# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the role's variables by their names and types, without asking a host."""

from __future__ import annotations

from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils._variables_action import VariablesAction

OPTIONS = {
    "entry_point": {"type": "str", "required": True, "choices": ["setup", "verify", "test", "disable"]},
    "variables": {"type": "dict"},
}


class ActionModule(VariablesAction):
    """The action of role_variables. The rules are in plugin_utils/_role_variables.py."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the role's variables and return them, or fail with a sentence for each that is refused."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._vars = task_vars or {}
        dummy, options = self.validate_argument_spec(argument_spec=OPTIONS)
        values, refused = self.checked(options["entry_point"], options["variables"])
        result.update(changed=False, variables=values, refused=refused)
        return self.ended(result)
