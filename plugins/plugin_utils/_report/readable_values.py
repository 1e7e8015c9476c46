# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The words of the report: verdicts, statuses, sizes and ages as a person says them."""

from __future__ import annotations

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
    """Return a text as one line in which all that would steer a terminal or a page is visible."""
    return " ".join(visible(text, LINES).split())


def cut(text: str, width: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def number(value: int) -> str:
    """Return a count with commas."""
    return "{:,}".format(value)


def counted(count: int, one: str, many: str) -> str:
    """Return a count with its noun."""
    return "%s %s" % (number(count), one if count == 1 else many)


def size(value: int | None) -> str:
    """Return bytes as a person says them: 192 MiB, 1.5 GiB."""
    if value is None:
        return NONE
    for unit, name in UNITS:
        if value >= unit:
            return "%s %s" % (_short(value / unit), name)
    return "%d B" % value if value else "0"


def _short(value: float) -> str:
    """Return a number with one decimal, or none where that says nothing; never rounded up."""
    tenths = int(value * 10)
    return "%d" % value if value >= 10 or tenths % 10 == 0 else "%d.%d" % divmod(tenths, 10)


def age(seconds: int | None) -> str:
    """Return how long ago something was: 5 h, 12 d."""
    if seconds is None:
        return NONE
    if seconds < HOUR_S:
        return "%d min" % (seconds // 60)
    return "%d h" % (seconds // HOUR_S) if seconds < 2 * DAY_S else "%d d" % (seconds // DAY_S)


def yes_no(value: bool | None) -> str:
    """Return a truth as a word."""
    return NONE if value is None else "yes" if value else "no"


def proof(state: str | None, age_seconds: int | None) -> str:
    """Return the proof in a word or two: never, stale, 12 d."""
    if state == "proven":
        return age(age_seconds) if age_seconds is not None else "proven"
    return state if state in ("stale", "never") else NONE
