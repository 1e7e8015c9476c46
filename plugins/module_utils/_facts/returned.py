# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What kdump_info tells of a host, in its shape, before anything is judged."""

from typing import Any, Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    configured,
    consistent,
    default_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.capture_kernel_needs import (
    counted,
    in_words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import will_reserve
from ansible_collections.crashops.kdump.plugins.module_utils._facts import stack_files
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collect import Look, LookOptions, Target
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collector import Tools
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dump_size import DumpSize
from ansible_collections.crashops.kdump.plugins.module_utils._facts.free_space import Place
from ansible_collections.crashops.kdump.plugins.module_utils._facts.panic_policy import policy
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import Proof
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import SeeingHost
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import Service, is_armed
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values


def plain_facts(look: Look, options: LookOptions) -> Dict[str, Any]:
    """Return the facts that need no judgement."""
    running, stack, tools = look.running, look.stack, look.tools
    return {
        "stack": _stack_facts(stack),
        "kernel": running.kernel,
        "machine": running.machine,
        "boot_id": running.boot_id,
        "root": look.host.is_root(),
        "firmware": _firmware(look.host),
        "capture_kernel": running.capture_kernel,
        "service": _service_facts(stack, look.service),
        "armed": is_armed(look.host),
        "image": dict(look.image._asdict()),
        "settings": dict(look.settings._asdict()),
        "dump_directory": _dump_directory(look.host, look.settings, look.target.place),
        "findings": _findings(stack),
        "bootloader": look.boot.bootloader.name if look.boot.bootloader else None,
        "crashkernel": _crashkernel_facts(look),
        "memory": _memory_facts(look),
        "policy": policy(look.host, list(options.panic_policy)),
        "probe": {name: getattr(look.target.probe, name) for name in ("tried", "trouble", "msg", "seconds")},
        "dumps": look.target.dumps.facts(),
        "own_files": stack_files.digests(look.host, stack_files.paths(look.host, stack)),
        "collector": {"path": tools.makedumpfile, "mtime": tools.mtime, "version": _dotted(tools)},
    }


def _firmware(host: SeeingHost) -> Optional[str]:
    """Return the maker, version and date of the firmware, None where the machine has no such table (DMI)."""
    words = [(host.read("/sys/class/dmi/id/bios_%s" % name) or "").strip() for name in ("vendor", "version", "date")]
    return " ".join(word for word in words if word) or None


def _stack_facts(stack: Stack) -> Dict[str, Any]:
    """Return how this host runs kdump."""
    installed = stack.installed()
    generation = stack.generation() if installed else None
    found = {"name": stack.name, "installed": installed, "tool": stack.tool, "unit": stack.unit}
    return dict(found, generation=generation)


def _crashkernel_facts(look: Look) -> Dict[str, Any]:
    """Return what is booted and configured, and whether a reboot is needed."""
    entries = look.boot.entries
    return {
        "booted": look.running.booted,
        "configured": None if entries is None else configured(entries),
        "configured_consistent": None if entries is None else consistent(entries),
        "reboot_required": look.reboot[0],
        "reason": look.reboot[1],
    }


def _memory_facts(look: Look) -> Dict[str, Any]:
    """Return the machine's memory, what is reserved of it, what the next boot reserves, and what is needed."""
    running, default = look.running, default_entry(look.boot.entries or [])
    expected = will_reserve(values(default.cmdline), look.boot.next) if default and look.boot.next else None
    if look.boot.unread:
        expected = will_reserve(running.booted, running)
    needed = counted(look.host, running.kernel or "", look.image.path, look.stack.runtime_bytes)
    return {
        "ram_bytes": running.ram_bytes,
        "reserved_bytes": running.reserved_bytes,
        "cma_bytes": running.cma_bytes,
        "will_reserve_bytes": None if expected is None else expected.size,
        "will_reserve_cma_bytes": None if expected is None else expected.told_cma,
        "needed_bytes": None if needed is None else needed.total,
        "needed_because": None if needed is None else in_words(needed),
    }


def _service_facts(stack: Stack, service: Optional[Service]) -> Dict[str, Any]:
    """Return what systemd says of the unit, and which files changed since it loaded them."""
    names = ("enabled", "active", "moving", "masked", "condition")
    facts: Dict[str, Any] = {name: getattr(service.unit, name) if service else None for name in names}
    return dict(facts, unit=stack.unit, changed_since=service.changed_since if service else None)


def _dump_directory(host: SeeingHost, settings: Settings, place: Optional[Place]) -> Dict[str, Any]:
    """Return the state of the directory in which the running system sees the dumps."""
    facts: Dict[str, Any] = dict.fromkeys(("path", "exists", "mode", "uid", "free_bytes"), None)
    path = settings.dump_directory
    if path is None or place is None:
        return facts
    seen = host.stat(path)
    if seen is None or seen.kind != "directory":
        return dict(facts, path=path, exists=None if seen is None and path in host.unseen else False)
    free = place.space.free if place.space else None
    return {"path": path, "exists": True, "mode": "%04o" % seen.mode, "uid": seen.uid, "free_bytes": free}


def _findings(stack: Stack) -> List[Dict[str, Any]]:
    """Return what the rules say of the files as they stand; nothing where the package has not brought them yet."""
    if not stack.installed():
        return []
    return [
        dict(finding._asdict(), path=path) for path, found in sorted(stack.findings({}).items()) for finding in found
    ]


def space_facts(target: Target, size: DumpSize) -> Dict[str, Any]:
    """Return the room that a dump needs and has."""
    space = target.place.space if target.place else None
    return {
        "place": target.place.path if target.place else None,
        "free_bytes": space.free if space else target.probe.free,
        "total_bytes": space.total if space else None,
        "free_inodes": space.free_inodes if space else None,
        "dump_bytes": size.size,
        "dump_bytes_from": size.source,
        "recommended_bytes": size.keep,
    }


def proof_facts(proof: Proof, now: float) -> Dict[str, Any]:
    """Return what a crash has proved."""
    return {
        "state": proof.state,
        "source": proof.source,
        "time": proof.time,
        "age_seconds": None if proof.time is None else max(0, int(now - proof.time)),
        "stale_because": list(proof.changed),
        "panic": proof.panic,
    }


def _dotted(tools: Tools) -> Optional[str]:
    """Return makedumpfile's version in words."""
    return ".".join(str(part) for part in tools.version) if tools.version else None
