# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs galaxy-importer, the program by which Galaxy judges an archive. A warning fails it here.

Its ansible-test is left out: it wants containers, and the stages called sanity run the same. So is its flake8, which
Galaxy itself leaves out too: it refuses the blanks that ruff format writes.
"""

import shutil

from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.places import COLLECTIONS, LAB
from tools.dev.workshop import Workshop

FOLDER = LAB / "importer"
CONFIG = """\
[galaxy-importer]
CHECK_CHANGELOG = True
CHECK_REQUIRED_TAGS = True
OFFLINE_ANSIBLE_LINT = True
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = True
RUN_ANSIBLE_TEST = False
RUN_FLAKE8 = False
"""
# how its logger begins what is not right
MARKS = ("WARNING", "ERROR", "CRITICAL")
DONE = "Importer processing completed successfully"


def judge(work: Workshop, log: Log) -> None:
    """Build the archive, and let galaxy-importer judge it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "galaxy-importer.cfg").write_text(CONFIG)
    work.run(log, ["ansible-galaxy", "collection", "build", "--output-path", str(FOLDER)])
    (archive,) = FOLDER.glob("*.tar.gz")
    variables = {
        "GALAXY_IMPORTER_CONFIG": str(FOLDER / "galaxy-importer.cfg"),
        "HOME": str(FOLDER),
        # ansible-lint follows a playbook that another one names
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
    }
    start = log.size()
    work.run(log, ["python", "-m", "galaxy_importer.main", str(archive)], "importer", more=variables)
    found = complaint(log.text(start))
    if found:
        raise StepFailed(found)


def complaint(said: str) -> str:
    """Return in one sentence what galaxy-importer complains of; empty where it takes the archive without a word."""
    marked = [line for line in said.splitlines() if line.startswith(MARKS)]
    if marked:
        return f"galaxy-importer says: {marked[0]}"
    return "" if DONE in said else "galaxy-importer did not come to its end"
