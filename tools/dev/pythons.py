# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python interpreters of this machine: on PATH, and where the usual installers keep more of them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tools.dev.outcome import NotRun
from tools.dev.places import PYTHONS

# what the modules meet on hosts: EL 8, EL 9, Ubuntu 22.04, Debian 12, EL 10 and Ubuntu 24.04, Debian 13
ON_HOSTS = ((3, 6), (3, 9), (3, 10), (3, 11), (3, 12), (3, 13))
# the Pythons that the newest ansible-core and the tools run on
FOR_MAIN = ((3, 10), (3, 11), (3, 12), (3, 13), (3, 14))
# the Pythons that the locked Sphinx runs on
FOR_DOCS = ((3, 11), (3, 12), (3, 13), (3, 14))
# those of the ansible-core next to galaxy-importer: requirements-importer.txt
FOR_IMPORTER = ((3, 11), (3, 12), (3, 13))
PROBE = "import ctypes, ensurepip, ssl, sys, venv, zlib; print('.'.join(map(str, sys.version_info[:3])))"
NAME = re.compile(r"python3\.\d+")


class Python(NamedTuple):
    """A Python interpreter: its version, and a path that may be a link."""

    version: tuple[int, int]
    full: str
    path: Path

    @property
    def name(self) -> str:
        """Return the version as people write it, such as 3.11."""
        return dotted(self.version)


def dotted(version: tuple[int, int]) -> str:
    """Return a Python version as people write it: 3.11 for (3, 11)."""
    return "{}.{}".format(*version)


def clean_path(path: str) -> str:
    """Return PATH without version managers' shims, which exist for Pythons that are not active and then fail."""
    return os.pathsep.join(folder for folder in path.split(os.pathsep) if folder and Path(folder).name != "shims")


def folders(environment: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folders in which Python interpreters may lie, in order of preference."""
    path = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep) if folder]
    roots = [folder.parent for folder in path if folder.name == "shims"]
    roots += [Path(environment["PYENV_ROOT"])] if environment.get("PYENV_ROOT") else []
    roots += [home / ".pyenv", home / ".asdf" / "installs" / "python", home / ".local" / "share" / "uv" / "python"]
    found = [folder for folder in path if folder.name != "shims"]
    for root in roots:
        found += sorted(root.glob("versions/*/bin")) + sorted(root.glob("*/bin"))
    return list(dict.fromkeys(found))


def candidates(places: Iterable[Path]) -> list[Path]:
    """Return every program in these folders that is called python3.N."""
    found = []
    for folder in places:
        found += [path for path in sorted(folder.glob("python3.*")) if NAME.fullmatch(path.name)]
    return [path for path in found if os.access(path, os.X_OK)]


def probe(path: Path) -> Python | None:
    """Return the Python interpreter at a path; None where it does not run or cannot make environments."""
    try:
        done = subprocess.run([str(path), "-c", PROBE], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    full = done.stdout.strip()
    if done.returncode or not full:
        return None
    major, minor = full.split(".")[:2]
    return Python((int(major), int(minor)), full, path)


def discover(environment: Mapping[str, str], home: Path, *known: Path) -> dict[tuple[int, int], Python]:
    """Return the usable Python interpreters by version, the first found of each; `known` ones are looked at last."""
    found: dict[tuple[int, int], Python] = {}
    for path in [*candidates(folders(environment, home)), *known]:
        if path.name in {f"python{python.name}" for python in found.values()}:
            continue
        python = probe(path)
        if python:
            found.setdefault(python.version, python)
    return dict(sorted(found.items()))


def newest(found: Mapping[tuple[int, int], Python], usable: tuple[tuple[int, int], ...], what: str) -> Python:
    """Return the newest of the usable Python interpreters, or raise NotRun where there is none."""
    there = [version for version in usable if version in found]
    if not there:
        wanted = f"{dotted(usable[0])} to {dotted(usable[-1])}"
        raise NotRun(f"{what} needs a Python {wanted} with venv and pip, and this machine has none")
    return found[max(there)]


def link(found: Mapping[tuple[int, int], Python], folder: Path = PYTHONS) -> Path:
    """Return a folder with links to exactly these interpreters, for PATH: ansible-test looks nowhere else."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"python{python.name}": python.path for python in found.values()}
    for old in folder.iterdir():
        if old.name not in wanted:
            old.unlink()
    for name, target in wanted.items():
        if not (folder / name).is_symlink() or (folder / name).readlink() != target:
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(target)
    return folder


def here() -> dict[tuple[int, int], Python]:
    """Return this machine's Python interpreters by version."""
    # the one that runs this may have no other name than python3
    return discover(os.environ, Path.home(), Path(sys.executable))


def program(name: str) -> str:
    """Return the path of a system program, or its name where it is not found."""
    return shutil.which(name, path=clean_path(os.environ["PATH"]) + ":/usr/sbin:/sbin") or name
