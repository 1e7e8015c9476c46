# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Timelines of made-up hosts as Prometheus would scrape them, and promtool, which runs the rules over them.

Each host is a machine of tests/unit/armed_host.py. The metrics program's own code reads it and renders its metrics.
promtool's clock begins at zero, so all times are counted from BEGAN.
"""

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.program import collect
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.textfile import Run, exposition
from ansible_collections.crashops.kdump.tests.unit.dump_builder import CRASH_TIME
from prometheus_client.parser import text_string_to_metric_families

RULES = Path(__file__).resolve().parents[2] / "extensions/monitoring/prometheus"
RULE_FILES = ("recording.yml", "alerts.yml")
HOUR, DAY = 60, 1440
# minutes between two scrapes, and between two runs of the metrics program's timer
STEP, TIMER = 5, 15
# the dumps of tests/unit/dump_builder.py are of a crash at this minute
CRASHED = 4 * HOUR
BEGAN = CRASH_TIME - 60 * CRASHED
# rack stands for a label of the operator's own, which alerts must keep
LABELS = {"job": "node", "rack": "r1"}
FAILED = re.compile(r'expr: "(.*)", time: (\w+),\n\s+exp: (.*)\n\s+got: (.*)')

# a machine of tests/unit, which has no types
Host = Any
Series = dict[str, list[str]]


class Spell(NamedTuple):
    """Some minutes in which a host stays as it is.

    host: makes it; None if the metrics program cannot read it. options: those of the metrics program.
    interval: what they say of the timer, None if they cannot be read. runs: the timer runs.
    there: node_exporter finds the file of metrics. up: node_exporter answers.
    """

    minutes: int
    host: Callable[[], Host] | None = None
    options: Mapping[str, Any] = {}
    interval: int | None = TIMER * 60
    runs: bool = True
    there: bool = True
    up: bool = True


class Machine(NamedTuple):
    """A host through its spells. booted: the minutes at which it booted. expected: its target has that label."""

    spells: Sequence[Spell]
    booted: Sequence[int] = ()
    expected: bool = False


class Failure(NamedTuple):
    """An expression that had other values than expected: the expression, the time, and both values in words."""

    expression: str
    time: str
    expected: str
    got: str


def scraped(instance: str, machine: Machine) -> Series:
    """Return the values of each series of a host, one for each scrape; an underscore where there is none."""
    labels = {**LABELS, "instance": instance, **({"kdump": "expected"} if machine.expected else {})}
    series: Series = {}
    for number, samples in enumerate(_scrapes(machine)):
        for name, value in samples.items():
            values = series.setdefault(with_labels(name, labels), [])
            values += ["_"] * (number - len(values)) + [repr(value)]
    return series


def _scrapes(machine: Machine) -> Iterator[dict[str, float]]:
    """Give what each scrape of a host finds. A target that is down still has `up`."""
    written: dict[str, float] = {}
    begins = [0, *itertools.accumulate(spell.minutes for spell in machine.spells)]
    ran = -TIMER
    for spell, begin in zip(machine.spells, begins, strict=False):
        rendered = _rendered(spell, begin)
        for minute in range(begin, begin + spell.minutes, STEP):
            if spell.runs and minute - ran >= TIMER:
                ran, written = minute, {**rendered, "crashops_kdump_last_run_timestamp_seconds{}": minute * 60}
            booted = max((moment for moment in machine.booted if moment <= minute), default=-30 * DAY)
            node = {"node_boot_time_seconds": booted * 60.0} if spell.up else {}
            yield {"up": float(spell.up), **node, **(written if spell.up and spell.there else {})}


def _rendered(spell: Spell, minute: int) -> dict[str, float]:
    """Return the metrics that the program renders of a host at a minute."""
    info = None
    if spell.host:
        host = spell.host()
        host.clock = float(BEGAN + 60 * minute)
        info = collect(host, dict(spell.options))
    return samples_of(exposition(info, Run(0.0, 1.0, spell.interval)))


def samples_of(text: str) -> dict[str, float]:
    """Return the samples of a text of metrics by series, its times counted from BEGAN."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            pairs = ",".join(f"{name}={json.dumps(value)}" for name, value in sorted(sample.labels.items()))
            since = BEGAN if sample.name.endswith("_timestamp_seconds") else 0
            found[f"{sample.name}{{{pairs}}}"] = sample.value - since
    return found


def with_labels(series: str, labels: Mapping[str, str]) -> str:
    """Return a series with the labels of its target."""
    name, dummy, own = series.partition("{")
    pairs = [f"{label}={json.dumps(value)}" for label, value in labels.items()]
    return f"{name}{{{','.join([*filter(None, [own.rstrip('}')]), *pairs])}}}"


def promtool(*argv: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    program = shutil.which("promtool")
    assert program, "promtool is missing; ./dev test monitoring fetches it"
    return subprocess.run([program, *argv], cwd=cwd, capture_output=True, text=True, timeout=900, check=False)


def run(
    folder: Path, series: Series, expected: Iterable[tuple[str, int, Mapping[str, float]]], step: int = STEP
) -> list[Failure]:
    """Run the rules over some series, and return what differs from what is expected.

    expected: an expression, a minute, and the value of each series that the expression then has.
    """
    rules = "".join((RULES / name).read_text(encoding="utf-8") for name in RULE_FILES)
    # promtool needs no series that no rule reads
    read = {one: values for one, values in series.items() if one.partition("{")[0] in rules}
    test = {
        "interval": f"{step}m",
        "input_series": [{"series": one, "values": _short(values)} for one, values in read.items()],
        "promql_expr_test": [
            {
                "expr": expression,
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in samples.items()],
            }
            for expression, minute, samples in expected
        ],
    }
    whole = {
        "rule_files": [str(RULES / name) for name in RULE_FILES],
        "evaluation_interval": f"{step}m",
        # the one group that another reads comes first
        "group_eval_order": ["crashops_kdump_recording"],
        "tests": [test],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    done = promtool("test", "rules", "test.yml", cwd=folder)
    said = done.stdout + done.stderr
    failures = [Failure(*(part.replace('\\"', '"') for part in found)) for found in FAILED.findall(said)]
    assert (done.returncode == 0) == (not failures), said
    return failures


def _short(values: Sequence[str]) -> str:
    """Return values as promtool reads them: those that repeat as the value and how often it comes again."""
    runs = [(value, len(list(same))) for value, same in itertools.groupby(values)]
    return " ".join(f"_x{count}" if value == "_" else f"{value}+0x{count - 1}" for value, count in runs)
