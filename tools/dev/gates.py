# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ./dev test."""

import os
import shlex
from collections.abc import Callable

from tools.dev import pythons
from tools.dev.log import Log
from tools.dev.places import COLLECTIONS, LAB, STAGED
from tools.dev.stages import Stage, Step
from tools.dev.workshop import Workshop

ON_HOSTS = "plugins/modules plugins/module_utils tests/unit/plugins tests/unit/fake_host.py tests/unit/conftest.py"
# each runs in the staged copy, with the programs of the main environment first on PATH
LINT = (
    ("ruff format", "ruff format --check --output-format concise ."),
    ("ruff check", "ruff check --output-format concise ."),
    ("Python 3.6 (vermin)", f"vermin --target=3.6- --eval-annotations --no-tips {ON_HOSTS}"),
    ("mypy", "mypy --strict --python-version 3.10 tools/dev"),
    ("yamllint", "yamllint --strict ."),
    ("shellcheck", "shellcheck dev .ci/run"),
    ("changelog", "antsibull-changelog lint"),
    ("ansible-lint", "ansible-lint"),
    ("documentation", "antsibull-docs lint-collection-docs --plugin-docs ."),
    ("collection build", f"ansible-galaxy collection build --force --output-path {shlex.quote(str(LAB / 'build'))}"),
)
PARTS = {
    "lint": ("lint",),
    "sanity": ("sanity-2.16", "sanity-newest"),
    "unit": ("units-2.16", "units-newest", "units-tools"),
    "vm": ("vm",),
}
VM_LIMIT_S = 5400
PREPARED = ("prepare",)
PREPARED_216 = ("prepare", "prepare-2.16")


def preparation(work: Workshop) -> Stage:
    """Return the stage that everything needs."""
    steps = [
        Step("system packages", work.install_base, check=False),
        Step("interpreters", work.find_pythons, check=False),
        Step("environment", work.make_main, check=False),
        Step("copy of the tree", work.stage_tree, check=False),
    ]
    return Stage("prepare", "system packages, environment, a copy of the tree where ansible-test accepts it", steps)


def stages(work: Workshop) -> list[Stage]:
    """Return all stages in order."""
    core216, main = AnsibleTest(work, "core216"), AnsibleTest(work, "main")
    return [
        preparation(work),
        Stage(
            "prepare-2.16",
            "environment of ansible-core 2.16",
            [Step("environment", work.make_core216, check=False)],
            PREPARED,
        ),
        Stage("lint", f"{len(LINT)} style and lint checks", [_tool(work, *row) for row in LINT], PREPARED, True),
        Stage("units-tools", "tests of tools/", [Step("pytest", lambda log: _test_tools(work, log))], PREPARED),
        Stage("units-2.16", "unit tests, ansible-core 2.16", [Step("units", core216.units)], PREPARED_216),
        Stage("units-newest", "unit tests, newest ansible-core", [Step("units", main.units)], PREPARED),
        Stage("sanity-2.16", "ansible-test sanity, ansible-core 2.16", [Step("sanity", core216.sanity)], PREPARED_216),
        Stage("sanity-newest", "ansible-test sanity, newest ansible-core", [Step("sanity", main.sanity)], PREPARED),
        lab_stage(work),
        vm_stage(work),
    ]


def lab_stage(work: Workshop) -> Stage:
    """Return the stage that builds the guests' images, and tries the lab itself on real guests."""

    def lab(*words: str) -> Callable[[Log], None]:
        return lambda log: work.run(log, list(words), limit_s=VM_LIMIT_S, more=lab_variables())

    steps = [
        Step("system packages", work.install_lab, check=False),
        Step("images", lab("python", "-m", "tools.lab", "image", "debian-12", "debian-13"), check=False),
        Step("tests of the lab", lab("pytest", "-v", "-p", "no:cacheprovider", "tests/lab")),
    ]
    return Stage("lab", "the guests' images, and the lab's own tests on real guests", steps, PREPARED)


def vm_stage(work: Workshop) -> Stage:
    """Return the stage in which real guests crash."""

    def molecule(*words: str) -> Callable[[Log], None]:
        argv = ["molecule", *words, "-s", "vm"]
        return lambda log: work.run(log, argv, limit_s=VM_LIMIT_S, more=lab_variables())

    steps = [
        # a run that was killed leaves an inventory of guests that are gone
        Step("molecule reset", molecule("reset"), check=False),
        Step("molecule test", molecule("test")),
    ]
    return Stage("vm", "the Molecule scenario on real guests, with a real crash", steps, ("prepare", "lab"))


def lab_variables() -> dict[str, str]:
    """Return the variables with which `python -m tools.lab` is found from anywhere, and its guests end with ./dev."""
    return {"PYTHONPATH": str(STAGED), "LAB_OWNER": str(os.getpid())}


def _tool(work: Workshop, name: str, command: str) -> Step:
    """Return the step of one row of LINT."""
    return Step(name, lambda log: work.run(log, shlex.split(command)))


def _test_tools(work: Workshop, log: Log) -> None:
    """Run the tests of the repository's own tools."""
    variables = {"PYTHONPATH": f"{STAGED}{os.pathsep}{COLLECTIONS}"}
    work.run(log, ["pytest", "-q", "-p", "no:cacheprovider", "tests/unit/tools"], more=variables)


class AnsibleTest:
    """ansible-test, as one of the environments has it."""

    def __init__(self, work: Workshop, name: str) -> None:
        self._work = work
        self._name = name

    def sanity(self, log: Log) -> None:
        """Run every sanity test on every interpreter that ansible-test knows and finds."""
        lacking = [pythons.dotted(version) for version in pythons.ON_HOSTS if version not in self._work.pythons]
        if lacking:
            self._work.notice(
                f"NOT RUN: sanity on Python {', '.join(lacking)}, which hosts have and this machine has not"
            )
        self._work.ansible_test(log, self._name, "sanity")

    def units(self, log: Log) -> None:
        """Run the plugins' unit tests: on Python 3.6 with ansible-core 2.16, else on the environment's own Python."""
        version = self._work.versions[self._name].version
        if self._name == "core216":
            if (3, 6) in self._work.pythons:
                version = (3, 6)
            else:
                self._work.notice(
                    "NOT RUN: unit tests on Python 3.6, which EL 8 has and this machine has not; "
                    f"they run on Python {pythons.dotted(version)} instead"
                )
        log.say(f"on Python {self._work.pythons[version].full}")
        self._work.ansible_test(log, self._name, "units", "--python", pythons.dotted(version), "tests/unit/plugins/")
