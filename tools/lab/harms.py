# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to break a machine that a crash has proved, in one way at a time, and how the advice mends it again."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tools.lab.stacks import KDUMP_TOOLS, KDUMPCTL, Stack, dumps_below

# what is left free, where a dump needs more
FREE_BYTES = 104857600


class Module(NamedTuple):
    """One module of the collection, and its options."""

    name: str
    options: Mapping[str, Any] = {}


# a shell command as root, or a module
Act = str | Module


class Harm(NamedTuple):
    """One harm: the check that finds it, what that says, and what the advice names."""

    check: str
    status: str
    verdict: str
    words: str
    harm: tuple[Act, ...]
    mend: tuple[Act, ...]


STARTED = Module("kdump_service", {"state": "started"})
DEFAULT_SIZE = Module("crashkernel_reserve", {"size": "default"})


def harms(stack: Stack) -> list[Harm]:
    """Return all harms to a machine of a stack."""
    own = {KDUMP_TOOLS.name: _of_kdump_tools, KDUMPCTL.name: _of_kdumpctl}
    return [*_of_both(stack), *own[stack.name](stack)]


def old_dump_cut_off(stack: Stack) -> tuple[str, str]:
    """Return the commands that put the first megabyte of the real dump next to it as an old one, and that remove it."""
    folder = stack.old_dump.rpartition("/")[0]
    first = f"dump=$({dumps_below(stack, '/var/crash')} | head -n 1)"
    return f"set -e; {first}; mkdir {folder}; head -c 1000000 $dump > {stack.old_dump}", f"rm -r {folder}"


def target_out_of_reach(stack: Stack, server: str) -> tuple[str, str]:
    """Return the commands that name an NFS server as the target, and that put the file back as it was."""
    line = stack.nfs_line.format(server=server)
    return f"cp -a {stack.target_file} /root/kept; echo '{line}' >> {stack.target_file}", (
        f"mv /root/kept {stack.target_file}"
    )


def _of_both(stack: Stack) -> list[Harm]:
    """Return what can be done to a machine of either stack."""
    fill = f"fallocate -l $(( $(df --output=avail -B1 /var/crash | tail -n 1) - {FREE_BYTES} )) /var/filler"
    cut_off, removed = old_dump_cut_off(stack)
    oops = "/proc/sys/kernel/panic_on_oops"
    return [
        Harm(
            "armed",
            "fail",
            "not_ready",
            "No capture kernel is loaded",
            (f"systemctl stop {stack.unit}",),
            (STARTED,),
        ),
        Harm(
            "crashkernel_value",
            "fail",
            "not_ready",
            "The next boot reserves nothing",
            (Module("crashkernel_reserve", {"state": "absent"}),),
            (DEFAULT_SIZE,),
        ),
        Harm(
            "reboot_not_pending",
            "warn",
            "reboot_pending",
            "crashkernel=224M is configured",
            (Module("crashkernel_reserve", {"size": "224M"}),),
            (DEFAULT_SIZE,),
        ),
        Harm("space", "fail", "not_ready", "are free where the dump lands", (fill,), ("rm /var/filler",)),
        Harm(
            "dump_directory_private",
            "warn",
            "degraded",
            "passwords and keys",
            ("chmod 0755 /var/crash",),
            (Module("kdump_target"),),
        ),
        Harm("panic_on_oops", "warn", "degraded", "goes on, damaged", (f"echo 0 > {oops}",), (f"echo 1 > {oops}",)),
        Harm("dumps_complete", "warn", "degraded", "1 of 2 dumps are not complete", (cut_off,), (removed,)),
    ]


def _of_kdump_tools(stack: Stack) -> list[Harm]:
    """Return what can be done only where the capture kernel boots the root file system, and a variable switches on."""
    conf, large = stack.configuration, "/etc/sysctl.d/99-large.conf"
    write_true = f"cp -a {conf} /root/kept; sed -i 's/^USE_KDUMP=.*/USE_KDUMP=true/' {conf}"
    own_words = {"sysconfig": {"KDUMP_CMDLINE_APPEND": None}, "commandline_default": ["panic=10"]}
    return [
        Harm(
            "switched_on",
            "fail",
            "not_ready",
            "USE_KDUMP",
            (write_true,),
            (Module("kdump_config", {"sysconfig": {"USE_KDUMP": "1"}}), STARTED),
        ),
        Harm(
            "capture_command_line",
            "fail",
            "not_ready",
            "kdump-tools-dump.service",
            (f"echo 'KDUMP_CMDLINE_APPEND=\"nr_cpus=1\"' >> {conf}",),
            (Module("kdump_config", own_words), STARTED),
        ),
        Harm(
            "capture_sysctls",
            "fail",
            "not_ready",
            "262144",
            (f"echo 'vm.min_free_kbytes = 262144' > {large}",),
            # a smaller value would do as well, but it is not what the proof was made with
            (f"rm {large}",),
        ),
    ]


def _of_kdumpctl(stack: Stack) -> list[Harm]:
    """Return what can be done only where kdumpctl reads kdump.conf, and a unit that is not enabled stays off."""
    conf = stack.target_file
    return [
        Harm(
            "configuration_valid",
            "fail",
            "not_ready",
            "no_such_directive",
            (f"cp -a {conf} /root/kept; echo 'no_such_directive 1' >> {conf}",),
            (f"mv /root/kept {conf}",),
        ),
        Harm(
            "unit_enabled",
            "fail",
            "not_ready",
            stack.unit,
            (f"systemctl disable {stack.unit}",),
            (Module("kdump_service", {"enabled": True}),),
        ),
    ]
