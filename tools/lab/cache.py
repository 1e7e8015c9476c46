# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's cache of what takes long to make. An entry is named by a hash of what it is made from."""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


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
    with locked(final.with_name(f"{final.name}.lock")):
        if final.exists():
            yield final
            return
        work = final.with_name(f"{final.name}.part")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        yield work
        work.rename(final)


@contextmanager
def new_version(final: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `final` only if all goes well."""
    # names that nobody else gives: what an interrupted save left there is removed, and nothing of a person's
    work, old = (final.with_name(f".{final.name}.lab-{what}") for what in ("new", "old"))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    yield work
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    work.rename(final)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def locked(path: Path, wait: Callable[[], None] = lambda: time.sleep(0.2)) -> Iterator[None]:
    """Hold a lock file while the block runs; the lock ends with the process, however that ends.

    wait: is called again and again while another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as stream:
        while not _took(stream):
            wait()
        yield


def _took(stream: IO[str]) -> bool:
    """Return whether a lock file could be locked at once."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
