# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads GRUB's menu in grub.cfg, which update-grub writes on Debian and Ubuntu: its boot entries and its default."""

import re
import shlex
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once

ITEM = re.compile(r"^\s*(menuentry|submenu)\s")
# 10_linux names its entries gnulinux-simple-DEVICE and gnulinux-VERSION-TYPE-DEVICE; recovery ones take no
# GRUB_CMDLINE_LINUX_DEFAULT (and GRUB_CMDLINE_LINUX_RECOVERY is set by 10_linux itself, whatever a file says),
# and entries of other systems (osprober-) are not ours
OWN = re.compile(r"^\s*menuentry\s.*\$menuentry_id_option\s+'(gnulinux-[^']*)'")
RECOVERY = "-recovery-"
LINUX = re.compile(r"^\s*linux(?:efi|16)?\s+(\S+)\s*(.*\S|)\s*$")
SET_DEFAULT = re.compile(r"^\s*set\s+default=([\"']?)(.*)\1\s*$")
SAVED_ENTRY = ("${saved_entry}", "$saved_entry")
NEXT_ENTRY = "${next_entry}"
INDEX = re.compile(r"[0-9]{1,4}$")
# options of menuentry and submenu that have an argument
ID_OPTIONS = ("--id", "$menuentry_id_option")
OTHER_OPTIONS = ("--class", "--users", "--hotkey", "--source")
LONGEST_LINE = 4096
# 30_os-prober names the entries of other systems so
FOREIGN = "osprober-"


class Item(NamedTuple):
    """An item of GRUB's menu. path: its place in the menu, and before that the places of the submenus around it.

    cmdline: the arguments of the first kernel in it. entry: the boot entry, if update-grub made it for this system, and
    it is not a recovery one.
    """

    path: Tuple[int, ...]
    submenu: bool
    title: str
    id: str
    cmdline: Optional[str] = None
    entry: Optional[BootEntry] = None


class Menu(NamedTuple):
    """GRUB's menu. default: what grub.cfg sets for the item that is booted by default; once: it heeds next_entry."""

    items: Tuple[Item, ...]
    default: Optional[str]
    once: bool

    def own(self) -> List[BootEntry]:
        """Return this system's boot entries in GRUB's menu, without the recovery ones."""
        return [item.entry for item in self.items if item.entry is not None]


@parsed_once
def parse_grub_cfg(text: str) -> Menu:
    """Return GRUB's menu in a grub.cfg; no entry in it is marked as the default."""
    items: List[Item] = []
    places: Dict[Tuple[int, ...], int] = {}
    # for each open brace the item around it
    opened: List[Tuple[int, ...]] = [()]
    defaults: List[str] = []
    name: Optional[str] = None
    for line in text.splitlines():
        kind = ITEM.match(line)
        if kind:
            places[opened[-1]] = places.get(opened[-1], -1) + 1
            path = opened[-1] + (places[opened[-1]],)
            items.append(Item(path, kind.group(1) == "submenu", *_title_and_id(line)))
            name = _own_id(line)
        _follow_braces(line, opened, items[-1].path if kind else opened[-1])
        default = SET_DEFAULT.match(line) if len(opened) == 1 else None
        if default:
            defaults.append(default.group(2))
        linux = LINUX.match(line)
        if linux and items and items[-1].cmdline is None:
            # if /boot is a file system of its own, GRUB's path of the kernel does not have it
            kernel = "/boot/" + linux.group(1).rpartition("/")[2]
            entry = BootEntry(name, kernel, linux.group(2), False) if name else None
            items[-1] = items[-1]._replace(cmdline=linux.group(2), entry=entry)
    last = [value for value in defaults if value != NEXT_ENTRY][-1:]
    return Menu(tuple(items), last[0] if last else None, NEXT_ENTRY in defaults)


def _own_id(line: str) -> Optional[str]:
    """Return the id of a boot entry that a line of grub.cfg begins, if it is of this system and no recovery one."""
    own = OWN.match(line)
    return own.group(1) if own and RECOVERY not in own.group(1) else None


def _follow_braces(line: str, opened: List[Tuple[int, ...]], around: Tuple[int, ...]) -> None:
    """Note which brace of an item, a function or the like a line of grub.cfg opens or closes."""
    text = line.strip()
    if text.endswith("{") and not text.startswith("#"):
        opened.append(around)
    elif text.startswith("}") and len(opened) > 1:
        opened.pop()


def _title_and_id(line: str) -> Tuple[str, str]:
    """Return the title and the id of the item that a line of grub.cfg begins, as far as they can be read."""
    try:
        words = shlex.split(line)[1:] if len(line) <= LONGEST_LINE else []
    except ValueError:
        words = []
    title = name = ""
    while words and words[0] != "{":
        word = words.pop(0)
        if word in ID_OPTIONS and words:
            name = words.pop(0)
        elif word in OTHER_OPTIONS and words:
            words.pop(0)
        elif word.startswith("--id="):
            name = word[len("--id=") :]
        elif not word.startswith("--"):
            title = title or word
    return title, name


def next_item(menu: Menu, environment: str) -> Optional[Item]:
    """Return the entry of GRUB's menu that the next boot takes, given grubenv; None where that cannot be seen."""
    saved = dict(line.partition("=")[::2] for line in environment.splitlines())
    chosen = (saved.get("next_entry") if menu.once else None) or menu.default
    if chosen in SAVED_ENTRY:
        # GRUB boots the first item if nothing is saved
        chosen = saved.get("saved_entry") or "0"
    found: Optional[Item] = None
    for part in _parts(chosen or ""):
        found = _in_submenu(menu, found.path if found else (), part)
        if found is None or not found.submenu:
            return found
    while found is not None and found.submenu:
        found = _in_submenu(menu, found.path, "0")
    return found


def _parts(chosen: str) -> List[str]:
    """Return the items of GRUB's menu on the way to the chosen one. They are separated by >, and >> is a > in one."""
    return [part.replace("\0", ">") for part in chosen.replace(">>", "\0").split(">")]


def _in_submenu(menu: Menu, path: Tuple[int, ...], wanted: str) -> Optional[Item]:
    """Return an item of GRUB's menu or submenu by its place, title or id."""
    items = [item for item in menu.items if item.path[:-1] == path]
    if INDEX.match(wanted):
        return items[int(wanted)] if int(wanted) < len(items) else None
    return next((item for item in items if wanted and wanted in (item.title, item.id)), None)
