# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Modules of the kernel: those that are loaded, as /proc/modules shows them."""

from typing import Any, Dict, List, NamedTuple

PROC_MODULES = "/proc/modules"


class Loaded(NamedTuple):
    """A loaded module: its size in bytes, how often it is in use, and the modules that use it."""

    size: int
    uses: int
    users: List[str]


def loaded_modules(host: Any) -> Dict[str, Loaded]:
    """Return the loaded modules by name; what is built into the kernel is none of them."""
    found = {}  # type: Dict[str, Loaded]
    for line in (host.read(PROC_MODULES) or "").splitlines():
        words = line.split(" ")
        if len(words) > 3 and words[1].isdigit():
            uses = int(words[2]) if words[2].isdigit() else 0
            users = [name for name in words[3].split(",") if name and name != "-"]
            found[words[0]] = Loaded(int(words[1]), uses, users)
    return found


def plain(name: str) -> str:
    """Return a module's name as /proc/modules has it."""
    return name.replace("-", "_")
