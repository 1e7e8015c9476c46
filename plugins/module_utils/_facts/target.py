# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The dump target: the dump directory, its mount, the devices below, the way to its server, and the free space."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._facts.block_layers import Layer, layers, thin_percent
from ansible_collections.crashops.kdump.plugins.module_utils._facts.free_space import Place, Room, room_of
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._facts.network_links import Network, read_network
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_mount import (
    TargetMount,
    read_target_mount,
    unmounted_point,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_probe import Answer, read_probe
from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import SELINUX
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DISKS


class DumpDirectory(NamedTuple):
    """The directory in which the running system sees the dumps; exists is None where that cannot be seen."""

    path: Optional[str] = None
    exists: Optional[bool] = None
    mode: Optional[int] = None
    uid: Optional[int] = None

    @property
    def octal(self) -> Optional[str]:
        """Return the mode of the target's directory as chmod takes it."""
        return None if self.mode is None else "%04o" % self.mode


class TargetFacts(NamedTuple):
    """The dump target, as far as the running system sees it.

    unmounted: the mount point of fstab above the dump directory, if it is not mounted. root_type: the type of the root
    file system. label: the directory's SELinux context, None where SELinux is off. file_system: the one that holds the
    dump directory, by type and source; None where it is not mounted.
    """

    directory: DumpDirectory
    place: Optional[Place]
    room: Room
    layers: List[Layer]
    thin_percent: Optional[int]
    probe: Answer
    network: Network
    mount: TargetMount
    unmounted: Optional[str]
    root_type: Optional[str]
    label: Optional[str]
    file_system: Optional[str]


def read_target(
    host: TolerantHost, stack: Stack, settings: Settings, place: Optional[Place], options: LookOptions
) -> TargetFacts:
    """Read the dump target: directory, mount, devices, server and free space."""
    path, limit_s = settings.dump_directory, options.probe_timeout_s
    mount = place.mount if place else None
    probe = read_probe(host, stack, settings, options.probe, limit_s)
    found = layers(host, mount.source if mount else mounts.device_link(settings.target_location or ""))
    return TargetFacts(
        directory=_directory(host, path, place),
        place=place,
        room=room_of(place, probe),
        layers=found,
        thin_percent=thin_percent(host, found, limit_s),
        probe=probe,
        network=read_network(host, settings.target_type, mount, probe.address, limit_s),
        mount=read_target_mount(host, mount, found, _asked_at_start(stack, settings, found)),
        unmounted=unmounted_point(host, path) if path else None,
        root_type=_root_type(host),
        label=host.label(path) if path and host.stat(SELINUX) is not None else None,
        file_system=_file_system(host, mount),
    )


def _asked_at_start(stack: Stack, settings: Settings, found: List[Layer]) -> Optional[str]:
    """Return the location of a dump target that a start refuses if it is neither mounted nor in fstab.

    check_fs_modified of kdumpctl asks neither for a target by --mount nor for one in a thin pool.
    """
    is_own = any(word.startswith("--mount") for word in stack.details("").dracut_args)
    is_thin = any(layer.kind == "thin pool" for layer in found)
    return settings.target_location if settings.target_type in DISKS and not is_own and not is_thin else None


def _directory(host: TolerantHost, path: Optional[str], place: Optional[Place]) -> DumpDirectory:
    """Read whether the target's dump directory exists, and its mode and owner."""
    if path is None or place is None:
        return DumpDirectory()
    seen = host.stat(path)
    if seen is None or seen.kind != "directory":
        return DumpDirectory(path, None if seen is None and path in host.unseen else False)
    return DumpDirectory(path, True, seen.mode, seen.uid)


def _file_system(host: Host, mount: Optional[mounts.Mount]) -> Optional[str]:
    """Return the type and source of the target's file system; None for an automounter, which mounts later."""
    if mount is None or mount.fstype == "autofs":
        return None
    source = mounts.lasting_source(host, mount)
    return None if source is None else "%s on %s" % (mount.fstype, source)


def _root_type(host: Host) -> Optional[str]:
    """Read the type of the root file system, as a fact about the target; None where mounts are not known."""
    root = mounts.holding(mounts.mounts_of(host), "/")
    return root.fstype if root else None
