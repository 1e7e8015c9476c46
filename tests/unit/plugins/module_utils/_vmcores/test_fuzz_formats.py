# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever lies where dumps are looked for: it is judged without a traceback, and within its limit."""

import bz2
import lzma
import struct
from typing import Callable, List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import dmesg, find, formats, page_compression
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import Header, OutOfTime
from ansible_collections.crashops.kdump.tests.unit.dump_builder import (
    DeadKernel,
    elf,
    flattened,
    kdump_compressed,
    zipped,
)
from ansible_collections.crashops.kdump.tests.unit.work_limit import within
from hypothesis import given
from hypothesis import strategies as st

LIMIT_S = 2.0
# a reader stops after so many reads, as the real one does when its time has passed
READS = 2000
PLAIN = (
    kdump_compressed(),
    kdump_compressed(order=">", status=0x20),
    kdump_compressed(status=0x2),
    kdump_compressed(status=0x4),
    kdump_compressed(status=0),
    elf(),
    elf(order=">"),
    elf(wide=False),
    elf(extended=True),
    DeadKernel().compressed(),
    DeadKernel(levels=5).compressed(status=0),
    DeadKernel(machine="aarch64", old_log=True).compressed(),
    DeadKernel().core(),
)
WRAPPERS = (bytes, flattened, zipped, bz2.compress, lzma.compress, lambda content: zipped(flattened(content)))
# numbers at which arithmetic goes wrong
EDGES = (0, 1, 3, 255, 4095, 4096, 65535, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
FORMATS = ("<I", ">I", "<Q", ">Q", "<H", ">H")
# a place in the file, and what is written there
NUMBERS = st.tuples(st.sampled_from(FORMATS), st.sampled_from(EDGES)).map(
    lambda pair: struct.pack(pair[0], pair[1] & (1 << 8 * struct.calcsize(pair[0])) - 1)
)
PATCHES = st.lists(st.tuples(st.integers(0, 1 << 17), st.one_of(NUMBERS, st.binary(max_size=12))), max_size=6)
HEADS = (
    b"",
    b"KDUMP   ",
    b"makedumpfile\0\0\0\0",
    b"\x7fELF\x02\x01\x01",
    b"\x1f\x8b",
    b"BZh9",
    b"\xfd7zXZ\0",
    b"DISKDUMP",
)


def mutated(content: bytes, patches: List[Tuple[int, bytes]], length: Optional[int]) -> bytes:
    """Return a content with some places overwritten, and cut to a length."""
    changed = bytearray(content)
    for at, piece in patches:
        place = at % (len(changed) + 1)
        changed[place : place + len(piece)] = piece
    return bytes(changed[: length % (len(changed) + 1)] if length is not None else changed)


DUMPS = st.builds(
    lambda plain, inside, wrap, outside, length: mutated(wrap(mutated(plain, inside, None)), outside, length),
    st.sampled_from(PLAIN),
    PATCHES,
    st.sampled_from(WRAPPERS),
    PATCHES,
    st.one_of(st.none(), st.integers(0, 1 << 20)),
)
RUBBISH = st.builds(lambda head, rest: head + rest, st.sampled_from(HEADS), st.binary(max_size=3000))


def reader(content: bytes) -> Callable[[int, int], bytes]:
    """Return a reader of a content that gives up after so many reads."""
    reads = []

    def read(offset: int, size: int) -> bytes:
        reads.append(size)
        if len(reads) > READS:
            raise OutOfTime
        return content[offset : offset + size] if size > 0 and 0 <= offset < len(content) else b""

    return read


@given(st.one_of(DUMPS, RUBBISH))
def test_any_dump_is_judged(content: bytes) -> None:
    with within(LIMIT_S):
        try:
            header = formats.dump_header(reader(content), len(content))
            formats.dump_format(reader(content))
        except OutOfTime:
            header = Header()
        verdict, pages = formats.judged(reader(content), len(content), 64)
        assert header.crash_time is None or 0 < header.crash_time <= 1e11
        assert verdict.complete in (True, False, None) and verdict.reason
        assert pages.readable in (True, False, None) and pages.readable_reason


@given(st.sampled_from(sorted(page_compression.UNPACKERS)), st.binary(max_size=400), st.sampled_from((64, 4096, 65536)))
def test_any_packed_page_is_unpacked_or_refused(flags: int, data: bytes, size: int) -> None:
    try:
        page = page_compression.unpacked(data, flags, size)
    except page_compression.Rubbish as rubbish:
        assert str(rubbish)
    else:
        assert page is None or len(page) == size


# pieces of which logs are made
PIECES = (
    "CPU: 0 ", "PID: 1 ", "Comm: x ", "Not tainted ", "Tainted: ", "G ", "6.1.0 ", "#1 ", "\n", "[    1.0] ", "[",
    "<0>", "]",
    "Kernel panic - not syncing: ", "Fatal exception", "sysrq: ", "SysRq : ", "Trigger a crash", "BUG: ", "Oops",
    "Linux version ", "Command line: ", "crashkernel=1M", '"', " ", "\0", "\x1b", "é", "\ufffd",
)  # fmt: skip
LOGS = st.builds(
    lambda pieces, times: "".join(pieces) * times,
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=12),
    st.sampled_from((1, 2, 500, 3000)),
)


@given(LOGS)
def test_any_log_is_read(text: str) -> None:
    with within(LIMIT_S):
        panic, release = dmesg.panic(text[: 1 << 17]), dmesg.kernel_release(text[: 1 << 17])
        assert panic is None or "\n" not in panic.line
        assert release is None or release.strip() == release


NAMES = st.lists(
    st.one_of(
        st.sampled_from(
            ("vmcore", "dump", "dmesg", "-incomplete", ".", "202601010101", ".gz", ".txt", "-", ".flat", "a-")
        ),
        st.text(max_size=3),
    ),
    max_size=8,
).map("".join)


@given(NAMES, st.sampled_from((1, 60)))
def test_any_name_is_known_or_not(name: str, times: int) -> None:
    with within(LIMIT_S):
        part = find.part_of(name * times)
        assert part is None or part[0] in ("core", "dmesg", "kexec_log")
