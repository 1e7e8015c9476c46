# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ./dev test that run in containers: one for each distribution; one without an image is not run."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tools.dev import guest_gates, packages
from tools.dev.cores import MAIN, OLDER, Core
from tools.dev.log import Log
from tools.dev.outcome import NotRun, StepFailed
from tools.dev.places import CACHE, LAB, STAGED
from tools.dev.pythons import Python
from tools.dev.stages import ALL, Stage, Step
from tools.dev.workshop import Workshop
from tools.lab import containers, podman
from tools.lab.containers import Platform
from tools.lab.errors import LabError

OLD_PYTHON = (3, 6)
# two checkouts on one machine do not share a container
SUFFIX = "-" + hashlib.sha256(str(LAB).encode()).hexdigest()[:6]
STORY = "check mode, setup, boot entries, refusals, verify, disable, in a container with systemd"


def stages(work: Workshop) -> list[Stage]:
    """Return the rows of the table of stages that run in containers."""
    return [*(_stage(work, platform) for platform in containers.PLATFORMS.values()), _example(work)]


def _stage(work: Workshop, platform: Platform) -> Stage:
    """Return the stage of one kind of container."""
    core = next(core for core in (MAIN, *OLDER) if core.series == platform.core)
    name = f"containers-{platform.name}"
    run = ContainerStory(work, platform, core)
    steps = [
        Step("system packages", lambda log: packages.install(packages.CONTAINERS, log), check=False),
        Step("image", run.find_image, check=False),
        Step("molecule test", run.test, tests=True),
    ]
    needs = tuple(dict.fromkeys(["prepare", core.preparation]))
    return Stage(name, f"{platform.title}: {STORY}", steps, "containers", ALL, 240, needs, alone="containers")


def _example(work: Workshop) -> Stage:
    """Return the stage that runs the example scenario as a user does: copied out of the installed collection."""
    run = ContainerStory(work, containers.PLATFORMS["deb12"], MAIN)
    folder = LAB / "example"
    installed, project = folder / "collections", folder / "project"

    def install(log: Log) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        project.mkdir(parents=True)
        work.run(log, ["ansible-galaxy", "collection", "build", "--output-path", str(folder)])
        (archive,) = folder.glob("*.tar.gz")
        # what it depends on comes without Galaxy, see community.py
        argv = ["ansible-galaxy", "collection", "install", "--force", "--no-deps", "--collections-path", str(installed)]
        work.run(log, [*argv, str(archive)])
        scenario = installed / "ansible_collections" / "crashops" / "kdump" / "extensions" / "molecule" / "default"
        shutil.copytree(scenario, project / "molecule" / "default")

    def test(log: Log) -> None:
        paths = os.pathsep.join(map(str, [installed, *work.collections[1:]]))
        variables = work.environ("main") | run.settings | {"KDUMP_IMAGE": run.reference}
        variables |= {"ANSIBLE_COLLECTIONS_PATH": paths, "MOLECULE_EPHEMERAL_DIRECTORY": str(folder / "run")}
        program = str(work.environments["main"] / "bin" / "molecule")
        log.run([program, "test"], project, variables, guest_gates.LIMIT_S)

    steps = [
        Step("system packages", lambda log: packages.install(packages.CONTAINERS, log), check=False),
        Step("image", run.find_image, check=False),
        Step("archive", install, check=False),
        Step("molecule test", test),
    ]
    what = "the example scenario, copied out of the collection that the archive installs"
    return Stage("containers-example", what, steps, "containers", ALL, 240, ("prepare",), alone="containers")


class ContainerStory:
    """Finds the image of one kind of container and runs the scenario on it."""

    def __init__(self, work: Workshop, platform: Platform, core: Core) -> None:
        self._work = work
        self._platform = platform
        self._core = core
        self.reference = ""
        self.settings: dict[str, str] = {}

    def find_image(self, log: Log) -> None:
        """Find or build the image, and how podman runs it; without one the stage is not run."""
        python = self._old_python()
        log.write(f"looks for an image of {self._platform.title}")
        try:
            self.reference = containers.image(self._platform.name)
            self.settings = podman.settings(self.reference, CACHE / "containers")
        except containers.NoImage as missing:
            raise NotRun(str(missing))
        except LabError as error:
            raise StepFailed(str(error))
        if python:
            self.settings |= {"CONTAINER_PYTHON": str(_hand_in(python, self.reference, self.settings))}

    def _old_python(self) -> Python | None:
        """Return this machine's Python 3.6, where the container gets no other."""
        if not self._platform.old_python:
            return None
        if OLD_PYTHON not in self._work.pythons:
            raise NotRun("this machine has no Python 3.6, which the container would get: install one with pyenv or uv")
        return self._work.pythons[OLD_PYTHON]

    def test(self, log: Log) -> None:
        """Run the scenario."""
        folder = LAB / "molecule" / f"containers-{self._platform.name}"
        shutil.rmtree(folder, ignore_errors=True)
        more = guest_gates.lab_variables() | self.settings | {"PATH": self._work.path_with(self._core)}
        more |= {"CONTAINER_PLATFORM": self._platform.name, "CONTAINER_SUFFIX": SUFFIX}
        more |= {"MOLECULE_EPHEMERAL_DIRECTORY": str(folder)}
        self._work.run(log, ["molecule", "test", "-s", "containers"], limit_s=guest_gates.LIMIT_S, more=more)


def _hand_in(python: Python, image: str, settings: dict[str, str]) -> Path:
    """Return the folder of an interpreter, or raise NotRun where it does not run in a container of an image."""
    show = "import sys; print(sys.base_prefix)"
    done = subprocess.run([str(python.path), "-c", show], capture_output=True, text=True, check=True, timeout=60)
    folder = Path(done.stdout.strip())
    argv = ["podman", "run", "--rm", "--network=none", "--pull=never", f"--volume={folder}:{folder}:ro", image]
    argv += [str(folder / "bin" / "python3.6"), "-c", "import ctypes, hashlib, json, ssl, zlib"]
    tried = subprocess.run(
        argv, capture_output=True, text=True, check=False, timeout=120, env=os.environ | settings, cwd=STAGED
    )
    if tried.returncode:
        raise NotRun(f"this machine's {python.path} does not run in the container: {tried.stderr.strip()[-200:]}")
    return folder
