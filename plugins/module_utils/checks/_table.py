# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""All checks in order: id, group, and how much each weighs. The ids stay: waivers and reports name them."""

from typing import Any, Dict, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils.checks import (
    _boot,
    _capture,
    _configuration,
    _drivers,
    _dumps,
    _image,
    _kernel,
    _layers,
    _memory,
    _policy,
    _proof,
    _security,
    _servers,
    _service,
    _standing,
    _target,
)
from ansible_collections.crashops.kdump.plugins.module_utils.checks._base import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Evidence,
    Outcome,
    advice_on,
)

REFERENCE = "https://github.com/crashops/ansible-collection-kdump/blob/main/docs/checks.md#%s"
# What a check weighs. A doubt is settled by a crash that left a dump with this very setup: it passes then, and until
# then the host is unproven and no worse. Without the answer to a vital one, no host is called ready.
PLAIN, DOUBT, VITAL = "plain", "doubt", "vital"


class Check(NamedTuple):
    """One check. `judge` takes the Evidence and returns an Outcome."""

    id: str
    group: str
    judge: Any
    weight: str


def _group(group: str, *rows: Any) -> List[Check]:
    """Return the checks of a group; a row is a function, or a function with its weight."""
    pairs = [row if isinstance(row, tuple) else (row, PLAIN) for row in rows]
    return [Check(judge.__name__, group, judge, weight) for judge, weight in pairs]


CHECKS = tuple(
    _group(
        "kernel",
        (_kernel.kernel_support, VITAL),
        _kernel.not_capture_kernel,
        _kernel.not_container,
        _kernel.kexec_allowed,
        _kernel.secure_boot,
        _kernel.lockdown,
        (_kernel.confidential_guest, DOUBT),
        (_kernel.collector_kernel, DOUBT),
        _kernel.fips,
    )
    + _group(
        "memory",
        _memory.crashkernel_booted,
        (_memory.memory_reserved, VITAL),
        _memory.reservation_readable,
        _memory.crashkernel_single,
        _memory.crashkernel_auto,
        _memory.crashkernel_value,
        _memory.reserved_as_booted,
        (_memory.reserved_enough, DOUBT),
        (_memory.vendor_default, DOUBT),
        _memory.cma_user_pages,
        (_memory.memory_extras, DOUBT),
    )
    + _group(
        "boot_entries",
        _boot.reboot_not_pending,
        _boot.entries_read,
        _boot.entries_alike,
        _boot.new_kernels,
        _boot.value_stays,
        _boot.early_kdump,
    )
    + _group(
        "configuration",
        _configuration.configuration_valid,
        _configuration.configuration_warnings,
        _configuration.hooks,
        _configuration.capture_command_line,
        (_configuration.capture_restarts, DOUBT),
        _configuration.image_not_frozen,
        _configuration.unmerged_configuration,
        _configuration.collector_installed,
        _configuration.collector_compression,
        _configuration.cluster_fencing,
        _configuration.hibernation,
    )
    + _group(
        "target",
        _target.dump_directory,
        _target.space,
        _target.space_to_keep,
        _target.inodes,
        _target.target_writable,
        _target.device_name,
        _target.file_system_type,
        _target.raw_device,
        (_layers.target_supported, DOUBT),
        (_layers.encrypted_target, DOUBT),
        _layers.thin_pool,
        (_layers.network_storage, DOUBT),
        _target.target_mounted,
        (_standing.target_in_capture, DOUBT),
        _standing.target_at_boot,
        _standing.target_disk_kept,
        _target.path_meaning,
        _servers.nfs_server,
        _servers.ssh_server,
        _servers.ssh_key,
        _servers.ssh_host_key,
        _servers.ssh_name,
        (_servers.capture_network, DOUBT),
        (_drivers.target_drivers, DOUBT),
    )
    + _group(
        "capture_image",
        _image.image_exists,
        _image.image_fresh,
        _image.loaded_fresh,
        _image.image_links,
        _image.capture_kernel_installed,
        _image.boot_space,
        (_image.watchdog, DOUBT),
    )
    + _group(
        "service",
        _service.installed,
        (_service.armed, VITAL),
        _service.unit_enabled,
        _service.unit_active,
        _service.unit_condition,
        _service.unit_unmasked,
        _service.switched_on,
        _service.reservation_used,
    )
    + _group(
        "panic_policy",
        _policy.panic_timeout,
        _policy.panic_on_oops,
        _policy.hang_policy,
        _policy.panic_on_warn,
        _policy.panic_notifiers,
        _policy.sysrq,
        _capture.capture_sysctls,
        (_capture.capture_settings, DOUBT),
    )
    + _group(
        "security",
        _security.dump_directory_private,
        _security.dumps_private,
        _security.selinux_label,
        _security.all_seen,
        _security.password_in_clear,
    )
    + _group("dumps", _dumps.dumps_complete, _dumps.dumps_space, _dumps.dumps_purged)
    + _group(
        "proof",
        (_proof.proof_exists, DOUBT),
        (_proof.proof_current, DOUBT),
        (_proof.proof_young, DOUBT),
        (_proof.machine_unchanged, DOUBT),
    )
)
IDS = tuple(check.id for check in CHECKS)
WEIGHTS = {check.id: check.weight for check in CHECKS}
GROUPS = tuple(sorted({check.group for check in CHECKS}, key=[check.group for check in CHECKS].index))


def run_checks(seen: Evidence) -> List[Dict[str, Any]]:
    """Return what every check says, as kdump_info returns it; waivers are not applied yet."""
    return [_judged(check, seen) for check in CHECKS]


def _judged(check: Check, seen: Evidence) -> Dict[str, Any]:
    """Return what one check says."""
    outcome = _settled(check, _advised(check.judge(seen), seen), seen)
    head = {"id": check.id, "group": check.group, "reference": REFERENCE % check.id, "waived": None}
    return dict(outcome._asdict(), **head)


def _advised(outcome: Outcome, seen: Evidence) -> Outcome:
    """Return an outcome with an advice where something could not be seen, and the check itself has none."""
    if outcome.status != UNKNOWN or outcome.advice is not None:
        return outcome
    return outcome._replace(advice=advice_on(outcome.reason or "", seen.platform.root))


def _settled(check: Check, outcome: Outcome, seen: Evidence) -> Outcome:
    """Turn a doubtful outcome into a pass if a crash proved this setup."""
    doubtful = outcome.status in (FAIL, WARN, UNKNOWN) and check.weight == DOUBT and check.group != "proof"
    if not doubtful or seen.proof.state != "proven":
        return outcome
    reason = "%s A crash has left a dump with this very setup all the same." % (outcome.reason or "")
    return outcome._replace(status=PASS, reason=reason.strip(), advice=None)
