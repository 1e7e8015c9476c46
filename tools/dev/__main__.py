# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of ./dev: what each of its commands, such as ./dev test, does."""

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

from tools.dev import closing_table, gates, guest_gates, last_run, schedule, stages
from tools.dev.log import show
from tools.dev.places import LAB, LAST_RUN, LOGS, REPOSITORY
from tools.dev.stages import ALL, EVERY, Step
from tools.dev.tallies import Tally
from tools.dev.workshop import Workshop

HELP = """\
Everything that is done with this repository. Nothing has to be installed before: what is missing on a Debian or
Ubuntu machine is installed, and said (as root, or with sudo).

  ./dev demo [--keep]   takes a machine with no kdump to a checked dump of a real panic, in a guest; the result is
                        in .lab/demo/result.json, and --keep leaves the guest running and says how to reach it
  ./dev test            runs what every change must pass: lint, unit tests, sanity, and the whole story on one guest
  ./dev test all        runs everything there is: both Debians, four ansible-cores, every fault, dumps to a server
  ./dev test PART...    runs these parts, or single stages of them; ./dev test --list names them all
  ./dev test --last-failed  runs what did not pass the last time, and of that only the tests that failed where it can
  ./dev fuzz [MINUTES]  gives each parser made-up texts, other ones each time, for so many minutes; 10 by default
  ./dev lint            the same as ./dev test lint
  ./dev lock            writes the lock files of tools/dev again, after a change of a requirements-*.txt there
  ./dev changelog       writes CHANGELOG.md again, after a change of changelogs/fragments
  ./dev schemas         writes docs/schemas/kdump_info-1.json again, after a change of the module's RETURN documentation
  ./dev help            this

Logs are in .lab/logs. Environments and images are in $CRASHOPS_CACHE, or crashops-kdump in the user's cache.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ./dev's command line."""
    top = argparse.ArgumentParser(prog="./dev", add_help=False, allow_abbrev=False)
    top.add_argument("-h", "--help", action="store_true")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("help", add_help=False)
    commands.add_parser("lint", add_help=False)
    commands.add_parser("lock", add_help=False)
    commands.add_parser("changelog", add_help=False)
    commands.add_parser("schemas", add_help=False)
    fuzz = commands.add_parser("fuzz", prog="./dev fuzz", allow_abbrev=False)
    fuzz.add_argument("minutes", nargs="?", type=float, default=10, metavar="MINUTES", help="for each parser")
    demo = commands.add_parser("demo", prog="./dev demo", allow_abbrev=False)
    demo.add_argument("--keep", action="store_true", help="leave the guest running and say how to reach it")
    test = commands.add_parser("test", prog="./dev test")
    test.add_argument(
        "names", nargs="*", metavar="PART", help="a part or a stage; left out: what every change must pass"
    )
    test.add_argument("--last-failed", action="store_true", help="only what did not pass the last time")
    test.add_argument("--list", action="store_true", help="name the parts and stages, and run nothing")
    return top


def main() -> int:
    """Run the command of ./dev that was typed, and return the exit status."""
    options = parser().parse_args()
    if options.help or options.command in (None, "help"):
        print(HELP, end="")
        return 0
    # without a handler, what was started would go on when ./dev is ended
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    try:
        if options.command == "demo":
            demo(options.keep)
        if options.command == "lock":
            return make_locks()
        if options.command == "changelog":
            return make_changelog()
        if options.command == "schemas":
            return make_schemas()
        if options.command == "fuzz":
            return fuzz(options.minutes)
        if options.command == "lint":
            return test(["lint"], last_failed=False)
        if options.list:
            print("\n".join(listing()))
            return 0
        return test(options.names, options.last_failed)
    except KeyboardInterrupt:
        show("interrupted")
        return 130


def listing() -> list[str]:
    """Return the lines of ./dev test --list: one for each stage that can be named."""
    rows = [stage for stage in gates.stages(Workshop()) if stage.part]
    lines = [f"{'part':<8}{'stage':<16}{'./dev test':<12}what"]
    when = {EVERY: "yes", ALL: "with all"}
    return lines + [f"{stage.part:<8}{stage.name:<16}{when[stage.tier]:<12}{stage.what}" for stage in rows]


def test(words: list[str], last_failed: bool) -> int:
    """Run the stages that these words name, and return 1 if anything failed, 2 if a word names nothing.

    last_failed: run only what did not pass when it was run last.
    """
    table = gates.stages(Workshop())
    unknown = [word for word in words if not stages.named(table, word)]
    if unknown:
        known = ", ".join(dict.fromkeys([ALL, *stages.parts(table), *(stage.name for stage in table if stage.part)]))
        print(f"./dev test: {unknown[0]!r} is no part and no stage; there are: {known}", file=sys.stderr)
        return 2
    wanted = words or [ALL if last_failed else EVERY]
    names = {name for word in wanted for name in stages.named(table, word)}
    with _alone():
        records = last_run.read(LAST_RUN) if last_failed else {}
        if last_failed:
            names &= last_run.failed(records)
        if not names:
            print("./dev test --last-failed: nothing of that failed the last time")
            return 0
        return _run(names, {name: records[name].failures for name in records}, last_run.passed(records))


def _run(names: set[str], again: Mapping[str, Sequence[str]], made: Collection[str]) -> int:
    """Run stages and those that they need, print the closing table, and return 1 if anything failed."""
    began = time.monotonic()
    cores = schedule.cores()
    work = Workshop(again)
    chosen = stages.select(gates.stages(work), names, made)
    has_guests = any(stage.part == "vm" for stage in chosen)
    work.workers = max(1, cores - 1) if has_guests else cores
    # a stage that an interrupted run did not reach has not passed
    last_run.write(LAST_RUN, [stages.Result(stage.name, stages.NOT_RUN, 0, Tally()) for stage in chosen])
    results = schedule.run_all(chosen, LOGS, cores, lambda result: last_run.write(LAST_RUN, [result]))
    seconds = time.monotonic() - began
    tally = stages.total(results)
    print()
    for line in [*closing_table.table(results), *(f"!! {notice}" for notice in work.notices)]:
        print(line)
    print(f"{stages.duration(seconds)} in all; the logs are in {LOGS}")
    if os.environ.get("CI") == "true":
        print(closing_table.time_left(seconds))
    if tally.failed:
        print("once more, only what failed: ./dev test --last-failed")
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed else 0


def fuzz(minutes: float) -> int:
    """Give each parser made-up texts for so many minutes, and return 1 if one of them failed."""
    with _alone():
        work = Workshop()
        work.workers = schedule.cores()
        results = schedule.run_all([gates.preparation(work), gates.fuzz(work, minutes)], LOGS)
    return int(any(result.outcome != stages.PASSED for result in results))


def make_locks() -> int:
    """Write the lock files of tools/dev again, and return 1 if that failed."""
    with _alone():
        work = Workshop()
        steps = [Step("interpreters", work.find_pythons), Step("lock files", work.make_locks)]
        results = schedule.run_all([stages.Stage("lock", "the lock files of tools/dev", steps)], LOGS)
    return int(results[0].outcome != stages.PASSED)


def make_changelog() -> int:
    """Write CHANGELOG.md again, and return 1 if that failed."""
    with _alone():
        work = Workshop()
        steps = [*gates.preparation(work).steps, Step("CHANGELOG.md", work.make_changelog)]
        results = schedule.run_all([stages.Stage("changelog", "CHANGELOG.md", steps)], LOGS)
    return int(results[0].outcome != stages.PASSED)


def make_schemas() -> int:
    """Write docs/schemas again from the modules' documentation, and return 1 if that failed."""
    with _alone():
        work = Workshop()
        argv = ["python", "-m", "tools.dev.schemas", str(REPOSITORY)]
        steps = [*gates.preparation(work).steps, Step("schemas", lambda log: work.run(log, argv))]
        results = schedule.run_all([stages.Stage("schemas", "docs/schemas/kdump_info-1.json", steps)], LOGS)
    return int(results[0].outcome != stages.PASSED)


def demo(keep: bool) -> NoReturn:
    """Prepare this machine, and replace this process by the demo."""
    with _alone():
        work = Workshop()
        steps = [*gates.preparation(work).steps, stages.Step("lab packages", work.install_lab)]
        what = "system packages, environment, a copy of the tree"
        prepared = schedule.run_all([stages.Stage("prepare", what, steps)], LOGS)
    if prepared[0].outcome != stages.PASSED:
        sys.exit(1)
    variables = work.environ("main") | guest_gates.lab_variables()
    python = str(work.environments["main"] / "bin" / "python")
    os.chdir(REPOSITORY)
    os.execve(python, [python, "-m", "tools.demo", *(["--keep"] if keep else [])], variables)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other runs of ./dev out of this tree: they would share the copy and the logs."""
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
