# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The vendor's crashkernel= in kdumpctl's files, and whether kdumpctl would put it back in place of another."""

import re
from typing import Dict, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.image_based import is_image_based

# where kdumpctl's functions are, and its default for x86_64 and s390x there (kexec-tools 2.0.25 to kdump-utils 1.0.61)
KDUMP_LIBS = ("/usr/lib/kdump/kdump-lib.sh", "/lib/kdump/kdump-lib.sh")
LISTED = re.compile(r'"?x86_64"?[^"]{0,400}(?:"s390x"[^"]{0,400})?_ck_cmdline="([^"\s]+)"')
LISTED_MACHINES = ("x86_64", "s390x")


def listed(host: Host, machine: Optional[str]) -> Optional[str]:
    """Return the vendor's crashkernel= in kdumpctl's files; None where they lack it.

    kdumpctl itself is not asked, as it waits for its lock.
    """
    found = LISTED.search(next((text for text in map(host.read, KDUMP_LIBS) if text), ""))
    return found.group(1) if found and machine in LISTED_MACHINES else None


def is_put_back(host: Host, generation: str, directives: Dict[str, str]) -> bool:
    """Return whether an update of the package or the kernel puts the vendor's crashkernel= back."""
    # kexec-tools of EL 8 sets no value, whichever kernel runs with it. On hosts that boot images, neither the package
    # nor its hook at a kernel's installation touches the value
    return generation != "el8" and directives.get("auto_reset_crashkernel") != "no" and not is_image_based(host)
