# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two kdump stacks as the tests of whole machines know them: paths, names, and how to read a machine.

Nothing here comes from the code of the collection: the tests ask the machine itself. How to break it is in harms.py.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools.lab.errors import LabError

# the file next to a saved machine that names its stack
NOTE = "stack"
# runs a shell command as root on the machine, and returns what it printed
Shell = Callable[[str], str]


class Stack(NamedTuple):
    """One stack.

    tool: the program by which a machine is known to have this stack.
    packages: those of kdump, to be verified by the package manager.
    configuration: the file with the words of the capture kernel's command line and the options of kexec.
    kexec_options: the variable with the latter.
    loaded_by: the file with the command that loaded the capture kernel last; empty where the stack keeps none.
    dump, local_flattened: the file name of a dump, as a pattern of find, and whether one on the local disk is in
        makedumpfile's flattened format.
    dmesg: the name of the file next to a dump; {stamp} is what follows the first dot of the dump's name.
    old_dump: where a dump of the year 2020 would be.
    image: the capture initramfs, as a word of the shell.
    image_source: a file from which the capture initramfs is built; a newer one makes it stale.
    nfs_dumps: where dumps get to below the directory that a server exports, with kdump_path: /var/crash.
    nfs_line: the line of `target_file` that names an NFS server.
    entries: prints the kernel's command line of each boot entry that an ordinary boot may take, one a line.
    boot_texts: prints all files that may give a boot entry its words.
    boot_tool: the program that writes boot entries, and what it says where it did nothing.
    boot_file: the file that setup writes first for another reservation.
    vendor_files: prints what differs from what the package shipped and is no configuration of the administrator.
    metrics: the directory of node_exporter's textfile collector.
    """

    name: str
    tool: str
    unit: str
    configuration: str
    kexec_options: str
    loaded_by: str
    dump: str
    local_flattened: bool
    dmesg: str
    old_dump: str
    image: str
    image_source: str
    nfs_dumps: str
    target_file: str
    nfs_line: str
    entries: str
    boot_texts: str
    boot_tool: str
    boot_file: str
    vendor_files: str
    metrics: str


KDUMP_TOOLS = Stack(
    name="kdump-tools",
    tool="kdump-config",
    unit="kdump-tools.service",
    configuration="/etc/default/kdump-tools",
    kexec_options="KDUMP_KEXEC_ARGS",
    loaded_by="/var/crash/kexec_cmd",
    dump="dump.*",
    local_flattened=True,
    dmesg="dmesg.{stamp}",
    old_dump="/var/crash/202001010101/dump.202001010101",
    image="$(readlink -f /var/lib/kdump/initrd.img)",
    image_source="/etc/initramfs-tools/modules",
    nfs_dumps="",
    target_file="/etc/default/kdump-tools",
    nfs_line="NFS={server}:/dumps",
    entries=r"grep -E '^\s*linux\s' /boot/grub/grub.cfg | grep -vE ' (single|recovery)( |$)'",
    boot_texts="cat /boot/grub/grub.cfg",
    boot_tool="update-grub",
    boot_file="/etc/default/grub.d/zz-crashops-kdump.cfg",
    # the package ships its value of crashkernel= in a conffile; an edited one stops every upgrade with a question
    vendor_files="dpkg --verify kdump-tools | grep grub.d || true",
    metrics="/var/lib/prometheus/node-exporter",
)
# Boot Loader Specification entries; those of EL 8 refer to a variable in grubenv
BLS = "/boot/loader/entries /boot/efi/loader/entries /efi/loader/entries"
BLS_FILES = f"find {BLS} -name '*.conf' 2>/dev/null"
GRUBENV = "grub2-editenv - list 2>/dev/null"
KDUMPCTL = Stack(
    name="kdumpctl",
    tool="kdumpctl",
    unit="kdump.service",
    configuration="/etc/sysconfig/kdump",
    kexec_options="KEXEC_ARGS",
    loaded_by="",
    dump="vmcore*",
    local_flattened=False,
    dmesg="vmcore-dmesg.txt",
    old_dump="/var/crash/127.0.0.1-2020-01-01-01:01:01/vmcore",
    image="/boot/initramfs-$(uname -r)kdump.img",
    image_source="/etc/kdump.conf",
    nfs_dumps="/var/crash",
    target_file="/etc/kdump.conf",
    nfs_line="nfs {server}:/dumps",
    entries=(
        f"options=$({GRUBENV} | sed -n 's/^kernelopts=//p'); {BLS_FILES} | grep -v -e -0-rescue | xargs "
        "sed -n 's/^options[[:space:]]//p' | sed \"s|[$]kernelopts|$options|\""
    ),
    boot_texts=f"{BLS_FILES} | xargs cat; {GRUBENV} || true",
    boot_tool="grubby",
    boot_file="/etc/default/grub",
    # a file marked c is a configuration file, and setup gives the directory of the dumps another mode
    vendor_files=(
        "rpm --verify kexec-tools kdump-utils 2>/dev/null | grep -v -e '^.........  c ' -e ' /var/crash$' "
        "-e 'is not installed$' || true"
    ),
    metrics="/var/lib/node_exporter/textfile_collector",
)
STACKS = (KDUMPCTL, KDUMP_TOOLS)


def stack_of(shell: Shell) -> Stack:
    """Return the stack of a machine, by the tool that is installed there."""
    found = shell("; ".join(f"command -v {stack.tool} || true" for stack in STACKS)).split()
    names = [path.rpartition("/")[2] for path in found]
    stack = next((stack for stack in STACKS if stack.tool in names), None)
    if not stack:
        raise LabError(f"the machine has none of {', '.join(stack.tool for stack in STACKS)}; was kdump installed?")
    return stack


def dumps_below(stack: Stack, directory: str) -> str:
    """Return the command that prints the path of every dump below a directory."""
    return f"find {directory} -type f -name '{stack.dump}' -not -name '*dmesg*' -not -name '*incomplete*'"


def dmesg_of(stack: Stack, dump: str) -> str:
    """Return the path of the kernel's messages next to a dump."""
    folder, _slash, name = dump.rpartition("/")
    return f"{folder}/{stack.dmesg.format(stamp=name.partition('.')[2])}"


def idle_boot_tool(stack: Stack) -> tuple[str, str]:
    """Return the commands that let the program of the boot entries change nothing and end well, and that undo it."""
    path = f"$(command -v {stack.boot_tool})"
    # grubby also reads; only what it writes is left out
    text = (
        f'#!/bin/sh\\ncase "$*" in *--update-kernel*) exit 0;; *--*) exec /root/real-{stack.boot_tool} "$@";; esac\\n'
    )
    idle = f"/root/idle-{stack.boot_tool}"
    begin = f"set -e; cp {path} /root/real-{stack.boot_tool}; printf '{text}' > {idle}; chmod 755 {idle}"
    return f"{begin}; mount --bind {idle} {path}", f"umount {path}; rm {idle} /root/real-{stack.boot_tool}"


def stack_of_saved(saved: Path) -> Stack:
    """Return the stack of a machine that a story saved to a folder, as it noted there."""
    note = saved / NOTE
    name = note.read_text().strip() if note.exists() else KDUMP_TOOLS.name
    return next(stack for stack in STACKS if stack.name == name)
