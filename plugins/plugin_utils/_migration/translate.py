# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Translates variables of the role linux-system-roles.kdump to those of this collection's role. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import KDUMP_TOOLS, KDUMPCTL
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools.options import FAIL_COMMANDS
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import UUID
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DEFAULT_SSH_KEY, LOCATED
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration import judge
from ansible_collections.crashops.kdump.plugins.plugin_utils._migration.draft import (
    ADDED,
    KEPT,
    LEFT_OUT,
    TAKEN,
    UNSET,
    Draft,
    VariableFate,
    has_template,
)
from ansible_collections.crashops.kdump.plugins.plugin_utils._peer_variables import BY_NAME, INTERNAL, PEER

STACKS = (KDUMPCTL, KDUMP_TOOLS)
OF_SSH = ("kdump_ssh_user", "kdump_ssh_server", "kdump_sshkey")
NOT_APPLIED = "%s does not apply it on hosts with kdump-tools. If you want it there, add the variable yourself." % PEER
EXCLUSIVE = "Added: %s replaces the whole configuration, so what the file does not name is removed here too." % PEER
RESERVATION = (
    "Not set. %s leaves a reservation as it is. Here, all boot entries get the distribution's value. If your hosts "
    "reserve something else, set it." % PEER
)
NO_SSH = "Not needed, because the target is not an ssh server."
INTERNAL_NAME = "Is internal to %s, and nothing reads it here. kdump_packages chooses packages." % PEER


class Translation(NamedTuple):
    """A translated file. others: names that belong to neither role, which stay where they are."""

    variables: dict[str, Any]
    rows: list[VariableFate]
    others: list[str]
    refused: list[str]


def translated(given: Mapping[str, Any], stack: str) -> Translation:
    """Return the translation of a file's variables for hosts of a stack; none where something is refused."""
    draft = Draft(given)
    if not any(name in BY_NAME for name in given):
        rule = "there is no variable of %s in it" % PEER
        draft.refuse("_input", sorted(str(name) for name in given), rule, "give the file that has some")
    if stack == KDUMPCTL:
        _for_kdumpctl(draft)
    else:
        _for_kdump_tools(draft)
    draft.leave_out("kdump_reboot_required", BY_NAME["kdump_reboot_required"].meaning)
    _keep(draft)
    if "kdump_exclusive" not in draft.variables:
        draft.variables["kdump_exclusive"] = True
        draft.rows.append(VariableFate("kdump_exclusive", ADDED, ("kdump_exclusive",), EXCLUSIVE))
    if "kdump_crashkernel" not in draft.variables:
        draft.rows.append(VariableFate("kdump_crashkernel", UNSET, (), RESERVATION))
    draft.refuse_lost_names()
    refused = draft.refused + judge.refusals(draft, stack == KDUMPCTL)
    others = [str(name) for name in given if not str(name).startswith(("kdump_", INTERNAL))]
    return Translation({} if refused else draft.variables, draft.rows, others, list(dict.fromkeys(refused)))


def _for_kdumpctl(draft: Draft) -> None:
    """Translate for hosts with kdumpctl."""
    _target(draft)
    for name in ("kdump_path", "kdump_core_collector", "kdump_dracut_args"):
        if name in draft.values:
            draft.take(name, name, draft.values[name])
    if "kdump_system_action" in draft.values:
        draft.take("kdump_system_action", "kdump_failure_action", draft.values["kdump_system_action"])
    resets = draft.values.get("kdump_auto_reset_crashkernel")
    if resets is True:
        words = "Not needed, because kdumpctl resets the reservation unless kdump.conf forbids it."
        draft.leave_out("kdump_auto_reset_crashkernel", words)
    elif resets is not None:
        words = "EL 8 never resets the reservation, so nothing is written there."
        draft.take("kdump_auto_reset_crashkernel", "kdump_auto_reset_crashkernel", resets, words)
    _reboot(draft)
    words = "Is for hosts with kdump-tools: translate the file for them once more, with %s as the stack." % KDUMP_TOOLS
    draft.leave_out("kdump_kdump_tools", words)


def _reboot(draft: Draft) -> None:
    """Translate the consent to a reboot."""
    if "kdump_reboot_ok" in draft.values:
        draft.take("kdump_reboot_ok", "kdump_reboot_allowed", draft.values["kdump_reboot_ok"])


def _target(draft: Draft) -> None:
    """Translate the dump target, and what belongs to an ssh target."""
    target = dict(draft.values.get("kdump_target") or {})
    kind = target.get("type", "")
    if target and kind not in LOCATED:
        rule = "kdumpctl has no target of this type"
        draft.refuse("kdump_target.type", kind, rule, "choose one of %s" % ", ".join(LOCATED))
        return
    if kind == "ssh":
        _ssh_target(draft, target)
        return
    for name in OF_SSH:
        draft.leave_out(name, NO_SSH)
    if not target:
        return
    words = ""
    if UUID.match(target.get("location", "")):
        words = "The location gets UUID= before it. Without that, kdumpctl looks for a device of this name."
        target["location"] = "UUID=" + target["location"]
    draft.take("kdump_target", "kdump_target", target, words)


def _ssh_target(draft: Draft, target: dict[str, Any]) -> None:
    """Translate an ssh target: account, server and key are one value here."""
    user, server = draft.values.get("kdump_ssh_user"), draft.values.get("kdump_ssh_server")
    location = target.get("location")
    if location is None:
        if user is None or server is None:
            rule = "an ssh target has no location, and kdump_ssh_user and kdump_ssh_server do not both say where it is"
            draft.refuse("kdump_target", target, rule, "add the location user@server")
            return
        location = "%s@%s" % (user, server)
    account, sign, dummy = location.rpartition("@")
    if not sign and user is not None and not has_template(location):
        location = "%s@%s" % (user, location)
    elif sign and user is not None and account != user and not has_template([account, user]):
        rule = "it logs in as %s, and %s authorizes the key of the host for %s" % (account, PEER, user)
        draft.refuse("kdump_target.location", location, rule, "write the same account in kdump_ssh_user")
    key = target.get("ssh_key") or draft.values.get("kdump_sshkey") or DEFAULT_SSH_KEY
    draft.take("kdump_target", "kdump_target", dict(target, location=location, ssh_key=key), _key_words(draft))
    draft.variables["kdump_ssh_key_type"] = "rsa"
    for name in ("kdump_ssh_user", "kdump_sshkey"):
        if name in draft.values:
            draft.row(name, TAKEN)
    if server is not None:
        draft.take("kdump_ssh_server", "kdump_ssh_server", server)


def _key_words(draft: Draft) -> str:
    """Return what a translation says about the key of an ssh target that the other role's file does not name."""
    meaning = BY_NAME["kdump_target"].meaning
    if "kdump_sshkey" in draft.values:
        return meaning
    return "%s The file names no key, so it is that of %s, %s." % (meaning, PEER, DEFAULT_SSH_KEY)


def _for_kdump_tools(draft: Draft) -> None:
    """Translate for hosts with kdump-tools, where the other role applies little of it."""
    for name in BY_NAME:
        if name not in ("kdump_kdump_tools", "kdump_reboot_ok", "kdump_reboot_required"):
            draft.leave_out(name, NOT_APPLIED)
    _reboot(draft)
    variables = dict(draft.values.get("kdump_kdump_tools") or {})
    for name, value in variables.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            rule = "a variable of kdump-tools holds one text or number"
            draft.refuse("kdump_kdump_tools.%s" % name, value, rule, "write a number, or a text in quotes")
            return
    if variables:
        _take_variables(draft, variables)


def _take_variables(draft: Draft, variables: dict[str, Any]) -> None:
    """Take the variables of kdump-tools; the role has variables of its own for some."""
    actions = {command: action for action, command in FAIL_COMMANDS.items()}
    taken = {
        "kdump_path": variables.pop("KDUMP_COREDIR", None),
        "kdump_core_collector": variables.pop("MAKEDUMP_ARGS", None),
        "kdump_failure_action": actions.get(str(variables.get("KDUMP_FAIL_CMD"))),
    }
    if taken["kdump_core_collector"] is not None:
        taken["kdump_core_collector"] = "makedumpfile %s" % taken["kdump_core_collector"]
    if taken["kdump_failure_action"] is not None:
        del variables["KDUMP_FAIL_CMD"]
    draft.variables.update((name, value) for name, value in taken.items() if value is not None)
    if variables:
        draft.variables["kdump_sysconfig"] = variables
    draft.sources.update(
        kdump_path="kdump_kdump_tools.KDUMP_COREDIR",
        kdump_core_collector="kdump_kdump_tools.MAKEDUMP_ARGS",
        kdump_failure_action="kdump_kdump_tools.KDUMP_FAIL_CMD",
        kdump_sysconfig="kdump_kdump_tools",
    )
    draft.row("kdump_kdump_tools", TAKEN)


def _keep(draft: Draft) -> None:
    """Translate variables of this role to themselves, and refuse those that neither role has."""
    known: Iterable[str] = [*_role_variables.options_of("setup"), *_role_variables.OF_PLAYBOOKS]
    allowed = _role_variables.allowed(draft.given)
    unknown: dict[str, Any] = {}
    for name, value in draft.given.items():
        if str(name).startswith(INTERNAL):
            draft.rows.append(VariableFate(name, LEFT_OUT, (), INTERNAL_NAME))
        elif str(name).startswith("kdump_") and name not in BY_NAME:
            if name in draft.variables:
                rule = "%s becomes %s too" % (draft.sources.get(name, "another variable of the file"), name)
                draft.refuse(name, value, rule, "give one of them")
            elif name in known or name in allowed:
                draft.variables[name] = value
                draft.rows.append(
                    VariableFate(name, KEPT, (name,), "Is a variable of this role, or allowed, and stays.")
                )
            else:
                unknown[name] = value
    # as setup would say it: what that role ignored in silence may be a mistyped name
    draft.refused += _role_variables.unknown(unknown, "setup")
