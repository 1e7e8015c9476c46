# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks all variables of the role: names and types on the control node, and for setup the values on the host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.other_host import is_known

MODULE = "crashops.kdump.role_variables"
# what is taken of the result of the module on the host
OF_HOST = ("info", "notes", "own_directory", "commands")
OF_HOST += ("failed", "msg", "exception", "unreachable", "module_stderr", "module_stdout", "rc")
OPTIONS = {
    "entry_point": {"type": "str", "required": True, "choices": ["setup", "verify", "test", "disable"]},
    "variables": {"type": "dict"},
}


class ActionModule(ActionBase):
    """The action of the task. What it decides by is in plugin_utils/_role_variables.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the variables and return them, or fail with a sentence for each that is refused."""
        result = super().run(tmp, task_vars)
        self._vars = task_vars or {}
        dummy, options = self.validate_argument_spec(argument_spec=OPTIONS)
        entry_point = options["entry_point"]
        given = options["variables"] if options["variables"] is not None else self._vars
        typed, refused = self._typed(given, entry_point)
        values, wrong = _role_variables.converted(typed, entry_point)
        refused += wrong
        refused += _role_variables.refusals(values, lambda name: is_known(name, self._vars), self._hosts())
        result.update(changed=False, variables=values, refused=refused)
        refused += self._claimed(given)
        if entry_point == "setup":
            # what is refused here already would be refused on the host once more
            taken = {name: value for name, value in values.items() if not named(name, refused)}
            result.update(self._on_host(taken, refused))
            values = _role_variables.for_host(values, result.get("own_directory") is True)
            result["variables"] = values
        if not result.get("failed") and result["refused"]:
            result.update(failed=True, msg=" ".join(result["refused"]))
        if result.get("failed"):
            return dict(secret_words.masked(result))
        # the role needs the values as they are, so a result that holds a secret is for it alone
        if secret_words.masked(values) != values:
            result["_ansible_no_log"] = True
        return result

    def _typed(self, given: Mapping[str, Any], entry_point: str) -> tuple[dict[str, Any], list[str]]:
        """Return what was given for the role's variables, templates resolved, and what is wrong with that."""
        typed, refused = {}, []
        for name in _role_variables.options_of(entry_point):
            if name not in given:
                continue
            try:
                value = self._templar.template(given[name])
                if value is not None and value != self._vars.get("omit"):
                    typed[name] = plain(value)
            except AnsibleError as error:
                refused.append(
                    refusal(name, str(given[name]), "it cannot be resolved (%s)" % error, "mend the template")
                )
        known = [*typed, *_role_variables.allowed(typed)]
        others = {
            name: plain(value) for name, value in given.items() if name.startswith("kdump_") and name not in known
        }
        return typed, _role_variables.unknown(others, entry_point) + refused

    def _hosts(self) -> list[str]:
        """Return the names of the inventory's hosts."""
        return list((self._vars.get("groups") or {}).get("all") or [])

    def _on_host(self, values: dict[str, Any], refused: list[str]) -> dict[str, Any]:
        """Return what the host itself says; it judges only the values that could be read."""
        args = {"entry_point": "setup", "variables": values}
        done = self._execute_module(module_name=MODULE, module_args=args, task_vars=self._vars)
        # of what the host returns only this: anything else, such as facts, could stand for what the operator wrote
        found = {name: done[name] for name in OF_HOST if name in done}
        if self._discovered_interpreter_key:
            # Ansible's own fact: without it the next task looks for Python once more
            found["ansible_facts"] = {self._discovered_interpreter_key: self._discovered_interpreter}
        if "refused" in done:
            found["refused"] = refused + [str(sentence) for sentence in done["refused"]]
        elif refused:
            found["msg"] = " ".join([*refused, str(done.get("msg", ""))]).strip()
        return found

    def _claimed(self, given: Mapping[str, Any]) -> list[str]:
        """Return a sentence for each variable whose value is a fact: any module's result can bring one."""
        facts = self._vars.get("ansible_facts") or {}
        names = [name for name in facts if str(name).startswith("kdump_") and name in given]
        rule = "the value is a fact that the host sent, and a host decides nothing here"
        remedy = "set it in the inventory (set_fact with cacheable makes a fact of it)"
        return [refusal(name, plain(facts[name]), rule, remedy) for name in names if given[name] == facts[name]]


def named(variable: str, sentences: list[str]) -> bool:
    """Return whether a sentence is about a variable, or a part of it."""
    return any(sentence.startswith((variable + ":", variable + ".")) for sentence in sentences)


def plain(value: Any) -> Any:
    """Return a value without what ansible-core knows about where it came from; a date becomes its text."""
    return json.loads(json.dumps(value, default=str))
