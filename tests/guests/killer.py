# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the Python process that loads it as it is about to make a change of the host, or while a command makes one.

A test puts it on a guest, where every Python loads it. /root/kill-at says which change of a process is its last one.
"""

import os
import signal
import sys
import threading
from typing import Any

AT = "/root/kill-at"
# the files of both stacks
WATCHED = ("/etc/default/", "/etc/kdump.conf", "/etc/sysconfig/kdump", "/var/lib/crashops-kdump", "/var/lib/kdump")
CHANGES = ("os.rename", "os.remove", "os.chmod", "tempfile.mkstemp")
# what a command is given to do, among its words
COMMANDS = ("restart", "unload", "rebuild", "/etc/kernel/postinst.d/kdump-tools")
# how long a command may run before its module is killed
RUNS_S = 1.0


class Killer:
    """Counts the changes of this process, and ends it."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def __call__(self, event: str, arguments: Any) -> None:
        """Judge an event of the interpreter."""
        if event == "subprocess.Popen" and set(COMMANDS) & {str(word) for word in arguments[1]} and self.comes():
            threading.Timer(RUNS_S, self.kill).start()
        if event in CHANGES and str(arguments[0]).startswith(WATCHED) and self.comes():
            self.kill()

    def comes(self) -> bool:
        """Count a change and return whether it is the one."""
        self.seen += 1
        return self.seen == self.at

    def kill(self) -> None:
        """End this process as nothing can catch it; the next one goes on."""
        self.at = 0
        os.unlink(AT)
        os.kill(os.getpid(), signal.SIGKILL)


if os.path.exists(AT):
    with open(AT) as stream:
        sys.addaudithook(Killer(int(stream.read())))
