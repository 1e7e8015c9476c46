# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""promtool and amtool, which check rules for Prometheus and the configuration of Alertmanager.

Debian and Ubuntu have them in the packages of the servers, which would start a server when they are installed. So the
packages are only fetched and unpacked, into the cache.
"""

import platform
import shutil
from pathlib import Path

from tools.dev import packages
from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.places import CACHE
from tools.lab.cache import fingerprint, new_entry

# programs, by the package that has them
PROGRAMS = {"prometheus": "promtool", "prometheus-alertmanager": "amtool"}


def ensure(log: Log) -> list[Path]:
    """Return the folders in which promtool and amtool are, fetched unless they are installed; the latter have none."""
    if all(shutil.which(program) for program in PROGRAMS.values()):
        log.write("promtool and amtool are installed")
        return []
    # of another release or processor they would not run
    key = fingerprint(PROGRAMS, platform.freedesktop_os_release(), platform.machine())
    folder = CACHE / "promtool" / key
    if not folder.exists():
        with new_entry(folder) as work:
            if work != folder:
                _fetch(work, log)
    return [folder / "usr" / "bin"]


def _fetch(work: Path, log: Log) -> None:
    """Download the packages, whose hashes apt checks, and unpack them; nothing is installed or started."""
    if not shutil.which("apt-get"):
        names = " and ".join(PROGRAMS.values())
        raise StepFailed(f"{names} are missing, and are fetched on Debian and Ubuntu only; put them on PATH")
    log.say(f"fetches {' and '.join(PROGRAMS.values())}: they check the rules for Prometheus and Alertmanager")
    packages.update_lists(log)
    log.run(["apt-get", "-q", "download", *PROGRAMS], work)
    for archive in sorted(work.glob("*.deb")):
        log.run(["dpkg-deb", "--extract", archive.name, "."], work)
        archive.unlink()
    # of the servers' packages, only these two are needed
    for path in (work / "usr" / "bin").iterdir():
        if path.name not in PROGRAMS.values():
            path.unlink()
