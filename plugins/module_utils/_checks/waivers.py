# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Waivers: checks that an operator leaves out of the verdict, for a reason and up to a date."""

import re
import time
from typing import List, Sequence

from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import IDS
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Waiver
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import PASS, SKIP, Judgement
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

DATE = "%Y-%m-%d"
# without what these check, no crash leaves a dump, whatever anybody knows better
NEVER_WAIVED = ("armed", "memory_reserved")


def refusals(waivers: Sequence[Waiver]) -> List[str]:
    """Refuse each waiver that names no check that can be waived, no reason, or no date."""
    found = []
    for one in waivers:
        if one.id not in IDS:
            near = [name for name in IDS if name.split("_")[0] == one.id.split("_")[0]]
            remedy = "name one of %s" % ", ".join(near or IDS)
            found.append(refusal("waivers.id", one.id, "there is no such check", remedy))
        if one.id in NEVER_WAIVED:
            remedy = "remove this waiver; kdump_verify_fail lists the verdicts that fail a host"
            found.append(refusal("waivers.id", one.id, "without what it checks, no crash leaves a dump", remedy))
        if not one.reason.strip():
            rule = "it does not say why the check is waived"
            found.append(refusal("waivers.reason", one.reason, rule, "write a reason"))
        if not _is_date(one.until):
            remedy = "write the last day of the waiver as YYYY-MM-DD"
            found.append(refusal("waivers.until", one.until, "it is no date", remedy))
    return found


def _is_date(text: str) -> bool:
    """Return whether a waiver's date is a day of the calendar, as YYYY-MM-DD."""
    try:
        time.strptime(text, DATE)
    except ValueError:
        return False
    return bool(re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", text))


def applied(checks: List[Judgement], waivers: Sequence[Waiver], now: float) -> List[Judgement]:
    """Apply waivers to the checks. What passes needs none, and the reason names one that has ended.

    Of several waivers for one check, the one that ends last counts.
    """
    today = time.strftime(DATE, time.gmtime(now))
    # the options of the metrics may be of an earlier release, which took a waiver of each check
    possible = [one for one in waivers if one.id not in NEVER_WAIVED]
    by_id = {one.id: one for one in sorted(possible, key=lambda one: one.until)}
    return [_with(check, by_id[check.id], today) if check.id in by_id else check for check in checks]


def _with(check: Judgement, waiver: Waiver, today: str) -> Judgement:
    """Apply its waiver to one check."""
    if check.status in (PASS, SKIP):
        return check
    if waiver.until >= today:
        return check._replace(waived=waiver)
    return check._replace(reason="%s (It was waived until %s: %s.)" % (check.reason, waiver.until, waiver.reason))
