# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks Debian's packages into the root tree of a guest or a container."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.lab.commands import need, run


def unpack(suite: str, packages: Sequence[str], later: Sequence[str], place: Path, log: Path, *options: str) -> None:
    """Unpack packages of a suite into a directory, or into an archive if the name of the place ends in .tar.

    later: packages that stay in apt's cache, beside its lists, so that they can be installed without a network.
    options: more options of mmdebstrap.
    """
    form = "tar" if place.suffix == ".tar" else "directory"
    argv = [need("mmdebstrap", "mmdebstrap"), "--variant=minbase", "--mode=root", f"--format={form}"]
    argv += ["--skip=cleanup/apt", "--skip=cleanup/reproducible", f"--include={','.join(packages)}"]
    fetch = f"apt-get install --yes --download-only {' '.join(later)}"
    argv += [f'--customize-hook=rm -f "$1"/var/cache/apt/archives/*.deb; chroot "$1" {fetch}', *options]
    argv += [suite, str(place)]
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
