# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The machine as far as it can be seen: what cannot be read counts as absent, and is noted with the reason."""

from typing import Any, Callable, Dict, Optional, TypeVar

from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure

Seen = TypeVar("Seen")


class SeeingHost:
    """Reads each file once. `unseen` holds what could not be looked at, and why: no rights, rubbish, no answer."""

    def __init__(self, host: Any) -> None:
        self._host = host
        self._texts: Dict[str, Optional[str]] = {}
        self.unseen: Dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        """Return whatever else the machine can do."""
        return getattr(self._host, name)

    def attempt(self, what: str, look: Callable[[], Seen], otherwise: Seen) -> Seen:
        """Return what a look gives, or `otherwise` where it fails, which is noted under a name."""
        try:
            return look()
        except Failure as failure:
            self.unseen[what] = failure.msg
            return otherwise

    def read(self, path: str) -> Optional[str]:
        """Return a file's text, None where there is none to be seen."""
        if path not in self._texts:
            self._texts[path] = self.attempt(path, lambda: self._host.read(path), None)
        return self._texts[path]

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        """Return a file's bytes, None where there are none to be seen."""
        return self.attempt(path, lambda: self._host.read_bytes(path, offset, size), None)

    def stat(self, path: str) -> Any:
        """Return the facts of a path, None where there is nothing to be seen."""
        return self.attempt(path, lambda: self._host.stat(path), None)
