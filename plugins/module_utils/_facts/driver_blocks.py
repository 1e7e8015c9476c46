# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What keeps drivers out of the capture kernel by name: its command line, modprobe's files, and dracut's settings."""

import re
from typing import Container, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._facts.dracut_settings import DracutSettings
from ansible_collections.crashops.kdump.plugins.module_utils._machine.dropin_directories import drop_ins
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import MODPROBE, plain
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

# the words of a command line that list drivers, besides those of the stack. The value says whether the kernel loads
# them in no way at all; else udev and the kernel only do not load them by themselves
WORDS = {"module_blacklist": True, "modprobe.blacklist": False}
NO_USB = ("usbcore.nousb", "nousb", "usbcore.nousb=1", "usbcore.nousb=Y")
USB = "usb"
COMMAND_LINE = "on the capture kernel's command line"
MODPROBE_LINE = re.compile(r"^[ \t]*(blacklist|install)[ \t]+(\S+)(?:[ \t]+(\S+))?", re.MULTILINE)
NOTHING = re.compile(r"(?:/usr)?(?:/s?bin/)?(?:false|true)\Z")
# switches of dracut that leave out more than one driver, and what is then not there
SWITCHES = (("no_kernel", "kernel-modules"), ("kernel_only", "base"))
# modules of dracut that come by a list of modules only if it names them: no other module depends on them
BROUGHT_BY_NONE = ("kernel-modules", "lvm", "crypt", "mdraid", "multipath", "iscsi", "nvmf", "nfs", "virtiofs")
# what the module qemu of dracut adds in a guest of QEMU, whatever the list of drivers says
OF_QEMU = ("virtio_blk", "virtio_scsi", "virtio_pci", "virtio", "virtio_ring", "ahci", "ata_piix", "ata_generic")
# functions that start a driver, where its name is no part of theirs
INITCALLS = {"init_sd": "sd_mod", "dm_init": "dm_mod", "md_init": "md_mod", "init_scsi": "scsi_mod"}
# functions that people keep out, and that have nothing to do with a disk, a file system or a network
HARMLESS_INITCALLS = (
    "acpi_cpufreq_init",
    "algif_aead_init",
    "amd_pstate_init",
    "efifb_driver_init",
    "intel_pstate_init",
    "simpledrm_platform_driver_init",
    "simplefb_driver_init",
    "sysfb_init",
    "vesafb_driver_init",
)


class Block(NamedTuple):
    """A driver or dracut module that is kept out of the capture kernel: what does that, and how to undo it.

    wholly: nothing can load the driver; else it is only not loaded by itself. sure: False where the running system has
    the same block, or where dracut may still add the driver.
    """

    name: str
    where: str
    advice: str
    wholly: bool = True
    sure: bool = True
    is_module_of_dracut: bool = False


def blocks(host: Host, stack: Stack, words: List[str], told: Optional[DracutSettings]) -> List[Block]:
    """Return all drivers and dracut modules that are kept out by name; told is None where dracut builds no image."""
    found = list(_of_words(stack, words)) + list(_of_modprobe(host))
    return found + ([] if told is None else list(_of_dracut(told)))


def _of_words(stack: Stack, words: List[str]) -> Iterator[Block]:
    """Return the drivers that the capture kernel's command line keeps out."""
    known = dict(WORDS, **dict.fromkeys(stack.driver_blocking_words, False))
    for word in words:
        key, dummy, names = word.partition("=")
        for name in names.strip("\"'").split(",") if key in known else []:
            if name:
                yield Block(plain(name), "%s %s" % (key, COMMAND_LINE), _take_out(key), known[key])
        if word in NO_USB:
            yield Block(USB, "%s %s" % (word, COMMAND_LINE), _take_out(word))


def _take_out(key: str) -> str:
    """Return the advice on a driver block that is a word of the capture kernel's command line."""
    words = "Set kdump_commandline_remove: [%s] and block the other drivers again, or take it out of the booted one."
    return words % key


def _of_modprobe(host: Host) -> Iterator[Block]:
    """Return the drivers that modprobe's files keep out; both stacks copy these files into the image."""
    for path in [one.path for one in drop_ins(host, MODPROBE)]:
        for key, name, program in MODPROBE_LINE.findall(host.read(path) or ""):
            if key == "blacklist" or NOTHING.match(program):
                where = "%s in %s" % (key, path)
                yield Block(plain(name), where, "Remove the line from %s." % path, key == "install", sure=False)


def _of_dracut(told: DracutSettings) -> Iterator[Block]:
    """Return the blocks in dracut's settings: drivers and dracut modules left out by name."""
    spared = told.added() | {plain(word) for word in told.words("drivers")}
    for one in told.said("omit_drivers"):
        for name in one.words():
            if plain(name) not in spared:
                yield Block(plain(name), "omit_drivers of " + one.where, one.advice)
    for one in told.said("omit_dracutmodules"):
        for name in one.words():
            yield Block(name, "omit_dracutmodules of " + one.where, one.advice, is_module_of_dracut=True)
    for switch, name in SWITCHES:
        if told.is_yes(switch):
            last = told.said(switch)[-1]
            yield Block(name, "%s of %s" % (switch, last.where), last.advice, is_module_of_dracut=True)


def unlisted_modules(told: DracutSettings, needed: Iterable[str]) -> Iterator[Block]:
    """Return a block for each needed dracut module that dracut's list leaves out and no other module brings."""
    listed = told.words("dracutmodules", "add_dracutmodules", "force_add_dracutmodules")
    lists = [one for one in told.said("dracutmodules") if one.words()]
    if not lists or {"all", "auto"} & set(lists[-1].words()):
        return
    for name in sorted(needed):
        if name in BROUGHT_BY_NONE and name not in listed:
            where = "dracutmodules of %s, which does not name it" % lists[-1].where
            yield Block(name, where, lists[-1].advice, is_module_of_dracut=True)


def unlisted_drivers(
    told: DracutSettings, disks: Iterable[str], types: Iterable[str], listed: Container[str], qemu: Optional[bool]
) -> Iterator[Block]:
    """Return the drivers of disks and file systems that dracut's own lists do not name.

    listed: the drivers that are named there, with all that they depend on. qemu: whether dracut takes the machine for a
    guest of QEMU, to which it adds drivers of its own; None where that is not known.
    """
    wanted: Dict[str, str] = {}
    if told.is_set("drivers"):
        wanted.update((name, "drivers") for name in list(disks) + list(types) if not (qemu and name in OF_QEMU))
    elif told.is_set("filesystems") and not told.is_yes("hostonly"):
        wanted.update((name, "filesystems") for name in types)
    for name, setting in sorted(wanted.items()):
        if name not in listed:
            last, sure = told.said(setting)[-1], qemu is False or name not in OF_QEMU
            yield Block(name, "%s of %s, which does not name it" % (setting, last.where), last.advice, sure=sure)


def of_initcalls(words: List[str], booted: List[str], drivers: Iterable[str]) -> Tuple[List[Block], List[str]]:
    """Return the drivers that initcall_blacklist= keeps out, and its functions that may be of any driver.

    The names of a driver's functions contain the driver's name, or INITCALLS has it. A word that the running kernel was
    booted with as well has kept out nothing that is in use.
    """
    found, unclear = [], []  # type: List[Block], List[str]
    lists = [word.partition("=")[2] for word in words if word.startswith("initcall_blacklist=") and word not in booted]
    for function in [one for text in lists for one in text.strip("\"'").split(",") if one]:
        where = "initcall_blacklist=%s %s" % (function, COMMAND_LINE)
        inner = "_%s_" % INITCALLS.get(function, function)
        of = [name for name in drivers if "_%s_" % name in inner]
        found += [Block(name, where, _take_out("initcall_blacklist")) for name in sorted(of, key=len)[-1:]]
        if not of and function not in HARMLESS_INITCALLS:
            unclear.append(function)
    return found, unclear
