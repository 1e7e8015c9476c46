# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""A host with a memory: each file is read and each command asked once, until the module acts."""

from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, Union

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import (
    Completed,
    Host,
    HostStandIn,
    command_failure,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

# The commands that only read, by their first words. Any other command may change what any file or command says:
# "stat -f" mounts what an automounter has there.
READING = (
    "blkid -p",
    "dmsetup status",
    "getent ahosts",
    "grubby --default-index",
    "grubby --info=ALL",
    "ip -o route get",
    "journalctl --no-pager",
    "kdumpctl get-default-crashkernel",
    "lsblk",
    "makedumpfile --mem-usage",
    "makedumpfile -v",
    "ssh -G",
    "ssh-keygen -y",
    "systemctl show",
    "uname -m",
)
# commands that only read if no further words follow
READING_AS_A_WHOLE = ("hostname", "hostname -I", "rpm-ostree kargs")
# files here change by themselves: the kernel and running programs keep them
LIVE = ("/proc/", "/sys/", "/run/")


class CachingHost(HostStandIn):
    """Keeps what was read until the module acts or waits.

    A write forgets that file, all files of /proc, /sys and /run, and every command's answer.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        # what a file holds (None: there is none), or why it cannot be read
        self._files: Dict[str, Union[bytes, Failure, None]] = {}
        self._answers: Dict[Tuple[str, ...], Completed] = {}

    def __getattr__(self, name: str) -> Any:
        """Return any other method of the wrapped host."""
        return getattr(self._host, name)

    def read(self, path: str) -> Optional[str]:
        """Return a file's text from the cache or the disk, None if it is not there; bytes other than UTF-8 survive."""
        raw = self.read_bytes(path)
        return None if raw is None else raw.decode("utf-8", "surrogateescape")

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        """Return a file's bytes from memory or disk (size -1: to its end), None if it does not exist."""
        if path not in self._files:
            if offset or size >= 0:
                return self._part(path, offset, size)
            try:
                self._files[path] = self._host.read_bytes(path)
            except Failure as failure:
                self._files[path] = failure
        known = self._files[path]
        if isinstance(known, Failure):
            raise known
        return known if known is None else known[offset:] if size < 0 else known[offset : offset + size]

    def _part(self, path: str, offset: int, size: int) -> Optional[bytes]:
        """Return a part of a file, and remember it if the part is the whole file."""
        raw = self._host.read_bytes(path, offset, size)
        if not offset and (raw is None or len(raw) < size):
            self._files[path] = raw
        return raw

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        """Run a command, or return its known answer if the command only reads."""
        if not only_reads(argv):
            try:
                return self._host.run(argv, timeout_s, check)
            finally:
                self._forget_all()
        key = tuple(argv)
        if key not in self._answers:
            self._answers[key] = self._host.run(argv, timeout_s, check=False)
        done = self._answers[key]
        if check and done.rc != 0:
            raise command_failure("the command failed", done)
        return done

    def wait_until(self, ready: Callable[[], bool], timeout_s: float, pause_s: float = 1.0) -> bool:
        """Return whether a condition became true within the limit; each check forgets the cache and reads again."""

        def seen() -> bool:
            self._forget_all()
            return ready()

        return self._host.wait_until(seen, timeout_s, pause_s)

    def lock(self, name: str) -> None:
        """Wait for the lock on this host, then forget the cache: another run may have changed what was read."""
        self._host.lock(name)
        self._forget_all()

    def write(self, path: str, text: str, mode: int = 0o644, backup: bool = False) -> Optional[str]:
        """Write a whole file, forget what was read of it, and return the backup's path, if one was asked for."""
        saved = self.write_all([FileContent(path, text, mode)], backup)
        return saved[0] if saved else None

    def write_all(self, contents: List[FileContent], backup: bool = False) -> List[str]:
        """Write or remove all files or none, forget what was read of them, and return the paths of the backups."""
        try:
            return self._host.write_all(contents, backup)
        finally:
            self._forget([content.path for content in contents])

    def copy(self, source: str, destination: str, mode: int) -> None:
        """Copy a file, its bytes and times, and forget what was read of the copy; it is complete or not there."""
        try:
            self._host.copy(source, destination, mode)
        finally:
            self._forget([destination])

    def remove(self, path: str) -> None:
        """Remove a file, and forget what was read of it; it is no error if it does not exist."""
        try:
            self._host.remove(path)
        finally:
            self._forget([path])

    def _forget_all(self) -> None:
        self._files.clear()
        self._answers.clear()

    def _forget(self, paths: Iterable[str]) -> None:
        """Drop what these written files may have changed: themselves, live files of the kernel, and all answers."""
        written = {self._host.real_path(path) for path in paths}.union(paths)
        self._answers.clear()
        self._files = {
            path: known
            for path, known in self._files.items()
            if not path.startswith(LIVE) and not {path, self._host.real_path(path)} & written
        }


def caching(host: Host) -> CachingHost:
    """Return a host with a memory around it; a host that has one is returned as it is."""
    return host if isinstance(host, CachingHost) else CachingHost(host)


def only_reads(argv: List[str]) -> bool:
    """Return whether a command is known to change nothing, so that its answer can be kept."""
    line = " ".join(argv)
    return line in READING_AS_A_WHOLE or any(line == known or line.startswith(known + " ") for known in READING)
