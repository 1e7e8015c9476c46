# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The base of actions that check the role's variables of one host, taken from the variables of their task."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.other_host import is_known


class VariablesAction(ActionBase):
    """An action that first checks the role's variables: their names, their types, and all that needs no host."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def checked(self, entry_point: str, variables: Mapping[str, Any] | None) -> tuple[dict[str, Any], list[str]]:
        """Return the action's role variables that have a value, typed, and a refusal for each that is wrong."""
        given = variables if variables is not None else self._vars
        typed, refused = self._typed(given, entry_point)
        values, wrong = _role_variables.converted(typed, entry_point)
        refused += wrong
        refused += _role_variables.refusals(values, lambda name: is_known(name, self._vars), self._hosts())
        return values, refused + self._ignored(given) + self._claimed(given)

    @staticmethod
    def ended(result: dict[str, Any]) -> dict[str, Any]:
        """End the action: return its result, a failure if anything is refused, without secrets others would see."""
        if not result.get("failed") and result["refused"]:
            result.update(failed=True, msg=" ".join(result["refused"]))
        if result.get("failed"):
            # Ansible shows the whole result of a failed task: a plan with its diffs would hide the sentences
            kept = {name: value for name, value in result.items() if name not in ("variables", "plan")}
            return dict(secret_words.masked(kept))
        # the role needs the values as they are, so a result that holds a secret is for it alone
        if secret_words.masked(result["variables"]) != result["variables"]:
            result["_ansible_no_log"] = True
        return result

    def _typed(self, given: Mapping[str, Any], entry_point: str) -> tuple[dict[str, Any], list[str]]:
        """Return for an action the role's variables with templates resolved, and a refusal for each that cannot be."""
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
        return list((self._vars.get("groups") or {}).get("all") or [])

    def _ignored(self, given: Mapping[str, Any]) -> list[str]:
        """Return the action's sentence for each variable of the play's header that the header did not see."""
        names = [name for name in _role_variables.OF_HEADERS if name in given]
        if not names:
            return []
        manager = self._task.get_variable_manager()
        # without a host, as Ansible resolves a header: extra variables, and those of the play
        header = manager.get_vars(play=self._task.get_play())
        names = [name for name in names if name not in manager.extra_vars]
        seen = self._resolved(header, names, self._templar.copy_with_new_env(available_variables=header))
        return _role_variables.ignored(self._resolved(given, names, self._templar), seen)

    def _resolved(self, variables: Mapping[str, Any], names: list[str], templar: Any) -> dict[str, Any]:
        """Return variables of the action's task with templates resolved; what cannot be resolved stays as it was."""
        found = {}
        for name in names:
            value = variables.get(name)
            try:
                value = templar.template(value)
            except AnsibleError:
                pass
            found[name] = None if value == self._vars.get("omit") else plain(value)
        return found

    def _claimed(self, given: Mapping[str, Any]) -> list[str]:
        """Return for an action a refusal of each variable that is a fact, since any module's result can bring one."""
        facts = self._vars.get("ansible_facts") or {}
        names = [name for name in facts if str(name).startswith("kdump_") and name in given]
        rule = "the value is a fact that the host sent, and a host decides nothing here"
        remedy = "set it in the inventory (set_fact with cacheable makes a fact of it)"
        return [refusal(name, plain(facts[name]), rule, remedy) for name in names if given[name] == facts[name]]


def named(variable: str, sentences: list[str]) -> bool:
    """Return whether a refusal of the action is about a role variable, or a part of it."""
    return any(sentence.startswith((variable + ":", variable + ".")) for sentence in sentences)


def plain(value: Any) -> Any:
    """Return a task's variable as plain data, without ansible-core's marks of its origin; a date becomes its text."""
    return json.loads(json.dumps(value, default=str))
