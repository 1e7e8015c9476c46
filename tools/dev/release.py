# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a release: ./dev release TAG builds its archive, and ./dev publish TAG sends that to Galaxy."""

import hashlib
import os
import re
import shutil
import tarfile
from pathlib import Path

from tools.dev import staged
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
    fragments = tree / "changelogs" / "fragments"
    left = sorted(path.name for pattern in ("*.yml", "*.yaml") for path in fragments.glob(pattern))
    if left:
        return f"changelogs/fragments still has {', '.join(left)}; type antsibull-changelog release before the tag"
    return _not_the_commit_of(tag, tree) if (tree / ".git").exists() else ""


def _not_the_commit_of(tag: str, tree: Path) -> str:
    """Return in one sentence how the tree differs from the commit with this tag; empty where it does not."""
    changed = staged.git(tree, "status", "--porcelain").splitlines()
    if changed:
        return f"{changed[0][3:]} is not as in the last commit; commit it, or remove it from the tree"
    if tag not in staged.git(tree, "tag", "--points-at", "HEAD").split():
        return f"the commit that is checked out has no tag {tag}; type git checkout {tag}"
    return ""


def build(work: Workshop, tag: str, log: Log) -> Path:
    """Build the archive of a tag, and return its path."""
    return _build_in(FOLDER, work, tag, log)


def _build_in(folder: Path, work: Workshop, tag: str, log: Log) -> Path:
    """Build the archive of a tag in a folder, which is emptied before, and return its path."""
    found = trouble(tag)
    if found:
        raise StepFailed(found)
    shutil.rmtree(folder, ignore_errors=True)
    work.run(log, ["ansible-galaxy", "collection", "build", "--output-path", str(folder)])
    (archive,) = folder.glob("*.tar.gz")
    log.say(f"{archive.name} has the SHA-256 {_sha256(archive.read_bytes())}")
    return archive


def tested(work: Workshop, tag: str, log: Log) -> Path:
    """Return the archive that ./dev release left in FOLDER, if it holds what this tree does; built where none is."""
    kept = FOLDER / f"crashops-kdump-{tag}.tar.gz"
    if not kept.exists():
        return build(work, tag, log)
    # two archives of one tree differ in the times of their files
    if _contents(_build_in(LAB / "release-again", work, tag, log)) != _contents(kept):
        raise StepFailed(f"{kept} holds other files than this tree; remove it, and type ./dev release {tag} again")
    log.say(f"sends the archive that is there already, with the SHA-256 {_sha256(kept.read_bytes())}")
    return kept


def _contents(archive: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in an archive, by its name."""
    with tarfile.open(archive) as packed:
        files = {member.name: packed.extractfile(member) for member in packed}
        return {name: _sha256(stream.read()) if stream else "" for name, stream in files.items()}


def _sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def publish(work: Workshop, tag: str, log: Log) -> None:
    """Send the archive of a tag to Galaxy. The token goes by a variable, so that no log has it."""
    token = os.environ.get(TOKEN)
    if not token:
        raise StepFailed(f"{TOKEN} is not set: make a token on galaxy.ansible.com, and give it by this variable")
    archive = tested(work, tag, log)
    argv = ["ansible-galaxy", "collection", "publish", str(archive)]
    # ansible-galaxy takes a token from a variable only for a server that a list names
    server = {"LIST": "galaxy", "GALAXY_URL": GALAXY, "GALAXY_TOKEN": token}
    work.run(log, argv, more={f"ANSIBLE_GALAXY_SERVER_{name}": value for name, value in server.items()})
