# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which prober tries which kind of dump target."""

from typing import Any, Dict

from ansible_collections.crashops.kdump.plugins.module_utils.targets._disk import FileSystem, Local, Raw
from ansible_collections.crashops.kdump.plugins.module_utils.targets._nfs import Nfs
from ansible_collections.crashops.kdump.plugins.module_utils.targets._ssh import Ssh
from ansible_collections.crashops.kdump.plugins.module_utils.targets._targets import FILE_SYSTEMS

PROBERS: Dict[str, Any] = {"local": Local, "raw": Raw, "nfs": Nfs, "ssh": Ssh}
PROBERS.update(dict.fromkeys(FILE_SYSTEMS, FileSystem))
