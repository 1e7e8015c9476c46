# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual environments in the cache, each named by a hash of its lock file: a changed lock file makes a new one."""

import hashlib
import shutil
from pathlib import Path

from tools.dev import downloads
from tools.dev.log import Log
from tools.dev.places import REPOSITORY, VENVS
from tools.dev.pythons import Python
from tools.lab.cache import locked

# written last: an environment without it was cut off while it was made
COMPLETE = ".complete"


def venv_path(name: str, python: Python, root: Path = VENVS) -> Path:
    """Return the path in the cache where an environment lies or will lie."""
    content = downloads.lock(name).read_bytes() + str(python.path.resolve()).encode()
    return root / f"{name}-{python.full}-{hashlib.sha256(content).hexdigest()[:12]}"


def ensure(name: str, python: Python, log: Log) -> Path:
    """Return an environment with everything of its lock file in it, made unless it is there."""
    path = venv_path(name, python)
    with locked(path.with_name(path.name + ".lock")):
        if not (path / COMPLETE).exists():
            log.say(f"makes the environment {name} with Python {python.full}")
            shutil.rmtree(path, ignore_errors=True)
            log.run([str(python.path), "-m", "venv", str(path)], REPOSITORY, limit_s=300)
            downloads.install(path / "bin" / "python", name, log)
            (path / COMPLETE).touch()
    return path
