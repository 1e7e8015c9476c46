# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Drop-in directories such as modprobe.d and sysctl.d, read by the rules of systemd, modprobe and dracut."""

from typing import Dict, Iterable, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.natural_order import natural


class DropIn(NamedTuple):
    """A file of a drop-in directory: the name by which it is sorted, and its path."""

    name: str
    path: str


def drop_ins(host: Host, directories: Iterable[str], suffix: str = ".conf") -> List[DropIn]:
    """Return the drop-in files that count, sorted by name; a file hides its namesakes in later directories.

    Hidden files (.name) and links that lead nowhere are skipped.
    """
    first: Dict[str, str] = {}
    for directory in directories:
        for path in host.glob("%s/*%s" % (directory, suffix)):
            name = path.rpartition("/")[2]
            if not name.startswith(".") and _is_there(host, path):
                first.setdefault(name, path)
    return [DropIn(name, first[name]) for name in sorted(first)]


def _is_there(host: Host, path: str) -> bool:
    """Return whether a drop-in exists; so does a link to /dev/null, by which administrators hide a package's file."""
    return host.stat(path) is not None or host.real_path(path) == "/dev/null"


def by_version(found: List[DropIn]) -> List[DropIn]:
    """Return drop-in files in the order of `sort -V`, as dracut reads them: 9-a comes before 10-a."""
    return sorted(found, key=lambda one: natural(one.name))
