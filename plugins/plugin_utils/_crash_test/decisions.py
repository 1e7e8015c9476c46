# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What crash_test decides, as pure functions: may this host be crashed, is it back, which dump did the crash make."""

from __future__ import annotations

import os
import shlex
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import FADUMP
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

# how long a host may take to die, dump, boot and answer again: firmware and services, and the dumping of its memory
BASE_TIMEOUT_S = 900
TIMEOUT_PER_GIB_S = 30
LONGEST_TIMEOUT_S = 6 * 3600
# what has not grown for so long hangs: a large page table, a full disk or a server that is gone take less
STALL_S = 300
# after this time a host that still runs the old kernel did not take the trigger
TRIGGER_LIMIT_S = 180
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
# The program that crashes the host. It lies on the host, is run by a timer, and looks once more before it acts: without
# this file nothing happens, so removing it calls the crash off.
GUARD = "/run/crashops-kdump-crash"
# why the program did not act, for everybody to read
HELD = GUARD + ".held"
UNIT = "crashops-kdump-crash"
CALL_OFF_BY_HAND = "rm %s" % GUARD
# prints the boot id, a second line inside a capture kernel, and why the crash did not happen
LOOK = (
    "cat /proc/sys/kernel/random/boot_id; test ! -e /proc/vmcore || echo capture; sed -n '1s/^/held /p' %s 2>/dev/null"
    % HELD
)
CALL_OFF = "rm -f %s; systemctl stop %s.timer 2>/dev/null; cat /proc/sys/kernel/random/boot_id" % (GUARD, UNIT)
PROGRAM = """\
# Crashes this machine for crashops.kdump.crash_test. Remove this file to call the crash off.
hold() {
    umask 022
    echo "$1" > HELD
    echo "$1"
    exit 1
}
test "$(cat /proc/sys/kernel/random/boot_id)" = BOOT_ID || hold 'it has booted since it was checked'
test ! -e /proc/vmcore || hold 'it is inside a capture kernel'
first() {
    for file do
        cat "$file" 2>/dev/null && return
    done
}
if test "$(first FADUMP_ENABLED)" = 1; then
    test "$(first FADUMP_REGISTERED)" = 1 || hold 'it is not armed any more (fadump is not registered)'
else
    test "$(first KEXEC_LOADED)" = 1 || hold 'it is not armed any more (kexec_crash_loaded is not 1)'
fi
# held until the panic: no run begins to change the host meanwhile
{ true >>LOCK; } 2>/dev/null || hold 'LOCK cannot be opened, so a run that changes it would not be seen'
command -v flock >/dev/null || hold 'flock (package util-linux) is missing, so a run that changes it would not be seen'
exec 9<>LOCK
if ! flock -n 9; then
    read -r process name since <LOCK
    hold "another run has been changing it since $since ($name, process $process)"
fi
for name in makedumpfile vmcore-dmesg kexec dpkg rpm dnf dnf5 yum; do
    if grep -qsx "$name" /proc/[0-9]*/comm; then
        hold "$name is at work there"
    fi
done
test "$1" != fire || echo c > /proc/sysrq-trigger
"""
# where dumps land on another machine
SERVER_TARGETS = ("ssh", "nfs")
# kdumpctl moves a dump from the device to the local path when it starts, before it arms the host (save_raw)
MOVED_TARGET = "raw"

# targets on the host's own disks: there root alone may have written a dump
OWN_DISK = ("local", "raw", "ext2", "ext3", "ext4", "xfs", "btrfs", "minix")
# the host's clock may be set while it is away
CLOCK_SLACK_S = 300


class Sight(NamedTuple):
    """What was seen of a host: its boot id and whether it runs a capture kernel, or why nothing was seen."""

    boot_id: str | None
    capture: bool
    trouble: str | None
    held: str | None = None


class Work:
    """Tells a host that is slow from one that hangs: past its limit it is waited for as long as something grows."""

    def __init__(self, limit_s: float, began: float) -> None:
        self._limit_s = limit_s
        self._sizes: list[Any] | None = None
        self._grew = began

    def is_watched(self, away_s: float) -> bool:
        """Return whether to look at what grows: only near the limit, as a look may cost a login elsewhere."""
        return away_s > self._limit_s - STALL_S

    def note(self, sizes: list[Any], now: float) -> None:
        """Remember when something has grown; the first look only tells where it stands."""
        if self._sizes is not None and sizes != self._sizes:
            self._grew = now
        self._sizes = sizes

    def is_over(self, away_s: float, now: float) -> bool:
        """Return whether there is nothing left to wait for."""
        return away_s > LONGEST_TIMEOUT_S or (away_s > self._limit_s and now - self._grew > min(STALL_S, self._limit_s))


def connection_refusals(transport: str, named: list[str], delegate: str | None) -> list[str]:
    """Return why a task's connection must not be used. named: those that the operator says reach one real machine."""
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
    """Return why a host may be the control node itself. own_boot_id: empty where that runs no Linux."""
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
    """Return a sentence for each number that makes no sense."""
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
    """Return a sentence for each path that cannot be meant."""
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
    """Return a sentence for each reason that kdump_info knows."""
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
    """Return why a host is not crashed with its verdict."""
    verdict = info["verdict"]
    rule = "verify calls the host %s (%s)" % (verdict, info["summary"].rstrip("."))
    remedy = "mend that first"
    if verdict in NAMED_VERDICTS:
        remedy += ", or say kdump_test_verdicts: [%s] to crash it all the same" % verdict
    return refusal("verdict", verdict, rule, remedy)


def _raw_refusals(info: dict[str, Any]) -> list[str]:
    """Return why a dump would not be moved off its raw device: kdumpctl leaves it on one that has a signature."""
    reasons = [one["message"] for one in info["findings"] if one["rule"] == "R40"]
    reasons += [one["reason"] for one in info["checks"] if one["id"] == "raw_device" and one["status"] == "fail"]
    if not reasons:
        return []
    rule = "kdumpctl moves no dump off this device (%s)" % reasons[0].rstrip(".")
    remedy = "wipe the device if nothing on it is needed (wipefs -a), or name another one by kdump_target"
    return [refusal("target", "%s %s" % (MOVED_TARGET, info["settings"]["target_location"]), rule, remedy)]


def local_path(info: dict[str, Any]) -> str:
    """Return the directory on the host that its dumps end in: of a raw target, the local path they are moved to."""
    moved = info["settings"]["target_type"] == MOVED_TARGET
    return str(info["settings"]["path"] if moved else info["dump_directory"]["path"])


def default_timeout_s(ram_bytes: int) -> int:
    """Return how long to wait for a host of this size."""
    return min(LONGEST_TIMEOUT_S, BASE_TIMEOUT_S + TIMEOUT_PER_GIB_S * -(-ram_bytes // 2**30))


def writing_refusals(dumps: list[dict[str, Any]], now: float) -> list[str]:
    """Return why a host is not crashed now: a dump on it is being written, by itself or by another host."""
    rule = "it was written to less than %d s ago, and a crash may cut it off" % QUIET_S
    return [
        refusal("dump", dump["core"] or dump["directory"], rule, "wait until it is whole")
        for dump in dumps
        if dump["mtime"] is not None and 0 <= now - dump["mtime"] < QUIET_S
    ][:1]


def guard(boot_id: str) -> str:
    """Return the program that looks once more, on the host, and then makes the kernel panic."""
    enabled, registered = zip(*FADUMP)
    text = PROGRAM.replace("KEXEC_LOADED", " ".join(CRASH_LOADED))
    text = text.replace("FADUMP_ENABLED", " ".join(enabled)).replace("FADUMP_REGISTERED", " ".join(registered))
    return text.replace("HELD", HELD).replace("LOCK", host_lock.PATH).replace("BOOT_ID", shlex.quote(boot_id))


def trigger_command(delay_s: int, boot_id: str) -> str:
    """Return the shell command that makes the kernel panic after it has returned.

    A systemd timer outlives the session. Where none can be made, a process of a new session sleeps.
    """
    timer = "systemd-run --quiet --collect --unit=%s --on-active=%ds --timer-property=AccuracySec=100ms" % (
        UNIT,
        delay_s,
    )
    sleeper = "setsid sh -c 'sleep %d; exec sh %s fire' </dev/null >/dev/null 2>&1 &" % (delay_s, GUARD)
    parts = [
        "if systemctl is-active --quiet %s.timer; then echo 'another crash test has set its timer'; exit 1; fi" % UNIT,
        "timeout 60 sync",
        "umask 077",
        "rm -f %s" % HELD,
        "printf %%s %s > %s" % (shlex.quote(guard(boot_id)), GUARD),
        "sh %s look || { rm -f %s; exit 1; }" % (GUARD, GUARD),
        "%s /bin/sh %s fire || { %s }" % (timer, GUARD, sleeper),
    ]
    return "; ".join(parts)


def sight(stdout: str) -> Sight:
    """Return what the output of LOOK says."""
    lines = [line.strip() for line in stdout.splitlines() if line.strip()] or [""]
    if len(lines[0]) != 36:
        return Sight(None, False, "it answered something else than a boot id: %r" % stdout[:80])
    held = [line[len("held ") :] for line in lines[1:] if line.startswith("held ")]
    return Sight(lines[0], "capture" in lines[1:], None, last_words(held[0]) if held else None)


def last_words(text: str) -> str:
    """Return the end of what a host said, on one line."""
    return visible(" ".join(text.split())[-500:])


def is_back(seen: Sight, old_boot_id: str) -> bool:
    """Return whether the host runs a new kernel that is not the capture kernel."""
    return seen.boot_id is not None and seen.boot_id != old_boot_id and not seen.capture


def still_old(seen: Sight, old_boot_id: str) -> bool:
    """Return whether the kernel that was to die still answers."""
    return seen.boot_id == old_boot_id


def in_words(seen: Sight, old_boot_id: str) -> str:
    """Return what was seen, for the one who waits."""
    if seen.boot_id is None:
        return "it does not answer (%s)" % " ".join((seen.trouble or "no reason given").split())[-200:]
    if still_old(seen, old_boot_id):
        return "it still runs the old kernel"
    return "the capture kernel is at work" if seen.capture else "it is back"


def made_since(known: set[str], dumps: list[dict[str, Any]], since: float, slack: float = 60) -> list[dict[str, Any]]:
    """Return the dumps that were not known before, and are not of an earlier crash."""
    return [
        dump
        for dump in dumps
        if dump["id"] not in known and (dump["crash_time"] is None or dump["crash_time"] >= since - slack)
    ]


def choose_dump(known: set[str], dumps: list[dict[str, Any]], since: float) -> dict[str, Any] | None:
    """Return the dump that a crash made: none of those known before, and not of an earlier crash.

    What root alone could have put there goes first. Of several files of one crash, a complete one goes first, then one
    that is a dump at all, then the newest.
    """
    made = made_since(known, dumps, since)
    rank = [
        (not dump.get("doubt"), dump["complete"] is True, dump["core"] is not None, dump["crash_time"] or 0)
        for dump in made
    ]
    return made[rank.index(max(rank))] if made else None


def believed(dumps: list[dict[str, Any]], target_type: str) -> list[dict[str, Any]]:
    """Return dumps without the doubt that says nothing: a server writes for other hosts, and under its own account."""
    return dumps if target_type in OWN_DISK else [dict(dump, doubt=None) for dump in dumps]


def dump_trouble(dump: dict[str, Any], kernel: str, latest: float) -> str | None:
    """Return why a dump proves nothing, None where it proves all. latest: the latest time that can be."""
    what = dump["core"] or dump["directory"]
    if dump.get("doubt"):
        return "others than root could have made the dump %s: %s" % (what, dump["doubt"])
    if dump["complete"] is None:
        return "whether the dump %s is complete cannot be told: %s" % (what, dump["reason"])
    if not dump["complete"]:
        return "the dump %s is not complete: %s" % (what, dump["reason"])
    if dump.get("readable") is False:
        return "the content of the dump %s is wrong: %s" % (what, dump["readable_reason"])
    if not dump["kernel"]:
        return "the dump %s does not say of which kernel it is" % what
    if dump["kernel"] != kernel:
        return "the dump %s is of the kernel %s, not of %s that crashed" % (what, dump["kernel"], kernel)
    if dump["crash_time"] is None:
        return "the dump %s does not say when the kernel crashed" % what
    if dump["crash_time"] > latest:
        return "the dump %s says that the kernel crashed in the future, at %d" % (what, dump["crash_time"])
    return None


def evidence(path: str, dumps: list[dict[str, Any]]) -> str:
    """Return which files lie in the dump directory, in words."""
    files = ["%s/%s (%d bytes)" % (d["directory"], f["name"], f["size_bytes"]) for d in dumps for f in d["files"]]
    return "%s holds %s" % (path, ", ".join(files) or "no dump at all")
