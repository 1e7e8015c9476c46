# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The metrics: kdump_info's result as text for node_exporter's textfile collector."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import PASS, SKIP, STATUSES
from ansible_collections.crashops.kdump.plugins.module_utils._checks.verdict import NOT_MEANT, VERDICTS
from ansible_collections.crashops.kdump.plugins.module_utils._facts import proof
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

PREFIX = "crashops_kdump_"
# a metric's samples: the labels of each, and its value
Samples = List[Tuple[Dict[str, Any], Any]]

# one number each: name, meaning, where it is in kdump_info's result
NUMBERS = (
    ("ready", "Whether a crash now would leave a dump.", ("ready",)),
    ("armed", "Whether a capture kernel is loaded, by the kernel's own word.", ("armed",)),
    ("reboot_required", "Whether a reboot would change what is reserved.", ("crashkernel", "reboot_required")),
    ("ram_bytes", "Memory of the machine.", ("memory", "ram_bytes")),
    ("reserved_bytes", "Memory that is reserved for the capture kernel.", ("memory", "reserved_bytes")),
    ("next_boot_reserved_bytes", "Memory that the next boot will reserve.", ("memory", "will_reserve_bytes")),
    ("needed_bytes", "Memory that the capture kernel needs, by estimate.", ("memory", "needed_bytes")),
    ("target_free_bytes", "Free space where the dump would land.", ("space", "free_bytes")),
    ("target_recommended_bytes", "Space to keep free there.", ("space", "recommended_bytes")),
    ("expected_dump_bytes", "Size of a dump that would be taken now.", ("space", "dump_bytes")),
    ("proof_timestamp_seconds", "When the newest proof was made, a dump by a real crash.", ("proof", "time")),
    ("proof_age_seconds", "Age of that proof at the time of the run.", ("proof", "age_seconds")),
    ("dumps_bytes", "Space that the dumps on this host take.", ("dumps", "bytes")),
    ("newest_dump_timestamp_seconds", "When the newest dump was taken.", ("dumps", "newest_time")),
)
# one series for each word, of which one is 1: name, meaning, label, words, where the word is
STATES = (
    ("verdict", "What the checks add up to; the one that holds is 1.", "verdict", VERDICTS, ("verdict",)),
    ("proof", "What a crash has proven; the one that holds is 1.", "state", proof.STATES, ("proof", "state")),
    ("proof_source", "What made the newest proof; it is 1.", "source", proof.SOURCES, ("proof", "source")),
)
COMPLETENESS = ("complete", "incomplete", "unreadable", "unjudged")


class Run(NamedTuple):
    """One run of the metrics program: when it ended, how long it took, and the time between two runs if it is known."""

    ended: float
    seconds: float
    interval: Optional[float] = None


def exposition(info: Optional[Dict[str, Any]], run: Run) -> str:
    """Return the metrics of one run as text. Facts that the host does not give are left out.

    info is None where the host could not be read.
    """
    text = _metric("up", "Whether the last run could read the host.", [({}, info is not None)])
    text += _metric("last_run_timestamp_seconds", "When the last run ended.", [({}, run.ended)])
    text += _metric("last_run_duration_seconds", "How long the last run took.", [({}, run.seconds)])
    text += _metric("interval_seconds", "The time between two runs of the timer.", [({}, run.interval)])
    if info is None:
        return text
    text += _metric("info", "The host in words.", _words(info))
    for name, meaning, label, words, path in STATES:
        text += _metric(name, meaning, _state(label, words, _at(info, path)))
    verdict = _at(info, ("verdict",))
    expected = None if verdict is None else verdict not in NOT_MEANT
    text += _metric("expected", "Whether this host can dump, and nobody has switched it off.", [({}, expected)])
    for name, meaning, where in NUMBERS:
        text += _metric(name, meaning, [({}, _at(info, where))])
    dumps = [({"completeness": word}, _at(info, ("dumps", word))) for word in COMPLETENESS]
    text += _metric("dumps", "Dumps on this host.", dumps)
    checks = _at(info, ("checks",))
    if checks is None:
        return text
    text += _metric("checks", "Checks by what they said.", _counts(info, checks))
    waived = sum(1 for check in checks if check.get("waived"))
    return text + _metric("checks_waived", "Checks that somebody has waived.", [({}, waived)])


def _at(info: Dict[str, Any], path: Tuple[str, ...]) -> Any:
    """Return the value of a metric by its path in kdump_info's result, None where there is none."""
    found = info  # type: Any
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _words(info: Dict[str, Any]) -> Samples:
    """Return the info metric: stack, kernel and target type as labels; an empty label is as good as none."""
    labels = {
        "stack": _at(info, ("stack", "name")),
        "kernel": _at(info, ("kernel",)),
        "target_type": _at(info, ("settings", "target_type")),
    }
    return [({name: value or "" for name, value in labels.items()}, 1)]


def _state(label: str, words: Tuple[str, ...], current: Optional[str]) -> Samples:
    """Return a sample for each word, 1 for the current one; no samples where there is no current one."""
    return [] if current is None else [({label: word}, word == current) for word in words]


def _counts(info: Dict[str, Any], checks: List[Dict[str, Any]]) -> Samples:
    """Return the metric of how many checks have each status; the short result lists some of them by id alone."""
    counts = {status: sum(1 for check in checks if check["status"] == status) for status in STATUSES}
    counts.update({PASS: len(info["passed"]), SKIP: len(info["not_applicable"])})
    return [({"status": status}, counts[status]) for status in STATUSES]


def _metric(name: str, meaning: str, samples: Samples) -> str:
    """Return a metric's lines; nothing where no sample has a number."""
    lines = ["%s%s%s %s" % (PREFIX, name, _labels(labels), _number(value)) for labels, value in samples if _is(value)]
    if not lines:
        return ""
    head = ["# HELP %s%s %s" % (PREFIX, name, meaning), "# TYPE %s%s gauge" % (PREFIX, name)]
    return "\n".join(head + lines) + "\n"


def _is(value: Any) -> bool:
    """Return whether a sample's value is a number, True and False included."""
    return isinstance(value, (bool, int, float))


def _number(value: Any) -> str:
    """Return a sample's value as Prometheus reads numbers, to the last digit."""
    return repr(value + 0)


def _labels(labels: Dict[str, Any]) -> str:
    """Return a sample's labels in braces, with escaped values."""
    pairs = ['%s="%s"' % (name, _escaped(str(labels[name]))) for name in sorted(labels)]
    return "{%s}" % ",".join(pairs) if pairs else ""


def _escaped(text: str) -> str:
    """Return a label's value with what would end it escaped, and with control characters made visible."""
    return visible(text, "\n").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
