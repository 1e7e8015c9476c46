# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collections that galaxy.yml depends on or that tests use, unpacked from the community package `ansible` of the index.

So no Galaxy server is asked for anything, and the hash of that one wheel is known (downloads.py). The rest of the
package, more than 500 MB, is not unpacked.
"""

import zipfile
from pathlib import Path

from tools.dev import downloads
from tools.dev.log import Log
from tools.dev.places import COMMUNITY
from tools.lab.cache import fingerprint, new_entry

NAMES = ("ansible/posix", "community/crypto")
# with the connection to the containers of the tests
OF_TESTS = ("containers/podman",)
# the community package by ansible-core's series: the last for 2.16, whose collections are the oldest that are used
# here, and for all later ones the last whose collections are those that galaxy.yml asks for
VERSIONS = {"2.16": "9.13.0"}
LATER = "11.13.0"


def ensure(core: str, venv: Path, log: Log) -> Path:
    """Return a folder with the collections that fit a series of ansible-core, made unless it is there."""
    version = VERSIONS.get(core, LATER)
    folder = COMMUNITY / f"{version.replace('.', '-')}-{fingerprint(NAMES + OF_TESTS)}"
    if not folder.exists():
        log.say(f"fetches {' and '.join(name.replace('/', '.') for name in NAMES + OF_TESTS)} with ansible {version}")
        with new_entry(folder) as work:
            if work != folder:
                _fetch(version, venv, work, log)
    return folder


def _fetch(version: str, venv: Path, work: Path, log: Log) -> None:
    """Download the community package, and unpack the wanted collections."""
    # the package asks for the Python of its own ansible-core; the collections run with older ones and newer ones
    python = venv / "bin" / "python"
    wheel = downloads.wheel(python, f"ansible=={version}", work, log, ("--ignore-requires-python",))
    unpack(wheel, work)
    wheel.unlink()


def unpack(wheel: Path, target: Path) -> None:
    """Unpack the wanted collections of the community package's wheel, and nothing else."""
    wanted = tuple(f"ansible_collections/{name}/" for name in NAMES + OF_TESTS)
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target, [name for name in packed.namelist() if name.startswith(wanted)])
