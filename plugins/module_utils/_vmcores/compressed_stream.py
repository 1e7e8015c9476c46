# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Compressed dumps (KDUMP_COMPRESSION of kdump-tools): a gzip, bzip2 or xz stream around another format."""

import zlib
from typing import Any, Callable, Dict

from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import CHUNK, Read

try:
    import bz2
except ImportError:  # a Python that was built without it
    bz2 = None  # type: ignore[assignment]
try:
    import lzma
except ImportError:
    lzma = None  # type: ignore[assignment]

# more than xz -9 asks for
XZ_MEMORY = 128 << 20
UNREADABLE = tuple([zlib.error, OSError, EOFError] + ([lzma.LZMAError] if lzma else []))


class Gzip:
    """zlib's decompressor with the interface of those of bz2 and lzma."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        """Return whether the end of the gzip stream was reached, and its checksum was right."""
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        """Return whether all bytes that were given have been unpacked."""
        return not self._stream.unconsumed_tail

    def decompress(self, packed: bytes, max_length: int) -> bytes:
        """Return at most max_length unpacked bytes."""
        return self._stream.decompress(self._stream.unconsumed_tail + packed, max_length)


# how a file of each compression begins
MAGICS = {
    "gzip": b"\x1f\x8b",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\0",
    "lz4": b"\x04\x22\x4d\x18",
    "zstd": b"\x28\xb5\x2f\xfd",
}
# what begins to unpack a stream, for each compression that this Python knows
UNPACKERS: Dict[str, Callable[[], Any]] = {"gzip": Gzip}
if bz2:
    UNPACKERS["bzip2"] = bz2.BZ2Decompressor
if lzma:
    UNPACKERS["xz"] = lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY)


class Broken(Exception):
    """The compressed stream around a dump ends early or is damaged. The text says which."""


class Unpacked:
    """Reads what is inside a compressed stream, forward only, with one chunk in memory at a time."""

    def __init__(self, read: Read, unpacker: Any) -> None:
        self._read = read
        self._unpacker = unpacker
        self._packed_at = 0
        self._start = 0
        self._held = b""

    def _next(self) -> bytes:
        """Return the next unpacked bytes, empty at the end of the stream."""
        while not self._unpacker.eof:
            # a few packed bytes can unpack to gigabytes: even an empty read raises OutOfTime after the deadline
            packed = self._read(self._packed_at, CHUNK if self._unpacker.needs_input else 0)
            self._packed_at += len(packed)
            if self._unpacker.needs_input and not packed:
                raise Broken("the compressed stream ends at byte %d, before its end mark" % self._packed_at)
            try:
                unpacked: bytes = self._unpacker.decompress(packed, CHUNK)
            except UNREADABLE as error:
                raise Broken("the compressed stream is damaged: %s" % error)
            if unpacked:
                return unpacked
        return b""

    def read(self, offset: int, size: int) -> bytes:
        """Return unpacked bytes at a place that is not before that of the last call."""
        while self._start + len(self._held) < offset + size:
            if self._start + len(self._held) < offset:
                self._start, self._held = self._start + len(self._held), b""
            more = self._next()
            if not more:
                break
            self._held += more
        skip = max(0, offset - self._start)
        self._start, self._held = self._start + skip, self._held[skip:]
        return self._held[:size]

    def is_behind(self, offset: int) -> bool:
        """Return whether reading has already passed a place of the stream."""
        return offset < self._start

    def beginning(self, size: int) -> bytes:
        """Return the first unpacked bytes, as many as a damaged stream gives."""
        try:
            return self.read(0, size)
        except Broken:
            return self._held[:size]

    def finish(self) -> None:
        """Read to the end of the stream, which tests its checksum."""
        while self._next():
            pass


class Rewound:
    """Reads what is inside a compressed stream at any place; to go back, it starts again at the beginning.

    Going back unpacks everything before the place again, so callers read in the order of the stream.
    """

    def __init__(self, read: Read, unpacker: Callable[[], Any]) -> None:
        self._raw = read
        self._unpacker = unpacker
        self._stream = self._begun()

    def _begun(self) -> Unpacked:
        """Return a reader at the beginning of the stream."""
        return Unpacked(self._raw, self._unpacker())

    def read(self, offset: int, size: int) -> bytes:
        """Return unpacked bytes at any place of the stream."""
        if self._stream.is_behind(offset):
            self._stream = self._begun()
        return self._stream.read(offset, size)

    def finish(self) -> None:
        """Read to the end of the stream, which tests its checksum, and go back to its beginning."""
        self._stream.finish()
        self._stream = self._begun()
