# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Finds dumps below a directory as kdumpctl and kdump-tools lay them out: by the names of files, never by folders.

Two crashes in one minute share a folder on Debian, and KDUMP_COREDIR itself also holds kdump_lock and kexec_cmd.
"""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import FileFacts, Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

# kdumpctl (dracut-kdump.sh, kdump-lib): one dump in a folder, so all of its files share the empty stamp
KDUMPCTL = (
    ("core", re.compile(r"vmcore(?:\.flat)?(?:-incomplete)?()\Z")),
    ("dmesg", re.compile(r"vmcore-dmesg(?:-incomplete)?\.txt()\Z")),
    ("kexec_log", re.compile(r"kexec-dmesg\.log()\Z")),
)
# kdump-tools (kdump-config savecore): a stamp of the minute; over FTP the host's tag comes first, in one flat folder
KDUMP_TOOLS = (
    ("core", re.compile(r"((?:.+-)?)(?:dump|vmcore)\.(\d{12})(?:\.(?:gz|bz2|lz4|xz))?\Z")),
    ("core", re.compile(r"((?:.+-)?)(?:dump|vmcore)-(incomplete)(?:\.(?:gz|bz2|lz4|xz))?\Z")),
    ("dmesg", re.compile(r"((?:.+-)?)dmesg\.(\d{12})\Z")),
)


class FileVersion(NamedTuple):
    """A file of a dump, with the facts that distinguish it from a later file of the same name."""

    path: str
    facts: FileFacts


class DirectoryEntry(NamedTuple):
    """What a directory of dumps holds at a path; trouble says why it cannot be read."""

    path: str
    facts: FileFacts
    trouble: Optional[str]


# the facts of a file that cannot be read
UNSEEN = FileFacts("unseen", 0, 0, 0, 0, 0)
# the files of a directory, by what they are and by their stamp
Parts = Dict[Tuple[str, str], FileVersion]


class Found(NamedTuple):
    """The files of one dump; core is None if a crash left only its log.

    trouble says why the core, or the directory if there is no core, cannot be read.
    """

    directory: str
    core: Optional[FileVersion]
    dmesg: Optional[FileVersion]
    kexec_log: Optional[FileVersion]
    trouble: Optional[str] = None

    @property
    def files(self) -> List[FileVersion]:
        """Return the files of the dump that exist."""
        return [file for file in (self.core, self.dmesg, self.kexec_log) if file]

    @property
    def mtime(self) -> float:
        """Return when the dump's core, or without one its newest other file, was last written to."""
        files = [self.core] if self.core else self.files
        return max([file.facts.mtime_ns for file in files], default=0) / 1e9

    @property
    def facts(self) -> FileFacts:
        """Return the facts of the file by which a dump is found: it gives the dump its path."""
        return next((file.facts for file in self.files), UNSEEN)

    @property
    def path(self) -> str:
        """Return the dump's path: of its core, else of its first other file, else of its directory."""
        return next((file.path for file in self.files), self.directory)


def part_of(name: str) -> Optional[Tuple[str, str]]:
    """Return (what it is, stamp) for the file name of a dump's core or log, None for any other name."""
    for what, pattern in KDUMPCTL + KDUMP_TOOLS:
        match = pattern.match(name)
        if match:
            return what, "".join(match.groups())
    return None


def find_dumps(host: Host, directory: str) -> List[Found]:
    """Return the dumps in a directory and in the directories right below it, the newest first.

    What cannot be read counts as a dump, with the reason. Failure is raised for the directory itself, and without root
    also for those below it.
    """
    directory = directory.rstrip("/") or "/"
    top = host.stat(directory)
    if top is None:
        return []
    if top.kind != "directory":
        raise Failure("cannot look for dumps in %s: it is not a directory" % directory, path=directory)
    files = _files(host, directory)
    found = _dumps_among(directory, files)
    for file in files:
        if file.facts.kind in ("directory", "unseen") and not _is_core(file):
            found += _dumps_below(host, file)
    return sorted(found, key=lambda dump: dump.mtime, reverse=True)


def _is_core(file: DirectoryEntry) -> bool:
    """Return whether a path has the file name of a dump's core."""
    part = part_of(file.path.rsplit("/", 1)[1])
    return part is not None and part[0] == "core"


def _dumps_below(host: Host, entry: DirectoryEntry) -> List[Found]:
    """Return the dumps in a directory below; one that cannot be read counts as a dump, with the reason."""
    if entry.trouble:
        return [Found(entry.path, None, None, None, entry.trouble)]
    try:
        return _dumps_among(entry.path, _files(host, entry.path))
    except Failure as failure:
        # without root each of them is closed, so the task fails and says so
        if not host.is_root():
            raise
        return [Found(entry.path, None, None, None, failure.msg)]


def _files(host: Host, directory: str) -> List[DirectoryEntry]:
    """Return the entries of a directory of dumps; a file that vanishes meanwhile is left out."""
    if not host.may_list(directory):
        raise Failure("cannot look for dumps in %s: only root may look into it" % directory, path=directory)
    seen = [_entry(host, path) for path in host.entries(directory)]
    return [entry for entry in seen if entry]


def _entry(host: Host, path: str) -> Optional[DirectoryEntry]:
    """Return the entry of a directory of dumps at a path, None if there is nothing."""
    try:
        facts = host.stat(path)
    except Failure as failure:
        return DirectoryEntry(path, UNSEEN, failure.msg)
    if facts:
        return DirectoryEntry(path, facts, None)
    # a TolerantHost raises nothing: it notes what it cannot read
    trouble = getattr(host, "unseen", {}).get(path)
    return DirectoryEntry(path, UNSEEN, trouble) if trouble else None


def _dumps_among(directory: str, files: List[DirectoryEntry]) -> List[Found]:
    """Return the dumps that the files of one directory make up."""
    parts = {}  # type: Parts
    cores = []  # type: List[Tuple[str, DirectoryEntry]]
    for file in files:
        part = part_of(file.path.rsplit("/", 1)[1]) if file.facts.kind in ("file", "unseen") else None
        if part and part[0] == "core":
            cores.append((part[1], file))
        elif part and not file.trouble:
            parts.setdefault(part, FileVersion(file.path, file.facts))
    claimed = {stamp for stamp, dummy in cores}
    free = sorted(stamp for what, stamp in parts if what == "dmesg" and stamp not in claimed)
    stamps = [_log_stamp(stamp, free) for stamp, dummy in cores]
    orphans = sorted({stamp for dummy, stamp in parts} - set(stamps) - {"incomplete"})
    dumps = [_assemble(directory, core, stamp, parts) for stamp, (dummy, core) in zip(stamps, cores)]
    return dumps + [_assemble(directory, None, stamp, parts) for stamp in orphans]


def _log_stamp(stamp: str, free: List[str]) -> str:
    """Return the stamp of a core's log; free are the stamps that no core claims by its name, in order.

    A core that is still called incomplete has no stamp yet: its log is the newest that no other core claims.
    """
    if not stamp.endswith("incomplete"):
        return stamp
    tag = stamp[: -len("incomplete")]
    return next((log for log in reversed(free) if log.startswith(tag)), stamp)


def _assemble(directory: str, core: Optional[DirectoryEntry], stamp: str, parts: Parts) -> Found:
    """Return the dump of a core and the logs that carry a stamp."""
    others = (parts.get(("dmesg", stamp)), parts.get(("kexec_log", stamp)))
    if core is None:
        return Found(directory, None, *others)
    return Found(directory, FileVersion(core.path, core.facts), *others, trouble=core.trouble)


def is_unfinished(path: str) -> bool:
    """Return whether the name of a core that was found says that it is still being written, or was never finished."""
    return "incomplete" in path.rsplit("/", 1)[1]
