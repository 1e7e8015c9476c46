# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans setup or disable for one host: the variables are checked here, and one module reads the host."""

from __future__ import annotations

from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import for_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown
from ansible_collections.crashops.kdump.plugins.plugin_utils import _completed_plan, _own_files, _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._metrics.pack import packed
from ansible_collections.crashops.kdump.plugins.plugin_utils._role_variables import of_stack
from ansible_collections.crashops.kdump.plugins.plugin_utils._variables_action import VariablesAction, named

MODULE = "crashops.kdump.kdump_plan"
OF_MODULE = (
    "failed", "msg", "exception", "unreachable", "module_stderr", "module_stdout", "rc", "commands", "warnings",
    "deprecations",
)  # fmt: skip
OPTIONS = {
    "entry_point": {"type": "str", "choices": ["setup", "disable"], "default": "setup"},
    "variables": {"type": "dict"},
}


class ActionModule(VariablesAction):
    """The action of kdump_plan. What is planned on the host is in module_utils/_setup."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the role's variables and the plan, or fail with a sentence for each thing that is refused."""
        result = super().run(tmp, task_vars)
        self._vars = task_vars or {}
        dummy, options = self.validate_argument_spec(argument_spec=OPTIONS)
        entry_point = options["entry_point"]
        values, refused = self.checked(entry_point, options["variables"])
        result.update(changed=False, variables=values, refused=refused)
        # what is refused here already would be refused on the host once more
        own = {name: value for name, value in values.items() if not name.startswith("kdump_report_")}
        taken = {name: value for name, value in own.items() if not named(name, refused)}
        found = self._on_host(entry_point, taken, result)
        stack = str((found.get("stack") or {}).get("name"))
        if "refused" in found:
            result["refused"] = refused + of_stack([str(sentence) for sentence in found["refused"]], values, stack)
        elif refused:
            result["msg"] = " ".join([*refused, str(found.get("msg", ""))]).strip()
        if not result.get("failed") and not refused:
            values = _role_variables.for_host(for_stack(values, stack), found.get("own_directory") is True)
            host, check_mode = str(self._vars.get("inventory_hostname")), bool(self._task.check_mode)
            wrong, plan = _completed_plan.completed(found, values, host, check_mode)
            # without root, the host is refused before anything is planned
            if entry_point == "setup" and "stack" in plan:
                plan["texts"] = _own_files.texts(values, plan["stack"]["name"])
            result.update(variables=values, refused=result["refused"] + wrong, plan=plan)
        return self.ended(result)

    def _on_host(self, entry_point: str, values: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
        """Run the kdump_plan module on the host and return its answer; how it ended goes into the result."""
        args = {"entry_point": entry_point, "variables": values, "expected": _own_files.expected(values, packed)}
        done = self._execute_module(module_name=MODULE, module_args=args, task_vars=self._vars)
        # of what the host returns only this: anything else, such as facts, could stand for what the operator wrote
        result.update({name: shown(done[name]) for name in OF_MODULE if name in done})
        if self._discovered_interpreter_key:
            # Ansible's own fact: without it the next task looks for Python once more
            result["ansible_facts"] = {self._discovered_interpreter_key: self._discovered_interpreter}
        return dict(done)
