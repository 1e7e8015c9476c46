# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The memory of a crashed kernel by virtual addresses: x86_64 by its page tables, arm64 by its linear map.

VMCOREINFO says where: SYMBOL is a virtual address, OFFSET a place in a structure (kernel/vmcore_info.c; arch/x86 and
arch/arm64 for the numbers).
"""

import re
import struct
from typing import Callable, Dict, List, Optional

# physical(address, size) returns bytes of the dead machine's memory, zeros where the dump leaves a page out
Physical = Callable[[int, int], bytes]
NUMBER = re.compile(r"(-?)(0x[0-9a-fA-F]{1,16}|[0-9]{1,20})\Z")
ADDRESS = re.compile(r"[0-9a-fA-F]{1,16}\Z")
# no symbol of the kernel's image is farther from its text than this
IMAGE_BYTES = 1 << 30
# x86_64: where the image is mapped, and page tables of 512 entries of 8 bytes
START_KERNEL_MAP = 0xFFFFFFFF80000000
TABLE_BITS, PRESENT, LARGE = 9, 0x1, 0x80
PAGE_FRAME = 0x000FFFFFFFFFF000


class NotRead(Exception):
    """Something in the crashed kernel's memory cannot be found. The text says why."""


class KernelMemory:
    """The crashed kernel's memory by virtual addresses."""

    def __init__(self, physical: Physical, info: Dict[str, str], machine: Optional[str]) -> None:
        self._physical = physical
        self._info = info
        self._machine = machine

    def symbol(self, name: str) -> int:
        """Return the virtual address of a kernel symbol, by VMCOREINFO."""
        text = self._info.get("SYMBOL(%s)" % name, "")
        if not ADDRESS.match(text):
            raise NotRead("VMCOREINFO does not name %s" % name)
        return int(text, 16)

    def has(self, name: str) -> bool:
        """Return whether the virtual address of a kernel symbol is known by VMCOREINFO."""
        return "SYMBOL(%s)" % name in self._info

    def offset(self, name: str) -> int:
        """Return how far from a structure's virtual address one of its members lies, by VMCOREINFO."""
        return self._number("OFFSET(%s)" % name)

    def _number(self, name: str) -> int:
        """Return a number in VMCOREINFO that virtual addresses are translated by."""
        match = NUMBER.match(self._info.get(name, ""))
        if not match:
            raise NotRead("VMCOREINFO has no %s" % name)
        value = int(match.group(2), 16 if match.group(2).startswith("0x") else 10)
        return -value if match.group(1) else value

    def read(self, address: int, size: int) -> bytes:
        """Return bytes at a virtual address, page by page, as neighbours may lie apart in physical memory."""
        parts: List[bytes] = []
        while size > 0:
            here = min(size, 4096 - address % 4096)
            parts.append(self._physical(self._translated(address), here))
            address, size = address + here, size - here
        return b"".join(parts)

    def pointer(self, address: int) -> int:
        """Return the pointer at a virtual address."""
        return int(struct.unpack("<Q", self.read(address, 8))[0])

    def _translated(self, address: int) -> int:
        """Return the physical address of a virtual address."""
        if self._machine == "x86_64":
            return self._on_x86(address)
        if self._machine == "aarch64":
            return self._on_arm64(address)
        raise NotRead("its addresses are not known on %s" % (self._machine or "an unknown machine"))

    def _on_x86(self, address: int) -> int:
        """Return the physical address on x86_64: the kernel's image lies in one piece, page tables map all else."""
        if address >= START_KERNEL_MAP:
            return address - START_KERNEL_MAP + self._number("NUMBER(phys_base)")
        levels = 5 if self._info.get("NUMBER(pgtable_l5_enabled)") == "1" else 4
        encrypted = self._number("NUMBER(sme_mask)") if "NUMBER(sme_mask)" in self._info else 0
        root = "swapper_pg_dir" if self.has("swapper_pg_dir") else "init_top_pgt"
        if self.symbol(root) < START_KERNEL_MAP:
            raise NotRead("its page tables are not where the kernel's image is")
        table = self._on_x86(self.symbol(root))
        for level in range(levels - 1, -1, -1):
            shift = 12 + TABLE_BITS * level
            index = address >> shift & 511
            entry = int(struct.unpack("<Q", self._physical(table + 8 * index, 8))[0]) & ~encrypted
            if not entry & PRESENT:
                raise NotRead("its page tables do not lead to %x" % address)
            table = entry & PAGE_FRAME
            if level and entry & LARGE:
                inside = (1 << shift) - 1
                return (table & ~inside) | (address & inside)
        return table | (address & 4095)

    def _on_arm64(self, address: int) -> int:
        """Return the physical address on arm64: in the kernel's image, or in the linear map of all memory."""
        if abs(address - self.symbol("_stext")) < IMAGE_BYTES:
            return (address - self._number("NUMBER(kimage_voffset)")) & (1 << 64) - 1
        bits = self._number("NUMBER(VA_BITS)")
        if not 36 <= bits <= 52:
            raise NotRead("VMCOREINFO says that addresses have %d bits" % bits)
        inside = (1 << bits - 1) - 1
        return (address & inside) + self._number("NUMBER(PHYS_OFFSET)")
