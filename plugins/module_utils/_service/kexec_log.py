# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What kexec said where its errors go to a file: kdumpctl of EL 8 and 9 appends them to /var/log/kdump.log.

The journal of these has no more than «kexec: failed to load kdump kernel».
"""

import re
from typing import List

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host

# the file only ever grows; with kexec -d, one attempt is some ten thousand bytes
LAST_BYTES = 131072
# bash's set -x: the command that loads the capture kernel, and the line after it
TRACE = re.compile(r"^\+ .*$", re.MULTILINE)
LOADING = re.compile(r"\bkexec\b.*--command-line=")


def said_since(host: Host, path: str, since: float) -> List[str]:
    """Return the lines that the last kexec wrote to the log, none if it did not run since `since`."""
    seen = host.stat(path) if path else None
    if seen is None or seen.mtime_ns < int(since * 1e9):
        return []
    raw = host.read_bytes(path, max(0, seen.size - LAST_BYTES), LAST_BYTES) or b""
    text = raw.decode("utf-8", "replace")
    traces = list(TRACE.finditer(text))
    begun = [number for number, trace in enumerate(traces) if LOADING.search(trace.group())]
    if not begun:
        return []
    after = traces[begun[-1] + 1 :]
    end = after[0].start() if after else len(text)
    return text[traces[begun[-1]].end() : end].strip().splitlines()
