# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""All checks in their order: id, group, and weight. The ids stay the same: waivers and reports name them."""

from typing import Callable, List, NamedTuple, Tuple, Union

from ansible_collections.crashops.kdump.plugins.module_utils._checks import (
    block_layers,
    boot_entries,
    capture_image,
    capture_settings,
    configuration,
    dump_server,
    dumps,
    free_space,
    kernel,
    memory,
    panic_policy,
    proof,
    security,
    service,
    target,
    target_drivers,
    target_mount,
)
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Judgement,
    Outcome,
    advice_on,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import Proof
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown

REFERENCE = "https://github.com/crashops/ansible-collection-kdump/blob/main/docs/checks.md#%s"
# What a check weighs. A doubt is settled by a later crash that left a dump with this very setup: it passes then, and
# until then the host is unproven and no worse. Without the answer to a vital one, no host is called ready.
PLAIN, DOUBT, VITAL = "plain", "doubt", "vital"
# checks that count what the modules of the moment take
COUNTED = ("reserved_enough",)


Judge = Callable[[Evidence], Outcome]
LimitedJudge = Callable[[Evidence, Thresholds], Outcome]


class Limited:
    """A check that judges by the thresholds as well as by the evidence."""

    def __init__(self, judge: LimitedJudge) -> None:
        self.judge = judge
        self.__name__ = judge.__name__


class Check(NamedTuple):
    """One check: its id, its group, the function that judges, and its weight."""

    id: str
    group: str
    judge: Union[Judge, Limited]
    weight: str

    def outcome(self, seen: Evidence, limits: Thresholds) -> Outcome:
        """Run the check on a host's evidence."""
        return self.judge.judge(seen, limits) if isinstance(self.judge, Limited) else self.judge(seen)


def _group(group: str, *rows: Union[Judge, Limited, Tuple[Union[Judge, Limited], str]]) -> List[Check]:
    """Return the checks of a group, each named after its function; a row is a function, or a function with a weight."""
    pairs = [row if isinstance(row, tuple) else (row, PLAIN) for row in rows]
    return [Check(judge.__name__, group, judge, weight) for judge, weight in pairs]


CHECKS = tuple(
    _group(
        "kernel",
        (kernel.kernel_support, VITAL),
        kernel.not_capture_kernel,
        kernel.not_container,
        security.kexec_allowed,
        security.kexec_loads_left,
        security.secure_boot,
        security.lockdown,
        (security.confidential_guest, DOUBT),
        (kernel.collector_kernel, DOUBT),
        security.fips,
    )
    + _group(
        "memory",
        boot_entries.crashkernel_booted,
        (memory.memory_reserved, VITAL),
        memory.reservation_readable,
        boot_entries.crashkernel_single,
        boot_entries.crashkernel_auto,
        boot_entries.crashkernel_value,
        memory.reserved_as_booted,
        (Limited(memory.reserved_enough), DOUBT),
        (memory.vendor_default, DOUBT),
        memory.cma_user_pages,
        (memory.memory_extras, DOUBT),
    )
    + _group(
        "boot_entries",
        boot_entries.reboot_not_pending,
        boot_entries.entries_read,
        boot_entries.entries_alike,
        boot_entries.new_kernels,
        boot_entries.value_stays,
        capture_image.early_kdump,
    )
    + _group(
        "configuration",
        configuration.configuration_valid,
        configuration.configuration_warnings,
        configuration.hooks,
        capture_settings.capture_command_line,
        (capture_settings.capture_restarts, DOUBT),
        capture_image.image_not_frozen,
        configuration.unmerged_configuration,
        configuration.collector_installed,
        configuration.collector_compression,
        configuration.cluster_fencing,
        capture_settings.hibernation,
    )
    + _group(
        "target",
        target.dump_directory,
        free_space.space,
        free_space.space_to_keep,
        Limited(free_space.inodes),
        target.target_writable,
        target.device_name,
        target.file_system_type,
        target.raw_device,
        (block_layers.target_supported, DOUBT),
        (block_layers.encrypted_target, DOUBT),
        block_layers.thin_pool,
        (block_layers.network_storage, DOUBT),
        target_mount.target_mounted,
        (target_mount.target_in_capture, DOUBT),
        target_mount.target_at_boot,
        target_mount.target_disk_kept,
        target.path_meaning,
        dump_server.nfs_server,
        dump_server.ssh_server,
        dump_server.ssh_key,
        dump_server.ssh_host_key,
        dump_server.ssh_name,
        (dump_server.capture_network, DOUBT),
        (target_drivers.target_drivers, DOUBT),
    )
    + _group(
        "capture_image",
        capture_image.image_exists,
        capture_image.image_fresh,
        capture_image.loaded_fresh,
        capture_image.image_links,
        capture_image.capture_kernel_installed,
        capture_image.boot_space,
        (Limited(panic_policy.watchdog), DOUBT),
    )
    + _group(
        "service",
        service.installed,
        (service.armed, VITAL),
        service.unit_enabled,
        service.unit_active,
        service.unit_condition,
        service.unit_unmasked,
        service.switched_on,
        service.reservation_used,
    )
    + _group(
        "panic_policy",
        panic_policy.panic_timeout,
        panic_policy.panic_on_oops,
        panic_policy.hang_policy,
        panic_policy.panic_on_warn,
        panic_policy.panic_notifiers,
        panic_policy.sysrq,
        capture_settings.capture_sysctls,
        (capture_settings.capture_settings, DOUBT),
    )
    + _group(
        "security",
        security.dump_directory_private,
        security.dumps_private,
        security.selinux_label,
        security.all_seen,
        security.password_in_clear,
    )
    + _group("dumps", dumps.dumps_complete, Limited(dumps.dumps_space), dumps.dumps_purged)
    + _group(
        "proof",
        (proof.proof_exists, DOUBT),
        (proof.proof_current, DOUBT),
        (Limited(proof.proof_young), DOUBT),
        (proof.machine_unchanged, DOUBT),
    )
)
# Ids and groups are listed above alone: tests/unit/plugins/test_copies.py holds the copies in other languages.
IDS = tuple(check.id for check in CHECKS)
WEIGHTS = {check.id: check.weight for check in CHECKS}
GROUPS = tuple(sorted({check.group for check in CHECKS}, key=[check.group for check in CHECKS].index))


def run_checks(seen: Evidence, limits: Thresholds) -> List[Judgement]:
    """Run all checks on a host's evidence; waivers are not applied yet."""
    return [_judged(check, seen, limits) for check in CHECKS]


def _judged(check: Check, seen: Evidence, limits: Thresholds) -> Judgement:
    """Run one check and return its judgement."""
    outcome = _advised(check.outcome(seen, limits), seen)
    doubt = outcome.status if _is_doubt(check, outcome) else None
    if doubt and _settles(seen.proof, check.id, outcome):
        reason = "%s A crash has left a dump with this very setup all the same." % (outcome.reason or "")
        outcome = outcome._replace(status=PASS, reason=reason.strip(), advice=None)
    return Judgement(check.id, check.group, *outcome, reference=REFERENCE % check.id, doubt=doubt)


def _advised(outcome: Outcome, seen: Evidence) -> Outcome:
    """Add the common advice to any check's outcome of unknown that has none of its own."""
    if outcome.status != UNKNOWN or outcome.advice is not None:
        return outcome
    return outcome._replace(advice=advice_on(outcome.reason or "", seen.platform.root))


def _is_doubt(check: Check, outcome: Outcome) -> bool:
    """Return whether a check is in doubt about something that a crash can settle."""
    return outcome.status in (FAIL, WARN, UNKNOWN) and check.weight == DOUBT and check.group != "proof"


def _settles(proof: Proof, name: str, outcome: Outcome) -> bool:
    """Return whether the proof settles the doubt of a check: the doubt was there when the host crashed.

    It settles a failure only where the host crashed with the same failure and the same value. A proof that does not say
    what was in doubt settles the rest. So does each proof for what is counted of the running system, since that can be
    in doubt on one day and not on another, though the setup is the same.
    """
    if proof.state != "proven":
        return False
    doubts = proof.doubts or {}
    if outcome.status == FAIL:
        return doubts.get(name) == [FAIL, shown(outcome.value)]
    return name in doubts or name in COUNTED or proof.doubts is None
