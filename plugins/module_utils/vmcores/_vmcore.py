# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Dumps by their content: the format, what the header says, and whether all of it is there. Memory use is bounded."""

from typing import Optional

from ansible_collections.crashops.kdump.plugins.module_utils.vmcores import (
    _elf,
    _flattened,
    _kdump_compressed,
    _packed,
    _sample,
)
from ansible_collections.crashops.kdump.plugins.module_utils.vmcores._base import (
    CHUNK,
    Content,
    Header,
    OutOfTime,
    Read,
    Verdict,
)

# formats that hold a kernel's memory, by how a file of each begins
PLAIN = (
    ("kdump-compressed", _kdump_compressed.SIGNATURE, _kdump_compressed),
    ("elf", _elf.SIGNATURE, _elf),
)
LEGACY = b"DISKDUMP"


def dump_format(read: Read) -> str:
    """Return the format that the first bytes name, `unknown` where they name none."""
    start = read(0, 16)
    if start == _flattened.SIGNATURE:
        return "flattened"
    if start.startswith(LEGACY):
        return "diskdump"
    known = [(name, magic) for name, magic, dummy in PLAIN] + [(w.name, w.magic) for w in _packed.WRAPPERS]
    return next((name for name, magic in known if start.startswith(magic)), "unknown")


def _unpacker(name: str) -> Optional[_packed.Wrapper]:
    """Return the compression of that name if this Python can unpack it."""
    return next((w for w in _packed.WRAPPERS if w.name == name and w.unpacker), None)


def dump_header(read: Read, size: int) -> Header:
    """Return what the beginning of a dump says, through a flattened or a compressed layer as well."""
    name = dump_format(read)
    wrapper = _unpacker(name)
    if wrapper:
        return _packed_header(read, wrapper)
    if name == "flattened":
        return dump_header(_flattened.inner_reader(read), size)
    return next((part.header(read, size) for plain, dummy, part in PLAIN if plain == name), Header())


def _packed_header(read: Read, wrapper: _packed.Wrapper) -> Header:
    """Return what the first chunk inside a compressed stream says."""
    start = _packed.Unpacked(read, wrapper.unpacker()).beginning(CHUNK)
    return dump_header(lambda offset, size: start[offset : offset + size], len(start))


def dump_verdict(read: Read, size: int) -> Verdict:
    """Return whether a dump is complete, by the rules of its format."""
    try:
        return _verdict(read, size)
    except OutOfTime:
        return Verdict(None, "the time limit passed before it was read to its end")


def _verdict(read: Read, size: int) -> Verdict:
    """Return whether a dump is complete, however long that takes."""
    if size == 0:
        return Verdict(False, "the file is empty")
    name = dump_format(read)
    wrapper = _unpacker(name)
    if wrapper:
        return _packed_verdict(read, wrapper)
    if name == "flattened":
        return _flattened.verdict(read, size)
    unknown = Verdict(None, "there is no way to judge this format (%s)" % name)
    return next((part.verdict(read, size) for plain, dummy, part in PLAIN if plain == name), unknown)


def _packed_verdict(read: Read, wrapper: _packed.Wrapper) -> Verdict:
    """Return whether a compressed stream is whole and what is inside it as well."""
    stream = _packed.Unpacked(read, wrapper.unpacker())
    try:
        if stream.read(0, 16) != _flattened.SIGNATURE:
            stream.finish()
            return Verdict(None, "the %s stream is whole; what is inside is not flattened" % wrapper.name)
        inside = _flattened.verdict(stream.read, None)
        if inside.complete:
            stream.finish()
    except _packed.Broken as broken:
        return Verdict(False, str(broken))
    return inside


def dump_content(read: Read, most: int) -> Content:
    """Return whether a sample of at most so many of a dump's pages can be read."""
    try:
        return _content(read, most)
    except OutOfTime:
        return Content(None, "the time limit passed before its pages were read")
    except _flattened.Damaged as damage:
        return Content(False, str(damage))
    except _packed.Broken as broken:
        return Content(False, str(broken))


def _content(read: Read, most: int) -> Content:
    """Return whether a sample can be read, however long that takes."""
    name = dump_format(read)
    wrapper = _unpacker(name)
    if wrapper:
        return _content(_packed.Rewound(read, wrapper.unpacker).read, most)
    if name == "flattened":
        index = _flattened.Index(read)
        if not index.complete:
            return Content(None, "it has more records than are kept in memory, so its pages were not read")
        return _content(index.read, most)
    if name == "kdump-compressed":
        return _sample.content(read, most)
    if name == "elf":
        return _elf.content(read, most)
    return Content(None, "nothing here reads pages of this format (%s)" % name)
