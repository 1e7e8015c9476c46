# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The plan of crashkernel_reserve for the boot entries, and its result. The module writes what is planned here."""

import json
from typing import Any, Dict, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    BootEntry,
    Bootloader,
    BootPlan,
    configured,
    default_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.entry_kernels import (
    reserving_nothing,
    under_entry,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_refusals import (
    LIMITS,
    limit_bytes,
    nothing_refusal,
    refusals,
    size_refusals,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.predicted_reservation import (
    that_count,
    will_reserve,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.reboot_needed import pending, same
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.resolve_size import SizeOptions, resolve
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import (
    Running,
    read_running,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.unbooted_entries import not_booted
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.wanted_reservation import (
    WantedReservation,
    wanted,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import VMCORE
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused, file_diff
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import said, values, words


def strings(value: Any) -> Any:
    """Return an option for the plan of the reservation, as it was typed, as a string or a list of strings."""
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else str(value)


def wanted_values(host: Host, params: Dict[str, Any], running: Running, check_mode: bool) -> WantedReservation:
    """Return for the reservation plan the crashkernel= values by the options, each of them checked."""
    if params["state"] == "absent":
        return WantedReservation([], [])
    limits = [limit_bytes(params, name) if params["size"] == "estimate" else None for name in LIMITS]
    wish = SizeOptions(
        params["size"], params["margin_percent"] or 0, limits[0], limits[1], params["timeout"], check_mode
    )
    found = resolve(host, find_stack(host), running, wish)
    refused = [] if found.values is None else size_refusals(found.values, running.reader())
    refused = refused or nothing_refusal(found, params["size"], running)
    if refused:
        raise Refused(refused)
    return found._replace(messages=found.messages + doubts(found))


def keeping_cma(found: WantedReservation, size: Any, bootloader: Bootloader, running: Running) -> WantedReservation:
    """Plan to keep the ,cma of the next boot's reservation, unless a list names all that is wanted."""
    if not found.values or found.below_floor or isinstance(size, list) or running.reader().cma is False:
        return found
    entry = default_entry(bootloader.entries())
    counting = that_count(values(entry.cmdline) if entry else [], running.ram_bytes, running.reader())
    standing = [value for value in counting if value.endswith(",cma")]
    if not standing:
        return found
    words = "the boot entries have %s, which is kept; to take it out, give a list without it, such as %s"
    note = words % (said(standing), json.dumps(found.values))
    return wanted(found.values + standing, running, found.messages + [note])


def refuse_unread(bootloader: Bootloader, wanted: List[str], plan: BootPlan, running: Running) -> None:
    """Raise Failure if the reservation plan would be written where the machine does not boot from."""
    found = bootloader.unread() if plan.changed() and not same(wanted, running.booted, running) else None
    if found:
        raise Failure("%s cannot be set for the next boot: %s. %s" % (said(wanted), found.reason, found.remedy))


def doubts(found: WantedReservation) -> List[str]:
    """Return what the reservation plan leaves open, by the crashkernel= values and the RAM."""
    if found.expected is None or not found.expected.doubt:
        return []
    return ["%s: %s" % (said(found.values or []), found.expected.doubt)]


def empty_entries(host: Host, plan: BootPlan, running: Running) -> List[str]:
    """Return a sentence for each boot entry for which the planned reservation would reserve nothing."""
    words = "the boot entry of %s would reserve nothing with %s: %s"
    return [
        words % (entry.kernel or entry.id, said(values(entry.cmdline)), why)
        for entry, why in reserving_nothing(host, running, plan.after)
    ]


def diff_of(plan: BootPlan) -> List[Dict[str, str]]:
    """Return the diff of the planned reservation: each file, and each boot entry with one argument per line."""
    entries = [
        {
            "before_header": "kernel arguments of %s" % old.id,
            "after_header": "kernel arguments of %s" % old.id,
            "before": "".join("%s\n" % word for word in words(old.cmdline)),
            "after": "".join("%s\n" % word for word in words(new.cmdline)),
        }
        for old, new in zip(plan.before, plan.after)
        if old != new
    ]
    return [file_diff(change) for change in plan.files] + entries


def facts(host: Host, entries: List[BootEntry], running: Running) -> Dict[str, Any]:
    """Return for the planned reservation what is configured, booted and reserved, and whether to reboot."""
    entry = default_entry(entries)
    arguments = values(entry.cmdline) if entry else []
    booting = under_entry(host, running, entry) if entry else running
    expected = will_reserve(arguments, booting) if booting else None
    judged = pending(arguments, running, booting)
    return {
        "configured": configured(entries),
        "booted": running.booted,
        "reserved_bytes": running.reserved_bytes,
        "reserved_cma_bytes": running.cma_bytes,
        "will_reserve_bytes": None if expected is None else expected.size,
        "will_reserve_cma_bytes": None if expected is None else expected.told_cma,
        "reboot_required": judged.reboot_required,
        "reason": judged.reason,
    }


class Reserving(NamedTuple):
    """What would be done to the boot entries, and the facts that this follows from."""

    bootloader: Bootloader
    running: Running
    wanted: WantedReservation
    plan: BootPlan


def plan_reservation(host: Host, params: Dict[str, Any], check_mode: bool) -> Reserving:
    """Plan the reservation in the boot entries by crashkernel_reserve's options, or raise why that is not done."""
    params = dict(params, size=strings(params["size"]), kernels=strings(params["kernels"]))
    running = read_running(host)
    if running.capture_kernel:
        raise Failure("this is the capture kernel (%s exists); nothing is changed in it: reboot first" % VMCORE)
    refused = refusals(params, running)
    if refused:
        raise Refused(refused)
    bootloader = find_bootloader(host, params["timeout"])
    refused = bootloader.refusals(params["kernels"])
    if refused:
        raise Refused(refused)
    found = wanted_values(host, params, running, check_mode)
    found = keeping_cma(found, params["size"], bootloader, running)
    if found.values is None or found.below_floor:
        entries = bootloader.entries()
        return Reserving(bootloader, running, found, BootPlan(entries, entries, [], []))
    plan = bootloader.plan(found.values, params["kernels"])
    refuse_unread(bootloader, found.values, plan, running)
    return Reserving(bootloader, running, found, plan)


def described(host: Host, reserving: Reserving) -> Dict[str, Any]:
    """Return crashkernel_reserve's result, as planned or as done: what is configured, booted and reserved."""
    bootloader, running, found, plan = reserving
    result = {"changed": plan.changed(), "bootloader": bootloader.name, "diff": diff_of(plan)}
    notes = list(plan.notes) + ([] if found.values is None else bootloader.notes(found.values))
    notes += [] if found.below_floor else empty_entries(host, plan, running)
    result.update(facts(host, plan.after, running), value=found.values, messages=found.messages + notes)
    entry = default_entry(plan.after)
    unread = None if plan.changed() or entry is None else not_booted(host, bootloader, entry, running)
    if result["reboot_required"] and unread:
        reason = "%s; a reboot would not help. %s" % unread
        result.update(reboot_required=False, reason=reason)
    other = bootloader.boots_other()
    if other:
        result.update(will_reserve_bytes=None, will_reserve_cma_bytes=None, reboot_required=False, reason=other.reason)
    result["below_floor"] = found.below_floor is not None
    if found.below_floor:
        result.update(reboot_required=False, reason=found.below_floor)
    return result
