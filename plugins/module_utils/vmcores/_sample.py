# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Whether the pages of a kdump-compressed dump can be unpacked, by a sample that is spread over the whole file.

A dump can have its full size and an end mark, and be zeros or rubbish in between: so a copy that broke off leaves it
on a file system that knows holes, and a bad disk.
"""

import struct
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils.vmcores import _decompress, _kdump_compressed
from ansible_collections.crashops.kdump.plugins.module_utils.vmcores._base import Content, Read, vmcoreinfo

# makedumpfile's bit of the dump level for pages of zeros
ZERO_PAGES = 0x1
DESCRIPTOR = "qII"


class Page(NamedTuple):
    """A page's number among those in the file, and what its descriptor says."""

    number: int
    offset: int
    size: int
    flags: int


def spread(count: int, most: int) -> List[int]:
    """Return at most so many numbers below a count: the first, the last, and others evenly between them."""
    if count <= most:
        return list(range(count))
    return sorted({index * (count - 1) // (most - 1) for index in range(most)})


def content(read: Read, most: int) -> Content:
    """Return whether a sample of at most so many pages can be unpacked, each to the size of a page."""
    layout = _kdump_compressed.layout_of(read)
    pages = _kdump_compressed.dumped_pages(read, layout) if layout else 0
    if layout is None or not pages:
        return Content(None, "its header names no page that could be read")
    trouble = _info_trouble(read, layout)
    if trouble:
        return Content(False, trouble)
    chosen = []
    for number in spread(pages, most):
        raw = read(layout.descriptors + number * _kdump_compressed.DESCRIPTOR_BYTES, 16)
        if len(raw) < 16:
            return Content(False, "the descriptor of page %d of %d is not in the file" % (number + 1, pages))
        chosen.append(Page(number, *struct.unpack(layout.order + DESCRIPTOR, raw)))
    return _judged(read, layout, chosen, pages)


def _info_trouble(read: Read, layout: _kdump_compressed.Layout) -> Optional[str]:
    """Return what is wrong with the VMCOREINFO inside a dump: it must name the release that the header names."""
    sub = read(layout.sub_header, _kdump_compressed.SUB_HEADER_BYTES)
    if len(sub) < _kdump_compressed.SUB_HEADER_BYTES:
        return "its second header is not in the file"
    where, length = struct.unpack_from(layout.order + "qQ", sub, 32)
    named = _kdump_compressed.header(read, 0).kernel
    if where <= 0 or length >= _kdump_compressed.VMCOREINFO_LIMIT:
        return None
    told = vmcoreinfo(read(where, length)).get("OSRELEASE")
    if told is None:
        return "the VMCOREINFO in it cannot be read"
    return None if told == named else "its header is of the kernel %s, its VMCOREINFO of %s" % (named, told)


def _judged(read: Read, layout: _kdump_compressed.Layout, chosen: List[Page], pages: int) -> Content:
    """Return what unpacking the chosen pages tells. They are read in the order in which they lie in the file."""
    level = struct.unpack(layout.order + "i", read(layout.sub_header + 8, 4))[0]
    packed, framed = 0, 0
    for page in sorted(chosen, key=lambda page: page.offset):
        try:
            unpacked = _unpacked(read, layout, page, pages, bool(level & ZERO_PAGES))
        except _decompress.Rubbish as rubbish:
            words = "page %d of %d, at byte %d, cannot be unpacked: %s"
            return Content(False, words % (page.number + 1, pages, page.offset, rubbish))
        packed += 1 if page.flags & _decompress.ALL else 0
        framed += 1 if unpacked is None else 0
    return _told(len(chosen), pages, packed, framed)


def _unpacked(
    read: Read, layout: _kdump_compressed.Layout, page: Page, pages: int, without_zeros: bool
) -> Optional[bytes]:
    """Return a page's content, None where only its frame could be tested."""
    block, first = layout.sub_header, layout.descriptors + pages * _kdump_compressed.DESCRIPTOR_BYTES
    if page.offset < first:
        raise _decompress.Rubbish("its descriptor was never written")
    if not 0 < page.size <= block:
        raise _decompress.Rubbish("its descriptor says that it takes %d bytes" % page.size)
    raw = read(page.offset, page.size)
    if len(raw) < page.size:
        raise _decompress.Rubbish("it is not in the file")
    found = _decompress.unpacked(raw, page.flags, block)
    # pages of zeros share one place, the first, and compress well: nowhere else is one stored as it is
    kept_as_is = not page.flags & _decompress.ALL and page.offset != first
    if kept_as_is and (without_zeros or layout.status & _decompress.ALL) and not any(raw):
        raise _decompress.Rubbish("it is all zeros")
    return found


def _told(read: int, pages: int, packed: int, framed: int) -> Content:
    """Return that nothing speaks against the pages, and what that does not cover."""
    words = "%d of %d pages were read" % (read, pages)
    if not packed:
        return Content(None, words + "; they are not compressed, so nothing tells whether their content is right")
    if framed:
        words += "; of %d of them only the zstd frame was tested, as this Python unpacks no zstd" % framed
    if packed < read:
        words += "; %d are stored as they are, and only tested for zeros" % (read - packed)
    return Content(True, words)
