# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Everything about kdump on a host, read and never changed, with what the checks make of it."""

from functools import partial
from typing import Any, Dict, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import run_checks
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import DEFAULTS, JudgeOptions
from ansible_collections.crashops.kdump.plugins.module_utils._checks.kernel import takes_free_pages
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._checks.verdict import (
    decider,
    ready,
    reasons,
    summary,
    verdict,
)
from ansible_collections.crashops.kdump.plugins.module_utils._checks.waivers import applied
from ansible_collections.crashops.kdump.plugins.module_utils._facts import evidence as fact_evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts import stack_files
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collect import Look, LookOptions, look_at
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dump_size import DumpSize, dump_size, measured_size
from ansible_collections.crashops.kdump.plugins.module_utils._facts.machine import read_platform
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import Proof, Setup, read_proof
from ansible_collections.crashops.kdump.plugins.module_utils._facts.returned import (
    plain_facts,
    proof_facts,
    space_facts,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_drivers import read_drivers
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_mount import read_standing
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_probe import links_on_way
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import SeeingHost


def read_facts(host: Any, options: LookOptions, judge: JudgeOptions = DEFAULTS) -> Dict[str, Any]:
    """Return every fact by the names under which kdump_info returns them."""
    look = look_at(SeeingHost(host, options.probe_timeout_s), options)
    facts = plain_facts(look, options)
    evidence = _evidence(look, facts, options)
    checks = applied(run_checks(evidence, judge.thresholds), judge.waivers, host.now())
    word = verdict(checks)
    decided_by = decider(word, checks)
    return dict(
        facts,
        checks=checks,
        verdict=word,
        decided_by=decided_by["id"] if decided_by else None,
        summary=summary(decided_by, checks),
        ready=ready(checks),
        reasons=reasons(checks),
        unseen=[{"what": what, "reason": why} for what, why in sorted(look.host.unseen.items())],
    )


def _evidence(look: Look, facts: Dict[str, Any], options: LookOptions) -> Evidence:
    """Return what the checks judge; proof and space are added to the facts."""
    host, target = look.host, look.target
    more = fact_evidence.read_more(host, look.stack, look.running, look.boot, look.image.path)
    directory, mount = facts["dump_directory"]["path"], target.place.mount if target.place else None
    kind, address, limit_s = look.settings.target_type, target.probe.address, options.probe_timeout_s
    links = links_on_way(host, kind, mount, address, limit_s)
    more.update(fact_evidence.of_target(host, directory, target.layers, links, mount, limit_s))
    more["standing"] = read_standing(host, mount, target.layers)
    more["drivers"] = read_drivers(host, look.stack, look.running.kernel or "", look.settings, links)
    setup = _setup(look, facts)
    proof = read_proof(host, setup, target.dumps.own)
    size = _dump_size(look, proof, more["kernel_version"], options)
    facts.update(proof=proof_facts(proof, host.now()), space=space_facts(target, size))
    return Evidence(
        facts=facts,
        platform=read_platform(host),
        setup=setup,
        place=target.place,
        layers=target.layers,
        dump_size=size,
        probe=target.probe,
        dumps=target.dumps,
        proof=proof,
        tools=look.tools,
        unseen=host.unseen,
        more=more,
    )


def _setup(look: Look, facts: Dict[str, Any]) -> Setup:
    """Return what a proof is compared with."""
    path = facts["image"]["path"]
    image = look.host.stat(path)
    mtime = image.mtime_ns / 1e9 if image else None
    files = [look.host.stat(name) for name in {*look.stack.config_files, *look.stack.loaded_files}]
    newest = max([seen.mtime_ns / 1e9 for seen in files if seen], default=None)
    own_time = stack_files.newest(look.host, list(facts["own_files"]))
    made = (look.running.kernel, look.running.booted, path, mtime, facts["settings"], look.tools.mtime)
    return Setup(*made, files_mtime=newest, firmware=facts["firmware"], own_files=facts["own_files"], own_time=own_time)


def _dump_size(look: Look, proof: Proof, kernel_version: Optional[Tuple[int, int]], options: LookOptions) -> DumpSize:
    """Return how large a dump would be."""
    host, collector, measured = look.host, look.settings.core_collector, None
    takes_free = takes_free_pages(look.tools.version, kernel_version)
    if options.mem_usage and not takes_free:
        count = partial(measured_size, host, collector, options.timeout_s)
        measured = host.attempt("makedumpfile --mem-usage", count, None)
    return dump_size(look.running.ram_bytes, collector, measured, proof.dump_bytes, takes_free)
