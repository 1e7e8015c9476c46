# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""A host that asks the server of a network file system before it reads there: access to a dead one hangs for ever."""

import re
from typing import Any, Callable, Dict, List, Optional, Sequence, TypeVar

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import FileFacts, Host, HostStandIn, Space
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

Seen = TypeVar("Seen")


class AskingHost(HostStandIn):
    """Reads as a Host does, but raises Failure for what lies on a mount whose server does not answer.

    The server of a mounted file system is asked once, within timeout_s seconds.
    """

    def __init__(self, host: Host, timeout_s: int) -> None:
        self._host = host
        self._timeout_s = timeout_s
        # all mounts where any is of a server, else none
        self._remote: Optional[Sequence[mounts.Mount]] = None
        self._answering: List[str] = []
        self._silent: Dict[str, str] = {}
        # the last path that was asked for: a dump is read in many pieces
        self._asked = ""

    def __getattr__(self, name: str) -> Any:
        """Return any other method of the wrapped host."""
        return getattr(self._host, name)

    def read(self, path: str) -> Optional[str]:
        """Return a file's text, None if it does not exist."""
        text: Optional[str] = self._look(path, self._host.read, None)
        return text

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        """Return a file's bytes, None if it does not exist."""
        return self._look(path, lambda path: self._host.read_bytes(path, offset, size), None)

    def read_piece(self, path: str, offset: int, size: int) -> Optional[bytes]:
        """Return some bytes of a regular file, None if it does not exist."""
        return self._look(path, lambda path: self._host.read_piece(path, offset, size), None)

    def stat(self, path: str) -> Optional[FileFacts]:
        """Return what stat says about a path, None if it does not exist."""
        return self._look(path, self._host.stat, None)

    def real_path(self, path: str) -> str:
        """Return the path with every symbolic link followed."""
        return self._look(path, self._host.real_path, path)

    def glob(self, pattern: str) -> List[str]:
        """Return the paths that match a shell pattern."""
        fixed = re.split(r"[*?\[]", pattern)[0].rpartition("/")[0]
        return self._look(fixed or "/", lambda dummy: self._host.glob(pattern), [])

    def space(self, path: str) -> Optional[Space]:
        """Return the free space under a path."""
        return self._look(path, self._host.space, None)

    def label(self, path: str) -> Optional[str]:
        """Return the SELinux context of a path; None if it has none."""
        return self._look(path, self._host.label, None)

    def _look(self, path: str, look: Callable[[str], Seen], otherwise: Seen) -> Seen:
        """Return what a look at a path gives, after the servers on the way have answered; Failure where one is gone."""
        self._ask_servers(path)
        return look(path)

    def _ask_servers(self, path: str) -> None:
        """Ask the server of each network mount before a read; raise Failure if one does not answer."""
        if path == self._asked:
            return
        mount = self._unasked(path)
        while mount is not None:
            if mount.point not in self._silent:
                self._ask(mount)
            if mount.point in self._silent:
                raise Failure(self._silent[mount.point])
            mount = self._unasked(path)
        self._asked = path

    def _unasked(self, path: str) -> Optional[mounts.Mount]:
        """Return the first mount on the way to a path whose server must be asked before a read."""
        if self._remote is None:
            found = mounts.mounts_of(self._host)
            self._remote = found if any(mounts.is_remote(mount) for mount in found) else ()
        return mounts.remote_on_way(self._host, self._remote, path, self._answering) if self._remote else None

    def _ask(self, mount: mounts.Mount) -> None:
        """Note as unread what lies on a mount whose server does not answer a command that a time limit can stop."""
        try:
            self._host.run(["stat", "-f", "-c", "%T", mount.point], timeout_s=self._timeout_s)
        except Failure as failure:
            words = "%s, mounted on %s, does not answer: %s"
            self._silent[mount.point] = words % (mount.source, mount.point, failure.msg)
        else:
            self._answering.append(mount.point)
