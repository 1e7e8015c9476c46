# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads the facts of a host, runs the checks, and puts kdump_info's result together. It changes nothing."""

from typing import Any, Dict, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import run_checks
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import DEFAULTS, JudgeOptions
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import PASS, SKIP, Judgement
from ansible_collections.crashops.kdump.plugins.module_utils._checks.verdict import (
    decider,
    ready,
    reasons,
    summary,
    verdict,
)
from ansible_collections.crashops.kdump.plugins.module_utils._checks.waivers import applied
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collect import collect
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._facts.returned import returned
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost

# What only the full result holds, since it grows with the host or is for a proof alone: names, and names in a part.
ONLY_FULL = ("collector", "firmware", "own_files")
ONLY_FULL_PARTS = {"crashkernel": ("configured",), "memory": ("needed_because",), "checks": ("reference",)}


def read_facts(host: Host, options: LookOptions, judge: JudgeOptions = DEFAULTS) -> Dict[str, Any]:
    """Return the full result of kdump_info: the facts, the checks and the verdict."""
    evidence = collect(TolerantHost(caching(host), options.probe_timeout_s), options)
    checks = applied(run_checks(evidence, judge.thresholds), judge.waivers, evidence.now)
    word = verdict(checks)
    decided_by = decider(word, checks)
    return dict(
        returned(evidence),
        checks=[_returned(one) for one in checks],
        passed=[one.id for one in checks if one.status == PASS],
        not_applicable=[one.id for one in checks if one.status == SKIP],
        verdict=word,
        decided_by=decided_by.id if decided_by else None,
        summary=summary(decided_by, checks),
        ready=ready(checks),
        reasons=reasons(checks),
    )


def short(full: Dict[str, Any]) -> Dict[str, Any]:
    """Return the short result of kdump_info, which suits a fleet: no check that passed or does not apply, no null."""
    checks = [check for check in full["checks"] if check["status"] not in (PASS, SKIP)]
    light = {name: value for name, value in dict(full, checks=checks).items() if name not in ONLY_FULL}
    return {name: _known(value, ONLY_FULL_PARTS.get(name, ())) for name, value in light.items() if value is not None}


def _known(value: Any, left_out: Tuple[str, ...] = ()) -> Any:
    """Return a part of kdump_info's result without nulls, and without what only the full result has."""
    if isinstance(value, dict):
        return {key: _known(part) for key, part in value.items() if part is not None and key not in left_out}
    return [_known(part, left_out) for part in value] if isinstance(value, list) else value


def _returned(check: Judgement) -> Dict[str, Any]:
    """Return a check's judgement as an entry of `checks` in kdump_info's result."""
    waived = {"reason": check.waived.reason, "until": check.waived.until} if check.waived else None
    return dict(check._asdict(), waived=waived)
