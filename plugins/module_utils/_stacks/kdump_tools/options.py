# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""kdump_config's options as variables of /etc/default/kdump-tools."""

import re
from typing import Any, Dict, Iterator, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._stacks import variable_options
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.capture_cmdline import words_of
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import Asked
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import (
    makedumpfile,
    shell_variables,
    value_problems,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import signed

SWITCH = "USE_KDUMP"
CAPTURE_UNIT = "systemd.unit=kdump-tools-dump.service"
# kdump-config 1.8.1 and 1.10.7; 1.6.10 of Ubuntu 22.04 has nousb, which is then read from its script
DEFAULT_WORDS = "reset_devices %s nr_cpus=1 irqpoll usbcore.nousb" % CAPTURE_UNIT
COMMAND_LINE = variable_options.CommandLine("KDUMP_CMDLINE_APPEND", "modprobe.blacklist", DEFAULT_WORDS)
TARGETS = {"nfs": "NFS", "ssh": "SSH"}
TARGET_VARIABLES = ("NFS", "SSH", "FTP")
FAIL_COMMANDS = {"reboot": "reboot -f", "halt": "halt -f", "poweroff": "poweroff -f"}
NUMBERS = ("KDUMP_DUMP_DMESG", "KDUMP_NUM_DUMPS", "NFS_TIMEO", "NFS_RETRANS", "NFS_MOUNT_RETRY", "SSH_KDUMP_RETRY")
CHOICES = {"KDUMP_COMPRESSION": ("bzip2", "gzip", "lz4", "xz"), "HOSTTAG": ("ip", "hostname")}
# options without an equivalent, and the value that asks for nothing but what kdump-tools always does
ABSENT: Dict[str, Any] = {
    "final_action": "reboot",
    "kdump_pre": None,
    "kdump_post": None,
    "kdump_emergency": None,
    "extra_bins": [],
    "extra_modules": [],
    "dracut_args": None,
    "fence_kdump_nodes": [],
    "fence_kdump_args": None,
    "auto_reset_crashkernel": False,
    "force_rebuild": False,
    "directives": {},
}
# what to use instead
INSTEAD = {
    "final_action": "leave it out: kdump-tools always reboots after a dump",
    "extra_bins": "use a hook in /etc/initramfs-tools/hooks",
    "extra_modules": "list them in /etc/initramfs-tools/modules",
    "directives": "use sysconfig for variables of /etc/default/kdump-tools",
    "force_rebuild": "use kdump_service with rebuild: always",
}


def settings(wanted: Dict[str, Any]) -> List[value_problems.OptionSetting]:
    """Return the variables of kdump-tools that the options set, except sysconfig and the command line."""
    found = []
    target = wanted.get("target") or {}
    if target:
        name = TARGETS.get(target["type"])
        if name:
            found.append(
                value_problems.OptionSetting("target.location", name, (target.get("location") or "").strip(" "))
            )
        found.extend(value_problems.OptionSetting("target", other, None) for other in TARGET_VARIABLES if other != name)
    if target.get("ssh_key"):
        found.append(value_problems.OptionSetting("target.ssh_key", "SSH_KEY", target["ssh_key"]))
    if wanted.get("path") is not None:
        found.append(value_problems.OptionSetting("path", "KDUMP_COREDIR", wanted["path"]))
    if wanted.get("core_collector") is not None:
        words = makedumpfile.command_words(wanted["core_collector"]) or []
        found.append(value_problems.OptionSetting("core_collector", "MAKEDUMP_ARGS", " ".join(words)))
    if wanted.get("failure_action") is not None:
        found.append(
            value_problems.OptionSetting(
                "failure_action", "KDUMP_FAIL_CMD", FAIL_COMMANDS.get(wanted["failure_action"])
            )
        )
    return found


def refusals(wanted: Dict[str, Any]) -> Iterator[str]:
    """Return a sentence for each of kdump_config's options that kdump-tools cannot have, or not with this value."""
    for option, harmless in ABSENT.items():
        value = wanted.get(option)
        if value is not None and value != harmless:
            remedy = INSTEAD.get(option, "leave it out on this host")
            yield refusal(option, value, "kdump-tools has no equivalent of it", remedy)
    yield from _target_refusals(wanted.get("target") or {})
    action = wanted.get("failure_action")
    if action is not None and action not in FAIL_COMMANDS:
        rule = "kdump-tools has no equivalent of it"
        yield refusal("failure_action", action, rule, "choose one of %s" % ", ".join(sorted(FAIL_COMMANDS)))
    collector = wanted.get("core_collector")
    if collector is not None:
        yield from value_problems.refused("core_collector", collector, _collector_problem(collector))
    if wanted.get("path") is not None:
        yield from value_problems.refused("path", wanted["path"], value_problems.plain_path_problem(wanted["path"]))
    yield from _clashes(wanted)
    yield from _misfits(wanted.get("sysconfig") or {})
    for setting in settings(wanted):
        if setting.value is not None:
            problem = value_problems.shell_value_problem(setting.value)
            yield from value_problems.refused(setting.option, setting.value, problem)
    yield from variable_options.refusals(wanted)


def _collector_problem(command: str) -> Optional[value_problems.Problem]:
    """Return the problem of option core_collector for kdump-tools; joining its words would hide a line break."""
    return value_problems.unseen_problem(command) or makedumpfile.problem_of(command)


def _target_refusals(target: Dict[str, Any]) -> Iterator[str]:
    """Return a sentence for each thing that is wrong with the dump target for kdump-tools."""
    kind = target.get("type", "local")
    location = (target.get("location") or "").strip(" ")
    apart = value_problems.target_problem(kind, location, target.get("ssh_key") or "")
    if kind not in TARGETS and kind != "local":
        rule = "kdump-tools dumps to its own root file system, to nfs or to ssh"
        yield refusal("target.type", kind, rule, "choose local, nfs or ssh; mount the device and name it by path")
    elif apart is not None:
        yield from value_problems.refused("target", kind, apart)
    elif kind == "nfs":
        yield from value_problems.refused("target.location", location, value_problems.nfs_problem(location))
        yield from value_problems.refused("target.location", location, value_problems.plain_location_problem(location))
    elif kind == "ssh":
        yield from value_problems.refused("target.location", location, value_problems.ssh_problem(location))
        yield from value_problems.refused("target.location", location, value_problems.plain_location_problem(location))
    if target.get("ssh_key"):
        problem = value_problems.plain_path_problem(target["ssh_key"])
        yield from value_problems.refused("target.ssh_key", target["ssh_key"], problem)


def _clashes(wanted: Dict[str, Any]) -> Iterator[str]:
    """Return a sentence for each variable of kdump-tools that two options set."""
    by_name = {setting.name: setting.option for setting in settings(wanted)}
    for name, value in (wanted.get("sysconfig") or {}).items():
        if name in by_name and value is not None:
            rule = "the option %s is about %s too" % (by_name[name], name)
            yield refusal("sysconfig.%s" % name, value, rule, "give it once")


def edited(text: str, wanted: Dict[str, Any], words: str, booted: str) -> str:
    """Return the text of /etc/default/kdump-tools as the options want it.

    words: this version's default command line. booted: what it takes over from the running kernel's.
    """
    chosen = settings(wanted)
    if wanted.get("exclusive"):
        named = [setting.name for setting in chosen] + list(wanted.get("sysconfig") or {})
        for name in TARGET_VARIABLES + ("SSH_KEY", "KDUMP_COREDIR", "MAKEDUMP_ARGS", "KDUMP_FAIL_CMD"):
            text = text if name in named else shell_variables.with_value(text, name, None)
    for setting in chosen:
        text = shell_variables.with_value(text, setting.name, setting.value)
    whole = (wanted.get("sysconfig") or {}).get("KDUMP_CMDLINE") or shell_variables.values(text).get("KDUMP_CMDLINE")
    inherited = words_of(str(whole or booted))
    return variable_options.edited(text, wanted, COMMAND_LINE._replace(default=words, inherited=inherited))


def _misfits(variables: Dict[str, Any]) -> Iterator[str]:
    """Return the refusal of each sysconfig value that kdump-tools cannot use; one in the file alone is a warning."""
    for name, value in variables.items():
        if value is None or value == "" or isinstance(value, bool):
            continue
        problem = _value_problem(name, str(value))
        if problem is not None:
            yield refusal("sysconfig.%s" % name, value, problem.message, problem.remedy)
        elif name in NUMBERS and integer(str(value)) is None:
            yield refusal("sysconfig.%s" % name, value, "it is not a number", "write one, or null")
        elif name in CHOICES and value not in CHOICES[name]:
            rule = "it is not one of %s" % ", ".join(CHOICES[name])
            yield refusal("sysconfig.%s" % name, value, rule, "choose one of them, or null")


def _value_problem(name: str, value: str) -> Optional[value_problems.Problem]:
    """Return what is wrong with a kdump-tools variable that an option could set too: it goes to shells and commands."""
    if name == "KDUMP_COREDIR" or (name == "SSH_KEY" and value.startswith("/")):
        return value_problems.plain_path_problem(value)
    return value_problems.plain_location_problem(value) if name in TARGET_VARIABLES else None


def integer(value: str) -> Optional[int]:
    """Return the number that an option's value is to the scripts of kdump-tools; None where they fail to compare it."""
    return signed(value) if re.match(r"\s*[+-]?[0-9]+\s*\Z", value, re.ASCII) else None


def asked(text: str, wanted: Dict[str, Any]) -> Dict[int, Asked]:
    """Return the option behind each line of the resulting /etc/default/kdump-tools."""
    own = {setting.name: (setting.option, setting.value) for setting in settings(wanted)}
    return variable_options.asked(text, wanted, COMMAND_LINE, own)
