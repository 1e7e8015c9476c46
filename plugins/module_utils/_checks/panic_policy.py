# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of what makes the kernel panic, of what it does at a panic, and of the watchdogs that run then."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    of_unseen,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts.kernel import NOTIFIERS, NOTIFIERS_FILE

# off by default in guests of KVM, which often have no counters for it
NO_DETECTOR = "kernel.nmi_watchdog is 0, so a CPU that takes no interrupts is not detected."
PROFILE = "Set kdump_panic_policy (the role applies it), or the key itself."


def panic_timeout(seen: Evidence) -> Outcome:
    """Judge whether a host that has no capture kernel loaded stands still after a panic."""
    value = seen.platform.sysctl.panic
    if value is None:
        return skipped("this kernel has no kernel.panic")
    if value or seen.service.armed:
        return passed("kernel.panic = %d" % value)
    reason = "kernel.panic = 0 and nothing is loaded: after a panic the host stands still until somebody resets it."
    return warned(
        reason,
        "Arm the host (ansible-playbook crashops.kdump.setup), or set kernel.panic = 10 in /etc/sysctl.d.",
        "0",
        "more than 0",
    )


def panic_on_oops(seen: Evidence) -> Outcome:
    """Judge whether an oops becomes a panic, and so a dump."""
    value = seen.platform.sysctl.panic_on_oops
    if value is None or value:
        return passed("kernel.panic_on_oops = %s" % value) if value else skipped("this kernel has no such key")
    reason = "kernel.panic_on_oops = 0: a kernel that has an oops goes on, damaged, and leaves no dump."
    return warned(reason, "Set kdump_panic_policy: [oops].", "0", "1")


def hang_policy(seen: Evidence) -> Outcome:
    """Judge whether the sysctl keys that panic_policy asks for are set."""
    keys = [one for one in seen.panic_policy.sysctls if one.wanted is not None]
    if not keys:
        return skipped("panic_policy asks for nothing")
    wrong = ["%s = %s" % (one.key, one.value) for one in keys if one.value != one.wanted]
    right = ["%s = %s" % (one.key, one.wanted) for one in keys]
    if not wrong:
        blind = seen.platform.sysctl.nmi_watchdog == 0 and any("hardlockup" in word for word in right)
        return passed(right, right, NO_DETECTOR if blind else None)
    return warned("The panic policy is not applied: %s." % ", ".join(wrong), PROFILE, wrong, right)


def panic_on_warn(seen: Evidence) -> Outcome:
    """Judge whether a mere warning of the kernel crashes the host."""
    value = seen.platform.sysctl.panic_on_warn
    if not value:
        return passed("no", "no")
    reason = "kernel.panic_on_warn = 1: each warning of the kernel crashes the host."
    return warned(reason, "Set kernel.panic_on_warn = 0 in /etc/sysctl.d, and run sysctl --system.", "1", "0")


def panic_notifiers(seen: Evidence) -> Outcome:
    """Judge whether other code runs between the panic and the capture kernel (crash_kexec_post_notifiers)."""
    unseen = of_unseen(seen, [NOTIFIERS_FILE])
    if unseen is not None:
        return unseen
    if seen.platform.notifiers is None:
        reason = "%s says neither yes nor no." % NOTIFIERS_FILE
        return unknown(reason, "Look at it: cat %s" % NOTIFIERS_FILE)
    if not seen.platform.notifiers:
        return passed("no", "no")
    if seen.platform.hyperv:
        return passed("yes", None, "Hyper-V needs it, and the kernel sets it there by itself")
    booted = [word for word in seen.platform.cmdline.split() if word.startswith(NOTIFIERS)]
    reason = "%s lets other code run between the panic and the dump, which may hang."
    advice = "Take it off the command line, unless the hypervisor's vendor asks for it."
    if not booted:
        reason += " It was set while the system ran."
        advice = "Find out what sets it, and undo it: echo N > %s" % NOTIFIERS_FILE
    return warned(reason % NOTIFIERS, advice, booted or "yes", "without")


def sysrq(seen: Evidence) -> Outcome:
    """Show whether the keyboard can crash the host; root's /proc/sysrq-trigger always can."""
    value = seen.platform.sysctl.sysrq
    return skipped("this kernel has no kernel.sysrq") if value is None else passed("kernel.sysrq = %d" % value)


def watchdog(seen: Evidence, limits: Thresholds) -> Outcome:
    """Judge whether a watchdog that runs on after a panic may reset the machine while it writes a dump."""
    running = seen.platform.watchdogs
    if not running:
        return passed("none runs")
    limit = limits.watchdog_seconds
    short = [one for one in running if one.timeout_s is None or one.timeout_s < limit]
    names = ["%s (%s, %s s)" % (one.name, one.identity or "unknown", one.timeout_s or "?") for one in running]
    if not short:
        return passed(names, "%d s" % limit)
    reason = "%s runs, and may reset the machine before the dump is written." % ", ".join(names)
    return warned(
        reason, "Make its timeout longer than a dump takes, or prove it by a crash test.", names, "%d s" % limit
    )
