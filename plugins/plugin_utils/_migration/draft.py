# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The draft of a translation: what the other role's file gives, what this role takes of it, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._peer_variables import BY_NAME

# what a value of each variable must be, in the types of argument specs
TYPES: dict[str, dict[str, Any]] = {
    "kdump_target": {
        "type": "dict",
        "options": {
            "type": {"type": "str", "required": True},
            "location": {"type": "str"},
            "ssh_key": {"type": "str"},
        },
    },
    "kdump_auto_reset_crashkernel": {"type": "bool"},
    "kdump_reboot_ok": {"type": "bool"},
    # a fact of that role: its value does not matter
    "kdump_reboot_required": {},
    "kdump_kdump_tools": {"type": "dict"},
}
# that role tests these for truth, so an empty value is none
UNSET_IF_EMPTY = (
    "kdump_target", "kdump_core_collector", "kdump_dracut_args", "kdump_ssh_user", "kdump_ssh_server", "kdump_sshkey",
    "kdump_kdump_tools",
)  # fmt: skip
REFERENCE = re.compile(r"\{\{\s*(kdump_\w+)\s*\}\}")
NAME = re.compile(r"\bkdump_\w+")


class VariableFate(NamedTuple):
    """What became of a variable. fate: one of FATES. here: this role's variables; words: whole sentences."""

    name: str
    fate: str
    here: tuple[str, ...]
    words: str


TAKEN, LEFT_OUT, KEPT, ADDED, UNSET = FATES = ("taken", "left_out", "kept", "added", "unset")


def has_template(value: Any) -> bool:
    """Return whether a value of the draft is a template, or has one in it, which only a run of Ansible resolves."""
    return any("{{" in text or "{%" in text for text in _role_variables.texts(value))


class Draft:
    """A translation that is being made. values: what the file gives, of the right types; null and empty left out."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Read the values of the other role's variables, and refuse those of a wrong type."""
        self.given = given
        self.variables: dict[str, Any] = {}
        self.rows: list[VariableFate] = []
        self.refused: list[str] = []
        self.sources: dict[str, str] = {}
        self.values = dict(self._typed())

    def take(self, name: str, here: str, value: Any, words: str = "") -> None:
        """Take a value into the draft, for a variable of this role."""
        self.variables[here] = value
        self.sources[here] = name
        self.row(name, TAKEN, words)

    def leave_out(self, name: str, words: str) -> None:
        """Leave a variable out of the draft, for a reason, if the file has it."""
        if name in self.values:
            self.row(name, LEFT_OUT, words)

    def row(self, name: str, fate: str, words: str = "") -> None:
        """Say what became of a variable."""
        here = BY_NAME[name].here if fate == TAKEN else ()
        self.rows.append(VariableFate(name, fate, here, words or BY_NAME[name].meaning))

    def refuse(self, name: str, value: Any, rule: str, remedy: str) -> None:
        """Note in the draft that a value of the file is refused."""
        self.refused.append(refusal(name, value, rule, remedy))

    def _typed(self) -> Iterator[tuple[str, Any]]:
        """Return the other role's variables that have a value for the draft, each of its type."""
        for name in BY_NAME:
            if name not in self.given:
                continue
            value = self._resolved(self.given[name])
            # its template makes no of null
            value = False if value is None and name == "kdump_auto_reset_crashkernel" else value
            if value is None or (name in UNSET_IF_EMPTY and not value):
                self.row(name, LEFT_OUT, "It has no value, so there is nothing to translate.")
                continue
            spec = TYPES.get(name, {"type": "str"})
            is_template = isinstance(value, str) and has_template(value)
            if not spec or (is_template and spec["type"] != "dict"):
                yield name, value
                continue
            if is_template:
                self.refuse(name, value, "its parts are in a template, which cannot be seen here", "write them out")
                continue
            try:
                yield name, _role_variables.KINDS[spec["type"]](name, value, spec)
            except _role_variables.Wrong as wrong:
                self.refused.append(str(wrong))

    def _resolved(self, value: Any) -> Any:
        """Return a value for the draft with the other role's variables replaced, where the file says their values."""
        if isinstance(value, Mapping):
            return {key: self._resolved(one) for key, one in value.items()}
        if not isinstance(value, str):
            return value
        return REFERENCE.sub(lambda match: self._text_of(match[1]) or match[0], value)

    def _text_of(self, name: str) -> str | None:
        """Return the plain text that the draft has for one of the other role's variables, None where it is none."""
        value = self.given.get(name) if name in BY_NAME else None
        return value if isinstance(value, str) and not has_template(value) else None

    def refuse_lost_names(self) -> None:
        """Refuse each template in the draft that names a variable which the draft no longer has."""
        for here, value in self.variables.items():
            for text in _role_variables.texts(value):
                names = NAME.findall(text) if has_template(text) else []
                for name in names:
                    if name in BY_NAME and name not in self.variables:
                        rule = "its template names %s, which is not in the translation" % name
                        self.refuse(self.sources.get(here, here), text, rule, "write the value of %s there" % name)
