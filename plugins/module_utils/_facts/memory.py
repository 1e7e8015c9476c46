# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The memory of a capture kernel: what is reserved now and at the next boot, the vendor's default, and the need."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel import option_grammar
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.capture_kernel_needs import (
    Needed,
    counted,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import (
    Reservation,
    that_count,
    will_reserve,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import same
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.vendor_default import default_unasked
from ansible_collections.crashops.kdump.plugins.module_utils._facts.boot_entries import BootEntries
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import loaded_modules
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

# drivers that are known to take much memory, and what is said of them: kdump-utils #34 and #65, eve #2794
LARGE_DRIVERS = ("nouveau", "amdgpu", "radeon", "i915", "xe", "mlx5_core", "ib_core", "bnx2x", "hyperv_fb")


class Extras(NamedTuple):
    """Drivers and other things in use here that are known to need more memory in a capture kernel."""

    drivers: List[str]
    others: List[str]


class Vendor(NamedTuple):
    """The vendor's default reservation on such a machine; alike: the default boot entry reserves the same."""

    values: List[str]
    size: Optional[int]
    alike: bool


class Memory(NamedTuple):
    """The reservations: of this boot as asked for, and of the next one, None where they are not known.

    next_known: the kernel of the next boot is known; next_kernel is its release, and next_knows_auto whether it knows
    crashkernel=auto. counting: the values that the kernel goes by. together: why some values do not go together.
    vendor: None where the vendor's default is not known without asking its tools.
    """

    booted: Optional[Reservation]
    expected: Optional[Reservation]
    next_known: bool
    next_kernel: Optional[str]
    next_knows_auto: Optional[bool]
    counting: List[str]
    together: Optional[str]
    vendor: Optional[Vendor]
    needed: Optional[Needed]
    extras: Extras


def read_memory(host: Host, running: Running, boot: BootEntries, stack: Stack, image_path: str) -> Memory:
    """Read the facts about memory: what is reserved now and at the next boot, and how much a capture kernel needs."""
    words = boot.default_values
    wanted = running.booted if words is None else words
    after = running if words is None else boot.next
    return Memory(
        booted=will_reserve(running.booted, running) if running.booted else None,
        expected=will_reserve(wanted, after) if after else None,
        next_known=after is not None,
        next_kernel=after.kernel if after else None,
        next_knows_auto=after.knows_auto() if after else None,
        counting=that_count(wanted, after.ram_bytes, after.reader()) if after else wanted,
        together=_together(wanted),
        vendor=_vendor(stack, running, words, after or running),
        needed=counted(host, running.kernel or "", image_path, stack.runtime_bytes),
        extras=_extras(host, running.kernel or ""),
    )


def _vendor(stack: Stack, running: Running, words: Optional[List[str]], after: Running) -> Optional[Vendor]:
    """Return the vendor's default as a fact about memory, None where only the vendor's tools know it."""
    found = default_unasked(stack, running)
    if found is None:
        return None
    reserved = will_reserve(found, running) if found else None
    return Vendor(found, reserved.size if reserved else None, bool(found and words and same(words, found, after)))


def _together(wanted: List[str]) -> Optional[str]:
    """Return, among the facts about memory, why crashkernel= values clash or cannot be read; None if all is well."""
    try:
        option_grammar.check_together([option_grammar.parse_argument(value) for value in wanted])
    except option_grammar.GrammarError as error:
        return str(error)
    return None


def _extras(host: Host, release: str) -> Extras:
    """Read as facts about memory what is known to need more of it in a capture kernel: drivers and other things."""
    cmdline = host.read("/proc/cmdline") or ""
    loaded = loaded_modules(host)
    others = ["pages of 64 KiB"] * ("64k" in release)
    others += ["memory encryption"] * ("mem_encrypt=on" in cmdline.split())
    return Extras([name for name in LARGE_DRIVERS if name in loaded], others)
