# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the kernel, its firmware and the kind of machine: whether a capture kernel can be loaded here at all."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    PROVE,
    Outcome,
    failed,
    of_unseen,
    passed,
    skipped,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collector import takes_free_pages
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED

# LATEST_VERSION in makedumpfile.h of each release: the newest kernel that its authors tried it with
TRIED = (
    ((1, 6, 0), (4, 5)),
    ((1, 6, 1), (4, 8)),
    ((1, 6, 2), (4, 11)),
    ((1, 6, 3), (4, 14)),
    ((1, 6, 4), (4, 17)),
    ((1, 6, 5), (4, 19)),
    ((1, 6, 6), (5, 1)),
    ((1, 6, 7), (5, 4)),
    ((1, 6, 8), (5, 9)),
    ((1, 6, 9), (5, 12)),
    ((1, 7, 0), (5, 15)),
    ((1, 7, 1), (5, 17)),
    ((1, 7, 2), (6, 0)),
    ((1, 7, 3), (6, 3)),
    ((1, 7, 4), (6, 6)),
    ((1, 7, 5), (6, 8)),
    ((1, 7, 6), (6, 11)),
    ((1, 7, 7), (6, 14)),
    ((1, 7, 8), (6, 17)),
    ((1, 7, 9), (7, 0)),
)
# what Secure Boot and lockdown leave
SIGNED = "Boot a signed kernel; leave -s in KEXEC_ARGS or KDUMP_KEXEC_ARGS."


def kernel_support(seen: Evidence) -> Outcome:
    """Judge whether this kernel can load a capture kernel."""
    if seen.platform.crash_loaded is not None:
        return passed("yes")
    unseen = of_unseen(seen, CRASH_LOADED)
    if unseen is not None:
        return unseen
    reason = "This kernel cannot load a capture kernel: %s is not there (CONFIG_CRASH_DUMP)." % CRASH_LOADED[0]
    return failed(reason, "Boot a kernel of the distribution; containers take the one of their host.", "no", "yes")


def not_capture_kernel(seen: Evidence) -> Outcome:
    """Judge whether this is the ordinary kernel, and not the capture kernel that writes a dump."""
    if not seen.running.capture_kernel:
        return passed("no", "no")
    advice = "Wait until it has rebooted, and look again."
    return failed("This is the capture kernel: it writes a dump and reboots.", advice, "yes", "no")


def not_container(seen: Evidence) -> Outcome:
    """Judge whether the machine has a kernel of its own, and is no container."""
    kind = seen.platform.container
    if kind is None:
        return passed("no", "no")
    reason = "This is a container (%s): all that the kernel says here is about its host." % kind
    return failed(reason, "Set kdump up on the host of the container.", kind, "no")


def kexec_allowed(seen: Evidence) -> Outcome:
    """Judge whether kexec is forbidden to load a capture kernel, now or at the next boot."""
    disabled = seen.platform.sysctl.kexec_load_disabled
    left = seen.platform.sysctl.kexec_load_limit_panic
    advice = (
        "Take kernel.kexec_load_disabled out of /etc/sysctl.d and of the hardening profile, and reboot: it cannot be "
        "unset before."
    )
    if disabled is None:
        return skipped("this kernel has no kernel.kexec_load_disabled")
    planned = seen.platform.forbidden_at_boot
    if planned and "rd.earlykdump" not in seen.platform.cmdline.split() and (seen.service.armed or not disabled):
        reason = "kernel.kexec_load_disabled = 1 (%s) forbids kexec at the next boot, before kdump loads anything."
        remedy = "Take kernel.kexec_load_disabled out of %s, and out of the hardening profile." % planned
        return failed(reason % planned, remedy, "%s: 1" % planned, "kernel.kexec_load_disabled = 0")
    if not disabled and left != 0:
        return passed("kernel.kexec_load_disabled = 0")
    what = "kernel.kexec_load_disabled = 1" if disabled else "kernel.kexec_load_limit_panic = 0"
    if seen.service.armed:
        reason = "%s: what is loaded stays, but no update can be loaded before the next boot." % what
        return warned(reason, advice, what, "kernel.kexec_load_disabled = 0")
    reason = "%s forbids that a capture kernel is loaded." % what
    return failed(reason, advice, what, "kernel.kexec_load_disabled = 0")


def secure_boot(seen: Evidence) -> Outcome:
    """Judge whether the running kernel lets a capture kernel be loaded under Secure Boot."""
    if not seen.platform.secure_boot:
        return skipped("Secure Boot is off")
    if seen.service.armed:
        return passed("on, and a capture kernel is loaded")
    reason = "Secure Boot is on, so only a signed kernel can be loaded, and only by kexec_file_load (-s)."
    return warned(reason, SIGNED, "on")


def lockdown(seen: Evidence) -> Outcome:
    """Judge whether the running kernel, in lockdown, lets a capture kernel be loaded."""
    word = seen.platform.lockdown
    if word in (None, "none"):
        return skipped("the kernel is not locked down")
    if seen.service.armed:
        return passed("%s, and a capture kernel is loaded" % word)
    reason = "The kernel is locked down (%s), so only a signed kernel can be loaded, by kexec_file_load (-s)." % word
    return warned(reason, SIGNED, word)


def confidential_guest(seen: Evidence) -> Outcome:
    """Judge whether the memory of the machine is encrypted against its host, which few kernels can dump."""
    kind = seen.platform.confidential
    if kind is None:
        return skipped("this is no confidential virtual machine")
    reason = "The memory of this virtual machine is encrypted (%s); most kernels cannot dump that." % kind
    return warned(reason, PROVE, kind)


def collector_kernel(seen: Evidence) -> Outcome:
    """Judge whether this release of makedumpfile was tried with a kernel as new as this one."""
    version, kernel = seen.tools.version, seen.platform.version
    if version is None or kernel is None:
        return skipped("makedumpfile or the kernel does not tell its version")
    words = "makedumpfile %d.%d.%d with Linux %d.%d" % (version + kernel)
    if takes_free_pages(version, kernel):
        reason = "%s takes free pages for used ones, so dumps are many times as large as they should be." % words
        return warned(reason, "Update makedumpfile to 1.7.7 or later.", words, "makedumpfile 1.7.7 or later")
    known = [newest for release, newest in TRIED if release <= version]
    if not known or known[-1] >= kernel:
        return passed(words)
    reason = "%s: its authors tried this release with kernels up to %d.%d." % ((words,) + known[-1])
    return warned(reason, "Prove it by a crash test (crashops.kdump.test), or update makedumpfile.", words)


def fips(seen: Evidence) -> Outcome:
    """Judge whether the kernel, in FIPS mode, has the checksum to check itself as a capture kernel."""
    if not seen.platform.fips:
        return skipped("FIPS mode is off")
    if seen.stack_class.boots_root or seen.capture_image.kernel_has_hmac:
        return passed("on")
    reason = "FIPS mode is on, and there is no checksum (.hmac) next to the capture kernel in /boot."
    return warned(reason, "Install the kernel again, or run fips-mode-setup --enable.", "no .hmac", ".hmac")
