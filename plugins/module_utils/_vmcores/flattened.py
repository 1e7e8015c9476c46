# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The flattened format that `makedumpfile -F` writes: records {offset, size, data} that rebuild another file."""

import bisect
import struct
from array import array
from typing import Iterator, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import CHUNK, Read

SIGNATURE = b"makedumpfile\0\0\0\0"
FIRST_RECORD = 4096
RECORD_HEADER_BYTES = 16
TERMINATOR = (-1, -1)
# at about 40 KiB each, these are the records of a dump of 20 GiB; more are not kept in memory
INDEX_RECORDS = 1 << 19
# headers overwrite what was there; no place is overwritten more often than this
OVERLAPS = 16
# the inner file's headers and VMCOREINFO are in the first records; the bitmaps follow
HEADER_RECORDS = 64


class Piece(NamedTuple):
    """A record of a flattened dump: its offset and size in the rebuilt file, and where its bytes are in this file."""

    offset: int
    size: int
    position: int


class Damaged(Exception):
    """The records of a flattened dump end, or make no sense, before the terminator. The text says where."""


def records(read: Read) -> Iterator[Piece]:
    """Yield the records of a flattened dump up to the terminator; raise Damaged if there is none.

    The terminator is found by walking, never at the end of the file: a dump on a raw device has no end of file.
    """
    position = FIRST_RECORD
    while True:
        raw = read(position, RECORD_HEADER_BYTES)
        if len(raw) < RECORD_HEADER_BYTES:
            raise Damaged("the file ends at byte %d without the terminator" % (position + len(raw)))
        offset, size = struct.unpack(">qq", raw)
        if (offset, size) == TERMINATOR:
            return
        if offset < 0 or size <= 0:
            raise Damaged("there is no record at byte %d, where one should begin" % position)
        yield Piece(offset, size, position + RECORD_HEADER_BYTES)
        position += RECORD_HEADER_BYTES + size


def inner_reader(read: Read) -> Read:
    """Return a reader of the rebuilt file's beginning, by the first records of a flattened dump."""
    first = []  # type: List[Piece]
    try:
        for record in records(read):
            first.append(record)
            if len(first) == HEADER_RECORDS:
                break
    except Damaged:
        pass  # the records so far may still show the kernel and the time

    def read_inner(offset: int, size: int) -> bytes:
        parts = []  # type: List[bytes]
        while size > 0:
            record = _covering(first, offset)
            if record is None:
                break
            skip = offset - record.offset
            part = read(record.position + skip, min(size, record.size - skip))
            if not part:
                break
            parts.append(part)
            offset, size = offset + len(part), size - len(part)
        return b"".join(parts)

    return read_inner


def _covering(first: List[Piece], offset: int) -> Optional[Piece]:
    """Return the record that holds a byte of the rebuilt file; a later one overwrites an earlier one."""
    return next((r for r in reversed(first) if r.offset <= offset < r.offset + r.size), None)


class Index:
    """All records of a flattened dump: how many there are, and where each piece of the rebuilt file is.

    size is that of the rebuilt file, end is where the terminator ends in this one. complete: all records are kept, so
    that any piece of the rebuilt file can be read.
    """

    def __init__(self, read: Read, file_size: Optional[int] = None) -> None:
        """Walk the records, and raise Damaged if they do not end; file_size is None if it is not known."""
        self._read = read
        self.count, self.size, self.end = 0, 0, FIRST_RECORD + RECORD_HEADER_BYTES
        offsets, sizes, positions = array("q"), array("q"), array("q")
        for record in records(read):
            end = record.position + record.size
            if file_size is not None and end > file_size:
                raise Damaged("the file ends inside the record at byte %d" % record.position)
            self.count, self.size = self.count + 1, max(self.size, record.offset + record.size)
            self.end = end + RECORD_HEADER_BYTES
            if self.count <= INDEX_RECORDS:
                offsets.append(record.offset)
                sizes.append(record.size)
                positions.append(record.position)
        self.complete = self.count <= INDEX_RECORDS
        # of records with the same offset, the later one comes last: it overwrites the others
        order = sorted(range(len(offsets)), key=offsets.__getitem__)
        self._offsets = array("q", (offsets[number] for number in order))
        self._sizes = array("q", (sizes[number] for number in order))
        self._positions = array("q", (positions[number] for number in order))

    def _holder(self, offset: int, number: int) -> Optional[int]:
        """Return the record that holds a byte of the rebuilt file; of several, the one that was written last."""
        near = range(number, max(-1, number - OVERLAPS), -1)
        holding = [one for one in near if offset < self._offsets[one] + self._sizes[one]]
        return max(holding, key=self._positions.__getitem__, default=None)

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the rebuilt file: zeros where no record was written, fewer at its end."""
        parts: List[bytes] = []
        while size > 0 and offset < self.size:
            number = bisect.bisect_right(self._offsets, offset) - 1
            holder = self._holder(offset, number)
            # from there on, another record may overwrite this one
            following = self._offsets[number + 1] if number + 1 < len(self._offsets) else self.size
            here = min(size, max(following, offset + 1) - offset)
            if holder is None:
                # a gap can be of any size: even this empty read raises OutOfTime after the deadline
                self._read(0, 0)
                part = bytes(min(here, CHUNK))
            else:
                skip = offset - self._offsets[holder]
                here = min(here, self._sizes[holder] - skip)
                part = self._read(self._positions[holder] + skip, here)
            if not part:
                break
            parts.append(part)
            offset, size = offset + len(part), size - len(part)
        return b"".join(parts)
