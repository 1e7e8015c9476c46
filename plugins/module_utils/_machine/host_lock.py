# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The lock that lets one run at a time change a host. The kernel frees it when its holder ends, however it ends."""

import errno
import fcntl
import os
import re
import time
from typing import Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

# in a folder that only root writes to, and that a boot empties
PATH = "/run/crashops-kdump.lock"
# as long as most builds of a capture initramfs take
WAIT_S = 300
PAUSE_S = 0.5
HOLDER = re.compile(r"(\d{1,10}) (\w{1,40}) ([\d:]{8})\n")


class Lock:
    """The lock on a host: held until release(), or until the process and the commands that inherited it end."""

    def __init__(self, path: str = "") -> None:
        self.path = path or PATH
        self.handle: Optional[int] = None

    def take(self, name: str, wait_s: Optional[float] = None) -> None:
        """Wait for the lock and write the holder's name into it; raise Failure if it is not free within the limit."""
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            # without the right to lock there is no right to change the host: the change itself will fail and say so
            if error.errno in (errno.EACCES, errno.EPERM) and os.geteuid() != 0:
                return
            raise Failure("cannot lock this host: %s: %s" % (self.path, error.strerror), path=self.path)
        try:
            self._wait(handle, WAIT_S if wait_s is None else wait_s)
        except Failure:
            os.close(handle)
            raise
        self.handle = handle
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, ("%d %s %s\n" % (os.getpid(), name, time.strftime("%H:%M:%S"))).encode(), 0)
        except OSError:
            # /run is full: a run that waits will not see the name, but the lock holds
            return

    def _wait(self, handle: int, wait_s: float) -> None:
        """Take the lock as soon as it is free; raise Failure when the limit has passed."""
        end = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise Failure("cannot lock this host: %s: %s" % (self.path, error.strerror), path=self.path)
            if time.monotonic() >= end:
                raise Failure(_busy(self.path, os.pread(handle, 100, 0), wait_s), path=self.path)
            time.sleep(PAUSE_S)

    def release(self) -> None:
        """Release the lock on this host."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


def _busy(path: str, said: bytes, wait_s: float) -> str:
    """Return the message about a lock that another run holds: which module, since when, and which process."""
    match = HOLDER.match(said.decode("utf-8", "replace"))
    if not match:
        who = "another run is changing this host"
    elif os.path.exists("/proc/%s" % match.group(1)):
        who = "%s has been changing this host since %s (process %s)" % (match.group(2), match.group(3), match.group(1))
    else:
        words = "a command that %s started at %s still runs (process %s itself is gone)"
        who = words % (match.group(2), match.group(3), match.group(1))
    return "%s; waited %d s for it. Nothing was changed. Run this again when that has ended; see: fuser -v %s" % (
        who,
        wait_s,
        path,
    )
