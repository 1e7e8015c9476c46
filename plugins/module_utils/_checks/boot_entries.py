# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of boot entries and their crashkernel= values: what a boot reserves, and what updates change."""

from typing import List

from ansible_collections.crashops.kdump.plugins.module_utils._checks.memory import RESERVE
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
    mib,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import in_words
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said, values

REBOOT = "Reboot the host, or run ansible-playbook crashops.kdump.setup -e kdump_reboot_allowed=true."
CHOOSE = (
    "Set GRUB_DEFAULT=0 in /etc/default/grub, run update-grub, and take back what grub-reboot chose: "
    "grub-editenv - unset next_entry"
)
SET_ALL = "Run ansible-playbook crashops.kdump.setup, which sets one value for all kernels."


def reboot_not_pending(seen: Evidence) -> Outcome:
    """Judge whether a reboot into the default boot entry would change what is reserved."""
    required, why = seen.boot_entries.reboot_required, seen.boot_entries.reason
    if required is None:
        return unknown("What the next boot reserves cannot be seen: %s." % (why or "no boot loader"))
    if not required:
        return passed("no", "no", why)
    reason = "A reboot is pending: %s." % why
    judge = warned if seen.running.reserved_bytes else failed
    # a reboot would give back what is reserved
    lost = seen.boot_entries.default_values == []
    return judge(reason, RESERVE if lost else REBOOT, "yes", "no")


def entries_read(seen: Evidence) -> Outcome:
    """Judge whether the machine boots the boot entries that were set."""
    if seen.boot_entries.entries is None:
        return skipped("the boot entries cannot be read")
    found = seen.boot_entries.unread
    if found is None:
        return passed("nothing speaks against it")
    judge = warned if seen.running.reserved_bytes else failed
    return judge("A reboot would not help: %s." % found.reason, found.remedy, "not booted", "booted")


def entries_alike(seen: Evidence) -> Outcome:
    """Judge whether a boot entry other than the default one would boot without the reservation."""
    entries = seen.boot_entries.entries
    if entries is None:
        return unknown("The boot entries cannot be read: %s." % (seen.boot_entries.reason or "no boot loader"))
    empty = seen.boot_entries.empty
    if empty and len(empty) < len(entries) and seen.memory.expected is not None and not seen.memory.expected.useless:
        first, why = empty[0]
        value = said(values(first.cmdline))
        reason = "The boot entry of %s has %s, which reserves nothing with that kernel: %s."
        advice = "Set kdump_crashkernel to a size, such as 256M, which every kernel knows."
        return warned(reason % (first.kernel or first.id, value, why), advice, value, "one value for all")
    kinds = sorted({said(values(entry.cmdline)) for entry in entries if "-rescue-" not in entry.kernel})
    if len(kinds) < 2:
        return passed("%d entries, all with %s" % (len(entries), kinds[0] if kinds else said([])))
    if seen.boot_entries.same:
        return passed("%d entries, which all reserve the same" % len(entries), None, "They have %s." % ", ".join(kinds))
    return warned("The boot entries differ: %s." % ", ".join(kinds), SET_ALL, kinds, "one value for all")


def new_kernels(seen: Evidence) -> Outcome:
    """Judge whether a kernel that an update installs gets the reservation."""
    future, default = seen.boot_entries.future, seen.boot_entries.default_values
    if future is None or default is None:
        return skipped("every kernel's entry is made of the same text here")
    if seen.boot_entries.future_alike:
        return passed("%s, by %s" % (said(future.values), future.source))
    reason = "Kernels installed later take their arguments from %s, which has %s, while the default entry has %s."
    return warned(
        reason % (future.source, said(future.values), said(default)), SET_ALL, said(future.values), said(default)
    )


def value_stays(seen: Evidence) -> Outcome:
    """Judge whether updates replace the boot entries' crashkernel= value by the vendor's default."""
    if seen.stack.generation in (None, "el8"):
        return skipped("nothing replaces the value here")
    default, vendor = seen.boot_entries.default_values, seen.memory.vendor
    if not default or seen.configuration.auto_reset == "no" or (vendor and vendor.alike):
        return passed("auto_reset_crashkernel %s" % seen.configuration.auto_reset)
    if seen.memory.expected is not None and seen.memory.expected.useless:
        return skipped("%s reserves nothing, so there is nothing to keep: see crashkernel_value" % said(default))
    if vendor is None:
        return skipped("the vendor's default for this host is not known without asking its tools")
    reason = "The next update of kdump or the kernel puts the vendor's default in place of %s." % said(default)
    advice = "Set kdump_auto_reset_crashkernel: false, or kdump_crashkernel: default."
    return warned(
        reason, advice, "auto_reset_crashkernel %s" % seen.configuration.auto_reset, "auto_reset_crashkernel no"
    )


def crashkernel_booted(seen: Evidence) -> Outcome:
    """Judge whether the running kernel was booted with crashkernel=."""
    booted = seen.running.booted
    if booted:
        return passed(said(booted))
    if seen.running.reserved_bytes:
        return passed("none, and %s are reserved all the same" % mib(seen.running.reserved_bytes))
    unread = seen.boot_entries.unread
    reason = "The running kernel was booted without crashkernel=%s." % (": %s" % unread.reason if unread else "")
    return failed(reason, unread.remedy if unread else RESERVE, "none", "crashkernel=...")


def _values(seen: Evidence) -> List[str]:
    """Return the boot entry's crashkernel= values to judge: those of the next boot, or of this one if unknown."""
    found = seen.boot_entries.default_values
    return seen.running.booted if found is None else found


def crashkernel_single(seen: Evidence) -> Outcome:
    """Judge whether one crashkernel= value hides another."""
    values = _values(seen)
    if len(values) < 2:
        return passed(said(values))
    problem, counting = seen.memory.together, seen.memory.counting
    if problem is None or not counting:
        return passed(said(values))
    reason = "%s: %s. Only %s counts." % (said(values), problem, said(counting))
    return warned(reason, RESERVE, said(values), "one value, or one ,high with one ,low; one ,cma may come with either")


def crashkernel_auto(seen: Evidence) -> Outcome:
    """Judge whether a boot entry has crashkernel=auto for a kernel that does not know it."""
    if not any(value.startswith("auto") for value in seen.memory.counting):
        return passed(said(_values(seen)))
    if seen.memory.next_knows_auto:
        return passed("crashkernel=auto, which this kernel knows")
    if seen.memory.next_knows_auto is None:
        reason = "It is not known whether the kernel of the next boot knows crashkernel=auto: %s."
        return unknown(reason % seen.boot_entries.reason)
    reason = "crashkernel=auto is known to the kernel of RHEL 8 only; %s reserves nothing for it."
    other = "that of the next boot (%s)" % seen.memory.next_kernel
    told = reason % ("this one" if seen.memory.next_kernel == seen.running.kernel else other)
    return failed(told, RESERVE, "crashkernel=auto", "a size, or the vendor's ranges")


def crashkernel_value(seen: Evidence) -> Outcome:
    """Judge whether the crashkernel= value of the next boot reserves anything on this machine."""
    values, expected = _values(seen), seen.memory.expected
    other = seen.boot_entries.other
    if other and other.values == []:
        return failed("The next boot reserves nothing: %s." % other.reason, CHOOSE, "none", "a size")
    if other:
        return unknown("What the next boot reserves cannot be seen: %s." % other.reason)
    if not values and seen.boot_entries.default_values is None:
        return skipped("the boot entries are not known, and this boot had no crashkernel=")
    if not values:
        return failed("The next boot reserves nothing: its entry has no crashkernel=.", RESERVE, "none", "a size")
    if not seen.memory.next_known:
        return unknown("What the next boot reserves cannot be seen: %s." % seen.boot_entries.reason)
    if expected is None:
        return unknown("How much RAM this machine has cannot be seen.")
    if not expected.useless:
        return passed("%s reserves %s" % (said(seen.memory.counting), in_words(expected.size, expected.cma)))
    reason = "%s reserves nothing on this machine with %s of RAM: %s."
    ram = mib(seen.running.ram_bytes)
    return failed(reason % (said(values), ram, expected.useless), RESERVE, said(values), "a size that this RAM has")
