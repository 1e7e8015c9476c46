# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The sysctl.d files that systemd-sysctl reads, in its order."""

from typing import Iterable, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.dropin_directories import drop_ins
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host

RUN = "/run/sysctl.d"
# a file hides those of the same name in the directories after its own: sysctl.d(5)
DIRECTORIES = ("/etc/sysctl.d", RUN, "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
UNIT = "/etc/systemd/system/systemd-sysctl.service"


class SysctlFile(NamedTuple):
    """A file that systemd-sysctl reads: the name by which it is sorted, its path, and its text."""

    name: str
    path: str
    text: str


def sysctl_files(host: Host, directories: Iterable[str] = DIRECTORIES) -> List[SysctlFile]:
    """Return the sysctl.d files of some directories as systemd-sysctl reads them; a link to /dev/null is empty."""
    found = drop_ins(host, directories)
    texts = ["" if host.real_path(one.path) == "/dev/null" else host.read(one.path) or "" for one in found]
    return [SysctlFile(one.name, one.path, text) for one, text in zip(found, texts)]


def applied_at_boot(host: Host) -> List[SysctlFile]:
    """Return the sysctl.d files that a boot applies, none if systemd-sysctl is masked; those in /run are unknown."""
    if host.real_path(UNIT) == "/dev/null":
        return []
    return sysctl_files(host, [directory for directory in DIRECTORIES if directory != RUN])
