# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line behind ./dev."""

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from tools.dev import gates, stages
from tools.dev.log import show
from tools.dev.places import LAB, LOGS, REPOSITORY
from tools.dev.workshop import Workshop

HELP = """\
Everything that is done with this repository. Nothing has to be installed before: what is missing on a Debian or
Ubuntu machine is installed, and said (as root, or with sudo).

  ./dev demo [--keep]   takes a machine with no kdump to a checked dump of a real panic, in a guest; the result is
                        in .lab/demo/result.json, and --keep leaves the guest running and says how to reach it
  ./dev test [PART...]  runs every check, or these parts: lint, unit, sanity, vm
  ./dev lint            the same as ./dev test lint
  ./dev help            this

Logs are in .lab/logs. Environments and images are in $CRASHOPS_CACHE, or crashops-kdump in the user's cache.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="./dev", add_help=False, allow_abbrev=False)
    top.add_argument("-h", "--help", action="store_true")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("help", add_help=False)
    commands.add_parser("lint", add_help=False)
    demo = commands.add_parser("demo", prog="./dev demo", allow_abbrev=False)
    demo.add_argument("--keep", action="store_true", help="leave the guest running and say how to reach it")
    test = commands.add_parser("test", prog="./dev test")
    test.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(gates.PARTS)} (left out: all)")
    return top


def main() -> int:
    """Do what the command line says and return the exit status."""
    options = parser().parse_args()
    if options.help or options.command in (None, "help"):
        print(HELP, end="")
        return 0
    # without a handler, what was started would go on when ./dev is ended
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    try:
        if options.command == "demo":
            demo(options.keep)
        parts = ["lint"] if options.command == "lint" else options.parts
        unknown = [part for part in parts if part not in gates.PARTS]
        if unknown:
            print(f"./dev test: {unknown[0]!r} is no part; the parts are {', '.join(gates.PARTS)}", file=sys.stderr)
            return 2
        return test(parts or list(gates.PARTS))
    except KeyboardInterrupt:
        show("interrupted")
        return 130


def test(parts: list[str]) -> int:
    """Run the stages of some parts, and return 1 if anything failed."""
    with _alone():
        began = time.monotonic()
        work = Workshop()
        names = {name for part in parts for name in gates.PARTS[part]}
        results = stages.run_all(stages.select(gates.stages(work), names), LOGS)
    tally = stages.total(results)
    print()
    for line in [*stages.table(results), *(f"!! {notice}" for notice in work.notices)]:
        print(line)
    print(f"{stages.duration(time.monotonic() - began)} in all; the logs are in {LOGS}")
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed else 0


def demo(keep: bool) -> NoReturn:
    """Prepare the machine, and become the demo."""
    with _alone():
        work = Workshop()
        steps = [*gates.preparation(work).steps, stages.Step("lab packages", work.install_lab)]
        what = "system packages, environment, a copy of the tree"
        prepared = stages.run_all([stages.Stage("prepare", what, steps)], LOGS)
    if prepared[0].outcome != stages.PASSED:
        sys.exit(1)
    variables = work.environ("main") | gates.lab_variables()
    python = str(work.environments["main"] / "bin" / "python")
    os.chdir(REPOSITORY)
    os.execve(python, [python, "-m", "tools.demo", *(["--keep"] if keep else [])], variables)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other runs in this tree out: they would share the copy and the logs."""
    LAB.mkdir(exist_ok=True)
    with open(LAB / "lock", "w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            show("another ./dev is at work in this tree; this one waits for it")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
