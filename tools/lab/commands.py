# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs programs of this machine for the lab; output goes to a log, and its end into the error."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tools.lab.errors import CommandFailed, LabError


def need(program: str, package: str) -> str:
    """Return the path of a program, or raise LabError with the package that has it."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if not found:
        raise LabError(f"{program} is not on this machine; install the package {package}")
    return found


def exit_by_signals() -> None:
    """Let SIGTERM, and SIGHUP of a terminal that is closed, end this process as an exception does.

    By their own effect it would end at once, and what it has started would go on. Where one is ignored, as by nohup, it
    stays so.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda caught, _frame: sys.exit(128 + caught))


def end_group(process: "subprocess.Popen[bytes]", grace_s: float = 10) -> None:
    """End a process that has a session of its own, and all that it started: asked first, killed after a while."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(grace_s)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def run(argv: list[str], log: Path | None = None, cwd: Path | None = None, timeout_s: int = 1800) -> str:
    """Run a command to its end and return what it printed; both streams are added to the log."""
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            # an input of its own: ssh makes it non-blocking, one that is ended leaves it so, and Ansible refuses that
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{argv[0]} did not end within {timeout_s} s") from error
    if log:
        with open(log, "a") as stream:
            stream.write(f"$ {' '.join(argv)}\n{done.stdout}{done.stderr}")
    if done.returncode:
        words = "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-10:])
        raise CommandFailed(f"{' '.join(argv)} exited with {done.returncode}:\n  {words}")
    return done.stdout
