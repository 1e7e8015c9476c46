# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the role's variables by their names and types, without asking a host."""

from __future__ import annotations

from typing import Any

from ansible.plugins.loader import module_loader
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.other_host import is_known
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import places
from ansible_collections.crashops.kdump.plugins.plugin_utils._variables_action import VariablesAction

OPTIONS = {
    "entry_point": {"type": "str", "required": True, "choices": ["setup", "verify", "test", "disable", "report"]},
    "merges": {"type": "bool", "default": False},
    "variables": {"type": "dict"},
}
OF_REPORT = "kdump_report_"


class ActionModule(VariablesAction):
    """The action of role_variables. The rules are in plugin_utils/_role_variables.py."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the role's variables and return them, or fail with a sentence for each that is refused."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._vars = task_vars or {}
        dummy, options = self.validate_argument_spec(argument_spec=OPTIONS)
        values, refused = self.checked(options["entry_point"], options["variables"])
        if options["entry_point"] == "report":
            # what else is wrong with this host's variables costs its row, and not the whole report
            values = {name: value for name, value in values.items() if name.startswith(OF_REPORT)}
            refused = [sentence for sentence in refused if sentence.startswith(OF_REPORT)]
            refused += [] if refused else self._of_report(values, options["merges"])
        result.update(changed=False, variables=values, refused=refused)
        return self.ended(result)

    def _of_report(self, values: dict[str, Any], merges: bool) -> list[str]:
        """Return a refusal for each place that the report cannot be handed on to."""
        found = places.refusals(values, lambda name: is_known(name, self._vars))
        found += places.no_slices(values) if merges else []
        return found or places.missing(values, lambda name: module_loader.find_plugin(name) is not None)
