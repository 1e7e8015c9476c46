# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Dumps that are ELF cores: what `makedumpfile -E` writes, and a plain copy of /proc/vmcore."""

import struct
from itertools import islice
from typing import Dict, Iterator, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import moment, whole
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import kernel_in_dump
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import (
    CHUNK,
    Header,
    Read,
    Readability,
    Verdict,
    vmcoreinfo,
)
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.page_sample import judged_by_name
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.virtual_addresses import Physical

SIGNATURE = b"\x7fELF"
ET_CORE = 4
PT_NOTE = 4
# e_phnum of a file with more program headers than 16 bits can count; the number is then in the first section header
PN_XNUM = 0xFFFF
# e_flags of a dump that makedumpfile cut short (elf_info.h, DUMP_ELF_INCOMPLETE)
INCOMPLETE = 0x1
# uname -m by e_machine, of the architectures that kdump runs on
MACHINES = {3: "i686", 21: "ppc64", 22: "s390x", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64"}
# notes hold a page of registers for each CPU
NOTES_LIMIT = 16 << 20
# a CPU has a few notes, and Linux at most 8192 CPUs
NOTES = 1 << 16
# VMCOREINFO is a page of text; a larger size is damage
VMCOREINFO_LIMIT = 1 << 20
# the limit of memory segments that are kept, to choose places from; e_phnum can promise 2^32
SEGMENTS = 1 << 16
PT_LOAD = 1
SAMPLE_BYTES = 4096


class ElfHeader(NamedTuple):
    """The parts of a core's ELF header that matter here. order is struct's sign for the byte order."""

    order: str
    wide: bool
    machine: int
    flags: int
    table: int
    entry_size: int
    entries: int


class Segment(NamedTuple):
    """One program header of an ELF core."""

    kind: int
    offset: int
    size: int
    address: int


def _layout(read: Read) -> Optional[ElfHeader]:
    """Return what a dump's ELF header says, None if it is not the header of a core."""
    raw = read(0, 64)
    if len(raw) < 64 or raw[4:5] not in b"\x01\x02" or raw[5:6] not in b"\x01\x02":
        return None
    wide, order = raw[4] == 2, "<" if raw[5] == 1 else ">"
    kind, machine = struct.unpack_from(order + "HH", raw, 16)
    words = struct.unpack_from(order + ("QQQIHHH" if wide else "IIIIHHH"), raw, 24)
    table, sections, flags, entry_size, entries = words[1], words[2], words[3], words[5], words[6]
    if kind != ET_CORE or entry_size < (56 if wide else 32):
        return None
    if entries == PN_XNUM:
        section = read(sections + (44 if wide else 28), 4)
        entries = struct.unpack(order + "I", section)[0] if len(section) == 4 else 0
    return ElfHeader(order, wide, machine, flags, table, entry_size, entries)


def _segments(read: Read, layout: ElfHeader) -> Iterator[Segment]:
    """Yield the program headers of an ELF core, as far as they are in the file."""
    at_once = CHUNK // layout.entry_size
    for first in range(0, layout.entries, at_once):
        wanted = min(at_once, layout.entries - first)
        raw = read(layout.table + first * layout.entry_size, wanted * layout.entry_size)
        whole_ones = len(raw) // layout.entry_size
        for index in range(whole_ones):
            yield _segment(raw, index * layout.entry_size, layout)
        if whole_ones < wanted:
            return


def _segment(raw: bytes, at: int, layout: ElfHeader) -> Segment:
    """Return the ELF program header at a place."""
    if layout.wide:
        kind, dummy_flags, offset, dummy_v, address, size = struct.unpack_from(layout.order + "IIQQQQ", raw, at)
    else:
        kind, offset, dummy_v, address, size = struct.unpack_from(layout.order + "IIIII", raw, at)
    return Segment(kind, offset, size, address)


def _aligned(length: int) -> int:
    """Return the length of an ELF note's part with its padding to 4 bytes."""
    return (length + 3) // 4 * 4


def _note_info(notes: bytes, order: str) -> Dict[str, str]:
    """Return the VMCOREINFO among some ELF notes, empty if it is not among them."""
    at = 0
    for dummy in range(NOTES):
        if at + 12 > len(notes):
            break
        name_size, size = struct.unpack_from(order + "II", notes, at)
        name = notes[at + 12 : at + 12 + name_size].rstrip(b"\0")
        start = at + 12 + _aligned(name_size)
        if name == b"VMCOREINFO":
            return vmcoreinfo(notes[start : start + min(size, VMCOREINFO_LIMIT)])
        at = start + _aligned(size)
    return {}


def _information(read: Read, layout: ElfHeader) -> Dict[str, str]:
    """Return the VMCOREINFO of an ELF core, empty if it has none."""
    info = {}  # type: Dict[str, str]
    for segment in _segments(read, layout):
        if segment.kind == PT_NOTE and segment.size < NOTES_LIMIT:
            info = _note_info(read(segment.offset, segment.size), layout.order)
        if info:
            break
    return info


def header(read: Read, dummy_size: int) -> Header:
    """Return what an ELF core's header and its VMCOREINFO note say."""
    layout = _layout(read)
    if layout is None:
        return Header()
    info = _information(read, layout)
    return Header(
        kernel=info.get("OSRELEASE"),
        machine=MACHINES.get(layout.machine),
        crash_time=moment(whole(info.get("CRASHTIME"))),
        compression="none",
    )


def verdict(read: Read, size: int) -> Verdict:
    """Return whether an ELF core is complete: whether every segment is in the file."""
    layout = _layout(read)
    if layout is None:
        return Verdict(False, "its ELF header is not that of a whole core")
    if layout.flags & INCOMPLETE:
        return Verdict(False, "makedumpfile marked it incomplete: there was not enough space for it")
    count, end, memory = 0, 0, 0
    for segment in _segments(read, layout):
        count, end = count + 1, max(end, segment.offset + segment.size)
        memory += segment.size if segment.kind == PT_LOAD else 0
    if count < layout.entries:
        return Verdict(False, "the file ends inside its %d program headers" % layout.entries)
    if not memory:
        return Verdict(False, "it holds no memory: none of its %d program headers names any" % layout.entries)
    if end > size:
        return Verdict(False, "its segments end at byte %d, the file at byte %d" % (end, size))
    return Verdict(True, "all %d segments are in the file" % count)


def content(read: Read, most: int, seekable: bool) -> Readability:
    """Return whether the memory in an ELF core makes sense.

    Its pages carry no checksum, so the kernel's own name in the memory decides.
    """
    layout = _layout(read)
    info = _information(read, layout) if layout else {}
    if layout is None or info.get("OSRELEASE") is None:
        return Readability(None, "it holds no VMCOREINFO that could be read")
    found = (segment for segment in _segments(read, layout) if segment.kind == PT_LOAD and segment.size)
    memory = list(islice(found, SEGMENTS + 1))
    if len(memory) > SEGMENTS:
        return Readability(None, "it has more segments than are kept in memory, so its memory was not read")
    total = sum(segment.size for segment in memory)
    places = [index * (total - 1) // max(1, most - 1) for index in range(min(most, total))]
    zeros = [not any(read(_place(memory, at), SAMPLE_BYTES)) for at in places]
    if places and all(zeros):
        return Readability(False, "its memory is all zeros, at each of %d places that were read" % len(places))
    words = "an ELF core's pages carry nothing by which they could be tested; %d places were tested for zeros"
    machine = MACHINES.get(layout.machine) if layout.wide else None
    kernel = kernel_in_dump.told(_physical(read, memory), info if seekable else None, machine, info["OSRELEASE"])
    if kernel.trouble:
        return Readability(False, kernel.trouble)
    return judged_by_name(words % len(places), False, zeros, kernel)


def _physical(read: Read, memory: List[Segment]) -> Physical:
    """Return a reader of an ELF core's memory by physical addresses."""

    def physical(address: int, size: int) -> bytes:
        # no segment may hold the address: even this empty read raises OutOfTime after the deadline
        read(0, 0)
        for segment in memory:
            inside = address - segment.address
            if 0 <= inside < segment.size:
                return read(segment.offset + inside, min(size, segment.size - inside)).ljust(size, b"\0")
        return bytes(size)

    return physical


def _place(memory: List[Segment], at: int) -> int:
    """Return the offset in the file of a byte, counted through all memory segments of an ELF core."""
    for segment in memory:
        if at < segment.size:
            return segment.offset + at
        at -= segment.size
    return 0
