# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ./dev test that run on virtual machines.

A story takes a machine without kdump to a checked dump, and saves the armed machine on its way. The stages after it
start from that saved machine, so that none of them waits for another's boots and installations.
"""

import os
import shutil
from collections.abc import Sequence

from tools.dev.cores import MAIN, Core
from tools.dev.given_images import GivenImage
from tools.dev.log import Log
from tools.dev.places import CACHE, LAB, REPOSITORY, SAVED, STAGED
from tools.dev.stages import ALL, EVERY, Stage, Step
from tools.dev.workshop import Workshop
from tools.lab.image import place as image_of

STORY = "setup, a real panic and its checked dump, four faults, disable, setup again"
VERDICT = "tests/guests/test_verdict.py"
# of one command: a guest that hangs is found much earlier, see tools/lab/guest.py
LIMIT_S = 1800
IMAGES = CACHE / "images"
# the variables of a build: it must use this user's cache, leave no root's file in this tree, and reach the mirror
OF_A_BUILD = (
    *("CRASHOPS_CACHE", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "LAB_MIRROR"),
    *("http_proxy", "https_proxy", "no_proxy"),
)


def stages(work: Workshop) -> list[Stage]:
    """Return the rows of the table of stages that run on guests."""
    return [
        _story(work, "12", EVERY),
        image(work, "13"),
        _story(work, "13", ALL),
        image(work, "14"),
        _story(work, "14", ALL),
        _tests(work, "verdict", VERDICT, "every harm to a proved machine is found", 900, "story-12"),
        _tests(
            work, "setup-faults", "tests/guests/test_setup.py", "setup is cut off or cannot write", 1300, "story-13"
        ),
        _demo(work),
        _tests(work, "lab", "tests/lab", "the lab's own tests on real guests", 240, "image-12"),
        _dump_server(work),
    ]


def image(work: Workshop, release: str) -> Stage:
    """Return the stage that builds the image of a release of Debian."""

    steps = [Step("system packages", work.install_lab, check=False), build_step(work, release)]
    what = f"the image of Debian {release}, unless it is built"
    return Stage(f"image-{release}", what, steps, budget_s=150, needs=("prepare",), alone="image", keeps=IMAGES)


def build_step(work: Workshop, release: str) -> Step:
    """Return the step that builds the image of a release of Debian, as root: by sudo where ./dev is not."""
    argv = ["python", "-m", "tools.lab", "image", f"debian-{release}"]

    def build(log: Log) -> None:
        if os.geteuid() == 0 or image_of(f"debian-{release}").exists():
            work.run(log, argv, limit_s=LIMIT_S, more=lab_variables())
        else:
            # the folder, and the key that guests let in, are this user's
            IMAGES.mkdir(parents=True, exist_ok=True)
            log.run(by_sudo(work, argv), STAGED, work.environ("main"), LIMIT_S, session=False)

    return Step("image", build, check=False)


def by_sudo(work: Workshop, argv: Sequence[str]) -> list[str]:
    """Return a command of the main environment as root; sudo drops all variables, and these must stay."""
    kept = work.environ("main") | lab_variables()
    words = [f"{name}={kept[name]}" for name in OF_A_BUILD if name in kept]
    return ["sudo", "env", *words, str(work.environments["main"] / "bin" / argv[0]), *argv[1:]]


def of_images(work: Workshop, images: Sequence[GivenImage], core: Core = MAIN) -> list[Stage]:
    """Return the stages of ./dev test vm --image: each image's story and verdict, and a dump server for all of them.

    core: the ansible-core that manages the guests; EL 8 needs 2.16.
    """
    needs = tuple(dict.fromkeys(["prepare", core.preparation]))
    stages = []
    for given in images:
        saved = SAVED / given.name
        steps = _molecule(work, "vm", f"story-{given.name}", core, **given.variables())
        what, story, key = f"{given.path.name}: {STORY}", f"story-{given.name}", given.fingerprint(core.series)
        name, harms = f"verdict-{given.name}", "every harm to it is found"
        verdict = _tests(work, name, VERDICT, harms, 1800, story, core, LAB_MACHINE=given.name)
        stages += [
            Stage(story, what, steps, "vm", ALL, 1800, (*needs, "image-12"), keeps=saved, key=key),
            verdict._replace(key=key),
        ]
    names = [given.name for given in images]
    variables = {"LAB_MACHINES": " ".join(names), "LAB_NAME": ",".join(names)}
    steps = _molecule(work, "dump_server", "dump-server-images", core, **variables)
    what = f"{', '.join(names)}: crash to an ssh server and to an NFS server"
    needs, key = (*needs, *(f"story-{name}" for name in names)), " ".join(stage.key for stage in stages)
    server = Stage("dump-server-images", what, steps, "vm", ALL, 1800, needs, cores=2, key=key)
    return [*stages, server]


def _story(work: Workshop, release: str, tier: str) -> Stage:
    """Return the stage in which a guest is set up, crashes, has kdump disabled, and is set up again."""
    name = f"story-{release}"
    guest = f"deb{release}"
    steps = _molecule(work, "vm", name, STORY_GUEST=guest)
    what = f"Debian {release}: {STORY}"
    return Stage(name, what, steps, "vm", tier, 900, ("prepare", f"image-{release}"), keeps=SAVED / guest)


def _molecule(work: Workshop, scenario: str, stage: str, core: Core = MAIN, **variables: str) -> list[Step]:
    """Return the steps that run a scenario of Molecule, in a folder of the stage's own."""
    folder = LAB / "molecule" / stage
    more = lab_variables() | variables | {"MOLECULE_EPHEMERAL_DIRECTORY": str(folder)}

    def run(log: Log) -> None:
        # a run that was killed leaves an inventory of guests that are gone
        shutil.rmtree(folder, ignore_errors=True)
        argv = ["molecule", "test", "-s", scenario]
        work.run(log, argv, limit_s=LIMIT_S, more=more | {"PATH": work.path_with(core)})

    return [Step("molecule test", run, tests=True)]


def _dump_server(work: Workshop) -> Stage:
    """Return the stage in which two guests crash and dump to a server, by ssh and by NFS."""
    what = "two machines crash at once to an ssh server and to an NFS server, and the report of both"
    steps = _molecule(work, "dump_server", "dump-server")
    needs = ("prepare", "story-12", "story-13")
    return Stage("dump-server", what, steps, "vm", ALL, 1200, needs, cores=2)


def _tests(
    work: Workshop,
    name: str,
    tests: str,
    what: str,
    budget_s: float,
    need: str,
    core: Core = MAIN,
    **variables: str,
) -> Stage:
    """Return a stage of tests that start guests of their own: all of them, or those that failed the last time."""

    def run(log: Log) -> None:
        words = ["--durations=10", "--durations-min=10", *work.tests(name, tests)]
        more = lab_variables() | variables | {"PATH": work.path_with(core)}
        work.pytest(log, name, *words, how="-v", limit_s=LIMIT_S, more=more)
        # the disks of guests are large
        shutil.rmtree(LAB / "pytest" / name, ignore_errors=True)

    return Stage(name, what, [Step("pytest", run, tests=True)], "vm", ALL, budget_s, ("prepare", need))


def _demo(work: Workshop) -> Stage:
    """Return the stage that runs the demo of ./dev demo, on a guest with two processors."""

    def run(log: Log) -> None:
        python = str(work.environments["main"] / "bin" / "python")
        variables = work.environ("main") | lab_variables()
        # in the work tree, where ./dev demo runs
        log.run([python, "-m", "tools.demo", "--image", "debian-13"], REPOSITORY, variables, LIMIT_S)

    what = "what ./dev demo does, on Debian 13 with two processors"
    return Stage("demo", what, [Step("demo", run)], "vm", ALL, 600, ("prepare", "image-13"))


def lab_variables() -> dict[str, str]:
    """Return the variables by which `python -m tools.lab` is found anywhere, and its guests end with ./dev."""
    return {"PYTHONPATH": str(STAGED), "LAB_OWNER": str(os.getpid()), "LAB_SAVED": str(SAVED)}
