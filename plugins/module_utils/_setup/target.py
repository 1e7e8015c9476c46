# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The trial of a dump target with the options of kdump_target: by a look, or by a file that is written."""

from typing import Any, Dict

from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import (
    Failure,
    Refused,
    StateChange,
    refusal,
    state_diff,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._targets.find import prober
from ansible_collections.crashops.kdump.plugins.module_utils._targets.prober import Probe, Wish
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import Target, refusals
from ansible_collections.crashops.kdump.plugins.module_utils._targets.write_test import changes


def tried(host: Any, params: Dict[str, Any], act: bool) -> Dict[str, Any]:
    """Try the target as kdump_target does and return its result; act: by writing, not only by a look."""
    stack = find_stack(host)
    target = wanted(stack, params)
    refused = list(refusals(target, stack.name, host))
    if params["path"] is not None and not params["path"].strip():
        refused.append(refusal("path", params["path"], "it is empty", "write the path from / on, or leave it out"))
    if params["timeout"] < 1:
        refused.append(refusal("timeout", params["timeout"], "it is no time", "give 1 or more seconds"))
    if refused:
        raise Refused(refused)
    wish = Wish(target, stack.name, params["create"], act, params["timeout"])
    try:
        return result(target, prober(target.kind)(host, wish).probe())
    except Failure as failure:
        if params["must_work"] or "trouble" not in failure.details:
            raise
        # an exit status among the results would make Ansible take the task for a failed one
        known = {name: failure.details.get(name) for name in ("trouble", "package", "public_key")}
        return dict(result(target, Probe()), works=False, problem=failure.msg, **known)


def wanted(stack: Stack, params: Dict[str, Any]) -> Target:
    """Return the target as kdump_config would leave it with the same options."""
    asked = params["target"] or {}
    options = {"target": params["target"], "path": params["path"]}
    settings = type(stack)(PlannedHost(stack.host, stack.file_changes(options))).settings()
    location = asked.get("location") if asked else settings.target_location
    return Target(
        asked.get("type") or settings.target_type,
        (location or "").strip(" "),
        asked.get("ssh_key") or settings.ssh_key,
        params["path"] or settings.path,
    )


def result(target: Target, probe: Probe) -> Dict[str, Any]:
    """Return the module's result for what was found."""
    trial = probe.trial
    done = changes(trial) if trial else []
    states = []
    if trial and done:
        before = ("mode %s" % trial.mode_before if trial.owned else "not root's") if trial.existed else "missing"
        states = [StateChange(probe.directory or "", before, "mode %s" % trial.mode)]
    return {
        "changed": bool(done),
        "diff": [state_diff(states, "%s %s" % (target.kind, target.location))] if states else [],
        "type": target.kind,
        "location": target.location or None,
        "device": probe.device,
        "directory": probe.directory,
        "dump_directory": probe.dump_directory,
        "mode": trial.mode if trial else None,
        "free_bytes": probe.free_bytes,
        "writable": True if trial else None,
        "untried": probe.untried,
        "package": probe.package,
        "works": probe.untried is None,
        "problem": None,
        "trouble": None,
        "public_key": probe.public_key,
        "write_only": trial.write_only if trial and target.kind == "ssh" else None,
    }
