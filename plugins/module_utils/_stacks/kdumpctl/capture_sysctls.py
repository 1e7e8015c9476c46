# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which files of sysctl.d act in the capture kernel of kdumpctl.

kdumpctl removes all of sysctl.d from its initramfs (remove_sysctl_conf in its dracut module, in EL 8 to 10 and Fedora).
"""

from typing import List

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import SysctlFile, sysctl_files

DRACUT_MODULES = "/usr/lib/dracut/modules.d/*kdumpbase/module-setup.sh"
REMOVES_ALL = "remove_sysctl_conf"


def applied(host: Host) -> List[SysctlFile]:
    """Return the files of sysctl.d that the capture kernel of kdumpctl reads, in order."""
    modules = [host.read(path) or "" for path in host.glob(DRACUT_MODULES)]
    kept = any(modules) and not any(REMOVES_ALL in text for text in modules)
    return sysctl_files(host) if kept else []
