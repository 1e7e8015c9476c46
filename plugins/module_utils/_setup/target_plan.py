# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What kdump_target would prepare for a dump target, found by a look; the module's own trial writes a file."""

from typing import Any, Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import (
    Failure,
    Refused,
    StateChange,
    state_diff,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import TARGET_TIMEOUT_S, target_key
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._targets.base import Probe, ProbeOptions
from ansible_collections.crashops.kdump.plugins.module_utils._targets.find import prober
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import (
    DISKS,
    Delivery,
    Target,
    refusals,
)
from ansible_collections.crashops.kdump.plugins.module_utils._targets.write_test import changes

# how long the server of a mounted file system may take to answer
SERVER_TIMEOUT_S = 5


def tried(host: Host, params: Dict[str, Any], act: bool) -> Dict[str, Any]:
    """Return kdump_target's result, for setup's plan or a task. act: try the target by writing, not only by a look."""
    stack = find_stack(host)
    target = wanted(stack, params)
    refused = list(refusals(target, stack.delivery, host))
    if params["path"] is not None and not params["path"].strip():
        refused.append(refusal("path", params["path"], "it is empty", "write the path from / on, or leave it out"))
    if params["timeout"] < 1:
        refused.append(refusal("timeout", params["timeout"], "it is no time", "give 1 or more seconds"))
    if refused:
        raise Refused(refused)
    wish = ProbeOptions(target, stack.delivery, params["create"], act, params["timeout"])
    try:
        return result(target, prober(target.kind)(host, wish).probe())
    except Failure as failure:
        if params["must_work"] or "trouble" not in failure.details:
            raise
        # an exit status among the results would make Ansible take the task for a failed one
        known = {name: failure.details.get(name) for name in ("trouble", "package", "public_key")}
        return dict(result(target, Probe()), works=False, problem=failure.msg, **known)


def wanted(stack: Stack, params: Dict[str, Any]) -> Target:
    """Return the dump target as kdump_config would leave it with the same options."""
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
    """Return the plan for the target, or what was done, as kdump_target's result: what the trial or look found."""
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
        "write_only_program": trial.program if trial and trial.write_only else None,
    }


class Preparing(NamedTuple):
    """What a look at the dump target finds before anything is changed.

    options: those of kdump_target. found: its result by a look alone.
    differs: the host does not dump there yet.
    too_open: the account on the ssh server lets this host do more than dump, which the operator does not want.
    """

    options: Dict[str, Any]
    differs: bool
    found: Dict[str, Any]
    too_open: bool

    def needed(self) -> bool:
        """Return whether kdump_target, or what it needs, has anything to do for the dump target."""
        return self.differs or not self.found["works"] or bool(self.found["changed"]) or self.too_open

    def makes(self) -> List[str]:
        """Return the dump directory that is planned on the target, as the running system sees it."""
        made = self.found["changed"] and self.found["dump_directory"]
        return [self.found["dump_directory"]] if made else []


def plan_target(
    host: Host, before: Settings, after: Settings, given: Dict[str, Any], delivery: Delivery
) -> Optional[Preparing]:
    """Return what to prepare for the dump target that the files will name; None where no look is needed."""
    kind = after.target_type
    if kind not in delivery.kinds:
        return None
    differs = (kind, after.target_location) != (before.target_type, before.target_location)
    differs = differs or after.path.rstrip("/") != before.path.rstrip("/")
    on_disk = kind in ("local", *DISKS)
    if on_disk and not differs and _is_private(host, after.dump_directory):
        return None
    target = {"type": kind, "location": after.target_location}
    if kind == "ssh":
        target["ssh_key"] = target_key(given, after.ssh_key)
    timeout = given.get("kdump_target_timeout", TARGET_TIMEOUT_S)
    options = {"target": target, "path": after.path, "create": True, "timeout": timeout, "must_work": False}
    found = _looked(host, options)
    open_account = found["works"] and kind == "ssh" and not found["write_only"]
    return Preparing(options, differs, found, bool(given.get("kdump_ssh_write_only")) and open_account)


def _is_private(host: Host, directory: Optional[str]) -> bool:
    """Return for the target's plan whether the directory is there, for root alone; on a lost server it is absent."""
    seen = TolerantHost(host, SERVER_TIMEOUT_S).stat(directory) if directory else None
    return seen is not None and seen.kind == "directory" and (seen.mode, seen.uid) == (0o700, 0)


def _looked(host: Host, options: Dict[str, Any]) -> Dict[str, Any]:
    """Return kdump_target's result by a look alone, for the plan, also where the look itself fails."""
    try:
        return tried(host, options, act=False)
    except Refused:
        raise
    except Failure as failure:
        target = Target(options["target"]["type"], options["target"]["location"] or "", None, options["path"])
        return dict(result(target, Probe()), works=False, problem=failure.msg)
