# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Dumps of every format, recognized by content: what the header says, and whether the dump is complete.

Memory use is bounded.
"""

from typing import Any, Callable, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import (
    compressed_stream,
    elf,
    flattened,
    kdump_compressed,
    page_sample,
)
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import (
    CHUNK,
    Header,
    OutOfTime,
    Read,
    Readability,
    Unread,
    Verdict,
)

# formats that hold a kernel's memory, by how a file of each begins
PLAIN = (
    ("kdump-compressed", kdump_compressed.SIGNATURE, kdump_compressed),
    ("elf", elf.SIGNATURE, elf),
)
LEGACY = b"DISKDUMP"
# raised by the layers around a dump if they are cut off or damaged
BROKEN = (flattened.Damaged, compressed_stream.Broken)
NOT_COMPLETE = Readability(None, "it is not complete")
NOT_IN_TIME = Readability(None, "the time limit passed before its pages were read")
NOT_ASKED = Readability(None, "it was not asked for")


def dump_format(read: Read) -> str:
    """Return the dump format that a file's first bytes name, `unknown` if they name none."""
    start = read(0, 16)
    if start == flattened.SIGNATURE:
        return "flattened"
    if start.startswith(LEGACY):
        return "diskdump"
    known = [(name, magic) for name, magic, dummy in PLAIN] + list(compressed_stream.MAGICS.items())
    return next((name for name, magic in known if start.startswith(magic)), "unknown")


def dump_header(read: Read, size: int, is_unpacked: bool = False) -> Header:
    """Tell a dump's format apart and return what its header says, through a flattened or a compressed layer as well.

    Only one compressed layer is unpacked: rubbish can consist of thousands of layers.
    """
    name = dump_format(read)
    unpacker = None if is_unpacked else compressed_stream.UNPACKERS.get(name)
    if unpacker:
        return _packed_header(read, unpacker)
    if name == "flattened":
        read = flattened.inner_reader(read)
        name = dump_format(read)
    return next((part.header(read, size) for plain, dummy, part in PLAIN if plain == name), Header())


def _packed_header(read: Read, unpacker: Callable[[], Any]) -> Header:
    """Return the format and header of the dump in a compressed stream, by the stream's first chunk."""
    start = compressed_stream.Unpacked(read, unpacker()).beginning(CHUNK)
    return dump_header(lambda offset, size: start[offset : offset + size], len(start), is_unpacked=True)


class _Inside(NamedTuple):
    """A dump without the layers around it, and what is known of those layers.

    whole: any part of it can be read. seekable: a read does not have to unpack all that comes before.
    """

    name: str
    read: Read
    size: int
    around: str = ""
    whole: bool = True
    seekable: bool = True

    def verdict(self) -> Verdict:
        """Return whether the dump is complete by the rules of its format."""
        if not self.whole:
            return Verdict(True, self.around + "its pages were not compared with them, as there are too many records")
        unknown = Verdict(None, "there is no way to judge this format (%s)" % self.name)
        judged = next((part.verdict(self.read, self.size) for name, dummy, part in PLAIN if name == self.name), unknown)
        return Verdict(judged.complete, self.around + judged.reason)

    def content(self, most: int) -> Readability:
        """Return whether a sample of at most `most` pages can be read, in whichever of the formats the dump has."""
        if not self.whole:
            return Readability(None, "it has more records than are kept in memory, so its pages were not read")
        if self.name == "kdump-compressed":
            return page_sample.content(self.read, most, self.seekable)
        if self.name == "elf":
            return elf.content(self.read, most, self.seekable)
        return Readability(None, "nothing here reads pages of this format (%s)" % self.name)


def unread(reason: str) -> Tuple[Verdict, Readability]:
    """Return the verdicts, the same for all formats, on a dump that cannot be read, with the reason."""
    return Verdict(None, reason), Readability(None, reason)


def judged(read: Read, size: int, most: int) -> Tuple[Verdict, Readability]:
    """Return for a dump in any of the formats whether it is complete, and whether a sample of pages can be read."""
    if size == 0:
        return Verdict(False, "the file is empty"), NOT_COMPLETE
    try:
        inside = _inside(read, size)
        verdict = inside.verdict()
    except OutOfTime:
        return Verdict(None, "the time limit passed before it was read to its end"), NOT_IN_TIME
    except Unread as error:
        return unread(str(error))
    except BROKEN as trouble:
        return Verdict(False, str(trouble)), NOT_COMPLETE
    if verdict.complete is False:
        return verdict, NOT_COMPLETE
    try:
        return verdict, inside.content(most) if most else NOT_ASKED
    except OutOfTime:
        return verdict, NOT_IN_TIME
    except Unread as error:
        return verdict, Readability(None, str(error))
    except BROKEN as trouble:
        return verdict, Readability(False, str(trouble))


def _inside(read: Read, size: int) -> _Inside:
    """Return the dump in a file, without a flattened or compressed layer around it."""
    name = dump_format(read)
    unpacker = compressed_stream.UNPACKERS.get(name)
    if unpacker:
        return _unpacked(read, name, unpacker)
    return _rebuilt(flattened.Index(read, size), size) if name == "flattened" else _Inside(name, read, size)


def _rebuilt(index: flattened.Index, size: Optional[int]) -> _Inside:
    """Return the format of the dump that flattened records rebuild; size is None if this file's is not known."""
    if not index.count:
        raise flattened.Damaged("it holds a terminator and no record")
    words = "all %d records and the terminator are in the file" % index.count
    if size is not None and size > index.end:
        words += ", and %d bytes of something else behind it" % (size - index.end)
    return _Inside(dump_format(index.read), index.read, index.size, words + "; ", index.complete)


def _unpacked(read: Read, name: str, unpacker: Callable[[], Any]) -> _Inside:
    """Return the format of the dump in a compressed stream, which is read to its end for its checksum."""
    stream = compressed_stream.Rewound(read, unpacker)
    if stream.read(0, 16) == flattened.SIGNATURE:
        index = flattened.Index(stream.read)
        stream.finish()
        return _rebuilt(index, None)._replace(seekable=False)
    stream.finish()
    words = "the %s stream is whole; what is inside is not flattened: " % name
    return _Inside("packed", stream.read, 0, words)
