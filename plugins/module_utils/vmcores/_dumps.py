# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Finding dumps under a directory, as kdumpctl and kdump-tools lay them out: by the names of files, never by folders.

Two crashes in one minute share a folder on Debian, and KDUMP_COREDIR itself also holds kdump_lock and kexec_cmd.
"""

import glob
import re
from typing import Any, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._host import FileFacts
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure

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


class File(NamedTuple):
    """A file with the facts that tell it from a later one of the same name."""

    path: str
    facts: FileFacts


class Found(NamedTuple):
    """The files of one dump; core is None where a crash left only its log."""

    directory: str
    core: Optional[File]
    dmesg: Optional[File]
    kexec_log: Optional[File]

    @property
    def files(self) -> List[File]:
        """Return those that are there."""
        return [file for file in (self.core, self.dmesg, self.kexec_log) if file]

    @property
    def mtime(self) -> float:
        """Return when the core was last written to, or else the newest of the others."""
        newest = self.core.facts.mtime_ns if self.core else max(file.facts.mtime_ns for file in self.files)
        return newest / 1e9


def part_of(name: str) -> Optional[Tuple[str, str]]:
    """Return (what it is, stamp) for the name of a dump's file, None for any other."""
    for what, pattern in KDUMPCTL + KDUMP_TOOLS:
        match = pattern.match(name)
        if match:
            return what, "".join(match.groups())
    return None


def find_dumps(host: Any, directory: str) -> List[Found]:
    """Return the dumps in a directory and in the directories right below it, the newest first."""
    directory = directory.rstrip("/") or "/"
    top = host.stat(directory)
    if top is None:
        return []
    if top.kind != "directory":
        raise Failure("cannot look for dumps in %s: it is not a directory" % directory, path=directory)
    entries = _entries(host, directory)
    found = _dumps_among(directory, [entry for entry in entries if entry.facts.kind == "file"])
    for entry in entries:
        if entry.facts.kind == "directory":
            below = [file for file in _entries(host, entry.path) if file.facts.kind == "file"]
            found += _dumps_among(entry.path, below)
    return sorted(found, key=lambda dump: dump.mtime, reverse=True)


def _entries(host: Any, directory: str) -> List[File]:
    """Return what a directory holds; a file that goes away meanwhile is left out."""
    if not host.may_list(directory):
        raise Failure("cannot look for dumps in %s: only root may look into it" % directory, path=directory)
    seen = [(path, host.stat(path)) for path in host.glob("%s/*" % glob.escape(directory.rstrip("/")))]
    return [File(path, facts) for path, facts in seen if facts]


def _dumps_among(directory: str, files: List[File]) -> List[Found]:
    """Return the dumps that some files of one directory make up."""
    parts = [(part_of(file.path.rsplit("/", 1)[1]), file) for file in files]
    known = [(part[0], part[1], file) for part, file in parts if part]
    cores = [(stamp, file) for what, stamp, file in known if what == "core"]
    used = {_dmesg_stamp(stamp, known) for stamp, dummy in cores}
    orphans = sorted({stamp for what, stamp, dummy in known if stamp not in used and what != "core"} - {"incomplete"})
    dumps = [_assemble(directory, core, _dmesg_stamp(stamp, known), known) for stamp, core in cores]
    return dumps + [_assemble(directory, None, stamp, known) for stamp in orphans]


def _dmesg_stamp(stamp: str, known: List[Tuple[str, str, File]]) -> str:
    """Return the stamp of the log beside a core.

    A core that is still called incomplete has no stamp yet: its log is the newest one that no other core claims.
    """
    if not stamp.endswith("incomplete"):
        return stamp
    tag = stamp[: -len("incomplete")]
    claimed = {other for what, other, dummy in known if what == "core"}
    logs = [other for what, other, dummy in known if what == "dmesg" and other.startswith(tag)]
    return max((log for log in logs if log not in claimed), default=stamp)


def _assemble(directory: str, core: Optional[File], stamp: str, known: List[Tuple[str, str, File]]) -> Found:
    """Return the dump whose other files carry a stamp."""
    dmesg = next((file for what, other, file in known if what == "dmesg" and other == stamp), None)
    log = next((file for what, other, file in known if what == "kexec_log" and other == stamp), None)
    return Found(directory, core, dmesg, log)
