# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the settings with which podman really runs a container here: its own, or more modest ones.

On a machine that is a container itself, podman's own may fail: crun refuses control groups of the first version next to
the second, and limits cannot be raised without CAP_SYS_RESOURCE.
"""

import os
import subprocess
from pathlib import Path

from tools.lab.commands import need
from tools.lab.errors import LabError

TRIAL_LIMIT_S = 120
MODEST = """\
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
pids_limit = 0
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


def runs(image: str, settings: dict[str, str]) -> str:
    """Return why podman runs no container of an image with some variables; empty where it does."""
    argv = [need("podman", "podman"), "run", "--rm", "--pull=never", "--entrypoint=/bin/true", image]
    environment = os.environ | settings
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=TRIAL_LIMIT_S, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return f"it did not end within {TRIAL_LIMIT_S} s"
    return "" if done.returncode == 0 else done.stderr.strip() or f"it exited with {done.returncode}"


def settings(image: str, folder: Path) -> dict[str, str]:
    """Return the variables with which podman runs containers here; a file of settings is written to the folder."""
    modest = folder / "containers.conf"
    folder.mkdir(parents=True, exist_ok=True)
    modest.write_text(MODEST)
    said = ""
    for variables in ({}, {"CONTAINERS_CONF": str(modest)}):
        said = runs(image, variables)
        if not said:
            return variables
    raise LabError(f"podman runs no container on this machine: {said.splitlines()[-1] if said else 'it says nothing'}")
