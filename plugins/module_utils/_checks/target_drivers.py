# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the drivers that the capture kernel needs for the dump target."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
    passed,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.driver_blocks import USB
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence


def target_drivers(seen: Evidence) -> Outcome:
    """Judge whether drivers that the dump target needs are kept out of the capture kernel."""
    drivers = seen.target_drivers
    if drivers.kept_out:
        first = sorted(drivers.kept_out, key=lambda one: not one.sure)[0]
        reason = "The dump target needs %s%s, which is kept out by %s."
        need = drivers.needed.get(first.name)
        said = reason % (first.name, " (for %s)" % need if need and need != first.name else "", first.where)
        return (failed if first.sure else warned)(said, first.advice, [one.name for one in drivers.kept_out])
    if drivers.unclear:
        reason = (
            "The capture kernel gets initcall_blacklist=%s. It is not known whether the target needs those functions."
        )
        advice = "Set kdump_commandline_remove: [initcall_blacklist], or prove it by a crash test."
        return unknown(reason % ",".join(drivers.unclear), advice)
    kept_out = [one.name for one in drivers.blocks if one.sure]
    # kdump-tools keeps USB out unasked, and what hangs on that is rare
    if [name for name in kept_out if name != USB] and drivers.unseen:
        reason = "%s is kept out of the capture kernel. It cannot be seen whether the target needs it: %s is not known."
        return unknown(reason % (", ".join(kept_out), drivers.unseen), "Prove it by a crash test.")
    return passed("kept out: %s" % ", ".join(kept_out) if kept_out else "no driver is kept out")
