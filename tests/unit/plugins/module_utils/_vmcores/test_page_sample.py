# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what a sample of a dump's pages tells: of each compression, whole, with holes, and full of rubbish."""

import bz2
import lzma
import struct
from typing import Callable

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import flattened as vmcore_flattened
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import formats, page_compression, page_sample
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import Readability
from ansible_collections.crashops.kdump.tests.unit.dump_builder import (
    BLOCK,
    PACKED,
    PAGE,
    elf,
    flattened,
    kdump_compressed,
    zipped,
)

DATA = 4 * BLOCK + 5 * 24
INFO = BLOCK + 1024
RUBBISH = bytes((number * 197 + 91) % 251 for number in range(BLOCK))
COMPRESSED = [flags for flags in PACKED if flags]


def judge(dump: bytes, most: int = 512) -> Readability:
    """Return what a sample of a file's pages tells."""

    def read(offset: int, size: int) -> bytes:
        return dump[offset : offset + size] if offset >= 0 else b""

    return formats.judged(read, len(dump), most)[1]


def patched(content: bytes, offset: int, raw: bytes) -> bytes:
    """Return a file with some bytes replaced."""
    return content[:offset] + raw + content[offset + len(raw) :]


@pytest.mark.parametrize("flags", PACKED)
def test_each_compression_is_unpacked_to_a_page(flags: int) -> None:
    assert page_compression.unpacked(PACKED[flags], flags, BLOCK) in (PAGE, None)


@pytest.mark.parametrize("flags", COMPRESSED)
@pytest.mark.parametrize("kind", ["zeros", "rubbish", "begun", "too long", "half a page", "nothing"])
def test_what_is_no_page_is_not_taken_for_one(flags: int, kind: str) -> None:
    packed = PACKED[flags]
    broken = {
        "zeros": bytes(len(packed)),
        "rubbish": RUBBISH[: len(packed)],
        "begun": packed[: len(packed) // 2] + bytes(len(packed) - len(packed) // 2),
        "too long": packed + b"x",
        "half a page": packed,
        "nothing": b"",
    }[kind]
    with pytest.raises(page_compression.Rubbish):
        page_compression.unpacked(broken, flags, BLOCK * 2 if kind == "half a page" else BLOCK)


@pytest.mark.parametrize(
    ("packed", "unpacked"),
    [
        (b"\x12a" + b"\x11\x00\x00", b"a"),
        (b"\x15abcd" + b"\x11\x00\x00", b"abcd"),
        (b"\x01" + b"abcd" + b"\x11\x00\x00", b"abcd"),
        (b"\x15abcd" + b"\x4c\x00" + b"\x11\x00\x00", b"abcdabc"),
        (b"\x15abcd" + b"\x2c\x0c\x00" + b"\x11\x00\x00", b"abcdabcdabcdabcdab"),
        (b"\x00\x01" + b"q" * 19 + b"\x11\x00\x00", b"q" * 19),
        (b"\x15abcd" + b"\x21\x0d\x00" + b"Z" + b"\x11\x00\x00", b"abcdabcZ"),
    ],
)
def test_lzo_instructions_are_read_as_the_kernel_reads_them(packed: bytes, unpacked: bytes) -> None:
    assert page_compression.lzo(packed, BLOCK) == unpacked


def test_snappy_copies_of_each_kind_are_read() -> None:
    packed = b"\x11" + b"\x0cabcd" + b"\x05\x04" + b"\x0e\x04\x00" + b"\x0f\x04\x00\x00\x00"
    assert page_compression.snappy(packed, 17) == b"abcdabcdabcdabcda"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("status", COMPRESSED)
@pytest.mark.parametrize("form", [bytes, flattened], ids=["plain", "flattened"])
def test_a_dump_of_each_compression_is_readable(order: str, status: int, form: Callable[[bytes], bytes]) -> None:
    told = judge(form(kdump_compressed(order, status)))
    assert told.readable is True and told.readable_reason.startswith("5 of 5 pages were read")


def test_of_a_page_that_this_python_cannot_unpack_the_frame_is_tested_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_compression, "zstd", None)
    told = judge(kdump_compressed(status=0x20))
    assert told.readable and "of 5 of them only the zstd frame was tested" in told.readable_reason


def test_pages_that_are_not_compressed_are_said_to_be_untested() -> None:
    told = judge(kdump_compressed(status=0))
    assert told.readable is None and "5 are stored as they are, and only tested for zeros" in told.readable_reason


@pytest.mark.parametrize("status", COMPRESSED)
@pytest.mark.parametrize("rubbish", [bytes, lambda size: RUBBISH[:size]], ids=["zeros", "rubbish"])
@pytest.mark.parametrize("form", [bytes, flattened], ids=["plain", "flattened"])
def test_one_page_of_rubbish_is_found_and_named(
    status: int,
    rubbish: Callable[[int], bytes],
    form: Callable[[bytes], bytes],
) -> None:
    size = len(PACKED[status])
    told = judge(form(patched(kdump_compressed(status=status), DATA + 2 * size, rubbish(size))))
    assert told.readable is False
    assert "page 3 of 5, at byte %d, cannot be unpacked" % (DATA + 2 * size) in told.readable_reason


def test_a_page_of_zeros_among_pages_that_are_stored_as_they_are_is_found() -> None:
    told = judge(patched(kdump_compressed(status=0), DATA + 2 * BLOCK, bytes(BLOCK)))
    assert told.readable is False and "it is all zeros" in told.readable_reason


def test_the_one_page_of_zeros_that_others_share_is_right() -> None:
    assert judge(patched(kdump_compressed(status=0), DATA, bytes(BLOCK))).readable is None


@pytest.mark.parametrize(
    ("place", "raw", "words"),
    [
        (INFO, bytes(100), "VMCOREINFO in it cannot be read"),
        (INFO, b"OSRELEASE=5.14.0-1.el9.x86_6", "its VMCOREINFO of 5.14.0-1.el9.x86_6"),
        (4 * BLOCK + 24, struct.pack("<q", 16), "its descriptor was never written"),
        (4 * BLOCK + 24 + 8, struct.pack("<I", 0), "takes 0 bytes"),
        (4 * BLOCK + 24 + 8, struct.pack("<I", 70000), "takes 70000 bytes"),
        (4 * BLOCK + 24, struct.pack("<q", 1 << 62), "it is not in the file"),
    ],
)
def test_headers_and_descriptors_that_do_not_fit_are_told(place: int, raw: bytes, words: str) -> None:
    dump = patched(kdump_compressed(), place, raw)
    told = page_sample.content(lambda offset, size: dump[offset : offset + size], 512)
    assert told.readable is False and words in told.readable_reason


@pytest.mark.parametrize("pack", [zipped, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_pages_inside_a_compressed_stream_are_read(pack: Callable[..., bytes]) -> None:
    size = len(PACKED[1])
    assert judge(pack(flattened(kdump_compressed()))).readable is True
    broken = patched(kdump_compressed(), DATA + size, bytes(size))
    assert judge(pack(flattened(broken))).readable is False
    whole = pack(flattened(kdump_compressed()))
    assert judge(whole[: len(whole) // 3]).readable is not True


@pytest.mark.parametrize("content", [elf(), elf(order=">"), elf(wide=False)])
def test_an_elf_cores_pages_are_said_to_be_untested(content: bytes) -> None:
    told = judge(content)
    assert told.readable is None and "carry nothing by which they could be tested" in told.readable_reason


def test_an_elf_core_whose_memory_is_a_hole_is_found() -> None:
    told = judge(elf()[:-500] + bytes(500))
    assert told.readable is False and "all zeros" in told.readable_reason


@pytest.mark.parametrize("content", [b"", b"\x04\x22\x4d\x18" + bytes(99), b"DISKDUMP", b"KDUMP   " + bytes(5000)])
def test_what_nothing_here_reads_is_unknown(content: bytes) -> None:
    assert judge(content).readable is None


def test_more_records_than_are_kept_in_memory_are_said_not_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vmcore_flattened, "INDEX_RECORDS", 3)
    told = judge(flattened(kdump_compressed()))
    assert told.readable is None and "more records" in told.readable_reason


def test_a_later_record_overwrites_an_earlier_one() -> None:
    head, mark = flattened(b"")[:-16], b"\xff" * 16
    records = [(0, b"aaaaaaaa"), (8, b"bbbb"), (2, b"XX")]
    file = head + b"".join(struct.pack(">qq", at, len(text)) + text for at, text in records) + mark
    index = vmcore_flattened.Index(lambda offset, size: file[offset : offset + size])
    assert index.read(0, 99) == b"aaXXaaaabbbb"


@pytest.mark.parametrize(("count", "most"), [(1, 512), (5, 5), (6, 5), (31529, 512), (1 << 40, 64)])
def test_a_sample_has_the_first_and_the_last_page_and_no_more_than_allowed(count: int, most: int) -> None:
    chosen = page_sample.spread(count, most)
    assert (chosen[0], chosen[-1]) == (0, count - 1)
    assert len(chosen) == len(set(chosen)) == min(count, most)
