# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is read of a host, each thing once, before anything is judged."""

from typing import Any, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import default_entry
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.next_kernel import under_entry
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import pending
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running, read_running
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.unbooted_entries import not_booted
from ansible_collections.crashops.kdump.plugins.module_utils._facts import evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts.block_layers import layers
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collector import Tools, read_tools
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dumps import Dumps, read_dumps
from ansible_collections.crashops.kdump.plugins.module_utils._facts.free_space import Place, place_of
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_probe import Answer, read_probe
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import SeeingHost
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import Service, read_service
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Image, Settings, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said, values


class LookOptions(NamedTuple):
    """How kdump_info looks at a host. Times are in seconds."""

    timeout_s: int = 30
    probe: bool = True
    probe_timeout_s: int = 5
    mem_usage: bool = False
    panic_policy: Tuple[str, ...] = ()


class Target(NamedTuple):
    """What is known of the place where dumps go."""

    place: Optional[Place]
    layers: List[Any]
    probe: Answer
    dumps: Dumps


class Look(NamedTuple):
    """What was read of the host, each thing once; reboot is whether one is needed, and why."""

    host: SeeingHost
    running: Running
    stack: Stack
    settings: Settings
    image: Image
    boot: evidence.Boot
    reboot: Tuple[Optional[bool], Optional[str]]
    service: Optional[Service]
    target: Target
    tools: Tools


def look_at(host: SeeingHost, options: LookOptions) -> Look:
    """Return what was read of the host."""
    running = read_running(host)
    stack = find_stack(host)
    settings = stack.settings()
    boot, reboot = _read_boot(host, running, options.timeout_s)
    service = _read_service(host, stack, options.timeout_s)
    image = service.image if service else stack.image(running.kernel or "")
    target = _read_target(host, stack, settings, options)
    tools = read_tools(host, options.timeout_s)
    return Look(host, running, stack, settings, image, boot, reboot, service, target, tools)


def _read_boot(host: SeeingHost, running: Running, timeout_s: int) -> Tuple[evidence.Boot, Any]:
    """Return the boot loader with its entries, and whether a reboot is needed with the reason."""
    bootloader = None
    try:
        bootloader = find_bootloader(host, timeout_s)
        entries = bootloader.entries()
    except Failure as failure:
        return evidence.Boot(bootloader, None), (None, failure.msg)
    default = default_entry(entries)
    if default is None:
        return evidence.Boot(bootloader, entries), (None, "there is no boot entry")
    booting = under_entry(host, running, default)
    if booting is None:
        words = "the entry %s boots %s, whose release cannot be seen, and not all kernels read %s in the same way"
        told = words % (default.id, default.kernel, said(values(default.cmdline)))
        return evidence.Boot(bootloader, entries, None, None), (None, told)
    judged = pending(values(default.cmdline), running, booting)
    unread = not_booted(host, bootloader, default, running) if judged.reboot_required else None
    if unread is not None:
        judged = judged._replace(reboot_required=False, reason="%s; a reboot would not help" % unread.reason)
    return evidence.Boot(bootloader, entries, unread, booting), judged


def _read_service(host: SeeingHost, stack: Stack, timeout_s: int) -> Optional[Service]:
    """Return what is known of the unit and of what it loaded; None where systemd is not to be asked."""
    if not host.which("systemctl"):
        return None
    return host.attempt(stack.unit, lambda: read_service(host, stack, timeout_s), None)


def _read_target(host: SeeingHost, stack: Stack, settings: Settings, options: LookOptions) -> Target:
    """Return what is known of the place where dumps go."""
    directory = settings.dump_directory
    place = place_of(host, directory) if directory else None
    probe = read_probe(host, stack, settings, options.probe, options.probe_timeout_s)
    device = place.mount.source if place and place.mount else settings.target_location or ""
    return Target(place, layers(host, device), probe, read_dumps(host, directory))
