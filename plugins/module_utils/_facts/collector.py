# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The programs that write dumps: which are there, and what makedumpfile says of itself."""

import re
from typing import Any, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import version as version_of

VERSION = re.compile(r"^makedumpfile: version (\d+)\.(\d+)\.(\d+)", re.MULTILINE)
COMPRESSION = re.compile(r"^(lzo|snappy|zstd)\s+enabled", re.MULTILINE)


class Tools(NamedTuple):
    """makedumpfile's path, time, version and compressions (None: it does not tell), and mkinitramfs or dracut."""

    makedumpfile: Optional[str]
    mtime: Optional[float]
    version: Optional[Tuple[int, ...]]
    compressions: Optional[Tuple[str, ...]]
    builder: Optional[str]


def read_tools(host: Any, timeout_s: int) -> Tools:
    """Return the tools; makedumpfile is asked for its version, which takes a moment and reads no memory."""
    path = host.which("makedumpfile")
    builder = host.which("mkinitramfs") or host.which("dracut")
    if path is None:
        return Tools(None, None, None, None, builder)
    seen = host.stat(path)
    done = host.attempt(path, lambda: host.run(["makedumpfile", "-v"], timeout_s=timeout_s, check=False), None)
    said = done.stdout + done.stderr if done else ""
    match = VERSION.search(said)
    version = version_of(match.groups()) if match else None
    listed = tuple(COMPRESSION.findall(said)) if match else None
    return Tools(path, seen.mtime_ns / 1e9 if seen else None, version, listed, builder)
