# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Why a host is not crashed: refusals by its connection, the options, its state and its dumps."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import SERVERS
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.new_dump import MOVED_TARGET
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.waiting import LONGEST_TIMEOUT_S

# a timer that fires in an hour is forgotten by then
LONGEST_DELAY_S = 300
# connections that reach the kernel of one machine over a network or a virtual console: allowed without a word
ONE_MACHINE = ("ssh", "paramiko", "paramiko_ssh", "ansible.netcommon.libssh", "community.libvirt.libvirt_qemu")
# connections into something that runs on the control node's own kernel: never allowed
OWN_KERNEL = ("local", "chroot", "docker", "docker_api", "podman", "buildah", "nsenter", "lxc", "lxd", "incus", "jail")
# verdicts with which a crash is expected to leave a dump
ALLOWED_VERDICTS = ("ready", "ready_unproven")
# verdicts with which a host is crashed only where they are named
NAMED_VERDICTS = ("degraded", "reboot_pending", "not_ready")
# a file that changed so recently may be written on
QUIET_S = 30
# where dumps land on another machine
SERVER_TARGETS = SERVERS


def connection_refusals(transport: str, named: list[str], delegate: str | None) -> list[str]:
    """Refuse to crash a host by a task's connection: return why. named: hosts that the operator vouches for."""
    found = []
    kind = transport.rpartition(".")[2]
    if kind in OWN_KERNEL:
        rule = "it reaches no machine of its own, so the control node would crash"
        found.append(refusal("connection", transport, rule, "reach the host by ssh"))
    elif transport not in ONE_MACHINE and transport not in named:
        rule = "whether it reaches one real machine is not known"
        remedy = "reach the host by ssh, or say kdump_test_connections: [%s] if it is a machine of its own" % transport
        found.append(refusal("connection", transport, rule, remedy))
    if delegate:
        rule = "the host that is named in `confirm` and the one that crashes would not be the same"
        found.append(refusal("delegate_to", delegate, rule, "run the task on the host itself"))
    return found


def machine_refusals(boot_id: str | None, own_boot_id: str | None) -> list[str]:
    """Return why the host to crash may be the control node itself. own_boot_id: empty where that runs no Linux."""
    if own_boot_id is None:
        rule = "the boot id of the control node cannot be read, so it might be this very machine"
        return [refusal("host", boot_id, rule, "run the test from a control node with /proc/sys/kernel/random/boot_id")]
    if not boot_id:
        rule = "its boot id cannot be read, so it might be the control node"
        return [refusal("host", boot_id, rule, "see what hides /proc/sys/kernel/random/boot_id there")]
    if boot_id == own_boot_id:
        rule = "this is the boot id of the control node: it is the same machine, or a container on it"
        return [refusal("host", boot_id, rule, "run the test from another machine")]
    return []


def option_refusals(options: dict[str, Any]) -> list[str]:
    """Refuse a time in crash_test's options that is out of range: return a refusal for each."""
    limits = (
        ("delay", 1, LONGEST_DELAY_S),
        ("timeout", 60, LONGEST_TIMEOUT_S),
        ("rearm_timeout", 0, LONGEST_TIMEOUT_S),
    )
    return [
        refusal(name, options[name], "it must be %d to %d seconds" % (low, high), "give such a number or leave it out")
        for name, low, high in limits
        if options[name] is not None and not low <= options[name] <= high
    ]


def place_refusals(options: dict[str, Any]) -> list[str]:
    """Refuse a path in crash_test's options that cannot be meant: return a refusal for each."""
    found, console = [], options["console"]
    if console is not None and (not console or os.path.isdir(console)):
        rule = "it is a directory" if console else "it is empty"
        found.append(refusal("console", console, rule, "name the file that the console is written to, or leave it out"))
    for name in ("dumps_path", "path"):
        if options[name] is not None and not options[name].startswith("/"):
            remedy = "name the directory from / on, or leave it out"
            found.append(refusal(name, options[name], "the path is not absolute", remedy))
    return found


def host_refusals(
    info: dict[str, Any], dumps_host: str | None = None, named_verdicts: list[str] | None = None
) -> list[str]:
    """Return why a host is not crashed, by the facts and the verdict of kdump_info."""
    if info["capture_kernel"]:
        return [refusal("host", info["kernel"], "it is inside a capture kernel", "wait until it has rebooted")]
    if info["verdict"] == "unsupported":
        return [refusal("host", info["kernel"], info["summary"].rstrip("."), "take it out of this run")]
    if not info.get("root", True):
        rule = "only root can crash a host and read its dumps"
        return [refusal("become", False, rule, "set become: true (ansible-playbook --become)")]
    found = []
    if not info["armed"]:
        reasons = "; ".join(info["reasons"]) or "no capture kernel is loaded"
        rule = "it is not armed, a crash would leave no dump (%s)" % reasons
        found.append(refusal("host", info["kernel"], rule, "run setup and verify first"))
    elif info["verdict"] not in (*ALLOWED_VERDICTS, *(named_verdicts or [])):
        found.append(_verdict_refusal(info))
    target = info["settings"]["target_type"]
    on_server = dumps_host and target in SERVER_TARGETS
    if target == MOVED_TARGET:
        found += _raw_refusals(info)
    elif not on_server and not info["dump_directory"]["path"]:
        rule = "its dumps do not land where it can look at them"
        remedy = "mount its target on the host"
        if target in SERVER_TARGETS:
            remedy = "name the dump server in the inventory by dumps_host (the role's variable: kdump_dump_server)"
        found.append(refusal("target", target, rule, remedy))
    return found


def _verdict_refusal(info: dict[str, Any]) -> str:
    """Return the refusal to crash a host with its verdict."""
    verdict = info["verdict"]
    rule = "verify calls the host %s (%s)" % (verdict, info["summary"].rstrip("."))
    remedy = "mend that first"
    if verdict in NAMED_VERDICTS:
        remedy += ", or say kdump_test_verdicts: [%s] to crash it all the same" % verdict
    return refusal("verdict", verdict, rule, remedy)


def _raw_refusals(info: dict[str, Any]) -> list[str]:
    """Refuse a host whose dump would stay on its raw device: kdumpctl moves none off a device with a signature."""
    reasons = [one["message"] for one in info["findings"] if one["rule"] == "R40"]
    reasons += [one["reason"] for one in info["checks"] if one["id"] == "raw_device" and one["status"] == "fail"]
    if not reasons:
        return []
    rule = "kdumpctl moves no dump off this device (%s)" % reasons[0].rstrip(".")
    remedy = "wipe the device if nothing on it is needed (wipefs -a), or name another one by kdump_target"
    return [refusal("target", "%s %s" % (MOVED_TARGET, info["settings"]["target_location"]), rule, remedy)]


def writing_refusals(dumps: list[dict[str, Any]], now: float) -> list[str]:
    """Refuse to crash a host while it, or another host, is just writing a dump there."""
    rule = "it was written to less than %d s ago, and a crash may cut it off" % QUIET_S
    return [
        refusal("dump", dump["core"] or dump["directory"], rule, "wait until it is whole")
        for dump in dumps
        if dump["mtime"] is not None and 0 <= now - dump["mtime"] < QUIET_S
    ][:1]
