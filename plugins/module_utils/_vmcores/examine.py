# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Examines one dump that was found: what its header says, whether it is complete, and when the kernel crashed."""

from typing import NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import moment
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import dmesg, formats, trusted_files
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.find import FileVersion, Found, is_unfinished
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import (
    Header,
    OutOfTime,
    Read,
    Readability,
    Unread,
    Verdict,
)

# pages that are unpacked where a dump is read to its end
SAMPLE = 512
UNFINISHED = "its name says that it is still being written, or was never finished"


class OpenedDump(NamedTuple):
    """A dump that was found, a reader of its core, the core's header, and the time at which that was read."""

    found: Found
    read: Optional[Read]
    header: Header
    now: float

    @property
    def crash_time(self) -> float:
        """Return when the kernel of the examined dump crashed: by its header if possible, else by the file's time."""
        told = self.header.crash_time
        return told if told and trusted_files.is_possible(told, self.now) else moment(self.found.mtime) or 0.0


def reader(host: Host, file: FileVersion, deadline: float) -> Read:
    """Return a reader of a dump's file; it raises OutOfTime after the deadline."""
    path = file.path

    def read(offset: int, size: int) -> bytes:
        if host.now() > deadline:
            raise OutOfTime
        # rubbish may name an offset that no file system has
        if size <= 0 or not 0 <= offset < file.facts.size:
            return b""
        try:
            data = host.read_piece(path, offset, size)
        except Failure as failure:
            raise Unread(failure.msg)
        if data is None:
            raise Unread("%s could not be read" % path)
        return data

    return read


def look(host: Host, found: Found, deadline: float) -> OpenedDump:
    """Return a dump with what its header says; that takes a few reads, whatever the dump's size."""
    if found.core is None or found.trouble:
        return OpenedDump(found, None, Header(), host.now())
    read = reader(host, found.core, deadline)
    try:
        return OpenedDump(found, read, formats.dump_header(read, found.core.facts.size), host.now())
    except Unread:
        return OpenedDump(found, read, Header(), host.now())


def judged(seen: OpenedDump, log: str, most: int) -> Tuple[Verdict, Readability]:
    """Return whether a dump is complete, and whether a sample of at most `most` pages can be read.

    The log next to it must be of the same kernel.
    """
    core = seen.found.core
    if seen.found.trouble:
        return formats.unread(seen.found.trouble)
    if core is None or seen.read is None:
        return Verdict(False, "there is no dump, only what was saved next to it"), formats.NOT_COMPLETE
    verdict, content = formats.judged(seen.read, core.facts.size, most)
    if verdict.complete is False:
        return verdict, content
    if is_unfinished(core.path):
        return Verdict(False, UNFINISHED), formats.NOT_COMPLETE
    named, logged = seen.header.kernel, dmesg.kernel_release(log)
    if named and logged and named != logged:
        content = Readability(False, "it is of the kernel %s, the log next to it of %s" % (named, logged))
    return verdict, content


def identity(seen: OpenedDump) -> str:
    """Return what identifies a dump that is examined: a later crash in the same minute takes the same path."""
    facts = seen.found.facts
    when = seen.header.crash_time or 0
    return "%s:%d:%d:%d" % (seen.found.path, facts.size, facts.mtime_ns // 10**9, when)
