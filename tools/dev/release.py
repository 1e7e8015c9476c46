# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a release: ./dev release TAG builds its archive, and ./dev publish TAG sends that to Galaxy."""

import hashlib
import os
import re
import shutil
from pathlib import Path

from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.places import LAB, REPOSITORY
from tools.dev.workshop import Workshop

FOLDER = LAB / "release"
TOKEN = "GALAXY_TOKEN"
GALAXY = "https://galaxy.ansible.com/api/"


def version(tree: Path = REPOSITORY) -> str:
    """Return the version in galaxy.yml."""
    return str(re.findall(r"^version: (\S+)$", (tree / "galaxy.yml").read_text(), re.MULTILINE)[0])


def trouble(tag: str, tree: Path = REPOSITORY) -> str:
    """Return in one sentence why the tree cannot be released by this tag; empty where it can."""
    wanted = version(tree)
    if tag != wanted:
        return f"the tag is {tag} and galaxy.yml has the version {wanted}; make them the same"
    released = re.findall(r"^  (\d\S*):$", (tree / "changelogs" / "changelog.yaml").read_text(), re.MULTILINE)
    if tag not in released:
        return f"changelogs/changelog.yaml has no release {tag}; type antsibull-changelog release"
    left = sorted(path.name for path in (tree / "changelogs" / "fragments").glob("*.yml"))
    if left:
        return f"changelogs/fragments still has {', '.join(left)}; type antsibull-changelog release before the tag"
    return ""


def build(work: Workshop, tag: str, log: Log) -> Path:
    """Build the archive of a tag, and return its path."""
    found = trouble(tag)
    if found:
        raise StepFailed(found)
    shutil.rmtree(FOLDER, ignore_errors=True)
    work.run(log, ["ansible-galaxy", "collection", "build", "--output-path", str(FOLDER)])
    (archive,) = FOLDER.glob("*.tar.gz")
    log.say(f"{archive.name} has the SHA-256 {hashlib.sha256(archive.read_bytes()).hexdigest()}")
    return archive


def publish(work: Workshop, tag: str, log: Log) -> None:
    """Build the archive of a tag, and send it to Galaxy. The token goes by a variable, so that no log has it."""
    token = os.environ.get(TOKEN)
    if not token:
        raise StepFailed(f"{TOKEN} is not set: make a token on galaxy.ansible.com, and give it by this variable")
    archive = build(work, tag, log)
    argv = ["ansible-galaxy", "collection", "publish", str(archive)]
    # ansible-galaxy takes a token from a variable only for a server that a list names
    server = {"LIST": "galaxy", "GALAXY_URL": GALAXY, "GALAXY_TOKEN": token}
    work.run(log, argv, more={f"ANSIBLE_GALAXY_SERVER_{name}": value for name, value in server.items()})
