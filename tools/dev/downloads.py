# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pip downloads, each file known by its SHA-256 before: a package index or a mirror cannot slip in another one.

Each environment has a lock file, requirements-NAME.lock, which `./dev lock` makes from requirements-NAME.txt. It lists
every version and every file's hash, for all Pythons and processors. Single wheels are in the table here.
What ansible-test installs into environments of its own is not here; tests/unit/requirements.txt names most of it.
Debian's packages are not here: apt checks the signatures of its lists, and the packages by the hashes in them.
"""

import hashlib
import re
from pathlib import Path

from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.places import REPOSITORY

LOCKS = Path(__file__).parent
# the wheel, not the source, of each release
WHEELS = {
    "ansible==9.13.0": "b64c6e8cad0171576e0ed4b1fd48a5dc551128580dbb979d0e8b4cd85b969074",
    "ansible==11.13.0": "7f1c9c6a6026ff214d9240647e4d2b019b2a9d4c7a2bc733932bcf92af80ab04",
    "pip==21.3.1": "deaf32dcd9ab821e359cd8330786bcd077604b5c5730c0b096eda46f95c24a2d",
    "pip==23.1.2": "3ef6ac33239e4027d9a5598a381b9d30880a1477e50039db2eac6e8a8f6d1b18",
    "pip==24.2": "2cd581cf58ab7fcfca4ce8efa6dcacd0de5bf8d0a3eb9ec927e07405f4d9e2a2",
    "pip==25.2": "6d67a2b4e7f14d8b31b8b52648866fa717f45a1eb70e83002f4331d07e953717",
}
PIP = ("-m", "pip", "--no-input", "--disable-pip-version-check")
# no build of a source release: what builds it would come without a hash
CHECKED = ("--require-hashes", "--only-binary=:all:")
# what pip says of a file with another hash than the listed one
MISMATCH = re.compile(r"^ +(\S+)[^\n]*:\n((?: +Expected[^\n]*\n)+) +Got +(\w+)", re.MULTILINE)
# the environments that have a lock file, and the oldest Python that each is for
LOCKED = {
    "main": "3.10",
    "core216": "3.10",
    "core217": "3.10",
    "core218": "3.11",
    "core219": "3.11",
    "docs": "3.11",
    "importer": "3.11",
    "lock": "3.10",
}
HEADER = "# Made by ./dev lock out of requirements-{name}.txt: every version, and the hashes of all its files.\n"


def lock(name: str) -> Path:
    """Return the path of an environment's lock file."""
    return LOCKS / f"requirements-{name}.lock"


def install(python: Path, name: str, log: Log) -> None:
    """Install exactly what the lock file of an environment lists."""
    _pip(python, ["install", *CHECKED, "-r", str(lock(name))], lock(name).name, log)


def wheel(python: Path, requirement: str, folder: Path, log: Log, more: tuple[str, ...] = ()) -> Path:
    """Return a wheel of the table in a folder, downloaded unless it is there; one with another hash is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    there = _there(requirement, folder)
    if not there or sha256(there) != WHEELS[requirement]:
        wanted = folder / f"{requirement.replace('==', '-')}.txt"
        wanted.write_text(f"{requirement} --hash=sha256:{WHEELS[requirement]}\n")
        for old in [there] if there else []:
            old.unlink()
        argv = ["download", "--no-deps", *CHECKED, *more, "--dest", str(folder), "-r", str(wanted)]
        try:
            _pip(python, argv, "tools/dev/downloads.py", log)
        finally:
            wanted.unlink()
        there = _there(requirement, folder)
    if not there or sha256(there) != WHEELS[requirement]:
        raise StepFailed(f"pip left no wheel of {requirement} with the hash that tools/dev/downloads.py has")
    return there


def _there(requirement: str, folder: Path) -> Path | None:
    """Return the wheel of a requirement that lies in a folder; None without one."""
    name, _equal, version = requirement.partition("==")
    return next(iter(folder.glob(f"{name}-{version}-*.whl")), None)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pip(python: Path, words: list[str], listed_in: str, log: Log) -> None:
    """Run pip; where it refuses a file for its hash, say so in one sentence."""
    start = log.size()
    try:
        log.run([str(python), *PIP, *words], REPOSITORY)
    except StepFailed as failure:
        raise StepFailed(explained(log.text(start), listed_in) or str(failure)) from None


def explained(said: str, listed_in: str) -> str:
    """Return in one sentence what pip says of a wrong hash; empty where it failed for another reason."""
    found = MISMATCH.search(said)
    if not found:
        return ""
    wanted = " or ".join(line.split()[-1] for line in found[2].splitlines())
    return (
        f"the package index has another file for {found[1]} than {listed_in} lists (SHA-256 {found[3]}, expected "
        f"{wanted}); nothing was installed. If the new file is right, list its hash: ./dev lock"
    )


def make_locks(uv: Path, log: Log) -> None:
    """Write the lock files of tools/dev again by uv, for every Python from 3.10 on and every processor."""
    for name, oldest in LOCKED.items():
        listed, made = LOCKS / f"requirements-{name}.txt", lock(name)
        argv = [str(uv), "pip", "compile", "--quiet", "--no-config", "--universal", "--python-version", oldest]
        argv += ["--generate-hashes", "--no-header", "--no-annotate", "--output-file", str(made), str(listed)]
        log.run(argv, REPOSITORY, limit_s=600)
        made.write_text(HEADER.format(name=name) + made.read_text())
        log.say(f"wrote {made.relative_to(REPOSITORY)}")
