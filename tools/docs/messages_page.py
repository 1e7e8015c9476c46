# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that lists what the checks say, by message: each leads to its check."""

from collections.abc import Mapping, Sequence

from tools.docs import markdown
from tools.docs.made_up_hosts import Said

NAME = "messages"
LEAD = """\
# Messages of the checks, from A to Z

Search this page for words of a message of `verify` or the report. Each message leads to its check, which says what it
looks at and what to do. The messages come from made-up hosts. Names, versions and sizes differ on yours.
[Troubleshooting](/troubleshooting.md) has the messages of setup, of crash tests and of kdump's own programs."""


def page(complaints: Mapping[str, Sequence[Said]]) -> str:
    """Return the page."""
    said = sorted(
        {(one.reason, one.id, one.status, one.advice) for of_check in complaints.values() for one in of_check},
        key=lambda one: one[0].lower(),
    )
    rows = [
        [markdown.text(reason), f"[{name}](/checks/{name}.md)", status, markdown.text(advice)]
        for reason, name, status, advice in said
    ]
    return f"{LEAD}\n\n{markdown.table(['message', 'check', 'status', 'what to do'], rows)}\n"
