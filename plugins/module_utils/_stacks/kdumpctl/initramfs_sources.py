# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The files that kdumpctl's capture initramfs is built from: those that kdumpctl watches, and those it forgets."""

import re
from typing import Dict, List

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import (
    cluster_fencing,
    conf_lines,
    conf_target,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import DUMPS
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DEFAULT_SSH_KEY

HOOK_DIRECTORIES = ("pre", "post", "emergency")
# dracut reads them at each build, its module crypt the second; kdumpctl does not check whether they have changed
DRACUT_FILES = ("/etc/dracut.conf", "/etc/crypttab")
DRACUT_PATTERN = "/etc/dracut.conf.d/*.conf"
# what dracut's module ssh-client copies besides the key; kdumpctl does not check these either
SSH_FILES = ("/root/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts", "/root/.ssh/config", "/etc/ssh/ssh_config")
# what the capture kernel finds and reaches a server by, as module-setup.sh and dracut take it into the image. hosts:
# getent asks it at the build, and dracut's module systemd copies it (055 and later). resolv.conf: EL 8 notes its name
# servers, kdump-utils copy it. Connections: EL 8 reads DNS1 and BONDING_OPTS of ifcfg, later ones copy those in use.
SERVER_FILES = ("/etc/hosts", "/etc/resolv.conf")
CONNECTIONS = ("/etc/NetworkManager/system-connections/*.nmconnection", "/etc/sysconfig/network-scripts/ifcfg-*")
# how programs mark the files that they write again, many at each boot, whether anything has changed or not
KEPT = re.compile(
    r"^[#;].*(by NetworkManager|resolvconf\(8\)|by resolvconf|dhclient-script|by dhcpcd|systemd-resolved|cloud-init"
    r"|manage_etc_hosts)",
    re.MULTILINE,
)


def watched(host: Host, found: Dict[str, str], version: str, collector: str) -> List[str]:
    """Return the files whose change makes kdumpctl build the initramfs again, except configuration and kernel."""
    files: List[str] = []
    for name in conf_lines.PROGRAMS:
        files.extend(found.get(name, "").split())
    for name in HOOK_DIRECTORIES:
        hooks = [(path, host.stat(path)) for path in host.glob("/etc/kdump/%s.d/*" % name)]
        files.extend(path for path, seen in hooks if seen is not None and seen.mode & 0o111)
    program = host.which(found.get("core_collector", collector).split(" ")[0])
    if program:
        files.append(program)
    if found.get("extra_modules"):
        files.append("/lib/modules/%s/modules.dep" % version)
    if cluster_fencing.of_pacemaker(host, found.get("fence_kdump_nodes")):
        files.append(cluster_fencing.OPTIONS)
    return files


def forgotten(host: Host, found: Dict[str, str]) -> List[str]:
    """Return the files that the initramfs is built from, but that kdumpctl does not check for changes."""
    files = list(DRACUT_FILES) + host.glob(DRACUT_PATTERN)
    if _meets_server(host, found):
        places = [*SERVER_FILES, *(path for pattern in CONNECTIONS for path in host.glob(pattern))]
        files.extend(path for path in places if not _is_kept(host, path))
    if conf_target.target(found)[0] != "ssh":
        return files
    named = found.get("sshkey", DEFAULT_SSH_KEY)
    key = named if host.stat(named) is not None else DEFAULT_SSH_KEY
    return [*files, key, *SSH_FILES]


def _meets_server(host: Host, found: Dict[str, str]) -> bool:
    """Return whether the initramfs is built with files about the network: for a target, a mount, or other nodes."""
    kind, dummy = conf_target.target(found)
    if kind == "local":
        mount = mounts.holding(mounts.mounts_of(host), found.get("path") or DUMPS)
        kind = mount.fstype if mount is not None else kind
    named = found.get("fence_kdump_nodes")
    return kind == "ssh" or kind.startswith("nfs") or bool(named) or cluster_fencing.of_pacemaker(host, named)


def _is_kept(host: Host, path: str) -> bool:
    """Return whether a program keeps rewriting a source of the initramfs, so that its time does not show a change."""
    return host.real_path(path).startswith("/run/") or KEPT.search(host.read(path) or "") is not None
