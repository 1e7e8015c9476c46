# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine made of dictionaries: files by path, command outputs by argv. An unexpected command fails the test."""

import fnmatch
from typing import Any, Callable, Dict, List, Mapping, Optional, Set, Tuple, Union

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import (
    KERNEL_FILES,
    Completed,
    FileFacts,
    HostStandIn,
    Space,
    command_failure,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

# what a command answers: its stdout, (rc, stdout, stderr), or a function of the host that acts and answers one of these
Answer = Union[str, Tuple[int, str, str], Callable[["FakeHost"], Any]]
PATH_MAX = 4096
START = 1700000000.0
UPTIME = 10000.0


class FakeHost(HostStandIn):
    """Has the methods of Host. `written`, `removed` and `commands` tell what was done to it."""

    def __init__(
        self,
        files: Optional[Mapping[str, Union[str, bytes]]] = None,
        commands: Optional[Mapping[str, Answer]] = None,
        directories: Optional[Mapping[str, int]] = None,
        programs: Optional[List[str]] = None,
    ) -> None:
        self.files: Dict[str, Any] = dict(files or {})
        self.answers = dict(commands or {})
        self.directories = dict(directories or {})
        self.programs = list(programs or [])
        self.modes: Dict[str, int] = {}
        self.kinds: Dict[str, str] = {}
        self.links: Dict[str, str] = {}
        self.mtimes: Dict[str, float] = {}
        self.free: Dict[str, int] = {}
        self.labels: Dict[str, str] = {}
        self.owners: Dict[str, int] = {}
        self.root = True
        self.ctimes: Dict[str, float] = {}
        self.closed: Set[str] = set()
        self.refused: Dict[str, str] = {}
        self.connected: List[Tuple[str, int]] = []
        self.commands: List[List[str]] = []
        self.written: List[str] = []
        self.removed: List[str] = []
        self.unwritable: Dict[str, str] = {}
        self.clock = START
        self.suspended = 0.0

    def replace_methods(self, **functions: Callable[..., Any]) -> None:
        """Let functions of a test answer in place of methods."""
        for name, function in functions.items():
            if not callable(getattr(self, name)):
                raise AssertionError("%s is no method" % name)
            setattr(self, name, function)

    def watch(self, method: str) -> List[str]:
        """Return a list that will hold the path of each call of a method."""
        paths: List[str] = []
        plain = getattr(self, method)

        def noted(path: str, *more: Any) -> Any:
            paths.append(path)
            return plain(path, *more)

        self.replace_methods(**{method: noted})
        return paths

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        """Return a file's bytes; text is kept as text in `files`."""
        if path.startswith(("/proc/", "/sys/")) and not path.startswith(KERNEL_FILES):
            raise AssertionError("the real host refuses to read %s: add it to KERNEL_FILES of _machine/host.py" % path)
        data = self._content(path)
        return data if data is None else data[offset:] if size < 0 else data[offset : offset + size]

    def _content(self, path: str) -> Optional[bytes]:
        """Return a file's bytes, whether it would be read or not."""
        content = self.files.get(self.real_path(path))
        if content is None:
            return None
        return content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")

    def read_piece(self, path: str, offset: int, size: int) -> Optional[bytes]:
        """Return some bytes of a file."""
        return self.read_bytes(path, offset, size)

    def read(self, path: str) -> Optional[str]:
        """Return a file's text."""
        content = self.read_bytes(path)
        return None if content is None else content.decode("utf-8", "surrogateescape")

    def stat(self, path: str) -> Optional[FileFacts]:
        """Return a path's facts; the mode is 0644 or 0755 where the test says nothing."""
        path = self.real_path(path)
        mtime_ns = int(self.mtimes.get(path, START) * 1e9)
        if path in self.directories:
            return FileFacts("directory", self.directories[path], self.owners.get(path, 0), 0, 4096, mtime_ns)
        content = self._content(path)
        if content is None:
            return None
        ctime_ns = int(self.ctimes.get(path, self.mtimes.get(path, START)) * 1e9)
        mode = self.modes.get(path, 0o644)
        owner = self.owners.get(path, 0)
        return FileFacts(self.kinds.get(path, "file"), mode, owner, 0, len(content), mtime_ns, ctime_ns)

    def mtime_ns(self, path: str) -> int:
        """Return the time of a path that is there."""
        found = self.stat(path)
        assert found is not None, "%s is not there" % path
        return found.mtime_ns

    def real_path(self, path: str) -> str:
        """Return what `links` makes of a path."""
        return self.links.get(path, path)

    def link(self, path: str) -> Optional[str]:
        """Return what `links` says of a path."""
        return self.links.get(path)

    def glob(self, pattern: str) -> List[str]:
        """Return the files and directories that match; like a shell's, a star does not cross a slash."""
        # Linux has no longer paths, and fnmatch makes a slow expression of a long pattern
        found = set(self.files) | set(self.directories) if len(pattern) <= PATH_MAX else set()
        depth = pattern.count("/")
        return sorted(path for path in found if path.count("/") == depth and fnmatch.fnmatchcase(path, pattern))

    def entries(self, directory: str) -> List[str]:
        """Return the files and directories that lie in a directory."""
        start = directory.rstrip("/") + "/"
        below = [path for path in set(self.files) | set(self.directories) if path.startswith(start) and path != start]
        return sorted(path for path in below if "/" not in path[len(start) :])

    def may_list(self, directory: str) -> bool:
        """Return whether a directory is not among the `closed` ones."""
        return directory not in self.closed

    def space(self, path: str) -> Optional[Space]:
        """Return what `free` says of a path: bytes, on a file system of 8 GiB."""
        return Space(self.free[path], 8 << 30, 1000) if path in self.free else None

    def refuses(self, address: str, port: int, timeout_s: float) -> Optional[str]:
        """Return what `refused` says of an address; where it says nothing, somebody answers."""
        self.connected.append((address, port))
        return self.refused.get(address)

    def lock(self, name: str) -> None:
        """Let a module change the host alone; no two of them share a host that is made of dictionaries."""

    def unlock(self) -> None:
        """End that."""

    def is_root(self) -> bool:
        """Return what `root` says."""
        return self.root

    def label(self, path: str) -> Optional[str]:
        """Return what `labels` says of a path."""
        return self.labels.get(path)

    def now(self) -> float:
        """Return the fake clock; waiting moves it on."""
        return self.clock

    def monotonic(self) -> float:
        """Return the fake clock of a machine that was up for 10000 seconds at START."""
        return self.clock - START + UPTIME

    def boot_time(self) -> float:
        """Return when the machine was booted, by the fake clock; it was suspended for `suspended` seconds since."""
        return self.now() - self.monotonic() - self.suspended

    def wait_until(self, ready: Callable[[], bool], timeout_s: float, pause_s: float = 1.0) -> bool:
        """Return whether something becomes true; the time that passes is not real."""
        end = self.clock + timeout_s
        while not ready():
            if self.clock >= end:
                return False
            self.clock += pause_s
        return True

    def which(self, name: str) -> Optional[str]:
        """Return a place for the programs that the test lists."""
        return "/usr/sbin/%s" % name if name in self.programs else None

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        """Answer a command from the test's dictionary."""
        self.commands.append(list(argv))
        line = " ".join(argv)
        if line not in self.answers:
            raise AssertionError("unexpected command: %s" % line)
        answer = self.answers[line]
        if callable(answer):
            answer = answer(self)
        rc, stdout, stderr = answer if isinstance(answer, tuple) else (0, answer or "", "")
        done = Completed(list(argv), rc, stdout, stderr)
        if check and rc != 0:
            raise command_failure("the command failed", done)
        return done

    def write(self, path: str, text: str, mode: int = 0o644, backup: bool = False) -> Optional[str]:
        """Keep a text, and that it was written."""
        saved = self.write_all([FileContent(path, text, mode)], backup)
        return saved[0] if saved else None

    def write_all(self, contents: List[FileContent], backup: bool = False) -> List[str]:
        """Keep all texts or none; a path in `unwritable` is refused with the words there."""
        paths = [self.real_path(content.path) for content in contents]
        for path in paths:
            if path in self.unwritable:
                raise Failure("cannot write %s: %s" % (path, self.unwritable[path]), path=path)
        saved = [path for path in paths if backup and path in self.files]
        for path in saved:
            self.files[path + ".backup"] = self.files[path]
        for path, content in zip(paths, contents):
            self._put(path, content)
        return [path + ".backup" for path in saved]

    def _put(self, path: str, content: FileContent) -> None:
        """Keep one text, or forget the file, as the last step of a write."""
        if content.text is None:
            self.remove(path)
            return
        self.modes.setdefault(path, content.mode)
        self.files[path] = content.text
        self.mtimes[path] = self.clock if content.mtime_ns is None else content.mtime_ns / 1e9
        self.written.append(path)

    def copy(self, source: str, destination: str, mode: int) -> None:
        """Keep a copy of a file, its time with it; a path in `unwritable` is refused with the words there."""
        if destination in self.unwritable:
            raise Failure("cannot copy to %s: %s" % (destination, self.unwritable[destination]), path=destination)
        self.files[destination], self.modes[destination] = self.files[source], mode
        self.mtimes[destination] = self.mtimes.get(source, START)
        self.written.append(destination)

    def remove(self, path: str) -> None:
        """Forget a file."""
        if self.files.pop(path, None) is not None:
            self.removed.append(path)

    def remove_directory(self, path: str) -> None:
        """Forget a directory that holds nothing."""
        if path in self.directories and not self.entries(path):
            del self.directories[path]
            self.removed.append(path)

    def make_directory(self, path: str, mode: int) -> None:
        """Keep a directory's mode."""
        self.directories[path] = mode
        self.written.append(path)

    def set_mtime(self, path: str, mtime_ns: Optional[int] = None) -> None:
        """Keep a file's time."""
        self.mtimes[path] = self.clock if mtime_ns is None else mtime_ns / 1e9
        self.written.append(path)
