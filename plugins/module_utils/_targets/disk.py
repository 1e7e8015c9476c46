# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Dump targets on disks: the file system that holds the path, one that is named, and a raw device."""

import re
from typing import List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole
from ansible_collections.crashops.kdump.plugins.module_utils._targets.base import (
    MOUNT_FAILED,
    MOUNTED,
    Probe,
    Prober,
    mounted_elsewhere,
)
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import place_refusals
from ansible_collections.crashops.kdump.plugins.module_utils._targets.write_test import READ_ONLY

SECTOR = 512
THIS_HOST = "this host"
# even a read-only mount would replay the journal of a file system that was not unmounted cleanly
LOOK_OPTIONS = {"ext3": "ro,noload", "ext4": "ro,noload", "xfs": "ro,norecovery", "btrfs": "ro,rescue=nologreplay"}


class Local(Prober):
    """A local dump target: the file system of the running system that holds the path."""

    def probe(self) -> Probe:
        """Make the dump directory on the local disk and write a test file into it; in check mode only look at it."""
        directory = self.target.path.rstrip("/")
        done = self.run(["sh", "-c", self.script(directory, own=True)], _stuck(directory))
        trial = self.tried(done, directory, THIS_HOST)
        mount = mounts.holding(mounts.mounts_of(self.host), self.host.real_path(directory))
        inner = mounts.inner_path(mount, self.host.real_path(directory)) if mount else None
        return Probe(mount.source if mount else None, inner, directory, trial, trial.free_bytes)


class FileSystem(Prober):
    """A file system that kdump.conf names by its device, UUID, LABEL or tag; the path lies below its own root."""

    def probe(self) -> Probe:
        """Find the device, and test the directory where it is mounted, or in a private mount."""
        device = self._device()
        mounted = [mount for mount in mounts.mounts_of(self.host) if self._is(mount, device)]
        seen = [mount for mount in mounted if _is_whole(mount)]
        self._check_type(device, seen)
        if seen:
            return self._try_mounted(device, [mount for mount in seen if mount.root == seen[0].root])
        if not mounted:
            self._check_start(device)
        return self._try_elsewhere(device)

    def _try_mounted(self, device: str, seen: List[mounts.Mount]) -> Probe:
        """Test the directory where the system has the file system mounted."""
        writable = [mount for mount in seen if mount.writable]
        if not writable:
            point = seen[0].point
            msg = "%s is mounted read-only on %s, so it cannot be written to; type: mount -o remount,rw %s"
            raise Failure(msg % (device, point, point), trouble="directory")
        root = writable[0].point.rstrip("/")
        place = (root + "/" + self.target.path.strip("/")).rstrip("/") or "/"
        refused = list(place_refusals(place, self.target.path))
        if refused and self.wish.makes_private:
            raise Refused(refused)
        done = self.run(["sh", "-c", self.script(place, own=True, root=root)], _stuck(place))
        trial = self.tried(done, place, THIS_HOST)
        return Probe(device, mounts.inner_path(writable[0], place), place, trial, trial.free_bytes)

    def _try_elsewhere(self, device: str) -> Probe:
        """Test the directory in a private mount."""
        directory = "/" + self.target.path.strip("/")
        where = "the file system on %s" % device
        script = self.script((MOUNTED + directory).rstrip("/"), own=True, root=MOUNTED)
        options = "defaults" if self.wish.act else LOOK_OPTIONS.get(self.target.kind, "ro")
        argv = mounted_elsewhere(self.target.kind, device, options, script)
        done = self.run(argv, "%s could not be mounted and tried within %d s." % (device, self.wish.timeout_s))
        if done.rc == MOUNT_FAILED:
            msg = "%s cannot be mounted as %s: %s" % (device, self.target.kind, " ".join(done.stderr.split()))
            raise Failure(msg, trouble="mount", stderr=done.stderr)
        if done.rc == READ_ONLY and not self.wish.act:
            # this look mounted it read-only itself; root may write once it is mounted for writing
            done = done._replace(rc=0)
        trial = self.tried(done, directory, where)
        return Probe(device, directory, None, trial, trial.free_bytes)

    def _check_start(self, device: str) -> None:
        """Raise Refused for a target that can be mounted, but that kdumpctl refuses when it starts: it asks findmnt."""
        if self.target.kind == "virtiofs":
            return
        row = mounts.listed(self.host, device)
        if row is not None and ",noauto" in row[3]:
            return
        if row is None:
            rule = "%s is neither mounted nor in /etc/fstab, and kdumpctl refuses such a target when it starts" % device
            line = "%s /kdump %s defaults 0 2" % (self.target.location, self.target.kind)
            remedy = "make a directory for it, add a line such as '%s' to /etc/fstab, and mount it" % line
        else:
            rule = "/etc/fstab has %s for %s, it is not mounted there, and kdumpctl does not mount it" % (
                device,
                row[1],
            )
            remedy = "type: mount %s" % row[1]
        raise Refused([refusal("target.location", self.target.location, rule, remedy)])

    def _device(self) -> str:
        """Return the disk of the target, with every link followed; a virtiofs share has only its tag."""
        if self.target.kind == "virtiofs":
            return self.target.location
        return block_device(self)

    def _is(self, mount: mounts.Mount, device: str) -> bool:
        """Return whether a mount is of the target's disk."""
        return device in (mount.source, self.host.real_path(mount.source))

    def _check_type(self, device: str, seen: List[mounts.Mount]) -> None:
        """Raise Refused if the device holds another file system than the target's type says."""
        if self.target.kind == "virtiofs":
            return
        found = seen[0].fstype if seen else signature(self, device)
        if found != self.target.kind:
            rule = "%s holds %s" % (device, found or "nothing that is known")
            remedy = "write the type %s" % found if found else "make a file system there, or name another device"
            raise Refused([refusal("target.type", self.target.kind, rule, remedy)])


class Raw(Prober):
    """A raw device as dump target. Nothing is written here: a dump overwrites what is there."""

    def probe(self) -> Probe:
        """Return the device and its size; raise Refused for a device that anything uses or lives on."""
        device = block_device(self)
        for mount in mounts.mounts_of(self.host):
            if device in (mount.source, self.host.real_path(mount.source)):
                self._refuse("it is mounted on %s, and a dump would destroy what is there" % mount.point)
        swaps = [line.split(" ")[0] for line in (self.host.read("/proc/swaps") or "").splitlines()[1:]]
        if device in [self.host.real_path(swap) for swap in swaps]:
            self._refuse("it is in use as swap")
        holders = self.host.glob("/sys/class/block/%s/holders/*" % device.rsplit("/", 1)[1])
        if holders:
            self._refuse("it is a part of %s" % ", ".join(path.rsplit("/", 1)[1] for path in holders))
        found = signature(self, device)
        if found:
            self._refuse("it holds %s, which a dump would destroy" % found)
        text = self.host.read("/sys/class/block/%s/size" % device.rsplit("/", 1)[1])
        sectors = whole(text)
        size = None if sectors is None else sectors * SECTOR
        return Probe(device=device, free_bytes=size)

    def _refuse(self, rule: str) -> None:
        remedy = "name an empty device; wipefs -a empties this one for good"
        raise Refused([refusal("target.location", self.target.location, rule, remedy)])


def _is_whole(mount: mounts.Mount) -> bool:
    """Return whether a mount shows a whole file system or subvolume, and no directory of one as a bind mount does.

    kdumpctl takes a mounted subvolume for the target, and the capture kernel mounts the same one.
    """
    return mount.root == "/" or "subvol=%s" % mount.root in mount.options.split(",")


def block_device(prober: Prober) -> str:
    """Return the block device that UUID=, LABEL= or a link names; raise Refused if there is none."""
    location = prober.target.location
    device = prober.host.real_path(mounts.device_link(location))
    facts = prober.host.stat(device)
    if facts is None or facts.kind != "block":
        rule = "there is no such device on this host" if facts is None else "it is not a block device"
        raise Refused([refusal("target.location", location, rule, "name one that blkid lists")])
    return device


def signature(prober: Prober, device: str) -> Optional[str]:
    """Return what a device holds, by blkid: a file system, a part of RAID or LVM, or a partition table."""
    argv = ["blkid", "-p", "-o", "export", device]
    done = prober.run(argv, "blkid did not read %s within %d s." % (device, prober.wish.timeout_s))
    if done.rc not in (0, 2):
        msg = "blkid cannot read what is on %s: it exited with %d and said: %s"
        raise Failure(msg % (device, done.rc, " ".join(done.stderr.split())), trouble="device")
    match = re.search(r"^TYPE=(\S+)", done.stdout, re.MULTILINE)
    table = re.search(r"^PTTYPE=(\S+)", done.stdout, re.MULTILINE)
    return match.group(1) if match else "a partition table (%s)" % table.group(1) if table else None


def _stuck(directory: str) -> str:
    """Return the message for a disk or a dump directory that does not answer."""
    return "%s did not take a small file within the limit; is its disk or server gone?" % directory
