# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The kdump-compressed format of dumps, as makedumpfile writes it on 64-bit kernels of either byte order."""

import operator
import struct
import sys
from array import array
from typing import Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import moment, whole
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import (
    CHUNK,
    Header,
    Read,
    Verdict,
    vmcoreinfo,
)

SIGNATURE = b"KDUMP   "
HEADER_BYTES = 464
SUB_HEADER_BYTES = 104
DESCRIPTOR_BYTES = 24
# of page sizes that Linux has on 64-bit machines; a number in the wrong byte order is none of them
BLOCK_SIZES = (4096, 8192, 16384, 65536)
# status bits of makedumpfile's diskdump_mod.h
COMPRESSIONS = ((0x1, "zlib"), (0x2, "lzo"), (0x4, "snappy"), (0x20, "zstd"))
INCOMPLETE = 0x8
# VMCOREINFO is a page of text; a larger size is damage
VMCOREINFO_LIMIT = 1 << 20


class CompressedLayout(NamedTuple):
    """Where the parts of a kdump-compressed dump are, in bytes, and its status bits.

    order is struct's sign for the byte order.
    """

    order: str
    status: int
    timestamp: int
    sub_header: int
    bitmap: int
    descriptors: int


def _layout(raw: bytes) -> Optional[CompressedLayout]:
    """Return the layout that the main header of a kdump-compressed dump describes, None if it describes none."""
    if len(raw) < HEADER_BYTES:
        return None
    for order in "<>":
        (timestamp,) = struct.unpack_from(order + "q", raw, 408)
        status, block, sub_blocks, bitmap_blocks = struct.unpack_from(order + "IiiI", raw, 424)
        if block in BLOCK_SIZES and sub_blocks > 0:
            bitmap = (1 + sub_blocks) * block
            return CompressedLayout(order, status, timestamp, block, bitmap, bitmap + bitmap_blocks * block)
    return None


def layout_of(read: Read) -> Optional[CompressedLayout]:
    """Return the layout of a kdump-compressed dump, None if its header describes none."""
    return _layout(read(0, HEADER_BYTES))


def _word(raw: bytes, offset: int) -> Optional[str]:
    """Return one of the 65-byte strings of utsname in the main header."""
    return raw[offset : offset + 65].split(b"\0")[0].decode("ascii", "replace") or None


def _compression(status: int) -> str:
    """Return the name of the compression of a dump's pages, by the status bits of its header."""
    return next((name for bit, name in COMPRESSIONS if status & bit), "none")


def header(read: Read, dummy_size: int) -> Header:
    """Return what the main header and the sub header of a kdump-compressed dump say."""
    raw = read(0, HEADER_BYTES)
    layout = _layout(raw)
    names = Header(kernel=_word(raw, 142), nodename=_word(raw, 77), machine=_word(raw, 272))
    if layout is None:
        return names
    sub = read(layout.sub_header, SUB_HEADER_BYTES)
    level, info = None, information(read, layout) or {}
    if len(sub) == SUB_HEADER_BYTES:
        (level,) = struct.unpack_from(layout.order + "i", sub, 8)
    return names._replace(
        kernel=names.kernel or info.get("OSRELEASE"),
        crash_time=moment(whole(info.get("CRASHTIME"))) or moment(layout.timestamp),
        dump_level=level,
        compression=_compression(layout.status),
    )


def information(read: Read, layout: CompressedLayout) -> Optional[Dict[str, str]]:
    """Return the VMCOREINFO of a kdump-compressed dump, None if its sub header names none."""
    sub = read(layout.sub_header, SUB_HEADER_BYTES)
    if len(sub) < SUB_HEADER_BYTES:
        return None
    where, length = struct.unpack_from(layout.order + "qQ", sub, 32)
    return vmcoreinfo(read(where, length)) if where > 0 and length < VMCOREINFO_LIMIT else None


def dumped_pages(read: Read, layout: CompressedLayout) -> int:
    """Return how many pages are in a kdump-compressed dump, by the second half of its bitmaps."""
    half = (layout.descriptors - layout.bitmap) // 2
    offset, end, pages = layout.bitmap + half, layout.descriptors, 0
    while offset < end:
        chunk = read(offset, min(CHUNK, end - offset))
        if not chunk:
            break
        pages += bin(int.from_bytes(chunk, "little")).count("1")
        offset += len(chunk)
    return pages


class Extent(NamedTuple):
    """The lowest place that page descriptors point to, and the end of the last page."""

    lowest: int
    end: int


def _extent(chunk: bytes, order: str) -> Extent:
    """Return the extent of the pages that some descriptors point to: {i64 offset, u32 size, u32 flags, u64 other}."""
    longs, words = array("q", chunk), array("I", chunk)
    if (order == "<") != (sys.byteorder == "little"):
        longs.byteswap()
        words.byteswap()
    offsets = longs[0::3]
    return Extent(min(offsets), max(map(operator.add, offsets, words[2::6])))


def _pages_extent(read: Read, layout: CompressedLayout, pages: int) -> Optional[Extent]:
    """Return the extent of all pages of a dump, None if the file ends inside the page descriptors."""
    whole = CHUNK - CHUNK % DESCRIPTOR_BYTES
    offset, end = layout.descriptors, layout.descriptors + pages * DESCRIPTOR_BYTES
    found: List[Extent] = []
    while offset < end:
        wanted = min(whole, end - offset)
        chunk = read(offset, wanted)
        if len(chunk) < wanted:
            return None
        part = _extent(chunk, layout.order)
        found = [Extent(min([part.lowest] + [e.lowest for e in found]), max([part.end] + [e.end for e in found]))]
        offset += wanted
    return found[0]


def verdict(read: Read, size: int) -> Verdict:
    """Return whether every page that the bitmap of a kdump-compressed dump promises is in the file.

    Headers and bitmaps are written first, so a writer that was killed leaves them perfect: only the descriptors show
    it.
    """
    raw = read(0, HEADER_BYTES)
    if len(raw) < HEADER_BYTES:
        return Verdict(False, "the file ends inside its header")
    layout = _layout(raw)
    if layout is None:
        return Verdict(None, "its header is not one of a 64-bit kernel")
    if layout.status & INCOMPLETE:
        return Verdict(False, "makedumpfile marked it incomplete: there was not enough space for it")
    if layout.descriptors > size:
        return Verdict(False, "the file ends inside its page bitmaps")
    pages = dumped_pages(read, layout)
    if not pages:
        return Verdict(False, "its bitmap names no page at all")
    extent = _pages_extent(read, layout, pages)
    if extent is None:
        return Verdict(False, "the file ends inside its %d page descriptors" % pages)
    if extent.lowest < layout.descriptors + pages * DESCRIPTOR_BYTES:
        return Verdict(False, "some of its %d page descriptors were never written" % pages)
    if extent.end > size:
        return Verdict(False, "its pages end at byte %d, the file at byte %d" % (extent.end, size))
    return Verdict(True, "all %d pages that it names are in the file" % pages)
