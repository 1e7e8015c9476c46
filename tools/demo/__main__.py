# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boots a guest with no kdump and runs setup, verify and test on it, by the playbooks that users run."""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tools.lab import image, qemu
from tools.lab.commands import end_group, exit_by_signals
from tools.lab.errors import LabError
from tools.lab.guest import Guest, free_port, inventory_text

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / ".lab" / "demo"
NAME = "demo"
# what a run writes; the folder is emptied of all else
RESULT = DEMO / "result.json"
INVENTORY = DEMO / "inventory.json"


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


def create(recipe: str) -> Guest:
    """Return a new guest that has no kdump; the one of the demonstration before it is ended."""
    folder = DEMO / "guest"
    if (folder / "guest.json").exists():
        Guest(folder).stop()
    shutil.rmtree(DEMO, ignore_errors=True)
    found = image.build(recipe)
    return Guest.create(folder, found, qemu.Machine(NAME, 1, found.firmware, 2048, 2, free_port(), None))


def boot(guest: Guest, owner: int) -> None:
    """Boot the guest, and write the inventory with it."""
    guest.start(owner)
    INVENTORY.write_text(inventory_text([guest]))
    guest.wait_for_ssh()
    guest.ssh(f"hostnamectl set-hostname {NAME}")


def play(what: str, playbook: str, **variables: Any) -> None:
    """Run a playbook on the guest and show all that it says."""
    argv = ["ansible-playbook", "-i", str(INVENTORY), playbook]
    if variables:
        argv += ["-e", json.dumps(variables)]
    say(f"\n=== {what}\n$ {shlex.join(os.path.relpath(word) if word.startswith('/') else word for word in argv)}")
    began = time.monotonic()
    status = _run(argv)
    say(f"=== {what}: {'done' if status == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s")
    if status:
        raise LabError(f"{playbook} failed; its own words are above")


def _run(argv: list[str]) -> int:
    """Run a command in a session of its own, and return its exit status; where this process is ended, so is that."""
    process = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        end_group(process)
        raise


def summary(result: dict[str, Any]) -> str:
    """Return what a person wants to see at the end, every value out of the result."""
    dump = result["dump"]
    rows = [
        ("host", result["host"]),
        ("reserved memory", f"{result['memory']['reserved_bytes'] // 1024**2} MiB, {' '.join(result['crashkernel'])}"),
        ("armed again", "yes" if result["armed"] else "no"),
        ("dump directory", dump["directory"]),
        *(("", f"{entry['name']}  {entry['size_bytes']:,} bytes") for entry in dump["files"]),
        ("format", dump["format"]),
        ("complete", "yes" if dump["complete"] else f"no: {dump['reason']}"),
        ("kernel in the dump", dump["kernel"]),
        ("panic in its dmesg", dump["panic"]),
    ]
    return "\n".join(f"  {name:<20}{value}" for name, value in rows)


def run(options: argparse.Namespace) -> None:
    """Run the whole sequence, and end the guest or say how to reach it, however the sequence ended."""
    began = time.monotonic()
    guest = create(options.image)
    try:
        # a guest that is kept must outlive this process: it then ends with the machine, or by the command that is named
        boot(guest, 1 if options.keep else os.getpid())
        prove(began)
    finally:
        if not options.keep:
            guest.stop()
        elif guest.running():
            say(f"The guest is still running.\n  reach it:  {shlex.join(guest.ssh_argv())}")
            say(f"  playbooks: ansible-playbook -i {os.path.relpath(INVENTORY)} playbooks/verify.yml")
            say(f"  end it:    {shlex.join([*guest.ssh_argv(), 'poweroff'])}")


def prove(began: float) -> None:
    """Run the playbooks on the guest, and say what its dump proves."""
    play("setup: install, configure, reserve, reboot, arm", "playbooks/setup.yml", kdump_reboot_allowed=True)
    play("verify: would this host leave a dump?", "playbooks/verify.yml")
    play("test: a real panic", "playbooks/test.yml", kdump_test_confirm=NAME)
    play("result: what the dump says of itself", "tools/demo/result.yml", demo_result=str(RESULT))
    result = json.loads(RESULT.read_text())
    say(f"\nThis machine has proved its own dump, in {time.monotonic() - began:.0f} s.\n\n{summary(result)}\n")
    say(f"The same as JSON: {os.path.relpath(RESULT)}")
    if not result["dump"]["complete"]:
        raise LabError(f"the dump is not complete: {result['dump']['reason']}")


def main() -> int:
    """Read the command line, run the demonstration, and say in one sentence why it failed if it did."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the guest running and say how to reach it")
    parser.add_argument("--image", default="debian-12", choices=("debian-12", "debian-13"), help="default: debian-12")
    exit_by_signals()
    try:
        run(parser.parse_args())
    except LabError as error:
        say(f"\nThe demonstration failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
