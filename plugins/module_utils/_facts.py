# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Everything about kdump on a host, read and never changed, and what stands against a dump."""

from typing import Any, Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._bootloader import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._cmdline import values
from ansible_collections.crashops.kdump.plugins.module_utils._pending import pending, will_reserve
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._running import Running, read_running
from ansible_collections.crashops.kdump.plugins.module_utils._service import Service, is_armed, read_service
from ansible_collections.crashops.kdump.plugins.module_utils._stack import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils.bootloaders._base import (
    configured,
    consistent,
    default_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Settings, Stack


def read_facts(host: Any, timeout_s: int) -> Dict[str, Any]:
    """Return every fact by the names under which kdump_info returns them."""
    running = read_running(host)
    stack = find_stack(host)
    settings = stack.settings()
    service = _read_service(host, stack, timeout_s)
    facts: Dict[str, Any] = {
        "stack": {"name": stack.name, "installed": stack.installed(), "tool": stack.tool, "unit": stack.unit},
        "kernel": running.kernel,
        "machine": running.machine,
        "boot_id": running.boot_id,
        "capture_kernel": running.capture_kernel,
        "service": _service_facts(stack, service),
        "armed": is_armed(host),
        "image": dict(stack.image(running.kernel or "")._asdict()),
        "settings": settings._asdict(),
        "dump_directory": _dump_directory(host, settings),
        "findings": _findings(stack),
    }
    facts.update(_boot_facts(host, running, timeout_s))
    facts["reasons"] = reasons(facts)
    facts["ready"] = not facts["reasons"]
    return facts


def _boot_facts(host: Any, running: Running, timeout_s: int) -> Dict[str, Any]:
    """Return what is booted, configured and reserved; a host without a known boot loader has nothing configured."""
    name, entries = None, None
    judged: Any = (None, None)
    try:
        bootloader = find_bootloader(host, timeout_s)
        name = bootloader.name
        entries = bootloader.entries()
    except Failure as failure:
        judged = (None, failure.msg)
    default = default_entry(entries or [])
    expected = None
    if default is not None:
        expected = will_reserve(values(default.cmdline), running)
        judged = pending(values(default.cmdline), running)
    return {
        "bootloader": name,
        "memory": {
            "ram_bytes": running.ram_bytes,
            "reserved_bytes": running.reserved_bytes,
            "will_reserve_bytes": None if expected is None else expected.size,
        },
        "crashkernel": {
            "booted": running.booted,
            "configured": None if entries is None else configured(entries),
            "configured_consistent": None if entries is None else consistent(entries),
            "reboot_required": judged[0],
            "reason": judged[1],
        },
    }


def _read_service(host: Any, stack: Stack, timeout_s: int) -> Optional[Service]:
    """Return what is known of the unit and of what it loaded; None where systemd is not to be asked."""
    if not host.which("systemctl"):
        return None
    try:
        return read_service(host, stack, timeout_s)
    except Failure:
        return None


def _service_facts(stack: Stack, service: Optional[Service]) -> Dict[str, Any]:
    """Return what systemd says of the unit, and which files changed since it loaded them."""
    facts: Dict[str, Any] = dict.fromkeys(("enabled", "active", "moving", "masked", "changed_since"), None)
    if service is not None:
        unit = service.unit
        facts.update(enabled=unit.enabled, active=unit.active, moving=unit.moving, masked=unit.masked)
        facts.update(changed_since=service.changed_since)
    return dict(facts, unit=stack.unit)


def _dump_directory(host: Any, settings: Settings) -> Dict[str, Any]:
    """Return the state of the directory in which the running system sees the dumps."""
    facts: Dict[str, Any] = dict.fromkeys(("path", "exists", "mode", "uid", "free_bytes"), None)
    path = settings.dump_directory
    if path is None:
        return facts
    seen = host.stat(path)
    if seen is None or seen.kind != "directory":
        return dict(facts, path=path, exists=False)
    free = host.free_bytes(path)
    return {"path": path, "exists": True, "mode": "%04o" % seen.mode, "uid": seen.uid, "free_bytes": free}


def _findings(stack: Stack) -> List[Dict[str, Any]]:
    """Return what the rules say of the files as they stand; nothing where the package has not brought them yet."""
    if not stack.installed():
        return []
    return [
        dict(finding._asdict(), path=path) for path, found in sorted(stack.findings({}).items()) for finding in found
    ]


def reasons(facts: Dict[str, Any]) -> List[str]:
    """Return why a crash now would leave no dump, or not the one that is configured; nothing where it would."""
    if facts["capture_kernel"]:
        return ["This is the capture kernel: it writes a dump and reboots."]
    stack, service, image = facts["stack"], facts["service"], facts["image"]
    if not stack["installed"]:
        return ["kdump is not installed: there is no %s." % stack["tool"]]
    found = _memory_reasons(facts) + _armed_reasons(facts)
    if service["masked"]:
        found.append("%s is masked." % service["unit"])
    elif service["enabled"] is False:
        found.append("%s is not enabled, so the next boot will not arm the host." % service["unit"])
    if image["exists"] is False:
        found.append("The capture initramfs %s does not exist." % image["path"])
    elif image["stale_because"]:
        found.append("The capture initramfs %s must be built anew: %s." % (image["path"], image["stale_because"]))
    if facts["dump_directory"]["exists"] is False:
        found.append("The dump directory %s does not exist." % facts["dump_directory"]["path"])
    words = "%s, line %s: %s; %s."
    for one in facts["findings"]:
        if one["severity"] == "error":
            found.append(words % (one["path"], one["line"] or "-", one["message"], one["remedy"]))
    return found


def _armed_reasons(facts: Dict[str, Any]) -> List[str]:
    """Return why nothing is loaded, or why what is loaded is not what is configured."""
    service = facts["service"]
    if not facts["armed"] and service["moving"]:
        return ["No capture kernel is loaded yet: %s is still starting; look again in a while." % service["unit"]]
    if not facts["armed"]:
        return ["No capture kernel is loaded."]
    if service["changed_since"]:
        return ["What is loaded is older than %s." % ", ".join(service["changed_since"])]
    return []


def _memory_reasons(facts: Dict[str, Any]) -> List[str]:
    """Return why there is no memory for a capture kernel."""
    if facts["memory"]["reserved_bytes"]:
        return []
    if facts["memory"]["reserved_bytes"] is None:
        return ["This kernel cannot load a capture kernel: /sys/kernel/kexec_crash_size is not there."]
    return ["No memory is reserved: %s." % facts["crashkernel"]["reason"]]
