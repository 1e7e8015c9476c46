# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small dumps of every format, built byte by byte as makedumpfile lays them out."""

import gzip
import io
import struct
import zlib
from typing import Dict, Optional, Tuple

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


class DeadKernel:
    """A dead kernel's memory, as x86_64 (page tables of 4 or 5 levels) and arm64 lay it out.

    pages: content by frame of the memory. info: VMCOREINFO. The log lies in the direct map, which only page tables
    (on arm64, PHYS_OFFSET) lead to. old_log: the log of kernels before 5.10.
    """

    def __init__(
        self,
        release: str = KERNEL,
        logged: str = KERNEL,
        machine: str = "x86_64",
        levels: int = 4,
        old_log: bool = False,
        wrapped: bool = False,
    ) -> None:
        self.machine, self.levels = machine, levels
        self.pages: Dict[int, bytes] = {}
        # the frames of: the name, the pointers to the log, the page tables, the log
        self.image, self.log_frame = 0x102, 0x120
        base, at = self._bases()
        uts = b"\x02\0\0\0" + b"".join(word.encode().ljust(65, b"\0") for word in ("Linux", "web1", release, "#1 SMP"))
        self.pages[self.image] = uts.ljust(BLOCK, b"\xee")
        banner = b"Linux version %s (gcc) #1 SMP" % logged.encode()
        text = bytes(8) + (b"usb 1-1: new device" if wrapped else banner)
        for number in range(4):
            self.pages[self.log_frame + number] = (text if number == 0 else b"more words ").ljust(BLOCK, b"\x01")
        ring = struct.pack("<Q", base + BLOCK + 64).ljust(64, b"\0")
        new = ring + struct.pack("<QIIQ", 0, 14, 0, at)
        old = struct.pack("<QI", at, 4 * BLOCK)
        self.pages[self.image + 1] = (old if old_log else new).ljust(BLOCK, b"\xee")
        self._information(base, old_log)
        if machine == "x86_64":
            self._tables(at)
        # memory goes on, and ends with the kernel's own data
        for number in range(40):
            self.pages[0x200 + number] = PAGE

    def _bases(self) -> Tuple[int, int]:
        """Return the virtual addresses of the image's frame 0x102 and of the log."""
        if self.machine == "x86_64":
            self.phys_base = 0x100000 - 0x1000000
            return 0xFFFFFFFF81002000, (0xFF11000012340000 if self.levels == 5 else 0xFFFF888012340000)
        self.voffset = 0xFFFF800008000000
        return self.voffset + (0x102 << 12), 0xFFFF000000000000 + (self.log_frame << 12) - 0x40000

    def _information(self, base: int, old_log: bool) -> None:
        """Write VMCOREINFO."""
        symbols = {"init_uts_ns": base, "_stext": base, "swapper_pg_dir": base + 0x2000}
        symbols.update({"log_buf": base + BLOCK, "log_buf_len": base + BLOCK + 8} if old_log else {"prb": base + BLOCK})
        members = {"printk_ringbuffer.text_data_ring": 8, "prb_data_ring.size_bits": 0, "prb_data_ring.data": 8}
        numbers = {"phys_base": "%d", "pgtable_l5_enabled": "%d", "sme_mask": "%d"}
        if self.machine == "x86_64":
            values = {"phys_base": self.phys_base, "pgtable_l5_enabled": int(self.levels == 5), "sme_mask": 0}
        else:
            numbers = {"VA_BITS": "%d", "kimage_voffset": "0x%x", "PHYS_OFFSET": "0x%x"}
            values = {"VA_BITS": 48, "kimage_voffset": self.voffset, "PHYS_OFFSET": 0x40000}
        lines = ["OSRELEASE=" + KERNEL, "PAGESIZE=4096", "CRASHTIME=%d" % CRASH_TIME]
        lines += ["SYMBOL(%s)=%x" % pair for pair in symbols.items()]
        lines += ["OFFSET(%s)=%d" % pair for pair in members.items()]
        lines += ["NUMBER(%s)=%s" % (name, numbers[name] % value) for name, value in values.items()]
        self.info = "\n".join(lines) + "\n"

    def _tables(self, address: int) -> None:
        """Write the page tables that lead to the log's four pages, the root in the image."""
        tables = [self.image + 2] + [0x130 + number for number in range(self.levels - 1)]
        for level, frame in zip(range(self.levels - 1, -1, -1), tables):
            index = address >> 12 + 9 * level & 511
            below = tables[self.levels - level] if level else self.log_frame
            count = 1 if level else 4
            entries = b"".join(struct.pack("<Q", (below + number) << 12 | 0x63) for number in range(count))
            self.pages[frame] = (bytes(8 * index) + entries).ljust(BLOCK, b"\0")

    def compressed(self, status: int = 0x1, level: int = 31) -> bytes:
        """Return this memory as a kdump-compressed dump."""
        main = bytearray(kdump_compressed(status=status, machine=self.machine)[:BLOCK])
        sub = bytearray(BLOCK)
        struct.pack_into("<i", sub, 8, level)
        struct.pack_into("<qQ", sub, 32, BLOCK + 1024, len(self.info))
        sub[1024 : 1024 + len(self.info)] = self.info.encode("ascii")
        bits = bytearray(BLOCK)
        for frame in self.pages:
            bits[frame // 8] |= 1 << frame % 8
        contents = [self.pages[frame] for frame in sorted(self.pages)]
        packed = [zlib.compress(page) if status & 0x1 else page for page in contents]
        place, table = 4 * BLOCK + 24 * len(packed), b""
        for page in packed:
            table += struct.pack("<qIIQ", place, len(page), status & COMPRESSIONS, 0)
            place += len(page)
        return bytes(main) + bytes(sub) + b"\xff" * BLOCK + bytes(bits) + table + b"".join(packed)

    def core(self) -> bytes:
        """Return this memory as an ELF core: a segment for each run of frames."""
        frames = sorted(self.pages)
        firsts = [frame for frame in frames if frame - 1 not in self.pages]
        runs = [(first, next(n for n in range(first, 1 << 20) if n not in self.pages)) for first in firsts]
        note = struct.pack("<III", 11, len(self.info), 0) + b"VMCOREINFO\0\0"
        note += self.info.encode("ascii").ljust((len(self.info) + 3) // 4 * 4, b"\0")
        place = 64 + 56 * (1 + len(runs))
        head = b"\x7fELF\x02\x01\x01" + bytes(9)
        machine = {"x86_64": 62, "aarch64": 183}[self.machine]
        head += struct.pack("<HHIQQQIHHHHHH", 4, machine, 1, 0, 64, 0, 0, 64, 56, 1 + len(runs), 64, 0, 0)
        table = struct.pack("<IIQQQQQQ", 4, 0, place, 0, 0, len(note), len(note), 0)
        place += len(note)
        for first, last in runs:
            size = (last - first) * BLOCK
            table += struct.pack("<IIQQQQQQ", 1, 7, place, 0, first * BLOCK, size, size, 0)
            place += size
        return head + table + note + b"".join(self.pages[frame] for frame in frames)


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


def zipped(content: bytes) -> bytes:
    """Return the content in a gzip wrapper without a time: tests are collected twice and must be the same."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def label(value: object) -> Optional[str]:
    """Return a short name for bytes in a test's id; pytest names the rest."""
    return "%d bytes" % len(value) if isinstance(value, bytes) else None
