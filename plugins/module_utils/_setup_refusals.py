# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the modules that setup runs would refuse of the role's variables on this host, before any of them runs."""

from typing import Any, Dict, List

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel import validate
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import (
    kernel_release,
    read_running,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_drivers import refusals as drivers_refused
from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, refusal
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._targets import target as target_target

# kdump_config's options; the role's variable is called the same with kdump_ before it
CONFIG = (
    "target", "path", "core_collector", "failure_action", "final_action", "kdump_pre", "kdump_post", "kdump_emergency",
    "extra_bins", "extra_modules", "dracut_args", "fence_kdump_nodes", "fence_kdump_args", "auto_reset_crashkernel",
    "force_rebuild", "directives", "sysconfig", "commandline_append", "commandline_remove", "blocked_drivers",
    "private_dumps", "exclusive", "backup",
)  # fmt: skip
# options whose variable is called otherwise
NAMES = {
    "size": "kdump_crashkernel",
    "kernels": "kdump_crashkernel_kernels",
    "margin_percent": "kdump_crashkernel_margin_percent",
    "minimum": "kdump_crashkernel_minimum",
    "maximum": "kdump_crashkernel_maximum",
}


def variable(option: str) -> str:
    """Return what the role calls an option of a module."""
    return NAMES.get(option) or (option if option.startswith("kdump_") else "kdump_%s" % option)


def config_options(given: Dict[str, Any]) -> Dict[str, Any]:
    """Return the options of kdump_config that the role's variables stand for."""
    options = {name: given.get(variable(name)) for name in CONFIG}
    seconds = given.get("kdump_capture_panic") or 0
    default = ["panic=%d" % seconds] if seconds > 0 else None
    flags = {name: bool(options[name]) for name in ("exclusive", "backup")}
    return dict(options, commandline_default=default, **flags)


def refusals(host: Any, given: Dict[str, Any]) -> List[str]:
    """Return a sentence for each value that configuration, target or reservation would refuse on this host."""
    stack = find_stack(host)
    config = [_named(sentence) for sentence in _config_refusals(host, stack, config_options(given))]
    target = [] if config else [_named(sentence) for sentence in _target_refusals(stack, given)]
    reservation = [_named(sentence) for sentence in _crashkernel_refusals(host, stack, given)]
    return list(dict.fromkeys(config + target + reservation))


def _config_refusals(host: Any, stack: Stack, options: Dict[str, Any]) -> List[str]:
    """Return what kdump_config would refuse."""
    refused = stack.refusals(options)
    changes = [] if refused else stack.file_changes(options)
    if not changes:
        return refused
    planned = type(stack)(PlannedHost(host, changes))
    return drivers_refused(host, stack, planned, kernel_release(host), options)


def _named(sentence: str) -> str:
    """Return a module's sentence with the role's variable in place of the module's option."""
    option, colon, rest = sentence.partition(": ")
    name, dot, inner = option.partition(".")
    known = name in CONFIG or name in NAMES
    rest = rest.replace("say size: estimate", "say kdump_crashkernel: estimate")
    return variable(name) + dot + inner + colon + rest if known else sentence


def _target_refusals(stack: Stack, given: Dict[str, Any]) -> List[str]:
    """Return what kdump_target would refuse without a look at devices and servers."""
    asked = given.get("kdump_target")
    if not asked and not given.get("kdump_path"):
        return []
    before = stack.settings()
    wanted = asked or {"type": before.target_type, "location": before.target_location}
    if wanted["type"] not in target_target.KINDS[stack.name]:
        return []  # the configuration can name what cannot be tried
    key = wanted.get("ssh_key") or before.ssh_key or "/root/.ssh/key"
    location = (wanted.get("location") or "").strip(" ")
    path = given.get("kdump_path") or before.path
    return list(
        target_target.refusals(target_target.Target(wanted["type"], location, key, path), stack.name, stack.host)
    )


def _crashkernel_refusals(host: Any, stack: Stack, given: Dict[str, Any]) -> List[str]:
    """Return what crashkernel_reserve would refuse."""
    running = read_running(host)
    names = ("margin_percent", "minimum", "maximum")
    params = {name: given.get(variable(name)) for name in names}
    size, kernels = given.get("kdump_crashkernel", "default"), given.get("kdump_crashkernel_kernels", "all")
    params.update(size=size, kernels=kernels, state="present", timeout=1)
    found = validate.refusals(params, running)
    if not found and size not in validate.NAMED_SIZES:
        values = size if isinstance(size, list) else [size]
        found = validate.nothing_refusal(values, size, running)
    try:
        return found + find_bootloader(host).refusals(kernels)
    except Failure as failure:
        # grubby comes with the packages
        comes = stack.name == "kdumpctl" and not stack.installed()
        return found + ([] if comes else [refusal("kdump_crashkernel", size, failure.msg, "then run setup again")])
