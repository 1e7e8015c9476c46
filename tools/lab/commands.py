# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs programs of this machine for the lab; output goes to a log, and its end into the error."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from tools.lab.errors import CommandFailed, LabError
from tools.lab.progress import Watch

# in all; how long a command may be silent is said where it is run
LONGEST_S = 4 * 3600


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


def run(argv: list[str], log: Path | None = None, cwd: Path | None = None, timeout_s: float = 1800) -> str:
    """Run a command to its end and return what it printed; both streams are added to the log.

    One that prints nothing for timeout_s, or takes LONGEST_S, is ended.
    """
    done = follow(argv, timeout_s, cwd)
    if log:
        with open(log, "a") as stream:
            stream.write(f"$ {' '.join(argv)}\n{done.stdout}{done.stderr}")
    if done.returncode:
        words = "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-10:])
        raise CommandFailed(f"{' '.join(argv)} exited with {done.returncode}:\n  {words}")
    return done.stdout


def follow(
    argv: list[str], silent_s: float, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command for as long as it goes on printing, and return how it ended and what it printed."""
    with tempfile.TemporaryFile("w+", errors="replace") as out, tempfile.TemporaryFile("w+", errors="replace") as err:
        # an input of its own: ssh makes it non-blocking, one that is ended leaves it so, and Ansible refuses that
        process = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        try:
            status = _wait(process, argv[0], (out, err), silent_s)
        except BaseException:
            process.kill()
            process.wait()
            raise
        for stream in (out, err):
            stream.seek(0)
        return subprocess.CompletedProcess(argv, status, out.read(), err.read())


def _wait(process: "subprocess.Popen[bytes]", name: str, streams: Sequence[IO[str]], silent_s: float) -> int:
    """Return the exit status of a command. A slow machine makes it slow; only one that is silent for long hangs."""
    watch = Watch(Path(name).name)
    size, grown = 0, time.monotonic()
    while (status := _status(process)) is None:
        now = _size(streams)
        if now != size:
            size, grown = now, time.monotonic()
            watch.beat(f"{size} bytes of output")
        if time.monotonic() - grown > silent_s:
            raise CommandFailed(f"{name} printed nothing for {silent_s:.0f} s")
        if watch.elapsed_s() > LONGEST_S:
            raise CommandFailed(f"{name} did not end within {LONGEST_S} s")
    return status


def _status(process: "subprocess.Popen[bytes]") -> int | None:
    """Return the exit status of a command, None where it has not ended after a moment."""
    try:
        return process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        return None


def _size(streams: Iterable[IO[str]]) -> int:
    """Return how many bytes files hold together."""
    return sum(os.fstat(stream.fileno()).st_size for stream in streams)
