# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of which kernel the memory in a dump names: by its own name, and by the first line of its log."""

import bz2
import lzma
import random
import struct
from typing import Any, Callable, Dict

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import (
    compressed_stream,
    formats,
    page_compression,
)
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import Readability
from ansible_collections.crashops.kdump.tests.unit.dump_builder import BLOCK, KERNEL, DeadKernel, flattened, zipped

OTHER = "5.10.0-9-amd64"
BOTH = "its memory and the log in it name the kernel " + KERNEL
NOT_READ = "the kernel's name and log in its memory were not read: "
FORMS = [
    pytest.param(lambda dead: dead.compressed(), id="zlib"),
    pytest.param(lambda dead: dead.compressed(status=0), id="uncompressed"),
    pytest.param(lambda dead: dead.core(), id="elf"),
    pytest.param(lambda dead: flattened(dead.compressed(), piece=32764), id="flattened"),
    pytest.param(lambda dead: flattened(dead.core(), piece=32764), id="flattened elf"),
]


def judge(dump: bytes, most: int = 64) -> Readability:
    """Return whether a dump is complete, and whether its pages can be read."""

    def read(offset: int, size: int) -> bytes:
        return dump[offset : offset + size] if offset >= 0 else b""

    verdict, content = formats.judged(read, len(dump), most)
    assert verdict.complete is True, verdict
    return content


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"levels": 5},
        {"old_log": True},
        {"machine": "aarch64"},
        {"machine": "aarch64", "old_log": True},
    ],
)
def test_memory_that_names_its_kernel_is_readable(layout: Dict[str, Any], form: Callable[[DeadKernel], bytes]) -> None:
    content = judge(form(DeadKernel(**layout)))
    assert content.readable is True and BOTH in content.readable_reason


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ({"release": OTHER}, "its memory of " + OTHER),
        ({"logged": OTHER}, "the log in its memory of " + OTHER),
        ({"logged": OTHER, "old_log": True, "machine": "aarch64"}, "the log in its memory of " + OTHER),
    ],
)
def test_memory_of_another_kernel_is_found(
    layout: Dict[str, Any], words: str, form: Callable[[DeadKernel], bytes]
) -> None:
    content = judge(form(DeadKernel(**layout)))
    assert content.readable is False and words in content.readable_reason


def without(name: str) -> Callable[[DeadKernel], None]:
    """Return a change that takes a line out of VMCOREINFO."""

    def change(dead: DeadKernel) -> None:
        dead.info = "".join(line for line in dead.info.splitlines(True) if name not in line)

    return change


@pytest.mark.parametrize("pack", [zipped, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_compressed_dump_is_read_from_end_to_end_a_few_times_and_no_more(
    pack: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, noise = DeadKernel(), random.Random(5)
    for frame in range(0x400, 0x580):
        dead.pages[frame] = noise.getrandbits(8 * BLOCK).to_bytes(BLOCK, "little")
    inner = dead.compressed(status=0)
    # makedumpfile writes descriptors between the pages, so that some come late
    cut = 4 * BLOCK + 24 * len(dead.pages)
    head, mark = flattened(b"")[:-16], b"\xff" * 16
    pieces = [(0, inner[: cut - 24]), (cut, inner[cut:]), (cut - 24, inner[cut - 24 : cut])]
    file = head + b"".join(struct.pack(">qq", at, len(piece)) + piece for at, piece in pieces) + mark
    begun, plain = [], compressed_stream.Rewound._begun

    def noted(stream: compressed_stream.Rewound) -> Any:
        begun.append(1)
        return plain(stream)

    monkeypatch.setattr(compressed_stream.Rewound, "_begun", noted)
    content = judge(pack(file), most=512)
    assert content.readable is None and "inside a compressed stream" in content.readable_reason
    assert len(begun) < 20


def zeroed(frame: int) -> Callable[[DeadKernel], bytes]:
    """Return a change that leaves a page out of the dump, as makedumpfile does with zeros."""
    return lambda dead: dead.pages.pop(frame)


def text(old: str, new: str) -> Callable[[DeadKernel], None]:
    """Return a change of VMCOREINFO."""

    def change(dead: DeadKernel) -> None:
        dead.info = dead.info.replace(old, new)

    return change


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("init_uts_ns"), NOT_READ + "VMCOREINFO does not name init_uts_ns"),
        (without("phys_base"), NOT_READ + "VMCOREINFO has no NUMBER(phys_base)"),
        (text("phys_base)=", "phys_base)=9" * 9), NOT_READ + "VMCOREINFO has no NUMBER(phys_base)"),
        (text("phys_base)=-", "phys_base)="), NOT_READ + "there is no name of a kernel"),
        (zeroed(0x102), NOT_READ + "there is no name of a kernel"),
        (without("prb_data_ring.data"), "the log in it was not read: VMCOREINFO has no OFFSET(prb_data_ring.data)"),
        (zeroed(0x103), "the log in it was not read: "),
        (zeroed(0x104), "the log in it was not read: its page tables do not lead to "),
        (without("swapper_pg_dir"), "the log in it was not read: VMCOREINFO does not name init_top_pgt"),
    ],
)
def test_what_cannot_be_read_is_said_and_neither_fine_nor_broken(
    change: Callable[[DeadKernel], Any], words: str, form: Callable[[DeadKernel], bytes]
) -> None:
    dead = DeadKernel()
    change(dead)
    content = judge(form(dead))
    assert content.readable is not False and words in content.readable_reason


@pytest.mark.parametrize("bits", ["0", "99999999999999999999", "-5", "x" * 500, "9" * 500])
def test_rubbish_in_vmcoreinfo_is_said_and_costs_nothing(bits: str) -> None:
    dead = DeadKernel(machine="aarch64")
    dead.info = dead.info.replace("VA_BITS)=48", "VA_BITS)=" + bits)
    content = judge(dead.compressed())
    assert content.readable is True and "the log in it was not read: VMCOREINFO " in content.readable_reason


def test_a_log_that_has_wrapped_is_said_and_is_no_fault() -> None:
    content = judge(DeadKernel(wrapped=True).compressed())
    assert content.readable is True and "the log in it has lost its first line" in content.readable_reason


@pytest.mark.parametrize("form", FORMS)
def test_another_kernel_that_a_program_names_in_a_wrapped_log_is_no_fault(form: Callable[[DeadKernel], bytes]) -> None:
    dead = DeadKernel(wrapped=True)
    line = b"guest: Linux version %s (gcc)" % OTHER.encode()
    dead.pages[dead.log_frame + 2] = line.ljust(BLOCK, b"\x01")
    content = judge(form(dead))
    assert content.readable is True and "the log in it has lost its first line" in content.readable_reason


def test_a_dump_that_names_no_vmcoreinfo_is_not_called_a_compressed_stream() -> None:
    dump = bytearray(DeadKernel().compressed())
    struct.pack_into("<qQ", dump, BLOCK + 32, 0, 0)
    content = judge(bytes(dump))
    assert NOT_READ + "VMCOREINFO does not name init_uts_ns" in content.readable_reason


def test_addresses_of_another_architecture_are_not_guessed() -> None:
    dead = DeadKernel()
    dead.machine = "s390x"
    content = judge(dead.compressed())
    assert content.readable is True and NOT_READ + "its addresses are not known on s390x" in content.readable_reason


@pytest.mark.parametrize("form", FORMS[1:3] + FORMS[4:])
def test_pages_that_carry_no_test_are_unknown_where_the_kernel_does_not_name_itself(
    form: Callable[[DeadKernel], bytes],
) -> None:
    dead = DeadKernel()
    without("init_uts_ns")(dead)
    content = judge(form(dead))
    assert content.readable is None and "nothing else shows whether its content is right" in content.readable_reason


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (range(0x210, 0x228), "that were read are all zeros"),
        (range(0x200, 0x222), "places that were read are zeros"),
    ],
)
def test_an_elf_core_with_zeros_from_some_place_on_is_unknown_though_it_names_its_kernel(
    frames: range, words: str
) -> None:
    dead = DeadKernel()
    for frame in frames:
        dead.pages[frame] = bytes(BLOCK)
    content = judge(dead.core(), most=512)
    assert content.readable is None and words in content.readable_reason


def test_a_page_of_the_log_that_cannot_be_unpacked_is_rubbish_though_the_sample_missed_it() -> None:
    dead = DeadKernel()
    dump = bytearray(dead.compressed())
    number = sorted(dead.pages).index(dead.log_frame)
    place = int.from_bytes(dump[4 * BLOCK + 24 * number : 4 * BLOCK + 24 * number + 8], "little")
    dump[place : place + 20] = bytes(20)
    content = judge(bytes(dump), most=2)
    assert content.readable is False and "a page of the kernel's own memory" in content.readable_reason


def test_pages_that_this_python_cannot_unpack_leave_the_name_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    dump = DeadKernel().compressed()
    monkeypatch.setitem(page_compression.UNPACKERS, 0x1, lambda data, size: None)
    content = judge(dump)
    assert content.readable is True and NOT_READ + "this Python cannot unpack its pages" in content.readable_reason
