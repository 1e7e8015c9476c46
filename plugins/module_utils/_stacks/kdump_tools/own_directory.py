# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""A directory for dumps alone, where the default one is open to every user.

apport of Ubuntu sets /var/crash to 1777 or 3777 at each boot, for reports that every user may leave there. kdump-config
keeps its lock file there too: a user who makes that file first could keep a dump from being set up.
"""

from typing import Any, Dict, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import OwnDirectory, Settings
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import DUMPS, is_shared

NOTE = (
    "Every user may write to %s (mode %04o), as apport needs it. "
    "So dumps go to %s from now on, which is for root alone. "
    "Dumps that are in %s already stay there. To keep dumping there, set kdump_path: %s."
)


def own_directory(host: Host, settings: Settings, given: Dict[str, Any]) -> Optional[OwnDirectory]:
    """Return the directory for dumps alone that the role's variables ask for here; None where dumps stay.

    A mount or a link in the default place was put there by somebody, so it stays.
    """
    own, exclusive = given.get("kdump_own_path"), given.get("kdump_exclusive")
    if not own or given.get("kdump_path"):
        return None
    target = given.get("kdump_target")
    kind = target["type"] if target else "local" if exclusive else settings.target_type
    path = DUMPS if exclusive else settings.path.rstrip("/")
    facts = host.stat(DUMPS)
    if kind != "local" or facts is None or not is_shared(path, facts.mode):
        return None
    chosen = host.link(DUMPS) is not None or any(mount.point == DUMPS for mount in mounts.mounts_of(host))
    return None if chosen else OwnDirectory(str(own), NOTE % (DUMPS, facts.mode, own, DUMPS, DUMPS))
