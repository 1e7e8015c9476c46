# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The dump target that kdump.conf names, and where the running system sees the dumps."""

import re
from typing import Dict, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lines

DRACUT_MOUNT = re.compile(r"""--mount[= ]+["']?([^"']+)""")


def target(found: Dict[str, str]) -> Tuple[str, Optional[str]]:
    """Return the kind and location of the dump target that the directives of kdump.conf name."""
    for kind in conf_lines.TARGETS:
        if kind in found:
            return kind, found[kind]
    mount = DRACUT_MOUNT.search(found.get("dracut_args", ""))
    words = mount.group(1).split() if mount else []
    return (words[2], words[0]) if len(words) > 2 else ("local", None)


def dump_directory(host: Host, kind: str, location: Optional[str], path: str) -> Optional[str]:
    """Return where the running system sees the dumps of kdump.conf's target; None where it does not."""
    if kind == "local":
        return path.rstrip("/") or "/"
    row = None if kind in conf_lines.STREAMS else mounts.listed(host, location or "", mounts.MOUNTED)
    return None if row is None else (row[1].rstrip("/") + "/" + path.strip("/")).rstrip("/")
