# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads the pages of a kdump-compressed dump by their place in the crashed machine's memory."""

import struct
from typing import Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import kdump_compressed, page_compression
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import Read
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.virtual_addresses import NotRead

DESCRIPTOR = "qII"
# bits are counted in pieces of this many bytes
PIECE = 4 << 10
# pages that are kept, for page tables
KEPT = 64


class Page(NamedTuple):
    """A page's number among those in the dump, and what its descriptor says."""

    number: int
    offset: int
    size: int
    flags: int


class Pages:
    """Reads the memory in a dump by physical addresses.

    The second half of the bitmaps has a bit for each page that is in the file.
    """

    def __init__(self, read: Read, layout: kdump_compressed.CompressedLayout, count: int) -> None:
        self._read = read
        self._layout = layout
        self.count = count
        half = (layout.descriptors - layout.bitmap) // 2
        self._bitmap, self._bitmap_bytes = layout.bitmap + half, half
        # how many pages of the file come before each piece of the bitmap
        self._before: List[int] = [0]
        self._kept: Dict[int, bytes] = {}

    def physical(self, address: int, size: int) -> bytes:
        """Return bytes of the crashed machine's memory, zeros where the dump leaves a page out."""
        block, parts = self._layout.sub_header, []
        while size > 0:
            skip = address % block
            here = min(size, block - skip)
            parts.append(self._page(address // block)[skip : skip + here])
            address, size = address + here, size - here
        return b"".join(parts)

    def describe(self, number: int) -> Optional[Page]:
        """Return a memory page by its number in the dump, None if the file ends before its descriptor."""
        raw = self._read(self._layout.descriptors + number * kdump_compressed.DESCRIPTOR_BYTES, 16)
        return Page(number, *struct.unpack(self._layout.order + DESCRIPTOR, raw)) if len(raw) == 16 else None

    def unpacked(self, page: Page) -> Optional[bytes]:
        """Return the bytes of a memory page, None if only its frame could be tested; raise Rubbish for no page."""
        block = self._layout.sub_header
        if page.offset < self._layout.descriptors + self.count * kdump_compressed.DESCRIPTOR_BYTES:
            raise page_compression.Rubbish("its descriptor was never written")
        if not 0 < page.size <= block:
            raise page_compression.Rubbish("its descriptor says that it takes %d bytes" % page.size)
        raw = self._read(page.offset, page.size)
        if len(raw) < page.size:
            raise page_compression.Rubbish("it is not in the file")
        return page_compression.unpacked(raw, page.flags, block)

    def _page(self, frame: int) -> bytes:
        """Return the page of a memory frame; some pages are kept, for page tables."""
        if frame not in self._kept:
            if len(self._kept) == KEPT:
                self._kept.clear()
            self._kept[frame] = self._content(frame)
        return self._kept[frame]

    def _content(self, frame: int) -> bytes:
        """Return the page of a memory frame, zeros if the dump leaves it out."""
        number = self._number(frame)
        if number is None:
            return bytes(self._layout.sub_header)
        page = self.describe(number)
        content = self.unpacked(page) if page else None
        if content is None:
            raise NotRead("this Python cannot unpack its pages")
        return content

    def _number(self, frame: int) -> Optional[int]:
        """Return the number of the memory page that lies in a frame, None if the dump leaves it out."""
        if not 0 <= frame < self._bitmap_bytes * 8:
            return None
        piece, inside = divmod(frame // 8, PIECE)
        while len(self._before) <= piece:
            self._before.append(self._before[-1] + _ones(self._piece(len(self._before) - 1)))
        bits = self._piece(piece)
        if inside >= len(bits) or not bits[inside] >> frame % 8 & 1:
            return None
        return self._before[piece] + _ones(bits[:inside]) + _ones(bytes([bits[inside] & (1 << frame % 8) - 1]))

    def _piece(self, number: int) -> bytes:
        """Return the piece of the bitmap that says for some memory pages whether the dump has them."""
        return self._read(self._bitmap + number * PIECE, min(PIECE, self._bitmap_bytes - number * PIECE))


def _ones(bits: bytes) -> int:
    """Return how many memory pages the dump has by a piece of its bitmap: the bits that are set."""
    return bin(int.from_bytes(bits, "little")).count("1")
