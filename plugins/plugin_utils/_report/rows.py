# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""One host's row of the report, made of kdump_info's result or of what was registered instead of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._checks import all_checks, outcome
from ansible_collections.crashops.kdump.plugins.module_utils._checks import verdict as check_verdict
from ansible_collections.crashops.kdump.plugins.module_utils._facts import proof as proof_facts
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import kind_of
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import readable_values as report_words
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.checked_reader import (
    Reader,
    UnreadableResult,
    clean,
)

# what a row without a result holds, in the order in which every row holds it
EMPTY: dict[str, Any] = {
    "host": "",
    "verdict": "failed",
    "summary": "",
    "ready": None,
    "armed": None,
    "stack": None,
    "kernel": None,
    "reserved_bytes": None,
    "needed_bytes": None,
    "will_reserve_bytes": None,
    "target": None,
    "free_bytes": None,
    "recommended_bytes": None,
    "dump_bytes": None,
    "proof_state": None,
    "proof_time": None,
    "proof_age_seconds": None,
    "dumps_count": None,
    "dumps_incomplete": None,
    "ram_bytes": None,
    "checks": None,
    "problems": None,
}
SUMMARY_WIDTH = 500
DIED = "MODULE FAILURE"
# what Ansible puts before the words that tell one host from another
BEFORE = ("Task failed: ", "Failed to connect to the host via ssh: ")
CHECK_ID = re.compile(r"[a-z][a-z0-9_]*")


def row(host: str, result: Any, made: float) -> dict[str, Any]:
    """Return a host's row of the report; there is one whatever the result is."""
    if result is None or (isinstance(result, Mapping) and (not result or result.get("skipped"))):
        return without_result(
            host, "not_contacted", "There is no result of this host: nothing was asked of it in this run."
        )
    if not isinstance(result, Mapping):
        return without_result(
            host, "failed", "What was registered is no result of kdump_info but %s." % kind_of(result)
        )
    if result.get("unreachable"):
        return without_result(host, "unreachable", _why(result))
    if result.get("failed"):
        return without_result(host, "failed", _why(result))
    try:
        return dict(EMPTY, host=clean(host), **_read(Reader(result), made))
    except UnreadableResult as trouble:
        return without_result(host, "failed", "The result of this host cannot be read: it %s." % trouble)


def without_result(host: str, verdict: str, summary: str) -> dict[str, Any]:
    """Return the row of a host without facts, such as an unreachable one."""
    checks = dict.fromkeys(outcome.STATUSES, 0)
    return dict(EMPTY, host=clean(host), verdict=verdict, summary=summary, checks=checks, problems=[])


def _why(result: Mapping[str, Any]) -> str:
    """Return for a host's row in one line why it has no result; for a dead module, the last line of its output."""
    said = report_words.plain(clean(result.get("msg") or ""))
    for words in BEFORE:
        said = said.removeprefix(words)
    if not said or said.startswith(DIED):
        last = clean(result.get("exception") or result.get("module_stderr") or "").strip().splitlines()[-1:]
        said = report_words.plain("".join(last)) or said or "It gave no reason."
    return report_words.cut(said, SUMMARY_WIDTH)


def _read(info: Reader, made: float) -> dict[str, Any]:
    """Return the facts of a host's row from its result."""
    memory, space, dumps = info.part("memory"), info.part("space"), info.part("dumps")
    checks = info.parts("checks")
    return {
        "verdict": info.choice("verdict", check_verdict.VERDICTS),
        "summary": info.text("summary") or "",
        "ready": info.flag("ready"),
        "armed": info.flag("armed"),
        "stack": info.part("stack").text("name"),
        "kernel": info.known_text("kernel"),
        "reserved_bytes": memory.count("reserved_bytes"),
        "needed_bytes": memory.count("needed_bytes"),
        "will_reserve_bytes": memory.count("will_reserve_bytes"),
        "target": target_words(info.part("settings"), info.part("dump_directory")),
        "free_bytes": space.count("free_bytes"),
        "recommended_bytes": space.count("recommended_bytes"),
        "dump_bytes": space.count("dump_bytes"),
        **_proof(info.part("proof"), made),
        "dumps_count": dumps.count("count"),
        "dumps_incomplete": dumps.count("incomplete"),
        "ram_bytes": memory.count("ram_bytes"),
        "checks": _count(info, checks),
        "problems": _problems(checks, info.known_text("decided_by")),
    }


def _proof(proof: Reader, made: float) -> dict[str, Any]:
    """Return a row's proof: state, time and age; a missing age is counted up to now, an impossible time gives none."""
    state, time, age = proof.text("state"), proof.seconds("time"), proof.seconds("age_seconds")
    if state is not None:
        state = proof.choice("state", proof_facts.STATES)
    if age is None and time is not None:
        age = max(0, made - time)
    if time is None and proof.has("time"):
        age = None
    return {"proof_state": state, "proof_time": time, "proof_age_seconds": None if age is None else int(age)}


def target_words(settings: Reader, directory: Reader) -> str | None:
    """Return the target in a host's row: /var/crash, nfs server:/export, ssh kdump@server:/srv/dumps."""
    kind, location, path = (
        settings.known_text("target_type"),
        settings.known_text("target_location"),
        settings.text("path"),
    )
    if kind in (None, "local"):
        return directory.known_text("path") or path
    words = " ".join(word for word in (kind, location) if word)
    if kind == "ssh" and path:
        return "%s:%s" % (words, path)
    return words if kind in ("nfs", "raw") or not path else "%s %s" % (words, path)


def _count(info: Reader, checks: list[Reader]) -> dict[str, int]:
    """Return for a host's row how many checks have each status; the full result also holds those listed by id."""
    counts = dict.fromkeys(outcome.STATUSES, 0)
    for check in checks:
        counts[check.choice("status", outcome.STATUSES)] += 1
    return dict(counts, **{"pass": info.length("passed"), "skip": info.length("not_applicable")})


def _problems(checks: list[Reader], decided_by: str | None) -> list[dict[str, Any]]:
    """Return the problems in a host's row: the check that decides the verdict, then failed, doubtful, unknown ones."""
    found = [_problem(check) for check in checks if check.text("status") in outcome.PROBLEMS]
    return sorted(found, key=lambda one: _weight(one, decided_by))


def _weight(problem: dict[str, Any], decided_by: str | None) -> tuple[bool, int, bool]:
    """Return the sort key of a host's problems; within a status, the waived come last."""
    return problem["id"] != decided_by, outcome.PROBLEMS.index(problem["status"]), problem["waived"] is not None


def _problem(check: Reader) -> dict[str, Any]:
    """Return for a host's row one check that it does not pass."""
    waiver = check.known_part("waived")
    reason, name = waiver.known_text("reason"), check.text("id") or ""
    if not CHECK_ID.fullmatch(name):
        raise UnreadableResult("has a check with the id %r" % name)
    return {
        "id": name,
        "group": check.choice("group", all_checks.GROUPS),
        "status": check.choice("status", outcome.PROBLEMS),
        "reason": check.known_text("reason"),
        "value": check.known_text("value"),
        "wanted": check.known_text("wanted"),
        "advice": check.known_text("advice"),
        "reference": all_checks.REFERENCE % name,
        "waived": None if reason is None else {"reason": reason, "until": waiver.known_text("until")},
    }
