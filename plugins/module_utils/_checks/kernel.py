# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the kernel and the kind of machine: whether a capture kernel can be loaded here at all."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
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
