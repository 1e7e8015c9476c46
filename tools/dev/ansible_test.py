# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-test needs besides itself: get-pip.py, and pip's settings.

It fetches get-pip.py from a host of its own. A stand-in, which runs pip from a wheel of the package index, is put where
it looks first. It also passes no PIP_* variable on, so the settings go into a pip.conf under the HOME that it gets.
"""

import ast
import subprocess
from pathlib import Path

from tools.dev import downloads
from tools.dev.downloads import PIP
from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.places import ANSIBLE_TEST_HOME, CACHE

# get_venv_packages() in ansible_test/_internal/python_requirements.py of each release; 21.3.1 is for Python 3.6
PIPS = {
    "2.16": ("23.1.2", "21.3.1"),
    "2.17": ("23.1.2",),
    "2.18": ("24.2",),
    "2.19": ("24.2",),
    "2.21": ("25.2",),
}
WHEELS = CACHE / "wheels"
STAND_IN = '''\
"""Stands in for get-pip.py: installs what it is told to, with the pip of a wheel."""
import sys

sys.path.insert(0, {wheel!r})
from pip._internal.cli.main import main

sys.exit(main(["install"] + [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]))
'''


def prepare(core: str, venv: Path, log: Log) -> Path:
    """Return the HOME to run ansible-test with; `core` is the series of ansible-core, such as 2.16."""
    for version in PIPS.get(core, ()):
        _stand_in(version, venv, log)
    config = ANSIBLE_TEST_HOME / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)
    config.write_text(pip_conf(_pip_settings(venv)))
    return ANSIBLE_TEST_HOME


def _stand_in(version: str, venv: Path, log: Log) -> None:
    """Write the stand-in of get-pip.py for one version of pip."""
    # releases for old Pythons too, which this one would not take
    wheel = downloads.wheel(venv / "bin" / "python", f"pip=={version}", WHEELS, log, ("--ignore-requires-python",))
    script = ANSIBLE_TEST_HOME / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(STAND_IN.format(wheel=str(wheel)))


def _pip_settings(venv: Path) -> str:
    """Return what `pip config list` prints: the settings in its files and in the environment."""
    argv = [str(venv / "bin" / "python"), *PIP, "config", "list"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise StepFailed(f"pip config list failed: {done.stderr.strip()}")
    return done.stdout


def pip_conf(listing: str) -> str:
    """Return a pip.conf with what `pip config list` printed; a variable wins over a file, as it does in pip."""
    settings: dict[str, str] = {}
    for line in listing.splitlines():
        key, value = line.split("=", 1)
        section, name = key.rsplit(".", 1)
        if section == "global":
            settings.setdefault(name, ast.literal_eval(value))
        elif section == ":env:" and name not in ("no-input", "disable-pip-version-check"):
            settings[name] = ast.literal_eval(value)
    lines = (f"{name} = " + "\n    ".join(value.split("\n")) for name, value in sorted(settings.items()))
    return "\n".join(["[global]", *lines, ""])
