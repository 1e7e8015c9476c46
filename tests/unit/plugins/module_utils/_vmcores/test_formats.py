# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what dumps tell of themselves, on small dumps that are whole, cut at every interesting place, or damaged."""

import bz2
import lzma
import random
import struct
import tracemalloc
from collections import namedtuple
from typing import Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import flattened as vmcore_flattened
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import formats
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import OutOfTime, Unread
from ansible_collections.crashops.kdump.tests.unit.dump_builder import (
    BLOCK,
    CRASH_TIME,
    KERNEL,
    elf,
    flattened,
    kdump_compressed,
    label,
    zipped,
)

KDUMP = kdump_compressed()
FLAT = flattened(KDUMP)
DESCRIPTORS = 4 * BLOCK
PAGES_START = DESCRIPTORS + 5 * 24
Dump = namedtuple("Dump", "format header complete reason")


def examine(content: bytes) -> Dump:
    """Return what a file of this content tells."""

    def read(offset: int, size: int) -> bytes:
        return content[offset : offset + size]

    verdict = formats.judged(read, len(content), 0)[0]
    header = formats.dump_header(read, len(content))
    return Dump(formats.dump_format(read), header, verdict.complete, verdict.reason)


def patched(content: bytes, offset: int, raw: bytes) -> bytes:
    """Return a file with some bytes replaced."""
    return content[:offset] + raw + content[offset + len(raw) :]


WHOLE = [
    ("kdump-compressed", KDUMP, "zlib", 31, "web1"),
    ("kdump-compressed", kdump_compressed(order=">", status=0x20), "zstd", 31, "web1"),
    ("kdump-compressed", kdump_compressed(status=0), "none", 31, "web1"),
    ("flattened", FLAT, "zlib", 31, "web1"),
    ("flattened", flattened(kdump_compressed(">", 0x2), piece=70000), "lzo", 31, "web1"),
    ("flattened", flattened(elf()), "none", None, None),
    ("elf", elf(), "none", None, None),
    ("elf", elf(order=">"), "none", None, None),
    ("elf", elf(wide=False), "none", None, None),
    ("elf", elf(extended=True), "none", None, None),
    ("elf", elf(wide=False, extended=True), "none", None, None),
    ("gzip", zipped(FLAT), "zlib", 31, "web1"),
    ("bzip2", bz2.compress(FLAT), "zlib", 31, "web1"),
    ("xz", lzma.compress(FLAT), "zlib", 31, "web1"),
]


@pytest.mark.parametrize("name, content, compression, level, node", WHOLE, ids=label)
def test_a_whole_dump_is_complete_and_tells_what_it_is(
    name: str, content: bytes, compression: str, level: Optional[int], node: Optional[str]
) -> None:
    dump = examine(content)
    assert (dump.format, dump.complete) == (name, True), dump.reason
    expected = (KERNEL, node, "x86_64", CRASH_TIME, level, compression)
    assert tuple(dump.header) == expected


# an ELF core whose only segment of memory became another note
NO_MEMORY = patched(elf(), 64 + 56, struct.pack("<I", 4))
CUT = [
    (KDUMP[:0], "empty"),
    (KDUMP[:300], "inside its header"),
    (KDUMP[: BLOCK + 50], "inside its page bitmaps"),
    (KDUMP[: 3 * BLOCK], "inside its page bitmaps"),
    (KDUMP[:DESCRIPTORS], "inside its 5 page descriptors"),
    (KDUMP[: DESCRIPTORS + 60], "inside its 5 page descriptors"),
    (KDUMP[:PAGES_START], "its pages end at byte"),
    (KDUMP[:-1], "its pages end at byte"),
    (patched(KDUMP, DESCRIPTORS + 24, bytes(24)), "never written"),
    (patched(KDUMP, 3 * BLOCK, bytes(1)), "no page at all"),
    (kdump_compressed(status=0x9), "not enough space"),
    (kdump_compressed(order=">", machine="s390x")[:-1], "its pages end at byte"),
    (FLAT[:4096], "without the terminator"),
    (FLAT[:4100], "without the terminator"),
    (FLAT[:4200], "inside the record"),
    (FLAT[:-8], "without the terminator"),
    (FLAT[:-16], "without the terminator"),
    (FLAT[:-17], "inside the record"),
    (patched(FLAT, 4096, struct.pack(">qq", -5, 8)), "there is no record at byte 4096"),
    (patched(FLAT, 4096 + 16 + 1000, bytes(16)), "there is no record at byte 5112"),
    (flattened(b""), "no record"),
    (flattened(kdump_compressed(status=0x9)), "marked it incomplete"),
    (flattened(KDUMP[:-1]), "its pages end at byte"),
    (flattened(elf(flags=1)), "marked it incomplete"),
    (NO_MEMORY, "it holds no memory"),
    (patched(elf(), 56, bytes(2)), "it holds no memory"),
    (flattened(NO_MEMORY), "it holds no memory"),
    (flattened(patched(elf(), 56, bytes(2))), "it holds no memory"),
    (zipped(flattened(kdump_compressed(status=0x9))), "marked it incomplete"),
    (bz2.compress(flattened(NO_MEMORY)), "it holds no memory"),
    (elf()[:40], "not that of a whole core"),
    (elf()[:100], "program headers"),
    (elf()[:-1], "its segments end at byte"),
    (elf(flags=1), "not enough space"),
    (zipped(FLAT)[:-3], "before its end mark"),
    (zipped(FLAT[:-16]), "without the terminator"),
    (bz2.compress(FLAT)[:-10], "before its end mark"),
    (lzma.compress(FLAT)[:-10], "before its end mark"),
    (patched(zipped(FLAT), 20, b"\xff\xff\xff\xff\xff\xff"), "damaged"),
]


@pytest.mark.parametrize("content, reason", CUT, ids=label)
def test_a_dump_that_was_cut_off_is_not_complete_and_says_where(content: bytes, reason: str) -> None:
    dump = examine(content)
    assert dump.complete is False
    assert reason in dump.reason


def test_a_file_that_ends_with_the_terminator_by_chance_is_not_complete() -> None:
    inner = b"\xff" * 3000
    assert examine(flattened(inner)[: 4096 + 16 + 500]).complete is False


def test_bytes_after_the_terminator_do_no_harm_and_are_said_as_a_raw_device_has_them() -> None:
    dump = examine(FLAT + bytes(5000))
    assert dump.complete is True and "5000 bytes of something else behind it" in dump.reason


def test_no_cut_of_a_flattened_dump_is_complete_though_its_bitmap_looks_like_the_terminator() -> None:
    dump = flattened(KDUMP, piece=32764)
    assert dump.count(b"\xff" * 4096) == 1
    wrong = [end for end in range(len(dump)) if examine(dump[:end]).complete is not False and end >= 16]
    assert wrong == []


@pytest.mark.parametrize("content", [KDUMP, FLAT, elf(), zipped(FLAT), bz2.compress(FLAT)], ids=label)
def test_no_cut_of_a_dump_is_complete_at_a_thousand_places(content: bytes) -> None:
    places = random.Random(12).sample(range(16, len(content)), min(1000, len(content) - 16))
    assert [end for end in places if examine(content[:end]).complete is not False] == []


def test_pieces_that_were_never_written_are_zeros_as_in_the_rebuilt_file() -> None:
    records = struct.pack(">qq", 0, 4) + b"abcd" + struct.pack(">qq", 10, 2) + b"xy"
    file = flattened(b"")[:-16] + records + b"\xff" * 16
    index = vmcore_flattened.Index(lambda offset, size: file[offset : offset + size])
    assert (index.size, index.read(0, 99)) == (12, b"abcd" + bytes(6) + b"xy")


UNKNOWN = [
    ("diskdump", b"DISKDUMP" + bytes(8000)),
    ("lz4", b"\x04\x22\x4d\x18" + bytes(100)),
    ("zstd", b"\x28\xb5\x2f\xfd" + bytes(100)),
    ("unknown", b"hello" * 100),
    ("kdump-compressed", patched(KDUMP, 428, struct.pack("<i", 77))),
    ("gzip", zipped(KDUMP)),
    ("flattened", flattened(b"hello")),
    ("flattened", flattened(FLAT)),
    ("gzip", zipped(flattened(b"hello"))),
]


@pytest.mark.parametrize("name, content", UNKNOWN, ids=label)
def test_what_cannot_be_judged_is_neither_complete_nor_incomplete(name: str, content: bytes) -> None:
    dump = examine(content)
    assert (dump.format, dump.complete) == (name, None)
    assert dump.reason


def test_a_cut_off_dump_still_tells_the_kernel_and_the_time() -> None:
    for content in (KDUMP[:DESCRIPTORS], FLAT[:12000], zipped(FLAT)[:-3]):
        header = examine(content).header
        assert (header.kernel, header.crash_time) == (KERNEL, CRASH_TIME)


@pytest.mark.parametrize("content", [KDUMP, FLAT, elf(), zipped(FLAT)], ids=label)
def test_reads_are_bounded_and_the_data_of_pages_is_not_read(content: bytes) -> None:
    most = []

    def read(offset: int, size: int) -> bytes:
        most.append(size)
        return content[offset : offset + size]

    assert formats.judged(read, len(content), 0)[0].complete
    assert max(most) <= 1 << 20


def test_a_dump_larger_than_one_chunk_is_read_in_pieces() -> None:
    inner = kdump_compressed() + b"z" * (3 << 20)
    packed = zipped(flattened(inner, piece=2 << 20))
    assert examine(packed).complete is True


def test_a_reader_that_runs_out_of_time_leaves_the_question_open() -> None:
    def read(offset: int, size: int) -> bytes:
        if offset > 4096:
            raise OutOfTime
        return FLAT[offset : offset + size]

    verdict = formats.judged(read, len(FLAT), 0)[0]
    assert verdict.complete is None
    assert "time limit" in verdict.reason


def test_a_stream_that_unpacks_to_gigabytes_stops_when_the_time_has_passed() -> None:
    bomb, reads = bz2.compress(bytes(20 << 20)), []

    def read(offset: int, size: int) -> bytes:
        reads.append(size)
        if len(reads) > 10:
            raise OutOfTime
        return bomb[offset : offset + size]

    assert formats.judged(read, len(bomb), 4)[0].reason == "the time limit passed before it was read to its end"
    assert len(reads) == 11


def test_a_file_that_cannot_be_read_leaves_the_question_open_and_says_why() -> None:
    def read(offset: int, size: int) -> bytes:
        raise Unread("cannot read vmcore: Input/output error")

    unknown = (None, "cannot read vmcore: Input/output error")
    assert formats.judged(read, 10, 4) == (unknown, unknown)


def test_program_headers_without_end_are_not_kept_in_memory() -> None:
    count, entry = 1 << 16, struct.pack("<IIQQQQQQ", 1, 0, 4096, 0, 0, 1, 1, 0)
    start = patched(patched(elf(extended=True), 4096 + 44, struct.pack("<I", count)), 32, struct.pack("<Q", 8192))
    size = 8192 + 56 * count

    def read(offset: int, length: int) -> bytes:
        if offset < 8192:
            return start[offset : offset + length]
        here = max(0, min(length, size - offset))
        return entry * (here // 56)

    tracemalloc.start()
    assert formats.judged(read, size, 0)[0].reason == "all 65536 segments are in the file"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6 << 20


def test_a_gap_as_large_as_a_number_stops_when_the_time_has_passed() -> None:
    reads = []
    head = struct.pack(">16sqq", b"makedumpfile", 1, 1).ljust(4096, b"\0")
    main = patched(KDUMP[:BLOCK], 436, struct.pack("<I", 0xFFFFFFFF))
    records = struct.pack(">qq", 0, len(main)) + main + struct.pack(">qq", (1 << 63) - 2, 1) + b"x"
    content = head + records + b"\xff" * 16

    def read(offset: int, size: int) -> bytes:
        reads.append(size)
        if len(reads) > 100:
            raise OutOfTime
        return content[offset : offset + size]

    assert formats.judged(read, len(content), 4)[0].complete is None
    assert len(reads) == 101


def test_a_compression_in_a_compression_a_thousand_times_is_not_followed() -> None:
    content = FLAT
    for dummy in range(1000):
        content = zipped(content)
    assert examine(content).header.kernel is None
