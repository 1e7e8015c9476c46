# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The plan of a host for the role's tasks: what the host found, completed by what only the control node knows.

What a host says decides only what is done on that host. Whatever leads elsewhere, such as to the account on an ssh
server, comes from the operator's variables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import made_options
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown

PARTS = ("packages", "target", "configuration", "reservation", "reboot", "service", "panic_policy", "metrics")
OTHERS = ("stack", "notes", "unknown", "container", "bootloader", "directory")
HOPELESS = {
    "capture_kernel": "%s is inside a capture kernel and writes a dump; run setup when it has rebooted.",
    "unsupported": "%s is unsupported, so nothing was changed: %s Take it out of this run, such as by kdump_hosts.",
}
# what a write-only account on a dump server runs
RECEIVER = Path(__file__).resolve().parents[2] / "roles/kdump/files/crashops_kdump_receive.py"
OTHER_RECEIVER = (
    "/usr/local/sbin/crashops-kdump-receive on the ssh server is not the version of this collection: copy "
    "roles/kdump/files/crashops_kdump_receive.py there (owner root, mode 0755), or set kdump_ssh_server and "
    "kdump_target, and setup does it."
)
ONLY_THE_HOST = (
    "kdump_target: %s names the ssh target itself, and %s. Nothing was prepared on %s: set kdump_target for this host "
    "to the account that it may log in to, such as {type: ssh, location: kdump@dumps.example.com}."
)


def completed(
    found: Mapping[str, Any], values: Mapping[str, Any], host: str, check_mode: bool
) -> tuple[list[str], dict[str, Any]]:
    """Return what the control node refuses in a host's plan, and the completed plan."""
    found = shown(dict(found))
    hopeless = found.get("hopeless")
    if hopeless:
        words = HOPELESS[hopeless["word"]]
        return [words % ((host, hopeless["reason"]) if words.count("%s") > 1 else host)], {}
    plan = {name: found[name] for name in PARTS + OTHERS if name in found}
    refused: list[str] = []
    if check_mode and plan.get("unknown"):
        plan["notes"] = [*plan["notes"], *("Only a real run can find out %s" % one for one in plan["unknown"])]
    if "service" in plan:
        plan["service"] = dict(plan["service"], predicted=check_mode and bool(plan["service"]["changes"]))
    if "target" in plan:
        plan["target"] = prepared(plan["target"], values, check_mode)
        if plan["target"]["other_receiver"] and not plan["target"]["logs_in"]:
            plan["notes"] = [*plan["notes"], OTHER_RECEIVER]
        refused = _account_refusals(plan["target"], values, host)
        stack = plan["stack"]
        plan["options"] = made_options(dict(values), stack["generation"], stack["ssh_key"])
    return refused, plan


def prepared(target: Mapping[str, Any], values: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Complete the plan of the dump target for the role: a yes or no for each task that may prepare it."""
    knows_server = "kdump_ssh_server" in values
    knows_keys = knows_server or "kdump_ssh_host_keys" in values
    lacks = not target["works"] or target["too_open"]
    write_only = bool(values.get("kdump_ssh_write_only")) and target["type"] == "ssh"
    other_receiver = write_only and has_other_receiver(target)
    replaces = other_receiver and knows_server and _is_named(values)
    login = replaces or (target["type"] == "ssh" and target["needed"] and lacks)
    unproved = target["too_open"] or (not target["works"] and is_mended(target, knows_server, knows_keys))
    wanted = {name: target[name] for name in ("type", "location", "ssh_key") if target[name] is not None}
    return dict(
        target,
        needed=target["needed"] or replaces,
        wanted=wanted,
        installs=target["package"] is not None,
        logs_in=login,
        makes_key=login and (target["trouble"] == "key_missing" or target["untried"] is not None),
        asks_server=login and knows_server and "kdump_ssh_host_keys" not in values,
        pins_host_keys=login and knows_keys,
        authorizes=login and knows_server,
        shows_lines=login and not knows_server,
        write_only_wanted=write_only,
        other_receiver=other_receiver,
        # in check mode nothing was mended, so another trial would find what the plan has found
        proves=(target["needed"] or replaces) and not (check_mode and (unproved or replaces)),
    )


def has_other_receiver(target: Mapping[str, Any]) -> bool:
    """Return whether a host's plan found another version of the receiving program than this collection's."""
    if not (target["works"] and target["write_only"]):
        return False
    return bool(target["write_only_program"] != hashlib.sha256(RECEIVER.read_bytes()).hexdigest())


def is_mended(target: Mapping[str, Any], knows_server: bool, knows_keys: bool) -> bool:
    """Return whether a task of the role mends the trouble that the host's plan has with the dump target."""
    mended = {
        "program_missing": True,
        "key_missing": True,
        "host_key_unknown": knows_keys,
        "host_key_changed": knows_keys,
        "login_refused": knows_server,
        "elsewhere": knows_server,
    }
    return mended.get(target["trouble"] or "", target["untried"] is not None)


def _account_refusals(target: Mapping[str, Any], values: Mapping[str, Any], host: str) -> list[str]:
    """Refuse the plan of an ssh account that only the host names: what it lets in is on another machine."""
    if not target["logs_in"] or _is_named(values):
        return []
    why = "its account lets this host do more than dump"
    if not target["too_open"]:
        why = "it does not work (%s)" % (target["problem"] or target["untried"])
    return [ONLY_THE_HOST % (host, why, values.get("kdump_ssh_server", "the server"))]


def _is_named(values: Mapping[str, Any]) -> bool:
    """Return whether the completed plan's ssh account for the dumps is one that the operator's variables name."""
    asked = values.get("kdump_target") or {}
    return asked.get("type") == "ssh" and bool(asked.get("location"))
