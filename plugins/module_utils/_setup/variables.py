# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The role's variables as options of the modules that setup runs, and the modules' refusals in their names."""

from typing import Any, Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

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
# variables that say only what is done on the host itself, so that its stack may decide which value it gets
BY_STACK = ("own_path", "capture_panic", "packages", "package_state")
SERVICE_TIMEOUT_S = 600
TARGET_TIMEOUT_S = 60
BOOTLOADER_TIMEOUT_S = 900


def variable(option: str) -> str:
    """Return the role's variable that setup makes a module's option of."""
    return NAMES.get(option) or (option if option.startswith("kdump_") else "kdump_%s" % option)


def for_stacks() -> List[str]:
    """Return the role's variables that setup also takes for the hosts of one stack alone."""
    return [variable(option) for option in (*CONFIG, *NAMES, *BY_STACK)]


def on_stack(stack: str) -> str:
    """Return for setup the name of the role's variable that holds those for the hosts of one stack alone."""
    return "kdump_on_%s" % stack.replace("-", "_")


def for_stack(given: Dict[str, Any], stack: str) -> Dict[str, Any]:
    """Return for setup the variables of a host of one stack: those for this stack replace the common ones."""
    common = {name: value for name, value in given.items() if not name.startswith(on_stack(""))}
    return dict(common, **(given.get(on_stack(stack)) or {}))


def named(sentence: str) -> str:
    """Return a module's sentence with the role's variable in place of the module's option."""
    option, colon, rest = sentence.partition(": ")
    name, dot, inner = option.partition(".")
    known = name in CONFIG or name in NAMES
    rest = rest.replace("say size: estimate", "say kdump_crashkernel: estimate")
    return variable(name) + dot + inner + colon + rest if known else sentence


def made_options(given: Dict[str, Any], generation: Optional[str], ssh_key: Optional[str]) -> Dict[str, Any]:
    """Return the options of kdump_config that are more than the value of one of the role's variables; no unset ones.

    generation: which kdumpctl reads kdump.conf. ssh_key: the key that the host's own files name.
    """
    made: Dict[str, Any] = {}
    target = given.get("kdump_target")
    if target:
        key = {"ssh_key": target.get("ssh_key") or target_key(given, ssh_key)} if target["type"] == "ssh" else {}
        made["target"] = dict(target, **key)
    seconds = given.get("kdump_capture_panic") or 0
    if seconds > 0:
        made["commandline_default"] = ["panic=%d" % seconds]
    # after EL 8, an update of kdump's package would put the vendor's size in place of this one
    own_size = given.get("kdump_crashkernel", "default") not in ("default", "auto")
    unsaid = "auto_reset_crashkernel" not in (given.get("kdump_directives") or {})
    if given.get("kdump_auto_reset_crashkernel") is not None:
        # kdumpctl of EL 8 never resets it, and refuses a line that says so
        always_so = generation == "el8" and given["kdump_auto_reset_crashkernel"] is False
        made["auto_reset_crashkernel"] = None if always_so else given["kdump_auto_reset_crashkernel"]
    elif own_size and unsaid and generation not in (None, "el8"):
        made["auto_reset_crashkernel"] = False
    return made


def target_key(given: Dict[str, Any], ssh_key: Optional[str]) -> str:
    """Return the key of an ssh target that setup's variables stand for, unless the host's own files name one."""
    return ssh_key or "/root/.ssh/kdump_id_%s" % given.get("kdump_ssh_key_type", "ed25519")


def config_options(given: Dict[str, Any], stack: Stack) -> Dict[str, Any]:
    """Return for setup the options of kdump_config that the role's variables make on a host."""
    options = {name: given.get(variable(name)) for name in CONFIG}
    flags = {name: bool(options[name]) for name in ("exclusive", "backup")}
    generation = stack.generation() if stack.installed() else None
    made = made_options(given, generation, stack.settings().ssh_key)
    return dict(dict(options, commandline_default=None, **flags), **made)


def crashkernel_options(given: Dict[str, Any]) -> Dict[str, Any]:
    """Return for setup the options of crashkernel_reserve that the role's variables make."""
    options = {name: given.get(variable(name)) for name in ("margin_percent", "minimum", "maximum")}
    size, kernels = given.get("kdump_crashkernel", "default"), given.get("kdump_crashkernel_kernels", "all")
    return dict(options, size=size, kernels=kernels, state="present", timeout=BOOTLOADER_TIMEOUT_S)


def service_options(given: Dict[str, Any], state: Optional[str], enabled: bool) -> Dict[str, Any]:
    """Return for setup the options of kdump_service that the role's variables make."""
    timeout = given.get("kdump_service_timeout", SERVICE_TIMEOUT_S)
    masked = given.get("kdump_masked")
    return {"state": state, "enabled": enabled, "masked": masked, "rebuild": "auto", "timeout": timeout}
