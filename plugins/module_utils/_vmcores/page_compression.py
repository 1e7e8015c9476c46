# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Unpacks one page of a dump from the compression that makedumpfile gave it: zlib, LZO1X, snappy, zstd.

Python 3.6 unpacks zlib alone, so LZO1X and snappy are decoded here, a page at a time. Their formats:
Documentation/staging/lzo.rst of Linux, format_description.txt of snappy, RFC 8878 of zstd.
"""

import zlib
from typing import Callable, Dict, Optional, Tuple

try:
    # only Python 3.14 and later have it
    from compression import zstd  # novermin: older ones go on without it
except ImportError:
    zstd = None

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# bytes of the content size and of the dictionary's number, by their bits in the frame header
SIZE_BYTES = (0, 2, 4, 8)
DICTIONARY_BYTES = (0, 1, 2, 4)
RLE_BLOCK, COMPRESSED_BLOCK, RESERVED_BLOCK = 1, 2, 3


class Rubbish(Exception):
    """These bytes are not a page of that compression. The text says why."""


class _Input:
    """The packed bytes, taken from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes of a compressed page."""
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise Rubbish("its bytes end too early")
        self.at += count
        return piece

    def number(self, count: int) -> int:
        """Return the next bytes of a compressed page as a number, the lowest byte first."""
        return int.from_bytes(self.take(count), "little")

    def lzo_length(self, short: int, base: int) -> int:
        """Return a length of LZO: `short` unless it is 0, else by the next bytes, where each zero byte adds 255."""
        if short:
            return short
        length, byte = base, self.number(1)
        while byte == 0:
            length, byte = length + 255, self.number(1)
        return length + byte


def _repeat(out: bytearray, distance: int, length: int, limit: int) -> None:
    """Append bytes that came `distance` before; the copy may overlap what it appends."""
    if distance > len(out) or distance < 1:
        raise Rubbish("its bytes refer to a place before the page")
    if len(out) + length > limit:
        raise Rubbish("its bytes hold more than a page")
    start = len(out) - distance
    piece = bytes(out[start : start + length])
    out += (piece * (length // distance + 1))[:length]


def lzo(data: bytes, size: int) -> bytes:
    """Return the content of LZO1X bytes, which must be at most `size` bytes."""
    source, out = _Input(data), bytearray()
    # how many literals the last instruction copied: 0 to 3, or 4 for more
    state = 0
    if data[:1] > b"\x11":
        count = source.number(1) - 17
        out += source.take(count)
        state = min(count, 4)
    while len(out) <= size:
        word = source.number(1)
        if word < 16 and state == 0:
            out += source.take(source.lzo_length(word, 15) + 3)
            state = 4
            continue
        length, distance, state = _lzo_match(source, word, state)
        if not length:
            if source.at != len(data):
                raise Rubbish("something follows its end mark")
            return bytes(out)
        _repeat(out, distance, length, size)
        out += source.take(state)
    raise Rubbish("its bytes hold more than a page")


def _lzo_match(source: _Input, word: int, state: int) -> Tuple[int, int, int]:
    """Return the length and distance of an LZO match, and how many literals follow; length 0 is the end mark."""
    if word >= 64:
        return (word >> 5) + 1, (source.number(1) << 3) + (word >> 2 & 7) + 1, word & 3
    if word >= 16:
        near = word >= 32
        length = source.lzo_length(word & 31, 31) if near else source.lzo_length(word & 7, 7)
        more = source.number(2)
        distance = (more >> 2) + (1 if near else 16384 + ((word & 8) << 11))
        end = not near and distance == 16384
        return 0 if end else length + 2, distance, more & 3
    length, base = (3, 2049) if state == 4 else (2, 1)
    return length, (source.number(1) << 2) + (word >> 2) + base, word & 3


def snappy(data: bytes, size: int) -> bytes:
    """Return the content of snappy bytes, which must promise `size` bytes."""
    source, out, promised, shift = _Input(data), bytearray(), 0, 0
    byte = 128
    while byte & 128 and shift < 35:
        byte = source.number(1)
        promised, shift = promised | (byte & 127) << shift, shift + 7
    if promised != size:
        raise Rubbish("its bytes promise a page of %d bytes" % promised)
    while source.at < len(data):
        tag = source.number(1)
        kind, word = tag & 3, tag >> 2
        if kind == 0:
            out += source.take((word if word < 60 else source.number(word - 59)) + 1)
        elif kind == 1:
            _repeat(out, (tag >> 5) << 8 | source.number(1), (word & 7) + 4, size)
        else:
            _repeat(out, source.number(2 if kind == 2 else 4), word + 1, size)
    return bytes(out)


def zlib_page(data: bytes, size: int) -> bytes:
    """Return the content of zlib bytes; their checksum is tested."""
    stream = zlib.decompressobj()
    try:
        page = stream.decompress(data, size + 1)
    except zlib.error as error:
        raise Rubbish(str(error))
    if stream.unused_data:
        raise Rubbish("something follows its end mark")
    if not stream.eof:
        raise Rubbish("its bytes end too early, or hold more than a page")
    return page


def zstd_page(data: bytes, size: int) -> Optional[bytes]:
    """Return the content of a zstd frame; None if this Python cannot unpack it, and only its frame was tested."""
    _zstd_frame(data, size)
    if zstd is None:
        return None
    try:
        # a frame need not say how large its content is, and a few bytes can unpack to gigabytes
        return bytes(zstd.ZstdDecompressor().decompress(data, size + 1))
    except zstd.ZstdError as error:
        raise Rubbish(str(error))


def _zstd_frame(data: bytes, size: int) -> None:
    """Raise Rubbish unless the bytes are exactly one zstd frame; a size that it promises must be a page's."""
    source = _Input(data)
    if source.take(4) != ZSTD_MAGIC:
        raise Rubbish("its bytes are not a zstd frame")
    described = source.number(1)
    single = described >> 5 & 1
    source.take(0 if single else 1)
    source.take(DICTIONARY_BYTES[described & 3])
    count = SIZE_BYTES[described >> 6] or single
    promised = source.number(count) + (256 if count == 2 else 0)
    if count and promised != size:
        raise Rubbish("its bytes promise a page of %d bytes" % promised)
    last = 0
    while not last:
        block = source.number(3)
        last, kind = block & 1, block >> 1 & 3
        if kind == RESERVED_BLOCK:
            raise Rubbish("its bytes hold a block of an unknown kind")
        content = source.take(1 if kind == RLE_BLOCK else block >> 3)
        # its last byte has a mark for where the bits end, so only a hole in the file ends with zeros
        if kind == COMPRESSED_BLOCK and content.endswith(b"\0\0"):
            raise Rubbish("its end was never written")
    source.take(4 if described >> 2 & 1 else 0)
    if source.at != len(data):
        raise Rubbish("something follows its last block")


# by makedumpfile's flags of a page (diskdump_mod.h)
UNPACKERS: Dict[int, Callable[[bytes, int], Optional[bytes]]] = {
    0x1: zlib_page,
    0x2: lzo,
    0x4: snappy,
    0x20: zstd_page,
}
ALL = 0x1 | 0x2 | 0x4 | 0x20


def unpacked(data: bytes, flags: int, size: int) -> Optional[bytes]:
    """Return the page that bytes hold, None if only its frame could be tested; raise Rubbish if they hold none."""
    kind = next((bit for bit in UNPACKERS if flags & bit), 0)
    if not kind:
        page = data  # type: Optional[bytes]
    else:
        page = UNPACKERS[kind](data, size)
    if page is not None and len(page) != size:
        raise Rubbish("it has %d bytes instead of %d" % (len(page), size))
    return page
