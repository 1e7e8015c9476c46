# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The programs that write the dump and build the capture initramfs: makedumpfile's version, and the builders."""

import re
from typing import NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import version as version_of

VERSION = re.compile(r"^makedumpfile: version (\d+)\.(\d+)\.(\d+)", re.MULTILINE)
COMPRESSION = re.compile(r"^(lzo|snappy|zstd)\s+enabled", re.MULTILINE)
# the programs that build an initramfs: each stack calls one of them
BUILDERS = ("mkinitramfs", "dracut")
# makedumpfile 72c3414: before 1.7.7 it takes the free pages of Linux 6.12 for slab and writes all of them
TAKES_FREE_PAGES = ((1, 7, 7), (6, 12))


class Tools(NamedTuple):
    """makedumpfile's path, time, version and compressions (None: it does not list them), and the BUILDERS here."""

    makedumpfile: Optional[str]
    mtime: Optional[float]
    version: Optional[Tuple[int, ...]]
    compressions: Optional[Tuple[str, ...]]
    builders: Tuple[str, ...]


def read_tools(host: TolerantHost, timeout_s: int) -> Tools:
    """Read which collector (makedumpfile) and which builder of initramfs images there are."""
    path = host.which("makedumpfile")
    builders = tuple(name for name in BUILDERS if host.which(name) is not None)
    if path is None:
        return Tools(None, None, None, None, builders)
    seen = host.stat(path)
    done = host.attempt(path, lambda: host.run(["makedumpfile", "-v"], timeout_s=timeout_s, check=False), None)
    said = done.stdout + done.stderr if done else ""
    match = VERSION.search(said)
    version = version_of(match.groups()) if match else None
    listed = tuple(COMPRESSION.findall(said)) if match else None
    return Tools(path, seen.mtime_ns / 1e9 if seen else None, version, listed, builders)


def takes_free_pages(version: Optional[Tuple[int, ...]], kernel: Optional[Tuple[int, ...]]) -> bool:
    """Return whether this version of the collector writes all free pages of this kernel, at any level."""
    fixed, since = TAKES_FREE_PAGES
    return version is not None and kernel is not None and version < fixed and kernel >= since
