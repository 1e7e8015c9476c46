# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The kernel whose memory is in a dump: by its own name for itself, and by the first line of its log.

The header of a dump is written from outside; these two are in the pages.
"""

import re
import struct
from typing import Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.virtual_addresses import (
    KernelMemory,
    NotRead,
    Physical,
)

RELEASE = re.compile(rb"[0-9]+\.[0-9]+[!-~]{0,60}\Z")
BANNER = re.compile(rb"Linux version ([0-9]+\.[0-9]+[!-~]{0,60}) ")
# struct new_utsname: sysname, nodename, release and more of 65 bytes each; it follows a reference count or begins
UTS_FIELD, UTS_LEAD, UTS_BYTES = 65, 64, 512
# The kernel names itself in one of its first lines. Later lines may name others: programs write to the log as well
LOG_LIMIT = 4 << 10

NO_LOOK = "the kernel's name and log in its memory were not read, as they are inside a compressed stream"


class KernelInMemory(NamedTuple):
    """What the memory in a dump says of its kernel, in words.

    trouble: it is of another kernel than the header says. named: it is of that kernel.
    """

    trouble: Optional[str]
    named: bool
    words: str


def told(
    physical: Physical, info: Optional[Dict[str, str]], machine: Optional[str], release: Optional[str]
) -> KernelInMemory:
    """Return what the memory in a dump says of its kernel, compared with the release in the dump's header.

    info is None if nothing can be looked up, because each look would unpack a whole stream.
    """
    if info is None:
        return KernelInMemory(None, False, NO_LOOK)
    memory = KernelMemory(physical, info, machine)
    try:
        found = _own_name(memory)
    except NotRead as why:
        return KernelInMemory(None, False, "the kernel's name and log in its memory were not read: %s" % why)
    if found != release:
        return KernelInMemory("its header is of the kernel %s, its memory of %s" % (release, found), False, "")
    try:
        logged = _logged(memory)
    except NotRead as why:
        return KernelInMemory(
            None, True, "its memory names the kernel %s; the log in it was not read: %s" % (found, why)
        )
    if not logged:
        return KernelInMemory(
            None, True, "its memory names the kernel %s; the log in it has lost its first line" % found
        )
    if found not in logged:
        return KernelInMemory(
            "its header is of the kernel %s, the log in its memory of %s" % (release, logged[0]), False, ""
        )
    return KernelInMemory(None, True, "its memory and the log in it name the kernel %s" % found)


def _own_name(memory: KernelMemory) -> str:
    """Return the release in the crashed kernel's own utsname, which `uname -r` showed."""
    raw = memory.read(memory.symbol("init_uts_ns"), UTS_BYTES)
    start = raw[: UTS_LEAD + 6].find(b"Linux\0")
    release = raw[start + 2 * UTS_FIELD :][:UTS_FIELD].split(b"\0")[0] if start >= 0 else b""
    if not RELEASE.match(release):
        raise NotRead("there is no name of a kernel where VMCOREINFO says that it is")
    return release.decode("ascii")


def _logged(memory: KernelMemory) -> List[str]:
    """Return the releases that the kernel in a dump names in the first lines of its log; none if it wrapped."""
    if memory.has("prb"):
        ring = memory.pointer(memory.symbol("prb")) + memory.offset("printk_ringbuffer.text_data_ring")
        start = memory.pointer(ring + memory.offset("prb_data_ring.data"))
        bits = struct.unpack("<I", memory.read(ring + memory.offset("prb_data_ring.size_bits"), 4))[0]
        size = 1 << min(bits, 40)
    else:
        start = memory.pointer(memory.symbol("log_buf"))
        size = struct.unpack("<I", memory.read(memory.symbol("log_buf_len"), 4))[0]
    if not start or not 4096 <= size <= 1 << 31:
        raise NotRead("there is no log where VMCOREINFO says that it is")
    text = memory.read(start, min(size, LOG_LIMIT))
    if not any(text):
        raise NotRead("there is no log where VMCOREINFO says that it is")
    return [release.decode("ascii") for release in BANNER.findall(text)]
