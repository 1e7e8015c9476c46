# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The running kernel as /proc and /sys show it: its RAM, its command line, and the memory it keeps for a crash."""

import re
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_versions import Kernel, kernel_of
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB, RAM_STEP, round_up
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import (
    CRASH_SIZE,
    VMCORE,
    kernel_release,
    read_first,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

CMA_RANGES = ("/sys/kernel/kexec/crash_cma_ranges", "/sys/kernel/kexec_crash_cma_ranges")
SPAN = re.compile(r"^([0-9a-f]{1,16})-([0-9a-f]{1,16})$", re.MULTILINE)
# its one or two blocks: above 4 GiB, and below
CRASH_BLOCKS = re.compile(r"^ *([0-9a-f]{1,16})-([0-9a-f]{1,16}) : Crash kernel$", re.MULTILINE)
# where firmware-assisted dump (ppc64le) keeps the memory instead; 0 where it is off
FADUMP_RESERVED = "/sys/kernel/fadump/mem_reserved"
# "Crash kernel" and the like are indented: they lie inside
SYSTEM_RAM = re.compile(r"^([0-9a-f]{1,16})-([0-9a-f]{1,16}) : System RAM$", re.MULTILINE)
MEM_TOTAL = re.compile(r"^MemTotal:\s+(\d+) kB", re.MULTILINE)


class Running(NamedTuple):
    """The kernel that runs now. A fact that it does not show is None.

    booted: its crashkernel= values in order.
    cma_bytes: what a value with ,cma reserves, which reserved_bytes leaves out.
    counted_bytes: the RAM before a kernel rounds it.
    block_hidden: of the two blocks for a crash only root sees the sizes, and reserved_bytes may leave one out.
    """

    kernel: Optional[str]
    machine: Optional[str]
    boot_id: Optional[str]
    capture_kernel: bool
    ram_bytes: Optional[int]
    reserved_bytes: Optional[int]
    booted: List[str]
    cma_bytes: Optional[int] = None
    counted_bytes: Optional[int] = None
    block_hidden: bool = False

    def reader(self) -> Kernel:
        """Return how the running kernel reads crashkernel=; one that reserved memory for ,cma knows that suffix."""
        return kernel_of(self.kernel, self.machine or "x86_64", knows_cma=bool(self.cma_bytes))

    def under(self, release: str) -> "Running":
        """Return the running kernel's facts as a kernel of another release shows them; what is reserved now stays."""
        if release == self.kernel:
            return self
        other = self._replace(kernel=release, cma_bytes=None)
        counted = self.counted_bytes
        return other if counted is None else other._replace(ram_bytes=as_ranges_see(counted, other.reader()))

    def knows_auto(self) -> bool:
        """Return whether the running kernel reads crashkernel=auto, which only RHEL 8's does."""
        return self.reader().auto is not None


def _cma_bytes(host: Host) -> Optional[int]:
    """Read how many bytes the running kernel has reserved for crashkernel=...,cma; None if it has no file for that."""
    text = read_first(host, CMA_RANGES)
    if text is None:
        return None
    return sum(int(end, 16) - int(start, 16) + 1 for start, end in SPAN.findall(text))


def _line(host: Host, path: str) -> Optional[str]:
    """Return the line that the running kernel shows in one of its files in /proc or /sys, without outer blanks."""
    text = host.read(path)
    return None if text is None else text.strip()


def _number(host: Host, path: str) -> Optional[int]:
    """Return the number that the running kernel shows in one of its files in /proc or /sys."""
    return whole(_line(host, path))


def _machine(host: Host) -> Optional[str]:
    """Return the running kernel's architecture in /proc, as uname prints it; the file is there since Linux 6.1."""
    return _line(host, "/proc/sys/kernel/arch") or host.run(["uname", "-m"]).stdout.strip() or None


def as_ranges_see(counted: int, kernel: Kernel) -> int:
    """Return the running kernel's RAM as a kernel compares it with crashkernel= ranges: some round it up."""
    return round_up(counted, RAM_STEP) if kernel.rounds_ram else counted


def counted_ram(host: Host, reserved: Optional[int]) -> Optional[int]:
    """Return the RAM that the kernel counts; None where it cannot be read.

    /proc/iomem shows zeros to anyone but root. MemTotal is then used, which lacks what is reserved.
    """
    spans = SYSTEM_RAM.findall(host.read("/proc/iomem") or "")
    total = sum(int(end, 16) - int(start, 16) + 1 for start, end in spans)
    if total < MIB:
        match = MEM_TOTAL.search(host.read("/proc/meminfo") or "")
        total = (whole(match.group(1)) or 0) * 1024 + (reserved or 0) if match else 0
    return total or None


def _crash_size(host: Host) -> Optional[int]:
    """Return the bytes that are reserved for a capture kernel in all.

    Before Linux 6.5, kexec_crash_size leaves out the block below 4 GiB; /proc/iomem shows root both.
    """
    text = read_first(host, CRASH_SIZE)
    size = whole(text)
    blocks = [int(end, 16) - int(start, 16) + 1 for start, end in CRASH_BLOCKS.findall(host.read("/proc/iomem") or "")]
    return sum(blocks) if len(blocks) > 1 and size in blocks else size


def _block_hidden(host: Host) -> bool:
    """Return whether the running kernel has two blocks for a crash, and /proc/iomem shows zeros in place of both."""
    blocks = CRASH_BLOCKS.findall(host.read("/proc/iomem") or "")
    return len(blocks) > 1 and not any(int(end, 16) for _start, end in blocks)


def read_running(host: Host) -> Running:
    """Return the running kernel's RAM, command line and reservation."""
    reserved = _number(host, FADUMP_RESERVED) or _crash_size(host)
    release, machine, counted = kernel_release(host) or None, _machine(host), counted_ram(host, reserved)
    kernel = kernel_of(release, machine or "x86_64")
    return Running(
        kernel=release,
        machine=machine,
        boot_id=_line(host, "/proc/sys/kernel/random/boot_id"),
        capture_kernel=host.stat(VMCORE) is not None,
        ram_bytes=None if counted is None else as_ranges_see(counted, kernel),
        reserved_bytes=reserved,
        booted=values(host.read("/proc/cmdline") or ""),
        cma_bytes=_cma_bytes(host),
        counted_bytes=counted,
        block_hidden=_block_hidden(host),
    )
