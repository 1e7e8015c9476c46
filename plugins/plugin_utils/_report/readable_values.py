# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Values of the report in words for people: verdicts, statuses, sizes and ages."""

from __future__ import annotations

import re
import time

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import LINES, visible

# kdump_info's seven verdicts and the three for hosts without a result of it, worst first: the order of the report
VERDICTS = {
    "not_ready": "Not ready",
    "failed": "Could not be read",
    "unreachable": "Unreachable",
    "not_contacted": "Not contacted",
    "reboot_pending": "Waits for a reboot",
    "degraded": "Ready, degraded",
    "ready_unproven": "Ready, not proven",
    "ready": "Ready",
    "disabled_by_policy": "Switched off by policy",
    "unsupported": "Not supported",
}
NOT_KNOWN = ("failed", "unreachable", "not_contacted")

NONE = "\u2013"
UNITS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
HOUR_S, DAY_S = 3600, 86400


def plain(text: str) -> str:
    """Return a value for people in readable form: on one line, with invisible characters shown."""
    return " ".join(visible(text, LINES).split())


def advice(text: str, host: str) -> str:
    """Return a value for people: advice with the host's name in the inventory, which no module on the host knows."""
    return re.sub(r"\bHOST\b", lambda dummy: host, text)


def cut(text: str, width: int) -> str:
    """Return a value for people, cut to as many characters as are readable."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def number(value: int) -> str:
    """Return a number with commas between its thousands."""
    return "{:,}".format(value)


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun: 1 host, 2 hosts."""
    return "%s %s" % (number(count), one if count == 1 else many)


def size(value: int | None) -> str:
    """Return a number of bytes in words: 192 MiB, 1.5 GiB."""
    if value is None:
        return NONE
    for unit, name in UNITS:
        if value >= unit:
            return "%s %s" % (_short(value / unit), name)
    return "%d B" % value if value else "0"


def _short(value: float) -> str:
    """Return a size with at most one decimal, never rounded up."""
    tenths = int(value * 10)
    return "%d" % value if value >= 10 or tenths % 10 == 0 else "%d.%d" % divmod(tenths, 10)


def age(seconds: int | None) -> str:
    """Return an age in words: 5 h, 12 d."""
    if seconds is None:
        return NONE
    if seconds < HOUR_S:
        return "%d min" % (seconds // 60)
    return "%d h" % (seconds // HOUR_S) if seconds < 2 * DAY_S else "%d d" % (seconds // DAY_S)


def yes_no(value: bool | None) -> str:
    """Return yes or no for True or False, a dash for null."""
    return NONE if value is None else "yes" if value else "no"


def proof(state: str | None, age_seconds: int | None) -> str:
    """Return a proof in a word or two: never, stale, 12 d."""
    if state == "proven":
        return age(age_seconds) if age_seconds is not None else "proven"
    return state if state in ("stale", "never") else NONE


def stamp(made: float) -> str:
    """Return a time as people read it in the report, in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(made))
