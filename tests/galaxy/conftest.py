# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as a user has it: installed from its archive, in a HOME that has nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.dev.places import REPOSITORY
from tools.dev.staged import wanted_files

COLLECTIONS = Path(".ansible") / "collections"


class Home(NamedTuple):
    """A HOME with the collection in it, and the archive that it was installed from."""

    path: Path
    archive: Path

    @property
    def collections(self) -> Path:
        """Return the folder that ansible-galaxy installs into."""
        return self.path / COLLECTIONS

    def run(self, argv: Sequence[str], limit_s: float = 300) -> str:
        """Run a command as a user of this HOME does, and return what it prints."""
        done = subprocess.run(
            argv, cwd=self.path, env=self._variables(), capture_output=True, text=True, timeout=limit_s, check=False
        )
        assert done.returncode == 0, f"{argv} exited with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _variables(self) -> dict[str, str]:
        """Return the environment: nothing leads to the checkout or to other collections."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        return {"LC_ALL": "C.UTF-8", **kept, "HOME": str(self.path), "ANSIBLE_NOCOLOR": "1"}


def dependency(name: str) -> Path:
    """Return the folder of another collection, among those that ./dev fetched."""
    for root in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep):
        found = Path(root) / "ansible_collections" / name
        if found.is_dir():
            return found
    raise LookupError(f"{name} is in no folder of ANSIBLE_COLLECTIONS_PATH")


def build(folder: Path) -> Path:
    """Build the archive of the work tree."""
    checkout = folder / "checkout"
    for path in wanted_files(REPOSITORY):
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / path, checkout / path)
    argv = ["ansible-galaxy", "collection", "build", str(checkout), "--output-path", str(folder)]
    subprocess.run(argv, check=True, timeout=300, stdout=subprocess.DEVNULL)
    shutil.rmtree(checkout)
    (archive,) = folder.glob("crashops-kdump-*.tar.gz")
    return archive


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a HOME where the archive is installed, without Galaxy, next to the two collections that it needs."""
    made = Home(tmp_path_factory.mktemp("home"), build(tmp_path_factory.mktemp("archive")))
    for name in ("ansible/posix", "community/crypto"):
        shutil.copytree(dependency(name), made.collections / "ansible_collections" / name)
    made.run(["ansible-galaxy", "collection", "install", "--offline", str(made.archive)])
    return made
