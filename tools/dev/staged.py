# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the work tree at a path that ends in ansible_collections/crashops/kdump, as ansible-test requires.

It holds what git knows and what it would add, and is a repository itself. Inside an ignored folder git would name none
of its files, and ansible-test, ansible-lint and antsibull ask git.
"""

import filecmp
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tools.dev.outcome import StepFailed
from tools.dev.places import REPOSITORY, STAGED

# what runs leave in the copy, and the copy's own repository
KEPT = (Path(".git"), Path("tests/output"))
NEVER = {".git", ".lab", "__pycache__"}


def wanted_files(source: Path) -> list[Path]:
    """Return the files of the work tree that git knows or would add, relative to it."""
    if not (source / ".git").exists():
        return sorted(_walk(source))
    names = git(source, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return sorted({Path(name) for name in names if name and os.path.lexists(source / name)})


def git(tree: Path, *words: str) -> str:
    """Run git in a tree, and return what it printed."""
    # a hook of git, and git rebase --exec, name their own repository by variables: these win over the folder
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    argv = ["git", "-c", f"safe.directory={tree}", *words]
    done = subprocess.run(argv, cwd=tree, env=own, capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise StepFailed(f"git {words[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return os.fsdecode(done.stdout)


def _walk(source: Path) -> Iterable[Path]:
    """Yield the files of a tree that is not a repository."""
    for folder, names, files in os.walk(source):
        names[:] = [name for name in names if name not in NEVER]
        for name in files:
            yield (Path(folder) / name).relative_to(source)


def stage(source: Path = REPOSITORY, target: Path = STAGED) -> Path:
    """Bring the copy to the state of the work tree, and return its path."""
    wanted = wanted_files(source)
    target.mkdir(parents=True, exist_ok=True)
    _remove_others(target, set(wanted))
    for path in wanted:
        _copy(source / path, target / path)
    if not (target / ".git").exists():
        git(target, "init", "--quiet", "--initial-branch=main")
    return target


def _copy(source: Path, target: Path) -> None:
    """Copy one file unless the copy is the same already, so that file times stay and caches remain valid."""
    if target.is_symlink() or source.is_symlink() or target.is_dir():
        _remove(target)
    elif target.exists() and filecmp.cmp(source, target, shallow=False):
        shutil.copymode(source, target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)


def _remove(path: Path) -> None:
    """Remove whatever is at a path."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _remove_others(target: Path, wanted: set[Path]) -> None:
    """Remove from the copy what the work tree no longer has."""
    for folder, names, files in os.walk(target):
        here = Path(folder).relative_to(target)
        names[:] = [name for name in names if here / name not in KEPT]
        for name in files:
            if here / name not in wanted:
                _remove(target / here / name)
    for folder, _names, _files in os.walk(target, topdown=False):
        path = Path(folder)
        inside = path.relative_to(target)
        if not any(path.iterdir()) and not any(kept in (inside, *inside.parents) for kept in KEPT):
            path.rmdir()
