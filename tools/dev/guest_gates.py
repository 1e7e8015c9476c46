# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ./dev test that run on virtual machines.

A story takes a machine that knows nothing of kdump to a checked dump, and saves the armed machine on its way. The
stages after it start from that saved machine, so that none of them waits for another's boots and installations.
"""

import os
import shutil

from tools.dev.log import Log
from tools.dev.places import CACHE, LAB, REPOSITORY, SAVED, STAGED
from tools.dev.stages import ALL, EVERY, Stage, Step
from tools.dev.workshop import Workshop

# of one command: a guest that hangs is found much earlier, see tools/lab/guest.py
LIMIT_S = 3600


def stages(work: Workshop) -> list[Stage]:
    """Return the rows of the table of stages."""
    return [
        _story(work, "12", EVERY),
        image(work, "13"),
        _story(work, "13", ALL),
        Stage(
            "verdict",
            "a proved machine is broken in one way after the other, and each is found",
            [Step("pytest", lambda log: _pytest(work, log, "verdict", "tests/guests/test_verdict.py"))],
            part="vm",
            tier=ALL,
            budget_s=1200,
            needs=("prepare", "story-12"),
        ),
        Stage(
            "setup-faults",
            "what goes wrong on an armed machine while setup changes it",
            [Step("pytest", lambda log: _pytest(work, log, "setup-faults", "tests/guests/test_setup.py"))],
            part="vm",
            tier=ALL,
            budget_s=900,
            needs=("prepare", "story-13"),
        ),
        Stage(
            "demo",
            "what ./dev demo does, on Debian 13 with two processors",
            [Step("demo", lambda log: _demo(work, log))],
            part="vm",
            tier=ALL,
            budget_s=600,
            needs=("prepare", "image-13"),
        ),
        Stage(
            "lab",
            "the lab's own tests on real guests",
            [Step("pytest", lambda log: _pytest(work, log, "lab", "tests/lab"))],
            part="vm",
            tier=ALL,
            budget_s=240,
            needs=("prepare", "image-12"),
        ),
        Stage(
            "dump-server",
            "two machines crash at once to an ssh server and to an NFS server, and the report of both",
            _molecule(work, "dump_server", "dump-server"),
            part="vm",
            tier=ALL,
            budget_s=1200,
            needs=("prepare", "story-12", "story-13"),
            cores=2,
        ),
    ]


def image(work: Workshop, release: str) -> Stage:
    """Return the stage that builds the image of a release of Debian."""

    def build(log: Log) -> None:
        work.run(
            log, ["python", "-m", "tools.lab", "image", f"debian-{release}"], limit_s=LIMIT_S, more=lab_variables()
        )

    steps = [Step("system packages", work.install_lab, check=False), Step("image", build, check=False)]
    what = f"the image of Debian {release}, unless it is built"
    return Stage(
        f"image-{release}", what, steps, budget_s=150, needs=("prepare",), alone="image", keeps=CACHE / "images"
    )


def _story(work: Workshop, release: str, tier: str) -> Stage:
    """Return the stage in which a machine is set up, crashes, is switched off, and is set up again."""
    name = f"story-{release}"
    what = f"Debian {release} from nothing to a checked dump of a real panic, a rollback, disable and setup once more"
    steps = _molecule(work, "story", name, STORY_GUEST=f"deb{release}")
    needs = ("prepare", f"image-{release}")
    saved = SAVED / f"deb{release}"
    return Stage(name, what, steps, part="vm", tier=tier, budget_s=1000, needs=needs, keeps=saved)


def _molecule(work: Workshop, scenario: str, stage: str, **variables: str) -> list[Step]:
    """Return the steps that run a scenario of Molecule, in a folder of the stage's own."""
    folder = LAB / "molecule" / stage
    more = lab_variables() | variables | {"MOLECULE_EPHEMERAL_DIRECTORY": str(folder)}

    def run(log: Log) -> None:
        # a run that was killed leaves an inventory of guests that are gone
        shutil.rmtree(folder, ignore_errors=True)
        work.run(log, ["molecule", "test", "-s", scenario], limit_s=LIMIT_S, more=more)

    return [Step("molecule test", run)]


def _pytest(work: Workshop, log: Log, stage: str, tests: str) -> None:
    """Run tests that have guests of their own, or those of them that failed the last time."""
    # emptied at the next start: a run that was ended has removed no disk of a guest
    folder = LAB / "pytest" / stage
    folder.parent.mkdir(parents=True, exist_ok=True)
    argv = ["pytest", "-v", "-p", "no:cacheprovider", "--durations=10", "--durations-min=10", f"--basetemp={folder}"]
    work.run(log, [*argv, *work.tests(stage, tests)], limit_s=LIMIT_S, more=lab_variables())
    shutil.rmtree(folder, ignore_errors=True)


def _demo(work: Workshop, log: Log) -> None:
    """Run the demo in the work tree, where ./dev demo does."""
    python = str(work.environments["main"] / "bin" / "python")
    variables = work.environ("main") | lab_variables()
    log.run([python, "-m", "tools.demo", "--image", "debian-13"], REPOSITORY, variables, LIMIT_S)


def lab_variables() -> dict[str, str]:
    """Return the variables with which `python -m tools.lab` is found from anywhere, and its guests end with ./dev."""
    return {"PYTHONPATH": str(STAGED), "LAB_OWNER": str(os.getpid()), "LAB_SAVED": str(SAVED)}
