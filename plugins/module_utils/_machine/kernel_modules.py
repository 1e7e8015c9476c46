# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Kernel modules: which are loaded, and which names of modules a kernel knows."""

import fnmatch
import re
from typing import Dict, FrozenSet, Iterable, List, NamedTuple, Optional, Pattern, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.dropin_directories import drop_ins
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

PROC_MODULES = "/proc/modules"
# where depmod writes what a kernel has
FOLDER = "/lib/modules/%s/"
DEPENDENCIES, BUILT_IN = "modules.dep", "modules.builtin"
ALIASES, BUILT_IN_INFO = "modules.alias", "modules.builtin.modinfo"
FILE = re.compile(r"^(?:[^\s:]*/)?([^/\s:]+)\.ko(?:\.\w+)?(?=:|$)", re.MULTILINE)
ENDING = re.compile(r"\.ko(?:\.(?:xz|gz|zst))?\Z")
ALIAS = re.compile(r"^alias[ \t]+(\S+)[ \t]", re.MULTILINE)
BUILT_IN_ALIAS = re.compile(r"(?:^|\0)[^\0=]+\.alias=([^\0]+)")
# a file of an earlier directory hides its namesakes
MODPROBE = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")
MODPROBE_NAME = re.compile(r"^[ \t]*(?:alias|install)[ \t]+(\S+)", re.MULTILINE)


class Loaded(NamedTuple):
    """A loaded kernel module: its size in bytes, its use count, and the modules that use it."""

    size: int
    uses: int
    users: Tuple[str, ...]


def loaded_modules(host: Host) -> Dict[str, Loaded]:
    """Return the loaded kernel modules by name; built-in ones are not among them."""
    return dict(_loaded(host.read(PROC_MODULES) or ""))


@parsed_once
def _loaded(text: str) -> Tuple[Tuple[str, Loaded], ...]:
    """Return the modules that a text of /proc/modules lists, each with its name."""
    found = {}  # type: Dict[str, Loaded]
    for line in text.splitlines():
        words = line.split(" ")
        size = whole(words[1]) if len(words) > 3 else None
        if size is not None:
            uses = whole(words[2]) or 0
            users = tuple(name for name in words[3].split(",") if name and name != "-")
            found[words[0]] = Loaded(size, uses, users)
    return tuple(found.items())


def plain(name: str) -> str:
    """Return a kernel module's name as /proc/modules writes it: with _ for each -."""
    return name.replace("-", "_")


def unknown_modules(host: Host, release: str, names: Iterable[str]) -> Optional[List[str]]:
    """Return the names that are no module, built-in module or alias of a kernel; None if depmod's list is missing.

    Names are looked up as dracut does it. To dracut, = begins a directory and / begins a file.
    """
    asked = [name for name in names if name[:1] not in ("=", "/")]
    files = host.read(FOLDER % release + DEPENDENCIES)
    if files is None:
        return None
    known = _names_of(files) | _names_of(host.read(FOLDER % release + BUILT_IN) or "")
    left = [name for name in asked if plain(ENDING.sub("", name)) not in known]
    if not left:
        return []
    patterns = _aliases(host, release)
    return [name for name in left if not any(_fits(plain(name), one) for one in patterns)]


def _fits(name: str, pattern: str) -> bool:
    """Return whether an alias pattern matches a module's name.

    The part before the first wildcard is compared first, for speed.
    """
    return name.startswith(re.split(r"[*?\[]", pattern, maxsplit=1)[0]) and fnmatch.fnmatchcase(name, pattern)


@parsed_once
def _names_of(text: str) -> FrozenSet[str]:
    """Return the kernel modules whose files begin the lines of modules.dep or modules.builtin."""
    return frozenset(plain(match.group(1)) for match in FILE.finditer(text))


def _aliases(host: Host, release: str) -> List[str]:
    """Return the alias patterns of a kernel's modules, from depmod's files and modprobe.d."""
    found = list(_named(host.read(FOLDER % release + ALIASES) or "", ALIAS))
    found += _named(host.read(FOLDER % release + BUILT_IN_INFO) or "", BUILT_IN_ALIAS)
    for one in drop_ins(host, MODPROBE):
        found += _named(host.read(one.path) or "", MODPROBE_NAME)
    return found


@parsed_once
def _named(text: str, pattern: Pattern[str]) -> Tuple[str, ...]:
    """Return the module names or aliases that a pattern finds in a text."""
    return tuple(plain(name) for name in pattern.findall(text))
