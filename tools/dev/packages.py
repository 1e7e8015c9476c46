# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system packages that ./dev needs, each with its reason, and how the missing ones get installed."""

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple

from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.places import REPOSITORY

LISTS = Path("/var/lib/apt/lists")
# stages run at the same time, and one apt-get keeps others out
_one_at_a_time = threading.RLock()
# apt-get waits for the lock of dpkg, but not for that of the lists, which a fresh machine often takes in the background
LISTS_LOCKED = "Could not get lock /var/lib/apt/lists/lock"
LOCK_LIMIT_S = 1800.0


class Package(NamedTuple):
    """A Debian and Ubuntu package, and what it is for."""

    name: str
    reason: str


BASE = (
    Package("ca-certificates", "so that pip trusts the package index"),
    Package("git", "names the files that belong to the collection"),
    Package("openssh-client", "ansible and the lab reach guests by ssh"),
    Package("shellcheck", "checks the shell scripts"),
)
LAB = (
    Package("qemu-system-x86", "runs the guests that crash"),
    Package("qemu-utils", "makes their disks"),
    Package("ovmf", "boots guests by UEFI"),
    Package("mmdebstrap", "makes Debian's root tree for an image"),
    Package("debian-archive-keyring", "Debian's keys, which Ubuntu has not"),
    Package("e2fsprogs", "fills an image's file system without mounting it"),
    Package("mtools", "fills a cloud-init seed without mounting it"),
)
CONTAINERS = (
    Package("podman", "runs containers with systemd"),
    Package("runc", "starts them where crun cannot"),
    Package("netavark", "connects them to the network"),
    Package("iptables", "netavark calls it"),
    Package("aardvark-dns", "answers for names there"),
    Package("mmdebstrap", "makes Debian's root tree for an image"),
    Package("debian-archive-keyring", "Debian's keys, which Ubuntu has not"),
)
# any of these programs will do; Debian's package is installed where there is none
BROWSERS = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
BROWSER = (Package("chromium", "opens the report's page in the tests"),)


def missing(packages: tuple[Package, ...]) -> list[Package]:
    """Return the system packages that are not installed."""
    names = [package.name for package in packages]
    argv = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *names]
    found = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    installed = {line.split()[0] for line in found.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package.name not in installed]


def install(packages: tuple[Package, ...], log: Log) -> None:
    """Install the system packages that are missing, and say which and why."""
    if not shutil.which("apt-get"):
        names = ", ".join(package.name for package in packages)
        raise StepFailed(
            f"packages are installed on Debian and Ubuntu only; the names there of what is needed: {names}"
        )
    wanted = missing(packages)
    if not wanted:
        log.write("every system package is there")
        return
    for package in wanted:
        log.say(f"installs {package.name}: {package.reason}")
    install_argv = ("install", "-y", "--no-install-recommends", *(package.name for package in wanted))
    with _one_at_a_time:
        update_lists(log)
        try:
            _apt(log, *install_argv)
        except StepFailed:
            log.say("apt-get failed; once more with fresh package lists")
            _update(log)
            _apt(log, *install_argv)


def update_lists(log: Log) -> None:
    """Fetch the lists of packages if there are none."""
    with _one_at_a_time:
        if not list(LISTS.glob("*_Packages*")):
            _update(log)


def _update(log: Log) -> None:
    """Fetch the lists of packages, as soon as no other apt-get of this machine does."""
    end = time.monotonic() + LOCK_LIMIT_S
    while True:
        start = log.size()
        try:
            return _apt(log, "update")
        except StepFailed:
            if LISTS_LOCKED not in log.text(start) or time.monotonic() > end:
                raise
        log.wait()


def _apt(log: Log, *words: str) -> None:
    """Run apt-get as root; it asks nothing, and waits for another apt-get that has the lock of dpkg."""
    # in English, as _update reads what it says
    variables = ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    argv = [*as_root(), "env", *variables, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=-1", *words]
    log.run(argv, REPOSITORY, limit_s=1800, session=False)


def as_root() -> list[str]:
    """Return the words before a command that needs root."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise StepFailed("system packages are missing, and only root installs them: run ./dev as root, or install sudo")
    return ["sudo"]
