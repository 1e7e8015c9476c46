# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The programs and files of a stack that decide whether a dump is made, known by their content.

Times are not enough: packages keep the dates of their makers, and a repair of labels or modes changes no content.
"""

import hashlib
from typing import Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

# the largest, makedumpfile, has less than 2 MiB
LIMIT = 32 << 20


def paths(host: Host, stack: Stack) -> List[str]:
    """Return the paths of a stack's programs and files, each once: /lib may be a link to /usr/lib."""
    found = [host.which(name) for name in stack.own_programs]
    found += [path for pattern in stack.own_files for path in host.glob(pattern)]
    real = sorted({host.real_path(path) for path in found if path})
    seen = [(path, host.stat(path)) for path in real]
    return [path for path, facts in seen if facts is not None and facts.kind == "file"]


def digests(host: Host, files: List[str]) -> Dict[str, Optional[str]]:
    """Return the SHA-256 of each program and file of a stack, None where it cannot be read."""
    return {path: _digest(host.read_bytes(path, 0, LIMIT)) for path in files}


def _digest(content: Optional[bytes]) -> Optional[str]:
    return None if content is None else hashlib.sha256(content).hexdigest()


def newest(host: Host, files: List[str]) -> Optional[float]:
    """Return when one of these files was last changed in any way, also by mv, by a new label, or its installation."""
    seen = [host.stat(path) for path in files]
    return max([max(facts.mtime_ns, facts.ctime_ns) / 1e9 for facts in seen if facts], default=None)
