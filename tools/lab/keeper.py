# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one QEMU alive for as long as its owner lives: a guest never outlives the run that wanted it."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

# makes the kernel kill what follows when the keeper ends, however it ends; the process id stays the same
DIE_WITH_KEEPER = ["setpriv", "--pdeathsig", "KILL", "--"]


def start(argv: list[str], folder: Path, control: Path, owner: int) -> int:
    """Start QEMU under a keeper of its own, detached from this process, and return QEMU's process id.

    control: the folder of QEMU's socket, which is removed when QEMU has ended.
    """
    spec = {"argv": argv, "owner": owner, "log": str(folder / "qemu.log"), "control": str(control)}
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tools.lab.keeper", json.dumps(spec)]
    keeper = subprocess.Popen(
        command,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=open(folder / "keeper.log", "w"),
        start_new_session=True,
    )
    assert keeper.stdout is not None
    line = keeper.stdout.readline()
    return int(line) if line.strip() else 0


def _wait_for_either(qemu: "subprocess.Popen[bytes]", owner: int) -> None:
    """Return when QEMU has ended or its owner is gone."""
    watch = select.poll()
    watch.register(os.pidfd_open(qemu.pid), select.POLLIN)
    try:
        watch.register(os.pidfd_open(owner), select.POLLIN)
    except ProcessLookupError:
        return
    watch.poll()


def _await_exec(process: "subprocess.Popen[bytes]") -> None:
    """Return when setpriv has become QEMU: only then does QEMU end with this process."""
    while process.poll() is None and os.readlink(f"/proc/{process.pid}/exe").endswith("/setpriv"):
        time.sleep(0.005)


def main(text: str) -> None:
    """Start QEMU, print its process id, and stay until it or the owner ends."""
    spec = json.loads(text)
    with open(spec["log"], "ab") as log:
        argv = DIE_WITH_KEEPER + spec["argv"]
        qemu = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    _await_exec(qemu)
    print(qemu.pid, flush=True)
    sys.stdout.close()
    _wait_for_either(qemu, spec["owner"])
    if qemu.poll() is None:
        qemu.terminate()
        try:
            qemu.wait(timeout=10)
        except subprocess.TimeoutExpired:
            qemu.kill()
    qemu.wait()
    shutil.rmtree(spec["control"], ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
