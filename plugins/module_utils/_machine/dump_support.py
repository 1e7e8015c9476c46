# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Whether this machine can make a dump at all: containers and kernels without CONFIG_CRASH_DUMP cannot."""

from typing import Collection, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED, read_first
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

CONTAINER_FILES = (("/run/.containerenv", "podman"), ("/.dockerenv", "docker"))
NO_SUPPORT = "This kernel cannot load a capture kernel: %s is not there (CONFIG_CRASH_DUMP)." % CRASH_LOADED[0]
IN_CONTAINER = "This is a container (%s): all that the kernel says here is about its host."


def container(host: Host) -> Optional[str]:
    """Return the kind of container that this host is, such as podman; None if it is not a container."""
    named = (host.read("/run/systemd/container") or "").strip()
    return named or next((kind for path, kind in CONTAINER_FILES if host.stat(path) is not None), None)


def unsupported(host: Host, waived: Collection[str] = ()) -> Optional[str]:
    """Return why this machine cannot make a dump, None if it may; waived are the ids of checks to ignore.

    An unreadable file gives no reason here: the code that needs the file reports it.
    """
    try:
        supported = read_first(host, CRASH_LOADED) is not None
        kind = container(host)
    except Failure:
        return None
    if not supported and "kernel_support" not in waived:
        return NO_SUPPORT
    return IN_CONTAINER % kind if kind is not None and "not_container" not in waived else None
