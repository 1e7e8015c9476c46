# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads all facts of a host, each thing once, before any check judges them. It changes nothing."""

from functools import partial
from typing import Dict, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running, read_running
from ansible_collections.crashops.kdump.plugins.module_utils._facts import stack_files
from ansible_collections.crashops.kdump.plugins.module_utils._facts.boot_entries import read_boot_entries
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_image import (
    CaptureImage,
    read_capture_image,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import read_captured
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collector import Tools, read_tools, takes_free_pages
from ansible_collections.crashops.kdump.plugins.module_utils._facts.configuration import (
    read_configuration,
    read_stack_facts,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dump_size import DumpSize, dump_size, measured_size
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dumps import read_dumps
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts.free_space import place_of
from ansible_collections.crashops.kdump.plugins.module_utils._facts.kernel import read_platform
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._facts.memory import read_memory
from ansible_collections.crashops.kdump.plugins.module_utils._facts.panic_policy import read_panic_policy
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import Setup, read_proof
from ansible_collections.crashops.kdump.plugins.module_utils._facts.service import read_unit, service_facts
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target import read_target
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_drivers import read_drivers
from ansible_collections.crashops.kdump.plugins.module_utils._machine.mounts import FSTAB
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.secret_words import hidden_words


def collect(host: TolerantHost, options: LookOptions) -> Evidence:
    """Read all facts of the host, which the checks judge and kdump_info returns."""
    running, stack = read_running(host), find_stack(host)
    settings, release = stack.settings(), running.kernel or ""
    details, platform = stack.details(release), read_platform(host, release)
    boot = read_boot_entries(host, running, options.timeout_s)
    unit = read_unit(host, stack, options.timeout_s)
    image = read_capture_image(host, unit.image if unit else stack.image(release), details, release)
    place = place_of(host, settings.dump_directory) if settings.dump_directory else None
    dumps = read_dumps(host, settings.dump_directory)
    target = read_target(host, stack, settings, place, options)
    tools = read_tools(host, options.timeout_s)
    own_files = stack_files.digests(host, stack_files.paths(host, stack))
    setup = _setup(host, stack, running, image, settings, tools, platform.firmware, own_files)._replace(
        hostname=dumps.hostname,
        file_system=target.file_system,
        capture_words=hidden_words(details.capture_words),
    )
    proof = read_proof(host, setup, dumps.own)
    # with another RAM, the next dump has another size
    last = proof.dump_bytes if proof.ram_bytes in (None, running.ram_bytes) else None
    return Evidence(
        running=running,
        platform=platform,
        stack=read_stack_facts(stack),
        settings=settings,
        configuration=read_configuration(host, stack, details),
        capture_settings=read_captured(stack, details.capture_words, platform.version),
        service=service_facts(host, stack, unit),
        capture_image=image,
        boot_entries=boot,
        memory=read_memory(host, running, boot, stack, image.path),
        target=target,
        target_drivers=read_drivers(host, stack, release, settings, target.network.links),
        dumps=dumps,
        dump_size=_dump_size(host, running, settings, tools, platform.version, last, options),
        panic_policy=read_panic_policy(host, options.panic_policy),
        tools=tools,
        proof=proof,
        own_files=own_files,
        unseen=host.unseen,
        now=host.now(),
    )


def _setup(
    host: TolerantHost,
    stack: Stack,
    running: Running,
    image: CaptureImage,
    settings: Settings,
    tools: Tools,
    firmware: Optional[str],
    own_files: Dict[str, Optional[str]],
) -> Setup:
    """Collect from all facts of a host those that make up its present setup."""
    # a capture kernel that boots the real root mounts what fstab says
    files = [*stack.config_files, *stack.loaded_files, *[FSTAB] * stack.boots_root]
    return Setup(
        kernel=running.kernel,
        booted=running.booted,
        image_path=image.path,
        image_mtime=image.mtime,
        settings=dict(settings._asdict()),
        collector_mtime=tools.mtime,
        files_time=stack_files.newest(host, files),
        firmware=firmware,
        own_files=own_files,
        own_time=stack_files.newest(host, list(own_files)),
    )


def _dump_size(
    host: TolerantHost,
    running: Running,
    settings: Settings,
    tools: Tools,
    version: Optional[Tuple[int, int]],
    last: Optional[int],
    options: LookOptions,
) -> DumpSize:
    """Collect the facts on how large a dump would be; with mem_usage, makedumpfile counts it."""
    takes_free, measured = takes_free_pages(tools.version, version), None
    if options.mem_usage and not takes_free:
        count = partial(measured_size, host, settings.core_collector, options.timeout_s)
        measured = host.attempt("makedumpfile --mem-usage", count, None)
    return dump_size(running.ram_bytes, settings.core_collector, measured, last, takes_free)
