# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a dump on a machine for the tests, byte by byte and by none of the collection's code.

The layout is that of makedumpfile's diskdump_mod.h: a header of one block, a sub-header, two bitmaps, the table of the
pages, and the pages. In the flattened format, records with an offset and a size come around all of that.
"""

import struct

from tools.lab.stacks import Shell

FLATTENED = b"makedumpfile\0\0\0\0"
SIGNATURE = b"KDUMP   "
# makedumpfile's flattened format: a 4096 byte header, a record's offset and size, then the dump's own header
INNER_HEADER = 4096 + 16
END_OF_FLATTENED = b"\xff" * 16
NODENAME, RELEASE = 77, 142
UTSNAME_FIELD = 65
STATUS = 424
INCOMPLETE = 8
PAGE_DESCRIPTOR = struct.Struct("<QII8x")


class DumpFile:
    """One dump on a machine, in either format."""

    def __init__(self, shell: Shell, path: str) -> None:
        self._shell = shell
        self.path = path
        self.size = int(shell(f"stat -c %s {path}"))
        self.is_flattened = self._bytes(0, 16) == FLATTENED
        self._header = INNER_HEADER if self.is_flattened else 0

    def _bytes(self, offset: int, size: int) -> bytes:
        """Return bytes out of the file."""
        part = f"dd if={self.path} bs=64k iflag=skip_bytes,count_bytes skip={offset} count={size} 2>/dev/null"
        return bytes.fromhex("".join(self._shell(f"{part} | od -An -v -tx1").split()))

    def _name(self, offset: int) -> str:
        """Return a name out of the header."""
        return self._bytes(self._header + offset, UTSNAME_FIELD).split(b"\0")[0].decode()

    def has_signature(self) -> bool:
        """Return whether the header of a dump is where it belongs."""
        return self._bytes(self._header, 8) == SIGNATURE

    def nodename(self) -> str:
        """Return the name of the machine that panicked."""
        return self._name(NODENAME)

    def release(self) -> str:
        """Return the kernel that panicked."""
        return self._name(RELEASE)

    def is_whole(self) -> bool:
        """Return whether the end is there: the end mark, or else the last page that the table of the pages names."""
        if self.is_flattened:
            return self._bytes(self.size - 16, 16) == END_OF_FLATTENED
        status, block, sub_header, bitmap = struct.unpack("<IIII", self._bytes(STATUS, 16))
        first, half = block * (1 + sub_header), block * bitmap // 2
        pages = int.from_bytes(self._bytes(first + half, half), "little").bit_count()
        table = self._bytes(first + 2 * half, pages * PAGE_DESCRIPTOR.size)
        ends = [offset + size for offset, size, _flags in PAGE_DESCRIPTOR.iter_unpack(table)]
        return not status & INCOMPLETE and len(ends) == pages > 0 and max(ends) <= self.size
