# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks Debian's packages into the root tree of a guest or a container."""

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.lab.commands import need, run
from tools.lab.errors import LabError

ARCHITECTURE = "x86_64"


def check_machine() -> None:
    """Raise LabError where this machine, or this account, cannot build an image."""
    if platform.machine() != ARCHITECTURE:
        raise LabError(f"images are of x86-64, and are built on such a machine only; this one is {platform.machine()}")
    if os.geteuid():
        raise LabError("building an image keeps the owners of its files and so needs root; run this with sudo")


def options_of(suite: str, packages: Sequence[str], later: Sequence[str], *options: str) -> list[str]:
    """Return the words of mmdebstrap that say what is in a tree; where one of them changes, it is another tree.

    later: packages that stay in apt's cache, beside its lists, so that they can be installed without a network.
    options: more options of mmdebstrap.
    """
    fetch = f"apt-get install --yes --download-only {' '.join(later)}"
    argv = ["--variant=minbase", "--skip=cleanup/apt", "--skip=cleanup/reproducible", f"--include={','.join(packages)}"]
    hook = f'--customize-hook=rm -f "$1"/var/cache/apt/archives/*.deb; chroot "$1" {fetch}'
    return [*argv, hook, *options, suite]


def unpack(options: Sequence[str], place: Path, log: Path) -> None:
    """Unpack packages, as `options_of` names them, into a directory, or into an archive if its name ends in .tar."""
    form = "tar" if place.suffix == ".tar" else "directory"
    argv = [need("mmdebstrap", "mmdebstrap"), "--mode=root", f"--format={form}"]
    # shows each package: a mirror that is slow is not one that hangs
    argv += ["--verbose"]
    argv += [*options, str(place)]
    # without a mirror mmdebstrap takes the distribution's own, security updates included
    mirror = os.environ.get("LAB_MIRROR")
    run([*own_mounts(), *argv, *([mirror] if mirror else [])], log=log)


def own_mounts() -> list[str]:
    """Return the words before a command that let its mounts end with it, however it ends; none where that is refused.

    mmdebstrap binds /dev/shm of this machine into the tree. Where a kill leaves it there, whoever removes the tree
    empties it.
    """
    words = [need("unshare", "util-linux"), "--mount"]
    allowed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    return words if allowed else []
