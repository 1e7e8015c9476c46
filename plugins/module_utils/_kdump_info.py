# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The result of kdump_info: reads the facts of a host, runs the checks, and puts both together. It changes nothing."""

from typing import Any, Dict, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import configured, consistent
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
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.capture_kernel_needs import in_words
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collect import collect
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collector import Tools
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dump_size import DumpSize
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dumps import Dumps
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._facts.panic_policy import PanicPolicy
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import Proof
from ansible_collections.crashops.kdump.plugins.module_utils._facts.service import ServiceFacts
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target import TargetFacts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.secret_words import hidden_words

# What only the full result holds, since it grows with the host or is for a proof alone: names, and names in a part.
ONLY_FULL = ("collector", "firmware", "own_files", "dump_file_system", "capture_words")
ONLY_FULL_PARTS = {
    "crashkernel": ("configured",),
    "memory": ("needed_because",),
    "checks": ("reference", "doubt"),
}


def read_facts(host: Host, options: LookOptions, judge: JudgeOptions = DEFAULTS) -> Dict[str, Any]:
    """Return the full result of kdump_info: the facts, the checks and the verdict."""
    evidence = collect(TolerantHost(caching(host), options.probe_timeout_s), options)
    checks = applied(run_checks(evidence, judge.thresholds), judge.waivers, evidence.now)
    word = verdict(checks)
    decided_by = decider(word, checks)
    return dict(
        _returned_facts(evidence),
        checks=[_returned_check(one) for one in checks],
        passed=[one.id for one in checks if one.status == PASS],
        not_applicable=[one.id for one in checks if one.status == SKIP],
        verdict=word,
        decided_by=decided_by.id if decided_by else None,
        summary=summary(decided_by, checks),
        ready=ready(checks),
        reasons=reasons(checks),
    )


def short(full: Dict[str, Any]) -> Dict[str, Any]:
    """Return kdump_info's short result, which suits a fleet: no check that passed or does not apply, no null."""
    checks = [check for check in full["checks"] if check["status"] not in (PASS, SKIP)]
    light = {name: value for name, value in dict(full, checks=checks).items() if name not in ONLY_FULL}
    return {name: _known(value, ONLY_FULL_PARTS.get(name, ())) for name, value in light.items() if value is not None}


def _known(value: Any, left_out: Tuple[str, ...] = ()) -> Any:
    """Return a part of kdump_info's result without nulls, and without what only the full result has."""
    if isinstance(value, dict):
        return {key: _known(part) for key, part in value.items() if part is not None and key not in left_out}
    return [_known(part, left_out) for part in value] if isinstance(value, list) else value


def _returned_check(check: Judgement) -> Dict[str, Any]:
    """Return for kdump_info's result one entry of `checks`, made of a check's judgement."""
    waived = {"reason": check.waived.reason, "until": check.waived.until} if check.waived else None
    return dict(check._asdict(), waived=waived)


def _returned_facts(seen: Evidence) -> Dict[str, Any]:
    """Return all facts of a host under the names that kdump_info returns them by."""
    running, image = seen.running, seen.capture_image
    return {
        "stack": dict(seen.stack._asdict()),
        "kernel": running.kernel,
        "machine": running.machine,
        "boot_id": running.boot_id,
        "root": seen.platform.root,
        "firmware": seen.platform.firmware,
        "capture_kernel": running.capture_kernel,
        "service": _service_facts(seen.service),
        "armed": seen.service.armed,
        "image": {"path": image.path, "exists": image.exists, "stale_because": image.stale_because},
        "settings": dict(seen.settings._asdict()),
        "dump_directory": _dump_directory(seen.target),
        "dump_file_system": seen.target.file_system,
        "findings": [dict(one._asdict()) for one in seen.configuration.findings],
        "bootloader": seen.boot_entries.bootloader,
        "crashkernel": _crashkernel_facts(seen),
        "memory": _memory_facts(seen),
        "policy": _policy_facts(seen.panic_policy),
        "probe": {name: getattr(seen.target.probe, name) for name in ("tried", "trouble", "msg", "seconds")},
        "dumps": dumps_facts(seen.dumps),
        "own_files": seen.own_files,
        "capture_words": hidden_words(seen.capture_settings.words),
        "collector": _collector_facts(seen.tools),
        "proof": proof_facts(seen.proof, seen.now),
        "space": space_facts(seen.target, seen.dump_size),
        "unseen": [{"what": what, "reason": why} for what, why in sorted(seen.unseen.items())],
    }


def _service_facts(service: ServiceFacts) -> Dict[str, Any]:
    """Return for kdump_info's result the unit in systemd, and which files changed since it loaded them."""
    names = ("unit", "enabled", "active", "moving", "masked", "condition", "changed_since")
    return {name: getattr(service, name) for name in names}


def _dump_directory(target: TargetFacts) -> Dict[str, Any]:
    """Return for kdump_info's result the dump directory: path, mode, owner and free space."""
    directory = target.directory
    return {
        "path": directory.path,
        "exists": directory.exists,
        "mode": directory.octal,
        "uid": directory.uid,
        "free_bytes": target.room.free_bytes if directory.exists else None,
    }


def _crashkernel_facts(seen: Evidence) -> Dict[str, Any]:
    """Return for kdump_info's result the booted and the configured crashkernel=, and whether to reboot."""
    entries = seen.boot_entries.entries
    return {
        "booted": seen.running.booted,
        "configured": None if entries is None else configured(entries),
        "configured_consistent": None if entries is None else consistent(entries),
        "reboot_required": seen.boot_entries.reboot_required,
        "reason": seen.boot_entries.reason,
    }


def _memory_facts(seen: Evidence) -> Dict[str, Any]:
    """Return for kdump_info's result the RAM, what is reserved now and at the next boot, and what is needed."""
    running, needed = seen.running, seen.memory.needed
    # without an entry, what is known is of this boot
    expected = seen.memory.expected if seen.boot_entries.default else None
    return {
        "ram_bytes": running.ram_bytes,
        "reserved_bytes": running.reserved_bytes,
        "cma_bytes": running.cma_bytes,
        "will_reserve_bytes": None if expected is None else expected.size,
        "will_reserve_cma_bytes": None if expected is None else expected.told_cma,
        "needed_bytes": None if needed is None else needed.total,
        "needed_because": None if needed is None else in_words(needed),
    }


def _policy_facts(policy: PanicPolicy) -> Dict[str, Any]:
    """Return for kdump_info's result the panic policy: the requested profiles, and this kernel's sysctl keys."""
    return {"profiles": policy.profiles, "sysctls": [dict(row._asdict()) for row in policy.sysctls]}


def dumps_facts(dumps: Dumps) -> Dict[str, Any]:
    """Return for kdump_info's result how many dumps there are and how many complete, and the newest one's panic."""
    if dumps.directory is None or dumps.hidden:
        names = ("count", "complete", "incomplete", "unjudged", "unreadable", "bytes", "newest_time", "newest_panic")
        return dict(dict.fromkeys(names), directory=dumps.directory)
    # what holds rubbish is counted as that alone, so that the counts add up and nobody takes it for good
    rubbish = [dump for dump in dumps.found if dump.complete is not False and dump.readable is False]
    judged = [dump.complete for dump in dumps.found if dump not in rubbish]
    return {
        "directory": dumps.directory,
        "count": len(dumps.found),
        "complete": judged.count(True),
        "incomplete": judged.count(False),
        "unjudged": judged.count(None),
        "unreadable": len(rubbish),
        "bytes": sum(dump.size for dump in dumps.found),
        "newest_time": dumps.own[0].time or None if dumps.own else None,
        "newest_panic": dumps.own[0].panic if dumps.own else None,
    }


def space_facts(target: TargetFacts, size: DumpSize) -> Dict[str, Any]:
    """Return for kdump_info's result how much space a dump needs, and how much is free where it lands."""
    return {
        "place": target.place.path if target.place else None,
        "free_bytes": target.room.free_bytes,
        "total_bytes": target.room.total_bytes,
        "free_inodes": target.room.free_inodes,
        "dump_bytes": size.size,
        "dump_bytes_from": size.source,
        "recommended_bytes": size.keep,
    }


def proof_facts(proof: Proof, now: float) -> Dict[str, Any]:
    """Return for kdump_info's result the proof: its state, source and age, and what made it stale."""
    return {
        "state": proof.state,
        "source": proof.source,
        "time": proof.time,
        "age_seconds": proof.age_s(now),
        "stale_because": list(proof.changed),
        "panic": proof.panic,
    }


def _collector_facts(tools: Tools) -> Dict[str, Any]:
    """Return for kdump_info's result the collector: makedumpfile's path, time and version."""
    version = ".".join(str(part) for part in tools.version) if tools.version else None
    return {"path": tools.makedumpfile, "mtime": tools.mtime, "version": version}
