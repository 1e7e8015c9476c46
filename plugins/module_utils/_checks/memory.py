# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the reserved memory: whether it is there, as large as it was at boot, and enough."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    AS_ROOT,
    PROVE,
    Outcome,
    failed,
    mib,
    of_unseen,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.capture_kernel_needs import (
    in_words as needed_in_words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import in_words
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dump_size import USER, dump_level
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_SIZE

RESERVE = "Set kdump_crashkernel, and run ansible-playbook crashops.kdump.setup -e kdump_reboot_allowed=true."
# what needs memory in addition to kernel and initramfs, as a percentage of the counted sum below which nothing starts
HOPELESS_PERCENT = 50


def memory_reserved(seen: Evidence) -> Outcome:
    """Judge whether memory is reserved for a capture kernel."""
    reserved = seen.running.reserved_bytes
    if reserved:
        return passed(mib(reserved))
    if reserved is None:
        return _unreadable(seen)
    why = seen.boot_entries.reason
    unread = seen.boot_entries.unread
    advice = unread.remedy if unread else RESERVE
    return failed("No memory is reserved: %s." % (why or "the kernel does not say why"), advice, "0", "more than 0")


def _unreadable(seen: Evidence) -> Outcome:
    """Return the outcome where the kernel does not show its reservation."""
    if seen.platform.crash_loaded is None:
        return skipped("this kernel cannot load a capture kernel at all")
    unseen = of_unseen(seen, CRASH_SIZE, "Look again: kexec keeps the file busy while it loads.")
    if unseen is not None:
        return passed("enough to load a capture kernel") if seen.service.armed else unseen
    reason = "This kernel cannot load a capture kernel: %s is not there." % CRASH_SIZE[0]
    return failed(reason, "Boot a kernel of the distribution.", "none", "more than 0")


def reservation_readable(seen: Evidence) -> Outcome:
    """Judge whether the kernel shows what it has reserved; it does not while kexec loads something."""
    return of_unseen(seen, CRASH_SIZE, "Look again.") or passed("yes")


def reserved_as_booted(seen: Evidence) -> Outcome:
    """Judge whether the reservation has been made smaller since the boot."""
    reserved, expected = seen.running.reserved_bytes, seen.memory.booted
    if not reserved or expected is None or not expected.size:
        return skipped("nothing is reserved, or how much was asked for is not known")
    cma = seen.running.cma_bytes
    if cma is not None and cma < expected.cma:
        reason = "The kernel could set aside only %s of the %s that were asked for with ,cma." % (
            mib(cma),
            mib(expected.cma),
        )
        return warned(reason, "Look at: journalctl -k -g 'CMA'. Ask for less.", mib(cma), mib(expected.cma))
    if reserved >= expected.size:
        return passed(in_words(reserved, cma or 0), in_words(expected.size, expected.cma))
    if seen.running.block_hidden:
        reason = "%s are reserved above 4 GiB. Only root sees how much is reserved below, and %s were asked for in all."
        return unknown(reason % (mib(reserved), mib(expected.size)), AS_ROOT)
    reason = "%s are reserved, less than the %s that were asked for at boot." % (mib(reserved), mib(expected.size))
    advice = "Look for a write to %s (shrinking lasts until the next boot), and reboot." % CRASH_SIZE[0]
    return warned(reason, advice, mib(reserved), mib(expected.size))


def _uncounted(seen: Evidence) -> Outcome:
    """Judge a capture kernel's need of memory as unknown: /proc/iomem shows addresses to root only."""
    reason = "What a capture kernel needs here cannot be counted: %s."
    if not seen.platform.root:
        return unknown(reason % "only root sees the kernel's own size", AS_ROOT)
    return unknown(reason % "/proc/iomem does not show the kernel's own size", PROVE)


def reserved_enough(seen: Evidence, limits: Thresholds) -> Outcome:
    """Judge whether the reservation is as large as kernel, modules and initramfs need."""
    reserved, needed = seen.running.reserved_bytes, seen.memory.needed
    if not reserved:
        return skipped("nothing is reserved")
    if needed is None:
        return _uncounted(seen)
    wanted = needed.total * (100 + limits.memory_margin_percent) // 100
    cma = _cma(seen)
    if reserved + cma >= wanted and cma and seen.running.cma_bytes is None:
        reason = "%s are reserved, which is enough only if the kernel also set aside the %s asked for with ,cma."
        return unknown(reason % (mib(reserved), mib(cma)), PROVE)
    if reserved + cma >= wanted:
        return passed(in_words(reserved, cma), mib(wanted), needed_in_words(needed))
    reason = "%s are reserved, and %s are counted as needed (%s)."
    told = reason % (in_words(reserved, cma), mib(wanted), needed_in_words(needed))
    judge = failed if (reserved + cma) * 100 < needed.total * HOPELESS_PERCENT else warned
    return judge(told, "Set kdump_crashkernel: estimate and reboot, or prove it by a test.", mib(reserved), mib(wanted))


def vendor_default(seen: Evidence) -> Outcome:
    """Judge whether less is reserved than the vendor's default on such a machine."""
    reserved = seen.running.reserved_bytes
    default = seen.memory.vendor.size if seen.memory.vendor else None
    if default is None:
        return skipped("the vendor's default for this host is not known without asking its tools")
    if not default:
        return skipped("this machine has less RAM than the vendor's default begins at")
    if not reserved:
        return skipped("nothing is reserved")
    cma = _cma(seen)
    if reserved < default <= reserved + cma and not _is_cma_known(seen):
        reason = "%s are reserved. It is not known whether this kernel also set aside the %s asked for with ,cma."
        return unknown(reason % (mib(reserved), mib(cma)), PROVE)
    if reserved + cma >= default:
        return passed(in_words(reserved, cma), mib(default))
    told = in_words(reserved, cma)
    reason = "%s are reserved, less than the %s of the vendor's default." % (told, mib(default))
    return warned(reason, "Set kdump_crashkernel: default and reboot, or prove it by a test.", told, mib(default))


def cma_user_pages(seen: Evidence) -> Outcome:
    """Judge whether the dump would lack pages of programs: those in CMA memory are lost."""
    cma = _cma(seen)
    if not cma:
        return skipped("nothing is set aside by a crashkernel value with ,cma")
    collector = seen.settings.core_collector
    if dump_level(collector) & USER:
        return passed("the dump leaves out the pages of programs in any case")
    reason = "The dump is to hold the pages of programs, but those in the %s of CMA are lost at any dump level."
    advice = "Set kdump_core_collector with -d 31, or reserve without ,cma (kdump_crashkernel)."
    return warned(reason % mib(cma), advice, collector, "a dump level with 8 in it, such as -d 31")


def _cma(seen: Evidence) -> int:
    """Return the CMA part of the reserved memory to judge; as asked for where this kernel does not show it."""
    told, expected = seen.running.cma_bytes, seen.memory.booted
    if told is not None:
        return told
    return expected.cma if expected is not None else 0


def _is_cma_known(seen: Evidence) -> bool:
    """Return whether the CMA part of the reserved memory can be judged: shown by the kernel, or sure."""
    expected = seen.memory.booted
    return seen.running.cma_bytes is not None or expected is None or bool(expected.cma_known)


def memory_extras(seen: Evidence) -> Outcome:
    """Judge whether drivers or features are in use that are known to need more memory than the counted sum."""
    drivers = seen.target_drivers
    kept_out = [one.name for one in drivers.blocks if one.sure]
    large = [name for name in seen.memory.extras.drivers if name not in kept_out]
    extras = ["the driver %s" % name for name in large] + seen.memory.extras.others
    if not extras:
        return passed("nothing known")
    reason = "A capture kernel may need more memory here than was counted: %s." % "; ".join(extras)
    advice = "Prove it by a crash test (crashops.kdump.test), or give more memory (kdump_crashkernel)."
    # who does not know what the target needs must not advise to keep anything out
    spare = [] if drivers.unseen else [name for name in large if name not in drivers.needed]
    if spare:
        words = " The dump target does not need %s: kdump_blocked_drivers: [%s] keeps that out."
        advice += words % (" and ".join(spare), ", ".join(spare))
    return warned(reason, advice, extras)
