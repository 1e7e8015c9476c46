# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the stages of ./dev test. Those that run on virtual machines are in guest_gates.py."""

import os
import shlex
import shutil
import time
from collections.abc import Sequence

from tools.dev import container_gates, galaxy_importer, guest_gates, promtool, pythons
from tools.dev.cores import MAIN, OLDER, Core
from tools.dev.given_images import GivenImage
from tools.dev.log import Log
from tools.dev.places import DOCS, LAB, REPOSITORY
from tools.dev.stages import ALL, EVERY, Stage, Step
from tools.dev.workshop import IMPORTS, Workshop

ON_HOSTS = "plugins/modules plugins/module_utils tests/unit/plugins tests/unit/fake_host.py tests/unit/conftest.py"
# percent of the lines of plugins that the unit tests run; 97.7 when this was set
COVERED = 96
# these run again and again the lines that other tests have run
UNCOUNTED = ("*test_fuzz*", "*test_killed*")
FUZZ = "tests/unit/plugins/**/test_fuzz_*.py"
# each runs in the staged copy, with the programs of the main environment first on PATH
LINT = (
    ("ruff format", "ruff format --check --output-format concise ."),
    ("ruff check", "ruff check --output-format concise ."),
    ("Python 3.6 (vermin)", f"vermin --target=3.6- --eval-annotations --no-tips {ON_HOSTS}"),
    # what it reads, and by which rules, is in mypy.ini; vermin holds the rules of Python 3.6, which mypy does not know
    ("mypy", f"mypy --cache-dir {shlex.quote(str(LAB / 'mypy'))}"),
    # needs no node: one program, known by its hash; .oxlintrc.json has the rules
    ("oxlint", "oxlint --deny-warnings --format unix plugins"),
    ("yamllint", "yamllint --strict ."),
    ("shellcheck", "shellcheck dev .ci/run"),
    ("changelog", "antsibull-changelog lint"),
    ("CHANGELOG.md", "python -m tools.dev.changelog --check"),
    ("ansible-lint", "ansible-lint"),
    ("documentation", "antsibull-docs lint-collection-docs --plugin-docs ."),
    ("collection build", f"ansible-galaxy collection build --force --output-path {shlex.quote(str(LAB / 'build'))}"),
)
PREPARED = ("prepare",)
# ansible-test keeps its environments and its output in folders of its own, which two runs at once would share
ANSIBLE_TEST = "ansible-test"


def preparation(work: Workshop) -> Stage:
    """Return the stage that prepares what all others need: packages, interpreters, an environment, the copy."""
    steps = [
        Step("system packages", work.install_base, check=False),
        Step("interpreters", work.find_pythons, check=False),
        Step("environment", work.make_main, check=False),
        Step("copy of the tree", work.stage_tree, check=False),
    ]
    what = "system packages, environment, a copy of the tree where ansible-test accepts it"
    return Stage("prepare", what, steps, budget_s=120)


def stages(work: Workshop) -> list[Stage]:
    """Return the table of ./dev test's stages; those whose result is wanted first come first."""
    cores = (MAIN, *OLDER)
    return [
        preparation(work),
        guest_gates.image(work, "12"),
        *(_preparation_of(work, core) for core in OLDER),
        _lint(work),
        _units_of_tools(work),
        _browser(work),
        _galaxy(work),
        _importer(work),
        _monitoring(work),
        *(AnsibleTest(work, core).units_stage() for core in cores if core.units),
        *(AnsibleTest(work, core).sanity_stage() for core in cores if core.sanity),
        *guest_gates.stages(work),
        *container_gates.stages(work),
        documentation(work),
        _coverage(work),
        # after the guests: they fill the processor that a story leaves free
        *(_batches(work, core) for core in cores if core.batches),
        *(_roles(work, core) for core in cores if core.roles),
    ]


def stages_of_images(work: Workshop, images: Sequence[GivenImage], core: Core) -> list[Stage]:
    """Return the table of ./dev test vm --image: no other stage of the usual table runs with it."""
    older = [_preparation_of(work, core)] if core != MAIN else []
    return [preparation(work), *older, guest_gates.image(work, "12"), *guest_gates.of_images(work, images, core)]


def _preparation_of(work: Workshop, core: Core) -> Stage:
    """Return the stage that makes the environment of an older ansible-core."""
    steps = [Step("environment", lambda log: work.make_older(core, log), check=False)]
    return Stage(core.preparation, f"environment of {core.title}", steps, budget_s=40, needs=PREPARED)


def _needs(core: Core) -> tuple[str, ...]:
    """Return the names of the stages that everything with this ansible-core needs."""
    return tuple(dict.fromkeys([*PREPARED, core.preparation]))


def _lint(work: Workshop) -> Stage:
    """Return the stage of style and lint checks: all of them, or those that failed the last time."""
    wanted = work.names("lint", [name for name, _command in LINT])
    steps = [_tool(work, name, command) for name, command in LINT if name in wanted]
    what = f"{len(steps)} style and lint checks"
    return Stage("lint", what, steps, part="lint", budget_s=120, needs=PREPARED, keep_going=True)


def _units_of_tools(work: Workshop) -> Stage:
    """Return the stage of the unit tests of tools/."""
    tests = work.tests("units-tools", "tests/unit/tools")
    run = Step("pytest", lambda log: work.pytest(log, "units-tools", *tests), tests=True)
    return Stage("units-tools", "tests of tools/", [run], part="unit", budget_s=30, needs=PREPARED)


def _browser(work: Workshop) -> Stage:
    """Return the stage that opens the report page in a real browser."""
    tests = work.tests("browser", "tests/browser")
    run = Step("pytest", lambda log: work.pytest(log, "browser", *tests), tests=True)
    steps = [Step("system packages", work.install_browser, check=False), run]
    return Stage("browser", "the report's page in a real browser", steps, "unit", EVERY, 120, PREPARED)


def documentation(work: Workshop) -> Stage:
    """Return the stage that builds the documentation site and checks its links. Nothing is looked up on the network."""
    source, site = DOCS / "source", DOCS / "site"
    plugins = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--cleanup", "everything"]

    def pages(log: Log) -> None:
        source.mkdir(parents=True, exist_ok=True)
        work.run(log, ["python", "-m", "tools.docs", "pages", str(source)], more=IMPORTS)

    def of_plugins(log: Log) -> None:
        folder = ["--dest-dir", str(source / "collection"), "crashops.kdump"]
        work.run(log, ["antsibull-docs", "collection", *plugins, *folder])

    def build(log: Log) -> None:
        # Sphinx does not repeat the warnings of a page that is the same, and leaves the pages of files that are gone
        shutil.rmtree(site, ignore_errors=True)
        words = ["-q", "-W", "--keep-going", "-j", str(work.workers), "-c", "docs/docsite", str(source), str(site)]
        work.run(log, ["sphinx-build", *words], "docs")

    steps = [
        Step("environment", work.make_docs, check=False),
        Step("pages of guides, checks and rules", pages),
        Step("pages of plugins", of_plugins),
        Step("sphinx", build),
        Step("links", lambda log: work.run(log, ["python", "-m", "tools.docs", "links", str(site)], more=IMPORTS)),
    ]
    return Stage("docs", "the documentation site, and its links", steps, "docs", ALL, 120, PREPARED)


def _galaxy(work: Workshop) -> Stage:
    """Return the stage that installs the archive in a HOME of its own, and makes the context of an image with it."""
    tests = work.tests("galaxy", "tests/galaxy")
    run = Step("pytest", lambda log: work.pytest(log, "galaxy", *tests), tests=True)
    what = "the archive, installed in an empty HOME, and in the context of an execution environment"
    return Stage("galaxy", what, [run], "galaxy", EVERY, 120, PREPARED)


def _importer(work: Workshop) -> Stage:
    """Return the stage that judges the archive as Galaxy does before it takes it."""
    steps = [
        Step("environment", work.make_importer, check=False),
        Step("galaxy-importer", lambda log: galaxy_importer.judge(work, log)),
    ]
    return Stage("importer", "what Galaxy itself says of the archive", steps, "galaxy", ALL, 120, PREPARED)


def _monitoring(work: Workshop) -> Stage:
    """Return the stage that runs the rules for Prometheus over made-up hosts, and checks the files next to them."""

    def fetch(log: Log) -> None:
        promtool.ensure(log)

    def run(log: Log) -> None:
        path = os.pathsep.join([*map(str, promtool.ensure(log)), work.environ("main")["PATH"]])
        work.pytest(log, "monitoring", *work.tests("monitoring", "tests/monitoring"), more={"PATH": path})

    steps = [Step("promtool", fetch, check=False), Step("pytest", run, tests=True)]
    return Stage("monitoring", "rules for Prometheus, run over made-up hosts", steps, "unit", EVERY, 120, PREPARED)


def fuzz(work: Workshop, minutes: float) -> Stage:
    """Return the stage that gives each parser texts that nobody thought of, other ones each time, for so many minutes.

    What it finds becomes an @example, or a test of its own: a change must pass the same texts each time.
    """

    def run(log: Log) -> None:
        files = sorted(str(path.relative_to(REPOSITORY)) for path in REPOSITORY.glob(FUZZ))
        end, passes = time.monotonic() + 60 * minutes * len(files) / work.workers, 0
        while time.monotonic() < end:
            work.pytest(log, "fuzz", "-n", str(work.workers), "--hypothesis-profile=fuzz", *files)
            passes += 1
            log.say(f"{passes} passes over the tests of {len(files)} files, each with its many texts")

    return Stage("fuzz", "made-up texts for each parser", [Step("pytest", run, tests=True)], needs=PREPARED)


def _coverage(work: Workshop) -> Stage:
    """Return the stage that fails where the unit tests run fewer lines of the plugins than COVERED."""

    def run(log: Log) -> None:
        words = ["-n", str(work.workers), *(f"--ignore-glob={name}" for name in UNCOUNTED)]
        words += ["--cov=plugins", "--cov-report=term:skip-covered", f"--cov-fail-under={COVERED}"]
        # Python 3.12 and later count lines almost for free by it; where it is not there, coverage says so and goes on
        more = {"COVERAGE_CORE": "sysmon", "COVERAGE_FILE": str(LAB / "coverage")}
        work.pytest(log, "coverage", *words, "tests/unit/plugins", more=more)

    what = f"the unit tests run {COVERED} of 100 lines of plugins"
    return Stage("coverage", what, [Step("pytest", run, tests=True)], "unit", ALL, 240, PREPARED)


def _roles(work: Workshop, core: Core) -> Stage:
    """Return the stage that runs roles, playbooks and the documentation's examples on made-up machines."""
    stage = f"roles-{core.series}"
    what = f"roles, playbooks and what the pages show, {core.title}, on made-up machines"
    step = _on_made_up_machines(work, core, stage, "tests/roles")
    return Stage(stage, what, [step], "roles", core.roles, 600, _needs(core))


def _batches(work: Workshop, core: Core) -> Stage:
    """Return the stage that runs the playbooks in batches on made-up machines."""
    stage = f"batches-{core.series}"
    what = f"playbooks in batches, {core.title}, on made-up machines"
    step = _on_made_up_machines(work, core, stage, "tests/roles/test_batches.py")
    return Stage(stage, what, [step], "roles", core.batches, 90, _needs(core))


def _on_made_up_machines(work: Workshop, core: Core, stage: str, tests: str) -> Step:
    """Return the step that runs tests of the role with one ansible-core."""

    def run(log: Log) -> None:
        # pytest is in the main environment only; the ansible that it starts is the first on PATH
        more = {"PATH": work.path_with(core)}
        # always two at a time: these are the last tests of a run, when nothing else uses the second processor
        work.pytest(log, stage, "-n", "2", *work.tests(stage, tests), limit_s=1800, more=more)

    return Step("pytest", run, tests=True)


def _tool(work: Workshop, name: str, command: str) -> Step:
    """Return the step of one row of LINT."""
    return Step(name, lambda log: work.run(log, shlex.split(command)))


class AnsibleTest:
    """Makes the stages that run ansible-test from one of the environments."""

    def __init__(self, work: Workshop, core: Core) -> None:
        self._work = work
        self._core = core

    def units_stage(self) -> Stage:
        """Return the stage of the plugins' unit tests: the files that failed the last time, and then all of them.

        ansible-test stops at the first of its runs of pytest that fails. So what failed is never all that is wrong.
        """
        name, what, everything = f"units-{self._core.series}", f"unit tests, {self._core.title}", "tests/unit/plugins/"
        files = dict.fromkeys(test.partition("::")[0] for test in self._work.tests(name, everything))
        steps = [Step("units", lambda log: self.units(log, everything), tests=True)]
        if everything not in files:
            steps.insert(0, Step("files that failed", lambda log: self.units(log, *files), check=False))
        return Stage(name, what, steps, "unit", self._core.units, 240, _needs(self._core), alone=ANSIBLE_TEST)

    def sanity_stage(self) -> Stage:
        """Return the stage of ansible-test's own checks, called sanity."""
        name, what = f"sanity-{self._core.series}", f"ansible-test sanity, {self._core.title}"
        steps = [Step("sanity", self.sanity, tests=True)]
        return Stage(name, what, steps, "sanity", self._core.sanity, 300, _needs(self._core), alone=ANSIBLE_TEST)

    def sanity(self, log: Log) -> None:
        """Run every sanity test on every interpreter that ansible-test knows and finds."""
        lacking = [pythons.dotted(version) for version in pythons.ON_HOSTS if version not in self._work.pythons]
        if lacking:
            self._work.notice(
                f"NOT RUN: sanity on Python {', '.join(lacking)}, which hosts have and this machine has not"
            )
        again = self._work.again.get(f"sanity-{self._core.series}", ())
        chosen = [word for test in dict.fromkeys(again) if test != "sanity" for word in ("--test", test)]
        self._work.ansible_test(log, self._core.key, "sanity", *chosen)

    def units(self, log: Log, *tests: str) -> None:
        """Run the plugins' unit tests: on the Python of hosts that the table names, else on the environment's own."""
        version, wanted = self._work.versions[self._core.key].version, self._core.units_on
        if wanted in self._work.pythons:
            version = wanted
        elif wanted:
            self._work.notice(
                f"NOT RUN: unit tests on Python {pythons.dotted(wanted)}, which hosts have and this machine has not; "
                f"they run on Python {pythons.dotted(version)} instead"
            )
        log.say(f"on Python {self._work.pythons[version].full}")
        argv = ["--python", pythons.dotted(version), "--num-workers", str(self._work.workers), *tests]
        self._work.ansible_test(log, self._core.key, "units", *argv)
