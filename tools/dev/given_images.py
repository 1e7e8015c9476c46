# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that ./dev test vm is given by path: what the command line says of them, checked before anything starts."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tools.lab import cache

# a guest has its name as its host name, and the lab's own guests have these
NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
TAKEN = ("deb12", "deb13", "deb14", "store")
# the places on the network of the guests: 3 is the dump server's
NUMBERS = (1, 2, 4, 5, 6, 7, 8)


class GivenImage(NamedTuple):
    """One image: the name of its guest, its place on the network, and how the lab logs in."""

    name: str
    path: Path
    number: int
    user: str = "root"
    key: Path | None = None
    seed: bool = False
    firmware: str = "bios"

    def variables(self) -> dict[str, str]:
        """Return the variables by which the scenario vm and python -m tools.lab take the image."""
        found = {"LAB_IMAGE": str(self.path), "LAB_NAME": self.name, "LAB_NUMBER": str(self.number)}
        found |= {"LAB_USER": self.user, "LAB_FIRMWARE": self.firmware, "LAB_SEED": "true" if self.seed else ""}
        return found | ({"LAB_KEY": str(self.key)} if self.key else {})

    def fingerprint(self, core: str) -> str:
        """Return what changes with the file, with the login, and with the ansible-core that manages the guest."""
        stat = self.path.stat()
        return cache.fingerprint(self.variables(), stat.st_size, stat.st_mtime_ns, core)


class Refused(Exception):
    """The command line names an image that cannot be taken; the sentence says why and what to type."""


def given(words: Iterable[str], user: str, key: Path | None, seed: bool, firmware: str) -> list[GivenImage]:
    """Return the images that NAME=PATH words name, in their order."""
    found: list[GivenImage] = []
    if key and not _meant(key).is_file():
        raise Refused(f"--key: there is no file {key}; name the private key that logs in")
    login = (user, key and _meant(key), seed, firmware)
    for number, word in zip(NUMBERS, words, strict=False):
        name, _equal, path = word.partition("=")
        _check(word, name, Path(path), [image.name for image in found])
        found.append(GivenImage(name, _meant(Path(path)), number, *login))
    if len(found) < len(list(words)):
        raise Refused(f"--image: {len(list(words))} images are too many for one network; give at most {len(NUMBERS)}")
    return found


def _meant(path: Path) -> Path:
    """Return the whole of a path on the command line: it begins where ./dev was called, and not in the repository."""
    return (Path(os.environ.get("DEV_CALLED_FROM", "")) / path.expanduser()).resolve()


def _check(word: str, name: str, path: Path, before: list[str]) -> None:
    """Raise Refused for a word that names no image."""
    if not NAME.fullmatch(name) or not path.name:
        raise Refused(
            f"--image: {word!r} is no NAME=PATH, where NAME has small letters, digits and dashes; "
            "type for example --image el9=/images/el9.qcow2"
        )
    if name in TAKEN or name in before:
        raise Refused(f"--image: there is a guest {name} already; give {path} another name")
    if not _meant(path).is_file():
        raise Refused(f"--image: there is no file {path}; name a qcow2 or raw image of this machine")
