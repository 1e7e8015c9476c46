# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workflows and the dev container run ./dev and nothing else, with commands that it knows."""

import itertools
import json
import re
import shlex
from typing import Any

import pytest
import yaml

from tools.dev import cores, gates, release, stages
from tools.dev.__main__ import parser
from tools.dev.places import REPOSITORY
from tools.dev.stages import EVERY
from tools.dev.workshop import Workshop

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
ACTIONS = {"actions/checkout", "actions/cache", "actions/upload-artifact", "actions/download-artifact"}
# by commit, since a tag can be moved; the release stands next to it
PINNED = re.compile(r"uses: (\S+)@[0-9a-f]{40}  # v\d+\.\d+\.\d+$")
# one command: no second one, no substitution; a variable only in quotes
COMMAND = re.compile(r'\./dev(?: (?:[\w./:=-]+|"\$[A-Z_]+"))*')
# of the images of jobs
PYTHONS = {"debian:12": (3, 11), "debian:13": (3, 13)}
CORES = (cores.MAIN, *cores.OLDER)
# what GitHub or a person gives
VARIABLES = {"$GITHUB_REF_NAME": "0.1.0", "$ADDRESS": "https://example.org/a.qcow2", "$CORE": "2.16"}
EXPRESSION = re.compile(r"\$\{\{ matrix\.(\w+) \}\}")


def jobs() -> list[tuple[str, dict[str, Any]]]:
    """Return the jobs of all workflows, with the names of their workflows."""
    return [(path.stem, job) for path in WORKFLOWS for job in yaml.safe_load(path.read_text())["jobs"].values()]


def filled(command: str, row: dict[str, str]) -> str:
    """Return a command with the values of a row of its job's matrix."""
    return EXPRESSION.sub(lambda name: row[name[1]], command)


def runs() -> list[str]:
    """Return what the steps run, once for each row of a job's matrix."""
    found = []
    for _workflow, job in jobs():
        for step, row in itertools.product(job["steps"], rows(job)):
            if "run" in step:
                found.append(filled(step["run"], row))
    return list(dict.fromkeys(found))


def rows(job: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of a job's matrix: those of its table, or every combination."""
    matrix = dict(job.get("strategy", {}).get("matrix", {}))
    included, excluded = matrix.pop("include", []), matrix.pop("exclude", [])
    if included:
        return list(included)
    combined = [dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())]
    return [row for row in combined if row not in excluded]


@pytest.mark.parametrize("command", runs())
def test_step_runs_one_command_that_dev_knows(command: str) -> None:
    assert COMMAND.fullmatch(command)
    options = parser().parse_args([VARIABLES.get(word, word) for word in shlex.split(command)[1:]])
    table = gates.stages(Workshop())
    assert [word for word in getattr(options, "names", []) if not stages.named(table, word)] == []


def test_each_other_step_uses_a_pinned_action() -> None:
    for path in WORKFLOWS:
        used = [line for line in path.read_text().splitlines() if "uses:" in line]
        pinned = [PINNED.search(line) for line in used]
        assert all(pinned), used
        assert {found[1] for found in pinned if found} <= ACTIONS


def test_no_job_may_write_to_the_repository_or_run_for_ever() -> None:
    for path in WORKFLOWS:
        assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}
    for workflow, job in jobs():
        assert "permissions" not in job, workflow
        assert job["timeout-minutes"] <= 360, workflow
        checkouts = [step for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert [step["with"]["persist-credentials"] for step in checkouts] == [False]


def test_only_the_step_that_publishes_gets_a_secret() -> None:
    texts = [path.read_text() for path in WORKFLOWS]
    assert sum(text.count("secrets.") for text in texts) == 1
    steps = [(job, step) for _workflow, job in jobs() for step in job["steps"] if "GALAXY_TOKEN" in step.get("env", {})]
    assert [step["run"] for _job, step in steps] == ['./dev publish "$GITHUB_REF_NAME"']
    assert [job["environment"] for job, _step in steps] == ["galaxy"]


def test_what_the_first_job_built_is_published() -> None:
    of_release = yaml.safe_load((REPOSITORY / ".github/workflows/release.yml").read_text())["jobs"]
    (up,) = (step["with"] for step in of_release["build"]["steps"] if "upload-artifact" in step.get("uses", ""))
    (down,) = (step["with"] for step in of_release["publish"]["steps"] if "download-artifact" in step.get("uses", ""))
    assert (down["name"], down["path"]) == (up["name"], up["path"])
    assert REPOSITORY / up["path"] == release.FOLDER


def test_every_older_ansible_core_has_a_row() -> None:
    nightly = yaml.safe_load((REPOSITORY / ".github/workflows/nightly.yml").read_text())["jobs"]["core"]
    listed = {row["core"] for row in rows(nightly)}
    assert listed == {stage.name.partition("-")[2] for stage in gates.stages(Workshop()) if stage.part == "sanity"}


@pytest.mark.parametrize("workflow", ["ci", "release"])
def test_every_core_of_each_change_runs_on_a_python_that_it_takes(workflow: str) -> None:
    table, run = gates.stages(Workshop()), set()
    for job in yaml.safe_load((REPOSITORY / f".github/workflows/{workflow}.yml").read_text())["jobs"].values():
        for words in (shlex.split(step["run"]) for step in job["steps"] if "./dev test" in step.get("run", "")):
            names = set[str]().union(*(stages.named(table, word) for word in words[2:] or [EVERY]))
            python = PYTHONS[job["container"]["image"]]
            run |= {core for core in CORES if f"units-{core.series}" in names and python in core.pythons}
    assert run >= {core for core in CORES if core.units == EVERY}


def test_dev_container_runs_dev() -> None:
    container = json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text())
    commands = [value for key, value in container.items() if key.endswith("Command")]
    assert commands == ["./dev lint"]


@pytest.mark.parametrize(
    "command",
    ["make", "./dev test && curl x", "./dev test; ls", "./dev test $(ls)", "./dev test $TAG", "./dev test | tail"],
)
def test_other_commands_are_found(command: str) -> None:
    assert not COMMAND.fullmatch(command)
