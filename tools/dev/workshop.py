# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages share: the interpreters found, the environments made of them, and what this machine lacks."""

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tools.dev import ansible_test, community, downloads, packages, pythons, staged, venvs
from tools.dev.cores import Core
from tools.dev.log import Log, show
from tools.dev.outcome import NotRun, StepFailed
from tools.dev.places import ANSIBLE_TEST_HOME, CACHE, COLLECTIONS, LAB, PYTHONS, REPOSITORY, STAGED
from tools.lab.cache import locked
from tools.lab.root_tree import ARCHITECTURE

# variables that would make a run here depend on the person who starts it
FOREIGN = (
    "PYTHON",
    "ANSIBLE_",
    "MOLECULE_",
    "VIRTUAL_ENV",
    "FORCE_COLOR",
    "PY_COLORS",
    "GIT_",
    # those that give an image to a scenario that is run by hand
    "LAB_IMAGE",
    "LAB_NAME",
    "LAB_NUMBER",
    "LAB_MACHINE",
    "LAB_USER",
    "LAB_KEY",
    "LAB_SEED",
    "LAB_FIRMWARE",
    # CONTAINER_PY36 and its like name images, and are meant for this run
    "CONTAINER_PLATFORM",
    "CONTAINER_PYTHON",
)
CONFIG = LAB / "ansible.cfg"
# a command finds tools and the collection in the staged copy
IMPORTS = MappingProxyType({"PYTHONPATH": f"{STAGED}{os.pathsep}{COLLECTIONS}"})


class Workshop:
    """The interpreters, environments and notices of one run of ./dev. `notices` are repeated at the end.

    `again` names what failed in each stage the last time, where this run is only about that.
    `workers` is how many processes the unit tests may use. Where guests run too, one processor is left for them.
    """

    def __init__(self, again: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        self.again = again
        self.workers = 1
        self.pythons: dict[tuple[int, int], pythons.Python] = {}
        self.environments: dict[str, Path] = {}
        self.versions: dict[str, pythons.Python] = {}
        self.notices: list[str] = []
        self.collections = [COLLECTIONS]

    def names(self, stage: str, everything: Sequence[str]) -> Sequence[str]:
        """Return those of a stage's names that failed the last time, or all of them where none did."""
        return [name for name in everything if name in self.again.get(stage, ())] or everything

    def tests(self, stage: str, everything: str) -> list[str]:
        """Return the tests of a stage for pytest: a whole folder, or those that failed the last time."""
        return [test for test in self.again.get(stage, ()) if ".py" in test] or [everything]

    def notice(self, text: str) -> None:
        """Say loudly what is not done on this machine, now and at the end."""
        if text not in self.notices:
            self.notices.append(text)
            show(f"!! {text}")

    def install_base(self, log: Log) -> None:
        """Install the system packages that every command of ./dev needs."""
        packages.install(packages.BASE, log)

    def install_lab(self, log: Log) -> None:
        """Install the system packages that guests need, where guests can run."""
        if platform.machine() != ARCHITECTURE:
            raise NotRun(
                f"guests are x86-64, and their images are built on such a machine; this is {platform.machine()}"
            )
        packages.install(packages.LAB, log)

    def install_browser(self, log: Log) -> None:
        """Install the browser that opens the report page, unless one is there."""
        if any(shutil.which(program) for program in packages.BROWSERS):
            log.write("a browser is there")
            return
        if "ID=ubuntu" in Path("/etc/os-release").read_text().splitlines():
            self.notice(
                "NOT RUN: the report's page in a browser: Ubuntu has chromium only as a snap; install google-chrome"
            )
            raise NotRun("no browser is installed, and Ubuntu has none as a package")
        packages.install(packages.BROWSER, log)

    def find_pythons(self, log: Log) -> None:
        """Find this machine's Python interpreters, and link them for ansible-test."""
        self.pythons = pythons.here()
        pythons.link(self.pythons)
        for python in self.pythons.values():
            log.write(f"Python {python.full}: {python.path}")

    def make_main(self, log: Log) -> None:
        """Make the environment of the newest ansible-core and the tools, and fetch the collections it needs."""
        try:
            python = pythons.newest(self.pythons, pythons.FOR_MAIN, "everything here")
        except NotRun as missing:
            # without it nothing runs at all, which must not look like a machine that only lacks something
            raise StepFailed(str(missing)) from None
        self._make("main", python, log)
        self.collections.append(community.ensure(self.core("main"), self.environments["main"], log))

    def make_older(self, core: Core, log: Log) -> None:
        """Make the environment of an older ansible-core."""
        hosts = f", and so on Python {pythons.dotted(core.units_on)}" if core.units_on else ""
        untested = f"what is tested with {core.title}{hosts}"
        self._make(core.key, self._newest(core.pythons, core.title, untested), log)

    def make_docs(self, log: Log) -> None:
        """Make the environment of Sphinx, which builds the documentation site."""
        self._make("docs", self._newest(pythons.FOR_DOCS, "Sphinx", "the documentation site"), log)

    def make_importer(self, log: Log) -> None:
        """Make the environment of galaxy-importer, which does not go with the other tools."""
        python = self._newest(pythons.FOR_IMPORTER, "galaxy-importer", "what Galaxy itself says of the archive")
        self._make("importer", python, log)

    def make_locks(self, log: Log) -> None:
        """Write the lock files of tools/dev again, by uv from an environment of its own."""
        self._make("lock", pythons.newest(self.pythons, pythons.FOR_MAIN, "everything here"), log)
        downloads.make_locks(self.environments["lock"] / "bin" / "uv", log)

    def make_changelog(self, log: Log) -> None:
        """Write CHANGELOG.md again, in the work tree."""
        python = str(self.environments["main"] / "bin" / "python")
        log.run([python, "-m", "tools.dev.changelog"], REPOSITORY, self.environ("main"))

    def _newest(self, usable: tuple[tuple[int, int], ...], what: str, untested: str) -> pythons.Python:
        """Return the newest of the usable Pythons; without one, say what is not run."""
        try:
            return pythons.newest(self.pythons, usable, what)
        except NotRun as missing:
            self.notice(f"NOT RUN: {untested}: {missing}")
            raise

    def _make(self, name: str, python: pythons.Python, log: Log) -> None:
        self.environments[name] = venvs.ensure(name, python, log)
        self.versions[name] = python

    def stage_tree(self, log: Log) -> None:
        """Bring the copy of the work tree up to date."""
        log.write(f"the tree is copied to {staged.stage()}")

    def environ(self, name: str) -> dict[str, str]:
        """Return the environment variables for a command from one of the environments."""
        # an empty file instead of a person's ~/.ansible.cfg; ansible-core 2.21 refuses /dev/null
        CONFIG.parent.mkdir(parents=True, exist_ok=True)
        CONFIG.write_text("")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        venv = self.environments[name]
        path = f"{venv / 'bin'}:{pythons.clean_path(os.environ['PATH'])}:/usr/sbin:/sbin"
        return kept | {
            "PATH": path,
            "VIRTUAL_ENV": str(venv),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CONFIG": str(CONFIG),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "ANSIBLE_COLLECTIONS_PATH": ":".join(map(str, self.collections)),
            "CRASHOPS_CACHE": str(CACHE),
            "LAB_GUESTS": str(LAB / "guests"),
        }

    def path_with(self, core: Core) -> str:
        """Return PATH with the programs of one ansible-core first; pytest and Molecule are in the main one only."""
        return f"{self.environments[core.key] / 'bin'}{os.pathsep}{self.environ('main')['PATH']}"

    def run(
        self,
        log: Log,
        argv: Sequence[str],
        name: str = "main",
        limit_s: float = 900,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Run a command from an environment in the staged copy, with more variables than the usual ones."""
        program = self.environments[name] / "bin" / argv[0]
        found = str(program) if program.exists() else pythons.program(argv[0])
        log.run([found, *argv[1:]], STAGED, self.environ(name) | dict(more), limit_s)

    def pytest(
        self,
        log: Log,
        stage: str,
        *words: str,
        how: str = "-q",
        limit_s: float = 900,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Run pytest for a stage, whose files are kept until its next run: one that was stopped leaves large ones."""
        folder = LAB / "pytest" / stage
        folder.parent.mkdir(parents=True, exist_ok=True)
        argv = ["pytest", how, "-p", "no:cacheprovider", f"--basetemp={folder}", *words]
        self.run(log, argv, limit_s=limit_s, more={**IMPORTS, **more})

    def core(self, name: str) -> str:
        """Return the release series of an environment's ansible-core, such as 2.16."""
        python = self.environments[name] / "bin" / "python"
        argv = [str(python), "-c", "from ansible.release import __version__; print(__version__)"]
        version = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout
        return ".".join(version.split(".")[:2])

    def ansible_test(self, log: Log, name: str, *words: str) -> None:
        """Run ansible-test of an environment in the staged copy, with the interpreters that were found."""
        core = self.core(name)
        if name == "main" and core == "2.16":
            missing = "the newest Python here, 3.10, has no ansible-core after 2.16 that the tools accept"
            self.notice(f"NOT RUN: ansible-test of the newest ansible-core: {missing}")
            raise NotRun(missing)
        path = f"{self.environments[name] / 'bin'}:{PYTHONS}:{self.environ(name)['PATH']}"
        argv = ["ansible-test", words[0], "--venv", "--color", "no", *words[1:]]
        # all work trees share its environments, and ansible-test removes one that another run is just making
        with locked(ANSIBLE_TEST_HOME / "lock", log.wait):
            home = ansible_test.prepare(core, self.environments[name], log)
            self.run(log, argv, name, 1800, {"HOME": str(home), "PATH": path})
