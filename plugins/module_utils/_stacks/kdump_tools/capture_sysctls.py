# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which files of sysctl.d act in the capture kernel of kdump-tools.

That kernel boots the system's own root file system, whose systemd-sysctl applies sysctl.d. kdump-tools adds a file of
its own.
"""

import re
from typing import List

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import (
    UNIT,
    SysctlFile,
    applied_at_boot,
)

# kdump-tools puts this file into its initramfs, and these scripts copy it to /run/sysctl.d of the capture kernel
OWN_FILE = "/etc/kdump/sysctl.conf"
INITRAMFS_SCRIPT = "/usr/share/initramfs-tools/scripts/local-bottom/kdump-sysctl"
DRACUT_SCRIPTS = "/usr/lib/dracut/modules.d/*kdump-tools/*.sh"
# the scripts of 1.6.10 to 1.10.9 say -maxdepth=1, which find refuses: they find no name to sort their file after
WORKING_FIND = re.compile(r"-maxdepth\s+1\b")


def applied(host: Host) -> List[SysctlFile]:
    """Return the files of sysctl.d that the capture kernel of kdump-tools reads, in order."""
    if host.real_path(UNIT) == "/dev/null":
        return []
    found = applied_at_boot(host)
    own, script = host.read(OWN_FILE), _copying_script(host)
    if own is None or not script:
        return found
    last = max((file.name for file in found), default="") if WORKING_FIND.search(script) else ""
    # the copy is in /run/sysctl.d, so a file of the same name in /etc hides it
    name = last + "-kdump.conf"
    written = [] if any(file.name == name for file in found) else [SysctlFile(name, OWN_FILE, own)]
    return sorted(found + written)


def _copying_script(host: Host) -> str:
    """Return the text of the script that copies the files of sysctl.d: initramfs-tools', or dracut's."""
    paths = [INITRAMFS_SCRIPT] if host.which("mkinitramfs") else host.glob(DRACUT_SCRIPTS)
    return "\n".join(host.read(path) or "" for path in paths)
