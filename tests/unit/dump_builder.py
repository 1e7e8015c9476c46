# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small dumps of every format, built byte by byte as makedumpfile lays them out."""

import gzip
import io
import struct
import zlib

CRASH_TIME = 1795464580
KERNEL = "6.1.0-41-cloud-amd64"
INFO = "OSRELEASE=%s\nPAGESIZE=4096\nCRASHTIME=%d\nSYMBOL(init_uts_ns)=ffffffff82613540\n" % (KERNEL, CRASH_TIME)
BLOCK = 4096
PAGES = 5
PAGE = (b"Linux version 6.1.0 " * 300)[:BLOCK]
# that page by makedumpfile's flags, as liblzo2 2.10, libsnappy 1.1.9 and libzstd 1.5.4 pack it
PACKED = {
    0x0: PAGE,
    0x1: zlib.compress(PAGE, 1),
    0x2: bytes.fromhex(
        "00024c696e75782076657273696f6e20362e312e302020000000000000000000000000000000ca4c000d4c696e75782076657273696f6e"
        "20362e110000"
    ),
    0x4: b"\x80\x20\x4cLinux version 6.1.0 " + b"\xfe\x14\x00" * 63 + b"\xae\x14\x00",
    0x20: bytes.fromhex("28b52ffd60000fe50000a04c696e75782076657273696f6e20362e312e30200100d27ffe6402"),
}
COMPRESSIONS = 0x27


def kdump_compressed(order: str = "<", status: int = 0x1, pages: int = PAGES, machine: str = "x86_64") -> bytes:
    """Return a kdump-compressed dump; the last page descriptor shares the first one's page, as zero pages do."""
    main = bytearray(BLOCK)
    main[0:8] = b"KDUMP   "
    struct.pack_into(order + "i", main, 8, 6)
    for offset, word in ((77, "web1"), (142, KERNEL), (272, machine)):
        main[offset : offset + len(word)] = word.encode("ascii")
    struct.pack_into(order + "q", main, 408, CRASH_TIME)
    struct.pack_into(order + "IiiI", main, 424, status, BLOCK, 1, 2)
    sub = bytearray(BLOCK)
    struct.pack_into(order + "i", sub, 8, 31)
    struct.pack_into(order + "qQ", sub, 32, BLOCK + 1024, len(INFO))
    sub[1024 : 1024 + len(INFO)] = INFO.encode("ascii")
    dumped = bytes([(1 << pages) - 1]) + bytes(BLOCK - 1)
    start, flags = 4 * BLOCK + 24 * pages, status & COMPRESSIONS
    page = PACKED[flags]
    places = [start + len(page) * index for index in range(pages - 1)] + [start]
    descriptors = b"".join(struct.pack(order + "qIIQ", place, len(page), flags, 0) for place in places)
    return bytes(main) + bytes(sub) + b"\xff" * BLOCK + dumped + descriptors + page * (pages - 1)


def flattened(inner: bytes, piece: int = 1000, terminator: bool = True) -> bytes:
    """Return the flattened form of a dump, cut into records."""
    head = struct.pack(">16sqq", b"makedumpfile", 1, 1).ljust(4096, b"\0")
    records = [
        struct.pack(">qq", at, len(inner[at : at + piece])) + inner[at : at + piece]
        for at in range(0, len(inner), piece)
    ]
    return head + b"".join(records) + (b"\xff" * 16 if terminator else b"")


def elf(order: str = "<", flags: int = 0, wide: bool = True, extended: bool = False) -> bytes:
    """Return an ELF core of a note with VMCOREINFO and one segment of 500 bytes."""
    info = INFO.encode("ascii")
    padded = info.ljust((len(info) + 3) // 4 * 4, b"\0")
    cpu = struct.pack(order + "III", 5, 8, 1) + b"CORE\0\0\0\0" + b"r" * 8
    note = cpu + struct.pack(order + "III", 11, len(info), 0) + b"VMCOREINFO\0\0" + padded
    header, entry = (64, 56) if wide else (52, 32)
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    sections = 4096
    count = 0xFFFF if extended else 2
    fields = (4, 62, 1, 0, header, sections, flags, header, entry, count, 64, 1, 0)
    start = header + 2 * entry
    first = ident + struct.pack(order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), *fields)
    if wide:
        table = struct.pack(order + "IIQQQQQQ", 4, 0, start, 0, 0, len(note), len(note), 0)
        table += struct.pack(order + "IIQQQQQQ", 1, 7, start + len(note), 0, 0, 500, 500, 0)
    else:
        table = struct.pack(order + "IIIIIIII", 4, start, 0, 0, len(note), len(note), 0, 0)
        table += struct.pack(order + "IIIIIIII", 1, start + len(note), 0, 0, 500, 500, 7, 0)
    core = first + table + note + b"m" * 500
    if not extended:
        return core
    return core.ljust(sections, b"\0") + bytes(44 if wide else 28) + struct.pack(order + "I", 2) + bytes(16)


def zipped(content):
    """Return the content in a gzip wrapper without a time: tests are collected twice and must be the same."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def label(value):
    """Return a short name for bytes in a test's id; pytest names the rest."""
    return "%d bytes" % len(value) if isinstance(value, bytes) else None
