# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Tests whether the pages of a kdump-compressed dump can be unpacked, by a sample spread over the whole file.

A dump can have its full size and an end mark, and be zeros or rubbish in between. A copy that broke off leaves it so on
a file system that knows holes, and so does a bad disk.
"""

import struct
from typing import Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import (
    kdump_compressed,
    kernel_in_dump,
    page_compression,
)
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import Read, Readability
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.memory_pages import Page, Pages

# makedumpfile's bit of the dump level for pages of zeros
ZERO_PAGES = 0x1


def spread(count: int, most: int) -> List[int]:
    """Return at most `most` numbers below `count`: the first, the last, and others evenly between them."""
    if count <= most:
        return list(range(count))
    return sorted({index * (count - 1) // (most - 1) for index in range(most)})


def holes(zeros: List[bool]) -> Optional[str]:
    """Return why a dump's memory may have holes, by which sampled places are zeros, in order; None if it has none.

    Kernels keep their own data at the end of the memory, so zeros up to the end mean that it was not written.
    """
    end = zeros[-max(1, len(zeros) // 8) :]
    if all(end):
        return "its last %d places that were read are all zeros" % len(end)
    if sum(zeros) * 2 > len(zeros):
        return "%d of %d places that were read are zeros" % (sum(zeros), len(zeros))
    return None


class _Sample:
    """The sampled pages: how many were packed, how many were tested by their frame only, and which are zeros."""

    def __init__(self, pages: Pages, layout: kdump_compressed.CompressedLayout, without_zeros: bool) -> None:
        self._pages = pages
        self._first = layout.descriptors + pages.count * kdump_compressed.DESCRIPTOR_BYTES
        self._without_zeros = without_zeros or bool(layout.status & page_compression.ALL)
        self.packed, self.framed = 0, 0
        self.zeros = []  # type: List[bool]

    def add(self, page: Page) -> None:
        """Read a page into the sample; raise Rubbish if it cannot be a page."""
        content = self._pages.unpacked(page)
        zeros = content is not None and not any(content)
        kept_as_is = not page.flags & page_compression.ALL
        # pages of zeros share the first place, and they compress well: in other places none is stored as it is
        if kept_as_is and self._without_zeros and zeros and page.offset != self._first:
            raise page_compression.Rubbish("it is all zeros")
        self.packed += 0 if kept_as_is else 1
        self.framed += 1 if content is None else 0
        self.zeros.append(zeros)

    def words(self) -> str:
        """Return in words how many pages were read, and what that does not cover."""
        count = len(self.zeros)
        words = "%d of %d pages were read" % (count, self._pages.count)
        if self.framed:
            words += "; of %d of them only the zstd frame was tested, as this Python unpacks no zstd" % self.framed
        if self.packed < count:
            words += "; %d are stored as they are, and only tested for zeros" % (count - self.packed)
        return words


def content(read: Read, most: int, seekable: bool = True) -> Readability:
    """Return whether a sample of at most `most` pages can be unpacked, each to the size of a page.

    In a seekable dump, the kernel's own name in the memory must also be that of the header.
    """
    layout = kdump_compressed.layout_of(read)
    count = kdump_compressed.dumped_pages(read, layout) if layout else 0
    if layout is None or not count:
        return Readability(None, "its header names no page that could be read")
    info = kdump_compressed.information(read, layout)
    trouble = _info_trouble(read, info)
    if trouble:
        return Readability(False, trouble)
    pages, chosen = Pages(read, layout, count), []
    for number in spread(count, most):
        page = pages.describe(number)
        if page is None:
            return Readability(False, "the descriptor of page %d of %d is not in the file" % (number + 1, count))
        chosen.append(page)
    raw_level = read(layout.sub_header + 8, 4)
    if len(raw_level) < 4:
        return Readability(None, "it became shorter while it was read")
    (level,) = struct.unpack(layout.order + "i", raw_level)
    sample = _Sample(pages, layout, bool(level & ZERO_PAGES))
    return _judged(read, pages, sample, chosen, (info or {}) if seekable else None)


def _info_trouble(read: Read, info: Optional[Dict[str, str]]) -> Optional[str]:
    """Return what a sample finds wrong with VMCOREINFO: it must name the release that the dump's header names."""
    named = kdump_compressed.header(read, 0).kernel
    if info is None:
        return None
    told = info.get("OSRELEASE")
    if told is None:
        return "the VMCOREINFO in it cannot be read"
    return None if told == named else "its header is of the kernel %s, its VMCOREINFO of %s" % (named, told)


def _judged(
    read: Read, pages: Pages, sample: _Sample, chosen: List[Page], info: Optional[Dict[str, str]]
) -> Readability:
    """Return the verdict by the chosen pages and by the kernel's name in memory. Pages are read in file order."""
    for page in sorted(chosen, key=lambda page: page.offset):
        try:
            sample.add(page)
        except page_compression.Rubbish as rubbish:
            words = "page %d of %d, at byte %d, cannot be unpacked: %s"
            return Readability(False, words % (page.number + 1, pages.count, page.offset, rubbish))
    header = kdump_compressed.header(read, 0)
    try:
        kernel = kernel_in_dump.told(pages.physical, info, header.machine, header.kernel)
    except page_compression.Rubbish as rubbish:
        return Readability(False, "a page of the kernel's own memory cannot be unpacked: %s" % rubbish)
    if kernel.trouble:
        return Readability(False, kernel.trouble)
    return judged_by_name(sample.words(), sample.packed > 0, sample.zeros, kernel)


def judged_by_name(words: str, tested: bool, zeros: List[bool], kernel: kernel_in_dump.KernelInMemory) -> Readability:
    """Return whether the sampled pages hold memory that makes sense.

    If no compression tests its pages, it must name its kernel and show no hole.
    """
    words = "%s; %s" % (words, kernel.words)
    if tested:
        return Readability(True, words)
    doubt = None if kernel.named else "nothing else shows whether its content is right"
    doubt = doubt or holes(zeros)
    return Readability(None, "%s; %s" % (words, doubt)) if doubt else Readability(True, words)
