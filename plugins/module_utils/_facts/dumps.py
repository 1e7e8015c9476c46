# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The dumps on this host: how many and how large, which are incomplete, and what the newest says of its crash."""

from typing import List, NamedTuple, Optional, Sequence, Set

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import hostname
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import dmesg, formats, trusted_files
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.dmesg import booted_with, dmesg_text
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.examine import OpenedDump, judged, look
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.find import Found, find_dumps
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import Verdict

# older ones than these are counted, and not opened
OPENED = 20
LIMIT_S = 10.0
# what a kernel is called before its host has a name
NO_NAMES = ("", "localhost", "(none)")
NOT_OF_THIS_HOST = "other hosts may dump here, and it does not name this host"
NOT_OPENED = Verdict(None, "the %d newest were looked into, and this is an older one" % OPENED)
# so many pages are read of each
CONTENT_PAGES = 64


class Dump(NamedTuple):
    """One dump on this host: its core (or else its directory), whether it is complete (None: not judged), and why.

    readable: whether a sample of its pages can be decompressed (None: not judged); readable_reason: what was read or is
    wrong. crashkernel: the values that the kernel which died was booted with; None where its log does not show them.
    doubt: how others than root could have put the dump there. of_user: an ordinary user owns it, so it is not judged.
    crash_time, nodename: the time of the crash, and the name of the host that crashed, by the dump's own header.
    of_other: it is in a directory that hosts may share, and does not name this host, so it is not judged.
    """

    path: str
    size: int
    mode: Optional[int]
    time: float
    complete: Optional[bool]
    reason: str
    kernel: Optional[str]
    panic: Optional[str]
    crashkernel: Optional[List[str]] = None
    readable: Optional[bool] = None
    readable_reason: str = ""
    doubt: Optional[str] = None
    of_user: bool = False
    crash_time: Optional[int] = None
    nodename: Optional[str] = None
    of_other: bool = False


class Dumps(NamedTuple):
    """The dumps in the dump directory, the newest first; directory is None where they are not on this host.

    hidden: the directory cannot be read. foreign: what has a name that kdump-tools takes for a dump's, and is no dump.
    hostname: the name that the kernel of this host writes into a dump.
    """

    directory: Optional[str]
    found: List[Dump]
    hidden: bool = False
    foreign: Sequence[str] = ()
    hostname: str = ""

    @property
    def own(self) -> List[Dump]:
        """Return the dumps that belong to no ordinary user and, in a directory that hosts may share, name this host."""
        return [dump for dump in self.found if not dump.of_user and not dump.of_other]


def read_dumps(host: TolerantHost, directory: Optional[str]) -> Dumps:
    """Find the dumps in the dump directory of this host, and judge the newest."""
    if directory is None:
        return Dumps(None, [])
    before = set(host.unseen)
    deadline = host.now() + LIMIT_S
    found: List[Found] = host.attempt(directory, lambda: find_dumps(host, directory), [])
    # what users have put there hides nothing of root's
    found.sort(key=_is_of_user)
    opened = [number < OPENED for number in range(len(found))]
    shared, name = _is_shared(host, directory), hostname(host)
    looks = []
    for one, may in zip(found, opened):
        seen = look(host, one, deadline if may else 0)
        looks.append((seen, may, shared and not _is_named(seen.header.nodename, name)))
    # what was opened is judged, wherever the time in its header puts it
    looks.sort(key=lambda one: (_is_of_user(one[0].found) or one[2], -one[0].crash_time))
    dumps = [_dump(host, seen, number == 0, may, other) for number, (seen, may, other) in enumerate(looks)]
    # what cannot be read of one dump is said of that dump, and is no doubt about the host
    for path in _unseen_below(host, directory, before):
        del host.unseen[path]
    hidden = directory in host.unseen
    return Dumps(directory, dumps, hidden, _foreign(host, directory), name)


def _is_shared(host: Host, directory: str) -> bool:
    """Return whether other hosts may dump into the dump directory of this one."""
    mount = mounts.holding(mounts.mounts_of(host), host.real_path(directory))
    return mount is not None and mounts.is_shared(mount)


def _is_named(nodename: Optional[str], name: str) -> bool:
    """Return whether a dump's header names this host, by a name that no other host has."""
    return nodename == name and name.partition(".")[0] not in NO_NAMES


def _foreign(host: TolerantHost, directory: str) -> List[str]:
    """Return what lies among the dumps under a name that kdump-tools takes for a dump's, and is no dump."""
    paths = host.glob(directory + "/2*")
    return [path for path in paths if not host.glob(path + "/dump*") and not host.glob(path + "/vmcore*")]


def _unseen_below(host: TolerantHost, directory: str, before: Set[str]) -> List[str]:
    """Return the dumps' paths, in their directory or one level below it, that became unseen since `before`."""
    start = directory.rstrip("/") + "/"
    new = [path for path in sorted(host.unseen) if path not in before and path.startswith(start)]
    return [path for path in new if path.count("/") - start.count("/") <= 1]


def _is_of_user(found: Found) -> bool:
    """Return whether one of the dumps on this host belongs to an ordinary user."""
    return trusted_files.is_of_user(found.facts)


def _dump(host: Host, seen: OpenedDump, newest: bool, opened: bool, of_other: bool) -> Dump:
    """Read one of the dumps on this host; panic and crashkernel= come from the newest one's log only."""
    core = seen.found.core
    doubt, of_user = trusted_files.doubt(host, seen.found.path, seen.found.facts), _is_of_user(seen.found)
    if of_user:
        log, verdict, content = "", Verdict(None, doubt or ""), formats.NOT_ASKED
    elif of_other:
        log, verdict, content = "", Verdict(None, NOT_OF_THIS_HOST), formats.NOT_ASKED
    elif not opened:
        log, verdict, content = "", NOT_OPENED, formats.NOT_ASKED
    else:
        log = dmesg_text(host, seen.found)
        verdict, content = judged(seen, log, CONTENT_PAGES)
    panic = dmesg.panic(log) if newest else None
    return Dump(
        path=core.path if core else seen.found.directory,
        size=sum(file.facts.size for file in seen.found.files),
        mode=core.facts.mode if core else None,
        time=seen.crash_time,
        complete=verdict.complete,
        reason=verdict.reason,
        kernel=seen.header.kernel,
        panic=panic.line if panic else None,
        crashkernel=booted_with(log) if newest else None,
        readable=content.readable,
        readable_reason=content.readable_reason,
        doubt=doubt,
        of_user=of_user,
        crash_time=seen.header.crash_time,
        nodename=seen.header.nodename,
        of_other=of_other,
    )
