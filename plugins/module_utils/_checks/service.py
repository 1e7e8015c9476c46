# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of kdump's unit and of what the kernel has loaded; where the two differ, the kernel is right."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks import configuration
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_rules
from ansible_collections.crashops.kdump.plugins.module_utils._checks.memory import RESERVE
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    FAIL,
    Outcome,
    failed,
    of_unseen,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED

ARM = "Run ansible-playbook crashops.kdump.setup; where that fails, it shows the journal of the unit."
NO_SYSTEMD = "systemd does not answer"


def installed(seen: Evidence) -> Outcome:
    """Judge whether the kdump stack's tool is installed."""
    stack = seen.stack
    if stack.installed:
        return passed("%s (%s)" % (stack.tool, stack.name))
    reason = "kdump is not installed: there is no %s." % stack.tool
    return failed(reason, "Run ansible-playbook crashops.kdump.setup, which installs it.", "no", stack.tool)


def armed(seen: Evidence) -> Outcome:
    """Judge whether a capture kernel is loaded, by the kernel's word."""
    if seen.service.armed:
        return passed("yes")
    unseen = of_unseen(seen, CRASH_LOADED)
    if unseen is not None:
        return unseen
    service = seen.service
    if service.moving:
        reason = "No capture kernel is loaded yet: %s is still starting." % service.unit
        return failed(reason, "Look again in a while: the capture initramfs may be built meanwhile.", "not yet", "yes")
    return failed("No capture kernel is loaded.", ARM, "no", "yes")


def unit_enabled(seen: Evidence) -> Outcome:
    """Judge whether the next boot starts kdump's unit, which arms the host again."""
    service = seen.service
    if not seen.stack.installed or service.masked:
        return skipped("kdump is not installed, or its unit is masked")
    if service.enabled is None:
        return unknown(NO_SYSTEMD + ".", "Run it where systemctl answers.")
    if service.enabled:
        return passed("yes")
    reason = "%s is not enabled, so the next boot will not arm the host." % service.unit
    return failed(reason, "Run ansible-playbook crashops.kdump.setup, which enables it.", "no", "yes")


def unit_active(seen: Evidence) -> Outcome:
    """Judge whether systemd and the kernel agree that kdump is on."""
    service = seen.service
    if service.active is None:
        return skipped(NO_SYSTEMD)
    if service.active == seen.service.armed or service.moving:
        return passed("active" if service.active else "inactive")
    if service.active:
        reason = (
            "%s is active, and no capture kernel is loaded: it ended well without loading one, or that was unloaded."
        )
        return warned(reason % service.unit, ARM, "active", "armed")
    if seen.service.assisted:
        # kernels register it at boot by themselves; kdumpctl alone puts what saves the dump into the initramfs
        reason = "Firmware-assisted dump is registered, but %s did not start, which makes the initramfs save the dump."
        return failed(reason % service.unit, ARM, "inactive", "active")
    reason = "A capture kernel is loaded, and %s is not active: changes of memory or CPUs reload nothing."
    return warned(reason % service.unit, ARM, "inactive", "active")


def unit_condition(seen: Evidence) -> Outcome:
    """Judge whether systemd skipped kdump's unit because its condition was not met."""
    service = seen.service
    if service.condition is None:
        return skipped("the unit was not started yet, or systemd does not answer")
    if service.condition:
        return passed("met")
    reason = "systemd passed over %s: its condition (crashkernel= on the command line) was not met at the start."
    return failed(reason % service.unit, RESERVE, "not met", "met")


def unit_unmasked(seen: Evidence) -> Outcome:
    """Judge whether somebody has masked kdump's unit, as hardening profiles do."""
    service = seen.service
    if service.masked is None:
        return skipped(NO_SYSTEMD)
    if not service.masked:
        return passed("no", "no")
    reason = "%s is masked, as STIG and OSPP profiles demand." % service.unit
    if seen.service.armed:
        reason += " What is loaded stays until the next boot."
    advice = "Where dumps are wanted all the same, run setup with kdump_masked: false, and tell the profile."
    return failed(reason, advice, "masked", "not masked")


def switched_on(seen: Evidence) -> Outcome:
    """Judge whether the service of kdump-tools is switched on: USE_KDUMP is a number other than 0."""
    if not seen.stack_class.has_switch or not seen.stack.installed:
        return skipped("only kdump-tools has such a switch")
    if seen.configuration.files[0] in seen.unseen:
        return unknown("The configuration cannot be read.")
    found = of_rules(seen, configuration.SWITCH)
    return passed("USE_KDUMP is on") if found is None else found._replace(status=FAIL)


def reservation_used(seen: Evidence) -> Outcome:
    """Judge whether kdump's unit loads, or is to load, a capture kernel into the memory that is reserved."""
    if not seen.running.reserved_bytes:
        return skipped("nothing is reserved")
    if seen.service.armed or seen.service.enabled or seen.service.moving:
        return passed("it is for kdump")
    reason = "Memory is reserved for a capture kernel, and nothing loads one."
    return warned(
        reason,
        "Run ansible-playbook crashops.kdump.setup to use it, or crashops.kdump.disable to give it back.",
        "unused",
        "used",
    )
