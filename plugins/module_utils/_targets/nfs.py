# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Dump targets on an NFS server: the test of an export, and what errors of mount.nfs mean."""

import re
from typing import Any, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._targets.base import (
    MOUNT_FAILED,
    MOUNTED,
    Probe,
    Prober,
    mounted_elsewhere,
)
from ansible_collections.crashops.kdump.plugins.module_utils._targets.nfs_location import (
    below_export,
    nfs_directory,
    nfs_parts,
)

HELPER = "mount.nfs"


class MountTrouble(NamedTuple):
    """An error of mount.nfs, what it means, and what to do; server, export and limit are filled in."""

    pattern: Any
    meaning: str
    remedy: str


REASONS = (
    MountTrouble(
        re.compile(r"access denied|not permitted", re.IGNORECASE),
        "the NFS server {server} does not let this host mount {export}",
        "add this host to the export in /etc/exports there, and run exportfs -r",
    ),
    MountTrouble(
        re.compile(r"No such file or directory", re.IGNORECASE),
        "the NFS server {server} has no {export}",
        "name an export that exportfs lists there",
    ),
    MountTrouble(
        re.compile(r"Connection refused|not registered|requested NFS version", re.IGNORECASE),
        "no NFS server that this host can talk to listens on {server}",
        "start nfs-server there, and check its NFS versions",
    ),
    MountTrouble(
        re.compile(r"resolve|Name or service not known|name resolution", re.IGNORECASE),
        "this host cannot resolve the name {server}",
        "write one that it can, or the address, which the capture kernel needs no resolver for",
    ),
    MountTrouble(
        re.compile(r"timed out|No route|unreachable|Network is down", re.IGNORECASE),
        "the NFS server {server} did not answer within {limit} s",
        "see to its address, its state and the firewalls (TCP port 2049)",
    ),
)


class Nfs(Prober):
    """An NFS export as dump target.

    kdumpctl dumps to its path below the export. kdump-tools dumps to the export itself, mounted over KDUMP_COREDIR.
    """

    def probe(self) -> Probe:
        """Mount the export, unless the system has it mounted, and test the dump directory."""
        location = "%s:%s" % nfs_parts(self.target.location)
        inside = below_export(self.wish.delivery, self.target.path)
        directory = nfs_directory(self.wish.delivery, location, self.target.path)
        mount = self._mounted(location)
        if mount:
            place = (mount.point.rstrip("/") + inside).rstrip("/")
            script = self.script(place, own=False, root=mount.point.rstrip("/"))
            done = self.run(["sh", "-c", script], self._silence())
            trial = self.tried(done, place, self._where())
            return Probe(location, directory, place, trial, trial.free_bytes)
        if self.host.which(HELPER) is None:
            return self.without(HELPER, self.wish.delivery.nfs_package, Probe(location, directory))
        script = self.script(MOUNTED + inside, own=False, root=MOUNTED)
        done = self.run(mounted_elsewhere("nfs", self.target.location, self._options(), script), self._silence())
        if done.rc == MOUNT_FAILED:
            raise Failure(self._reason(done.stderr), trouble="mount", stderr=done.stderr)
        trial = self.tried(done, directory, self._where())
        return Probe(location, directory, None, trial, trial.free_bytes)

    def _where(self) -> str:
        """Return the NFS server of the target under test, as messages name it."""
        return "the NFS server %s" % nfs_parts(self.target.location)[0]

    def _mounted(self, location: str) -> Optional[mounts.Mount]:
        """Return the mount by which the system itself can write to the export, None if there is none."""
        found = mounts.mounts_of(self.host)
        of_it = [
            mount
            for mount in found
            if mount.fstype in ("nfs", "nfs4") and mount.source.rstrip("/") == location.rstrip("/")
        ]
        return next((mount for mount in of_it if mount.writable and mount.root == "/"), None)

    def _options(self) -> str:
        """Return the mount options by which a dead server is an error within the limit, and not a hang."""
        # the first wait is timeo, in tenths of a second, the one after the only retry is twice as long
        timeo = max(10, self.wish.timeout_s * 10 // 3)
        return "soft,timeo=%d,retrans=1,retry=0,nolock,nosuid,nodev,noexec" % timeo

    def _silence(self) -> str:
        """Return the message for an NFS server that does not answer."""
        return self._sentence(REASONS[-1])

    def _reason(self, stderr: str) -> str:
        """Return the message for an NFS mount that failed."""
        for reason in REASONS:
            if reason.pattern.search(stderr):
                return self._sentence(reason)
        words = " ".join(stderr.split()) or "it said nothing"
        return "%s cannot be mounted: %s." % (self.target.location, words)

    def _sentence(self, reason: MountTrouble) -> str:
        """Return the message for a reason, with server, export and limit filled in."""
        server, export = nfs_parts(self.target.location)
        words = "%s; %s." % (reason.meaning, reason.remedy)
        return words.format(server=server, export=export, limit=self.wish.timeout_s)
