# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads this system's boot entries in grub.cfg, which update-grub writes on Debian and Ubuntu."""

import re
from typing import List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once

# 10_linux names its entries gnulinux-simple-DEVICE and gnulinux-VERSION-TYPE-DEVICE; recovery ones take no
# GRUB_CMDLINE_LINUX_DEFAULT (and GRUB_CMDLINE_LINUX_RECOVERY is set by 10_linux itself, whatever a file says),
# and entries of other systems (osprober-) are not ours
MENUENTRY = re.compile(r"^\s*menuentry\s.*\$menuentry_id_option\s+'(gnulinux-[^']*)'")
RECOVERY = "-recovery-"
LINUX = re.compile(r"^\s*linux(?:efi|16)?\s+(\S+)\s*(.*\S|)\s*$")


@parsed_once
def parse_grub_cfg(text: str) -> Tuple[BootEntry, ...]:
    """Return this system's boot entries in a grub.cfg, without the recovery ones; the first is the default."""
    entries: List[BootEntry] = []
    name: Optional[str] = None
    for line in text.splitlines():
        menuentry = MENUENTRY.match(line)
        if menuentry:
            name = menuentry.group(1)
        elif line.lstrip().startswith("menuentry "):
            name = None
        linux = LINUX.match(line)
        if linux and name and RECOVERY not in name:
            # if /boot is a file system of its own, GRUB's path of the kernel does not have it
            kernel = "/boot/" + linux.group(1).rpartition("/")[2]
            entries.append(BootEntry(name, kernel, linux.group(2), not entries))
            name = None
    return tuple(entries)
