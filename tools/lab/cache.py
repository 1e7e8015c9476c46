# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's cache of what takes long to make. An entry is named by a hash of what it is made from."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_dir() -> Path:
    """Return the folder of all that is kept between runs: $CRASHOPS_CACHE, or one in the user's cache."""
    chosen = os.environ.get("CRASHOPS_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "crashops-kdump"


def fingerprint(*parts: object) -> str:
    """Return 16 hexadecimal digits that change with any of the parts (anything that JSON can hold)."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


@contextmanager
def new_entry(final: Path) -> Iterator[Path]:
    """Give an empty folder that becomes the cache entry `final` only if all goes well: none is ever half made.

    Others who want the same entry wait for the lock, and then get the finished one.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    with locked(final.with_suffix(".lock")):
        if final.exists():
            yield final
            return
        work = final.with_suffix(".part")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        yield work
        work.rename(final)


@contextmanager
def new_version(final: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `final` only if all goes well."""
    work = final.with_suffix(".part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    yield work
    old = final.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    work.rename(final)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file while the block runs; the lock ends with the process, however that ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
