# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The interface of all tests of dump targets: each proves that a dump could be written."""

import abc
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed, Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import Delivery, Target
from ansible_collections.crashops.kdump.plugins.module_utils._targets.write_test import (
    Trial,
    complaint,
    look_script,
    outcome,
    trial_script,
)

# the exit status of mount(8) if it could not mount
MOUNT_FAILED = 32
# where a private mount is made
MOUNTED = "/mnt"


class ProbeOptions(NamedTuple):
    """A dump target to test, and how: act is false in check mode; limits are in seconds.

    makes_private is false for a caller that only asks whether dumps can be written: that closes no directory to others.
    """

    target: Target
    delivery: Delivery
    create: bool
    act: bool
    timeout_s: int
    makes_private: bool = True


class Probe(NamedTuple):
    """What the test of a dump target found.

    trial is None if nothing is ever written (raw), or if nothing could be tried yet (untried says why).
    """

    device: Optional[str] = None
    directory: Optional[str] = None
    dump_directory: Optional[str] = None
    trial: Optional[Trial] = None
    free_bytes: Optional[int] = None
    untried: Optional[str] = None
    package: Optional[str] = None
    public_key: Optional[str] = None


class Prober(abc.ABC):
    """Tests one type of dump target. Whatever prevents a dump is a Failure with one sentence."""

    def __init__(self, host: Host, wish: ProbeOptions) -> None:
        self.host = host
        self.wish = wish
        self.target = wish.target

    @abc.abstractmethod
    def probe(self) -> Probe:
        """Let every type of target return what its prober found, or raise Failure if no dump could be written."""

    def script(self, directory: str, own: bool, root: str = "") -> str:
        """Let every prober make the shell line for a directory below a mount: a whole trial, or a look only."""
        if self.wish.act:
            return trial_script(directory, self.wish.create, own, root)
        return look_script(directory, self.wish.create, own, root, self.wish.makes_private)

    def tried(self, done: Completed, directory: str, where: str) -> Trial:
        """Let every prober of a target return what its shell line found, or raise Failure if it ended early."""
        if done.rc != 0:
            msg = complaint(done.rc, done.stdout, done.stderr, directory, where)
            raise Failure(msg, trouble="directory", rc=done.rc, stdout=done.stdout, stderr=done.stderr)
        return outcome(done.stdout)

    def without(self, program: str, package: str, probe: Probe) -> Probe:
        """Let every prober of a target return what it knows without a program, which only check mode may lack."""
        msg = "%s is not on this host, and the target cannot be reached without it; install %s" % (program, package)
        if self.wish.act:
            raise Failure(msg + ".", trouble="program_missing", package=package)
        return probe._replace(untried=msg, package=package)

    def run(self, argv: List[str], silence: str) -> Completed:
        """Run a command of any prober; `silence` is the message if it does not end within the limit."""
        try:
            return self.host.run(argv, timeout_s=self.wish.timeout_s, check=False)
        except Failure as failure:
            raise Failure(silence, trouble="no_answer", said=failure.msg)


def mounted_elsewhere(kind: str, source: str, options: str, script: str) -> List[str]:
    """Let every prober make a command that runs a shell line with a file system on /mnt that only it sees.

    The mount lives in its own mount namespace and ends with its last process, even if that is killed.
    """
    mount = 'mount -t "$1" -o "$2" -- "$3" /mnt || exit %d' % MOUNT_FAILED
    line = "echo step=mount; %s; %s" % (mount, script)
    # the words are arguments of the line, so that no shell interprets them; mount(8) itself wants the type by name
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", line, "trial", kind, options, source]
