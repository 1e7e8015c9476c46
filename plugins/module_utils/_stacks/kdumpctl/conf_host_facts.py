# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The facts about a host that the rules of its kdump.conf need: what the file names, and what of it is there."""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import unknown_modules
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lines
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_target import dump_directory, target
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.dracut_options import (
    added_modules,
    split_words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import value_problems
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import DUMPS
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DISKS

OPAL = "/proc/device-tree/ibm,opal/dump"
# How long a program may take. ssh runs what Match exec of its configuration names; hostname may ask a name server.
TIMEOUT_S = 10


class Surroundings(NamedTuple):
    """Facts about the host of a kdump.conf. The rules about an unknown fact find nothing.

    ssh_hostname: the name that `ssh -G` gives the host of the ssh target; the written one where kdumpctl does not ask.
    missing_files: a file that the directives name, and what is wrong with it.
    missing_directory: where the running system would see the dumps, if that is not there.
    unmounted: where fstab has the target, if it is not mounted and kdumpctl would not mount it.
    unlisted: a target that is neither mounted nor in fstab.
    fs_type: the file system on the target's device. mounted_at: where a raw device is mounted.
    kernel: the release of the capture kernel.
    unknown_modules: modules that dracut is to add and that this kernel lacks. None: its modules cannot be seen.
    """

    ssh_hostname: Optional[str] = None
    missing_files: Dict[str, str] = {}
    missing_directory: Optional[str] = None
    unmounted: Optional[str] = None
    unlisted: Optional[str] = None
    host_name: Optional[str] = None
    addresses: Tuple[str, ...] = ()
    fs_type: Optional[str] = None
    mounted_at: Optional[str] = None
    opal: bool = False
    path_on_root: Optional[bool] = None
    kernel: str = ""
    unknown_modules: Optional[Tuple[str, ...]] = ()

    def without_what_may_come(self) -> "Surroundings":
        """Return the facts about the host without those that another task may change before kdump starts."""
        return self._replace(missing_files={}, missing_directory=None, unmounted=None, unlisted=None)


def surroundings(host: Host, found: Dict[str, str], script: str, kernel: str = "") -> Surroundings:
    """Return the facts about the host that the rules of kdump.conf need. Nothing is mounted or waited for.

    script: the text of kdumpctl. kernel: the release of the capture kernel.
    """
    kind, location = target(found)
    path = found.get("path") or DUMPS
    directory = dump_directory(host, kind, location, path) if path.startswith("/") else None
    name, addresses = _own_names(host) if found.get("fence_kdump_nodes") else (None, ())
    mounted = mounts.listed(host, location, mounts.MOUNTED) if location and kind not in ("ssh", "local") else None
    return Surroundings(
        ssh_hostname=_ssh_hostname(host, location or "", script) if kind == "ssh" else None,
        missing_files=_missing_files(host, found),
        missing_directory=directory if directory and _is_missing(host, directory) else None,
        unmounted=_unmounted(host, location) if location and kind in (*DISKS, "nfs") and mounted is None else None,
        unlisted=location
        if kind in DISKS and location and mounted is None and not _is_listed(host, location)
        else None,
        host_name=name,
        addresses=addresses,
        fs_type=_fs_type(host, location, mounted) if location and kind in (*DISKS, "raw") else None,
        mounted_at=mounted[1] if mounted is not None and kind == "raw" else None,
        opal=host.stat(OPAL) is not None,
        path_on_root=_on_root(host, path) if kind == "local" else None,
        kernel=kernel,
        unknown_modules=_unknown_modules(host, found, kernel),
    )


def _is_missing(host: Host, directory: str) -> bool:
    """Return whether kdump.conf's dump directory is surely missing on the host, or is no directory."""
    seen = host.stat(directory)
    return directory not in getattr(host, "unseen", ()) if seen is None else seen.kind != "directory"


def _missing_files(host: Host, found: Dict[str, str]) -> Dict[str, str]:
    """Return the files that kdump.conf names and the host lacks or could not use, and what is wrong with each."""
    missing: Dict[str, str] = {}
    for name in conf_lines.PROGRAMS:
        for path in found.get(name, "").split():
            seen = host.stat(path) if path.startswith("/") else None
            if path.startswith("/") and seen is None:
                missing[path] = "does not exist"
            elif seen is not None and not seen.mode & 0o111:
                missing[path] = "is not executable"
    key = found.get("sshkey", "")
    if key.startswith("/") and host.stat(key) is None:
        missing[key] = "does not exist"
    return missing


def _unknown_modules(host: Host, found: Dict[str, str], kernel: str) -> Optional[Tuple[str, ...]]:
    """Return the modules that kdump.conf adds and the host's kernel lacks; None where they cannot be seen."""
    lists = added_modules("extra_modules", found.get("extra_modules", "").split())
    lists += added_modules("dracut_args", split_words(found.get("dracut_args", "")))
    names = [name for one in lists for name in one]
    unknown = unknown_modules(host, kernel, names) if names else []
    return None if unknown is None else tuple(unknown)


def _printed(host: Host, argv: List[str]) -> str:
    """Return what a program prints; nothing if it does not end in time, which a host for reports notes."""
    try:
        return host.run(argv, timeout_s=TIMEOUT_S, check=False).stdout
    except Failure as failure:
        getattr(host, "unseen", {})[" ".join(argv)] = failure.msg
        return ""


def _own_names(host: Host) -> Tuple[Optional[str], Tuple[str, ...]]:
    """Return the host's own name and addresses, for the rules on the nodes in kdump.conf, asked as kdumpctl does."""
    if not host.which("hostname"):
        return None, ()
    name = _printed(host, ["hostname"]).strip()
    return name or None, tuple(_printed(host, ["hostname", "-I"]).split())


def _ssh_hostname(host: Host, location: str, script: str) -> Optional[str]:
    """Return the name that the host's ssh has for kdump.conf's server; kexec-tools takes any name as it is."""
    if "ssh -G" not in script:
        return location.partition("@")[2]
    if value_problems.ssh_problem(location) is not None or not host.which("ssh"):
        return None
    names = re.findall(r"^hostname[ \t]+(\S+)", _printed(host, ["ssh", "-G", location]), re.MULTILINE)
    return names[0] if names else None


def _unmounted(host: Host, location: str) -> Optional[str]:
    """Return where the host's fstab has a target that is not mounted, if kdumpctl would not mount it.

    kdumpctl looks for noauto after a comma. An automounter that waits there counts as mounted, and a look mounts it.
    """
    row = mounts.listed(host, location)
    if row is None or ",noauto" in row[3]:
        return None
    points = [words[1] for words in mounts.rows(host.read(mounts.MOUNTED) or "") if len(words) > 1]
    return None if row[1].rstrip("/") in points else row[1]


def _is_listed(host: Host, location: str) -> bool:
    """Return whether the host's fstab has the target of kdump.conf, or cannot be seen.

    findmnt, which kdumpctl asks, knows a target by that or because it is mounted.
    """
    return mounts.listed(host, location) is not None or mounts.FSTAB in getattr(host, "unseen", ())


def _fs_type(host: Host, location: str, mounted: Optional[Tuple[str, ...]]) -> Optional[str]:
    """Return the file system type that the host shows on kdump.conf's device: as mounted, by fstab, or by udev."""
    row = mounted or mounts.listed(host, location)
    if row is not None and row[2] not in ("auto", "none"):
        return row[2]
    path = mounts.device(host, location)
    if not host.which("lsblk") or host.stat(path) is None:
        return None
    return _printed(host, ["lsblk", "--nodeps", "-npo", "FSTYPE", path]).strip() or None


def _on_root(host: Host, path: str) -> Optional[bool]:
    """Return whether kdump.conf's path lies on the host's root file system; None where the mounts are unknown."""
    mount = mounts.holding(mounts.mounts_of(host), path)
    return None if mount is None else mount.point == "/"
