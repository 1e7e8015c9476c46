# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The files and units that the role brings to a host, compared with what its tasks would write."""

import hashlib
from typing import Any, Dict, Mapping, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import read_unit

DIRECTORY = "/etc/crashops-kdump"
UNITS = "/etc/systemd/system"


class Expected(NamedTuple):
    """What the role's tasks would write: digests of files by part, stack and path, and of the metrics program."""

    files: Mapping[str, Mapping[str, Mapping[str, str]]] = {}
    program: str = ""

    def of(self, part: str, stack_name: str) -> Mapping[str, str]:
        """Return by path the digests of the role's own files of one part, which setup compares with a host's."""
        return self.files.get(part, {}).get(stack_name, {})


NO_FILES = Expected()


def digest(content: bytes) -> str:
    """Return the digest by which setup compares the role's own files."""
    return hashlib.sha256(content).hexdigest()


def is_as_expected(host: Host, path: str, expected: str, mode: int = 0o644) -> bool:
    """Return whether a file has the content and the mode that the role's task would give it."""
    content, seen = host.read_bytes(path), host.stat(path)
    return content is not None and seen is not None and seen.mode == mode and digest(content) == expected


def are_as_expected(host: Host, files: Mapping[str, str]) -> bool:
    """Return whether setup finds all of the role's own files as its tasks would write them."""
    return all(is_as_expected(host, path, expected) for path, expected in files.items())


def runs(host: Host, unit: str) -> bool:
    """Return whether a unit of the role's own is active and starts at every boot."""
    found = read_unit(host, unit)
    return found.enabled and found.active


def any_exists(host: Host, paths: Any) -> bool:
    """Return whether the host has any of the role's own files at these paths."""
    return any(host.stat(path) is not None for path in paths)


def part(needed: bool, state: str, **more: Any) -> Dict[str, Any]:
    """Return a plan's part for some of the role's own files; its tasks run only where they change something."""
    return dict(more, needed=needed, changes=needed, state=state)
