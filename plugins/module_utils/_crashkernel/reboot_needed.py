# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Whether a reboot is needed for the configured crashkernel=, and why."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import mib
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import (
    Reservation,
    in_words,
    that_count,
    will_reserve,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said


class Pending(NamedTuple):
    """Whether a reboot would change the reservation, and a sentence that says why."""

    reboot_required: bool
    reason: str


def same(some: List[str], others: List[str], running: Running) -> bool:
    """Return whether a change between two lists of crashkernel= values needs no reboot, as both reserve the same."""
    if some == others:
        return True
    counting = [_that_count(values, running) for values in (some, others)]
    if counting[0] == counting[1]:
        return True
    found = [will_reserve(values, running) for values in (some, others)]
    sizes = [(one.size, one.more, one.cma) for one in found if one is not None]
    return len(sizes) == 2 and sizes[0] == sizes[1] and sizes[0][0] > 0 and _placed_alike(counting[0] + counting[1])


def _that_count(values: List[str], running: Running) -> List[str]:
    """Return the crashkernel= values, before or after a reboot, that decide whether one is needed."""
    return that_count(values, running.ram_bytes, running.reader())


def pending(configured: List[str], running: Running, booting: Optional[Running] = None) -> Pending:
    """Return whether a reboot is needed: not where it would change nothing about the reservation, or only harm it.

    booting: this machine as the kernel of the next boot finds it, which may be another than the running one.
    """
    after = booting or running
    other = after.kernel != running.kernel
    expected = will_reserve(configured, after)
    reserved = running.reserved_bytes or 0
    alike = _that_count(configured, after) == _that_count(running.booted, running)
    if not other and (configured == running.booted or (alike and configured and not reserved)):
        return Pending(False, _settled(configured, running, expected))
    if not configured:
        return _giving_back(running)
    if expected is not None and expected.useless:
        with_kernel = " with the kernel %s" % after.kernel if other else ""
        words = "%s is configured but would reserve nothing%s (%s); correct it before a reboot"
        return Pending(False, words % (said(configured), with_kernel, expected.useless))
    if (alike and (reserved or not other)) or (expected is not None and _has_already(configured, running, expected)):
        words = "%s was booted and %s is configured, but both reserve %s: a reboot would change nothing"
        return Pending(
            False, words % (said(running.booted), said(configured), in_words(reserved, running.cma_bytes or 0))
        )
    next_kernel = " for the kernel %s" % after.kernel if other else ""
    words = "%s is configured%s, and the running kernel was booted with %s"
    return Pending(True, words % (said(configured), next_kernel, said(running.booted)))


def _has_already(configured: List[str], running: Running, expected: Reservation) -> bool:
    """Return whether the running kernel already has what the configured values would reserve, at no other place."""
    booted = will_reserve(running.booted, running)
    cma = running.cma_bytes if running.cma_bytes is not None else booted.cma if booted else 0
    counting = _that_count(configured, running) + _that_count(running.booted, running)
    sizes = (expected.size, expected.size + expected.more)
    return _placed_alike(counting) and (running.reserved_bytes or 0) in sizes and cma == expected.cma


def _giving_back(running: Running) -> Pending:
    """Return whether a reboot is needed to give memory back, where no crashkernel= is configured."""
    reserved = running.reserved_bytes
    if reserved is None and running.booted:
        words = "no crashkernel= is configured; a reboot gives back what %s took, which this kernel does not say"
        return Pending(True, words % said(running.booted))
    if not reserved:
        words = "no crashkernel= is configured, and nothing is reserved: a reboot would change nothing"
        return Pending(False, words)
    words = "no crashkernel= is configured; a reboot gives %s back that %s took"
    return Pending(True, words % (mib(reserved), said(running.booted)))


def _settled(configured: List[str], running: Running, expected: Optional[Reservation]) -> str:
    """Return why no reboot is needed where the configured crashkernel= is the booted one."""
    if running.reserved_bytes is None:
        return "this kernel does not say what it reserves (/sys/kernel/kexec_crash_size is not there)"
    if not configured:
        return "no crashkernel= is configured or booted"
    if running.reserved_bytes:
        words = "the running kernel was booted with what is configured and has %s reserved"
        return words % in_words(running.reserved_bytes, running.cma_bytes or 0)
    if expected is not None and expected.useless:
        words = "%s was booted and reserves nothing (%s); a reboot would not help, another value would"
        return words % (said(configured), expected.useless)
    words = "%s was booted, but nothing is reserved; a reboot would not help: look for crashkernel in the kernel log"
    return words % said(configured)


def _placed_alike(values: List[str]) -> bool:
    """Return whether a reboot cannot move the reservation: no value asks for a place in memory; ,cma has none."""
    return not any("@" in value or value.rpartition(",")[2] in ("high", "low") for value in values)
