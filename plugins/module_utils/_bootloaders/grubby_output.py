# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads boot entries in the output of `grubby --info=ALL`."""

import re
from typing import Dict, List, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once

FIELD = re.compile(r"(\w+)=(.*)\Z")


@parsed_once
def parse_info(text: str, default_index: str) -> Tuple[BootEntry, ...]:
    """Return the boot entries that `grubby --info=ALL` prints, with root= put back in front of the arguments."""
    blocks: List[Dict[str, str]] = []
    for line in text.splitlines():
        match = FIELD.match(line)
        if not match:
            continue
        key, value = match.groups()
        if key == "index":
            blocks.append({})
        if blocks:
            blocks[-1][key] = value[1:-1] if value[:1] == '"' and value[-1:] == '"' else value
    return tuple(_entry(block, default_index) for block in blocks if "kernel" in block)


def _entry(block: Dict[str, str], default_index: str) -> BootEntry:
    """Return the boot entry in one block of grubby's output."""
    root = ["root=%s" % block["root"]] if "root" in block else []
    cmdline = " ".join(root + [block.get("args", "")]).strip()
    name = block.get("id") or block.get("title") or block["index"]
    return BootEntry(name, block["kernel"], cmdline, block["index"] == default_index.strip())
