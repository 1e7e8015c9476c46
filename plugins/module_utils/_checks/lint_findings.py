# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Outcomes that checks make of the findings of lint in the configuration files."""

from typing import List, Optional, Sequence

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import Outcome, failed, warned
from ansible_collections.crashops.kdump.plugins.module_utils._facts.configuration import FileFinding
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence


def of_rules(seen: Evidence, rules: Sequence[str]) -> Optional[Outcome]:
    """Return the outcome for lint's findings by these rules, those of severity advice left out; None without one."""
    return of_findings([one for one in seen.configuration.findings if one.rule in rules and one.severity != "advice"])


def of_findings(found: List[FileFinding]) -> Optional[Outcome]:
    """Return the outcome for lint's findings, the worst and first of them in words; None where there are none."""
    if not found:
        return None
    errors = [one for one in found if one.severity == "error"]
    first = (errors or found)[0]
    where = "%s, line %s" % (first.path, first.line) if first.line else first.path
    more = " (and %d more, see findings)" % (len(found) - 1) if len(found) > 1 else ""
    reason = "%s: %s%s." % (where, first.message, more)
    advice = "%s (rule %s), and run ansible-playbook crashops.kdump.setup." % (
        sentence(first.remedy),
        first.rule,
    )
    return (failed if errors else warned)(reason, advice, ", ".join(sorted({one.rule for one in found})))


def sentence(remedy: str) -> str:
    """Return the remedy of a lint finding as a check words it: a capital letter, and no full stop."""
    return remedy[:1].upper() + remedy[1:]
