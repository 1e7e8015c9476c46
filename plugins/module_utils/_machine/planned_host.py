# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The machine after planned changes of files, so that check mode and a real run read the same."""

from typing import Any, List, Optional, Sequence

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import FileFacts, Host, HostStandIn
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import FileChange

# the modes of a file and a directory that do not exist yet
FILE_MODE, DIRECTORY_MODE = 0o644, 0o700


class PlannedHost(HostStandIn):
    """Reads planned texts, and shows planned directories as if they existed; all else comes from the real host."""

    def __init__(self, host: Host, changes: List[FileChange], directories: Sequence[str] = ()) -> None:
        self._host = host
        self._texts = {change.path: change.after for change in changes}
        self._directories = [path for path in directories if host.stat(path) is None]

    def __getattr__(self, name: str) -> Any:
        """Return any other method of the wrapped host."""
        return getattr(self._host, name)

    def read(self, path: str) -> Optional[str]:
        """Return a file's text as planned, or as it is if no change of it is planned."""
        return self._texts[path] if path in self._texts else self._host.read(path)

    def stat(self, path: str) -> Optional[FileFacts]:
        """Return what stat would say after the changes: a planned file is newer than all existing ones."""
        now_ns = int(self._host.now() * 1e9)
        if path in self._directories:
            return FileFacts("directory", DIRECTORY_MODE, 0, 0, 4096, now_ns)
        seen = self._host.stat(path)
        if path not in self._texts:
            return seen
        text = self._texts[path]
        if text is None:
            return None
        size = len(text.encode("utf-8", "surrogateescape"))
        known = seen or FileFacts("file", FILE_MODE, 0, 0, size, now_ns)
        return known._replace(size=size, mtime_ns=now_ns, ctime_ns=now_ns)
