# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The machine as it would be after planned changes of files: so check mode and a real run read the same."""

from typing import Any, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import FileChange


class PlannedHost:
    """Reads what the changes would write; everything else is the machine's."""

    def __init__(self, host: Any, changes: List[FileChange]) -> None:
        self._host = host
        self._texts = {change.path: change.after for change in changes}

    def __getattr__(self, name: str) -> Any:
        """Return whatever else the machine can do."""
        return getattr(self._host, name)

    def read(self, path: str) -> Optional[str]:
        """Return a file's text as planned."""
        return self._texts[path] if path in self._texts else self._host.read(path)
