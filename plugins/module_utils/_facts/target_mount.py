# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The mount of the dump directory: whether the next boot has it again, and whether its disk keeps its content."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._facts.block_layers import CLASS, Layer
from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host

# this directory is there where systemd runs: sd_booted(3)
SYSTEMD = "/run/systemd/system"
UNITS = (
    "/etc/systemd/system",
    "/run/systemd/generator.early",
    "/run/systemd/generator",
    "/run/systemd/generator.late",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
# what cloud-init writes into fstab for a disk that it prepares at each boot
CLOUD_INIT = ("comment=cloudconfig", "x-systemd.requires=cloud-init.service")
# what systemd mounts with remote-fs.target: fstype_is_network of its src/basic/filesystems
OF_NETWORK = (
    *("afs", "ceph", "cifs", "smb3", "smbfs", "sshfs", "nfs", "nfs4", "gfs", "gfs2", "glusterfs", "pvfs2"),
    *("ocfs2", "lustre", "davfs"),
)
# by these names Azure's own rules call the disk that goes with the machine's place
AZURE_LINKS = ("/dev/disk/cloud/azure_resource", "/dev/disk/azure/resource")
# what the disks of clouds that lose their content call themselves: Amazon's, Google's (NVMe and SCSI) and Azure's
LOSING_MODELS = ("Amazon EC2 NVMe Instance Storage", "nvme_card", "EphemeralDisk", "Microsoft NVMe Direct Disk")
WARNING = "DATALOSS_WARNING_README.txt"


class TargetMount(NamedTuple):
    """How the dump directory's file system is mounted, and whether its disk keeps its content.

    point: the mount point, None for the root file system or where nothing is to be said. remote: systemd mounts it with
    remote-fs.target. options: those in fstab, None where fstab does not have it. unit: whether a unit of systemd mounts
    it. loses: what shows that the disk loses its content. listed: whether fstab has the dump target anywhere, which a
    start of kdump asks for where the target is not mounted; None where no start asks.
    """

    point: Optional[str]
    remote: bool
    options: Optional[List[str]]
    unit: bool
    loses: Optional[str]
    listed: Optional[bool] = None


def read_target_mount(
    host: Host, mount: Optional[mounts.Mount], layers: List[Layer], asked: Optional[str]
) -> TargetMount:
    """Read how the dump directory's file system is mounted: fstab, units of systemd, and the kind of disk.

    asked: the dump target's location, if a start of kdump asks whether it is mounted or in fstab.
    """
    loses = _losing(host, mount, layers)
    # ZFS mounts its data sets by itself, and an automounter its own
    if mount is None or mount.point == "/" or mount.fstype in ("zfs", "autofs") or host.stat(SYSTEMD) is None:
        return TargetMount(None, False, None, False, loses)
    options = mounts.fstab_options(host, mount.point)
    unit = any(host.stat("%s/%s" % (place, mounts.unit_name(mount.point))) is not None for place in UNITS)
    is_seen = mounts.FSTAB not in getattr(host, "unseen", ())
    listed = mounts.listed(host, asked) is not None if asked and is_seen else None
    return TargetMount(mount.point, mount.fstype.rpartition("fuse.")[2] in OF_NETWORK, options, unit, loses, listed)


def _losing(host: Host, mount: Optional[mounts.Mount], layers: List[Layer]) -> Optional[str]:
    """Return what shows that the mount's disk loses its content when the cloud stops or moves the machine."""
    devices = ["/dev/" + layer.name for layer in layers]
    link = next((link for link in AZURE_LINKS if host.real_path(link) in devices), None)
    if link:
        return link
    for layer in layers:
        model = (host.read(CLASS % layer.name + "/device/model") or "").strip()
        if model in LOSING_MODELS or (model[:9] == "nvme_card" and model[9:].isdigit()):
            return model
    path = "%s/%s" % (mount.point.rstrip("/"), WARNING) if mount else ""
    return path if path and host.stat(path) is not None else None


def unmounted_point(host: Host, directory: str) -> Optional[str]:
    """Return the mount point that fstab has above the dump directory, if it is not mounted; links are followed."""
    real = host.real_path(directory) + "/"
    above = {
        point: row[1]
        for point, row in mounts.fstab_points(host).items()
        if len(row) > 3 and "noauto" not in row[3].split(",") and real.startswith(point.rstrip("/") + "/")
    }
    wanted = max(above, key=len) if above else "/"
    found = mounts.mounts_of(host)
    mounted = [mount.point for mount in found]
    return above[wanted] if found and wanted != "/" and wanted not in mounted else None
