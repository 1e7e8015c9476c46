# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of ./dev: what each of its commands, such as ./dev test, does."""

import argparse
import fcntl
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

from tools.dev import closing_table, cores, fetch, gates, given_images, guest_gates, last_run, release, schedule, stages
from tools.dev.log import Log, show
from tools.dev.places import CACHE, DOCS, LAB, LAST_RUN, LOGS, REPOSITORY
from tools.dev.stages import ALL, EVERY, Step
from tools.dev.tallies import Tally
from tools.dev.workshop import IMPORTS, Workshop
from tools.lab.commands import exit_by_signals

HELP = """\
Everything that is done with this repository. Nothing has to be installed before: what is missing on a Debian or
Ubuntu machine is installed, and said (as root, or with sudo).

  ./dev demo [--keep]   takes a machine with no kdump to a checked dump of a real panic, in a guest; the result is
                        in .lab/demo/result.json, and --keep leaves the guest running and says how to reach it
  ./dev test            runs what every change must pass: lint, unit tests, sanity, and the whole story on one guest
  ./dev test all        runs everything there is: three Debians, five ansible-cores, every fault, dumps to a server
  ./dev test PART...    runs these parts, or single stages of them; ./dev test --list names them all
  ./dev test vm --image NAME=PATH [--user USER] [--key FILE] [--seed] [--firmware uefi] [--core 2.16]
                        runs the story, the harms and the dump server on any image, of either stack (docs/molecule.md)
  ./dev test --last-failed  runs what did not pass the last time, and of that only the tests that failed where it can;
                        with PART, also its stages that never ran; with --image, all that did not pass on that very file
  ./dev fuzz [MINUTES]  gives each parser made-up texts, other ones each time, for so many minutes; 10 by default
  ./dev lint            the same as ./dev test lint
  ./dev lock            writes the lock files of tools/dev again, after a change of a requirements-*.txt there
  ./dev changelog       writes CHANGELOG.md again, after a change of changelogs/fragments
  ./dev schemas         writes docs/schemas/kdump_info-1.json again, after a change of the module's RETURN documentation
  ./dev pictures        draws docs/images again, after a change of the report's page or of its text
  ./dev docs            builds the documentation site, and says where its first page is
  ./dev fetch NAME ADDRESS [SHA256]  downloads an image for ./dev test vm --image NAME=.lab/images/NAME.qcow2
  ./dev release TAG     builds the archive of a release into .lab/release, if the tree is ready (docs/releasing.md)
  ./dev publish TAG     sends that archive to Galaxy, with the token in $GALAXY_TOKEN; builds it where there is none
  ./dev pattern         writes extensions/patterns/kdump again, after a change of extensions/awx or the role's variables
  ./dev help            this

The exit status of ./dev test is 0 if all that ran passed, 1 if something failed, 2 if the command is wrong, and 3 if
this machine could run nothing at all, or nothing of a part or stage that the command names.
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
    commands.add_parser("pattern", add_help=False)
    commands.add_parser("pictures", add_help=False)
    commands.add_parser("docs", add_help=False)
    fetched = commands.add_parser("fetch", prog="./dev fetch", allow_abbrev=False)
    fetched.add_argument("name", metavar="NAME", help="such as el9")
    fetched.add_argument("address", metavar="ADDRESS", help="of a qcow2 file, by https")
    fetched.add_argument("sha256", metavar="SHA256", nargs="?", default="", help="the file must have it")
    for name in ("release", "publish"):
        released = commands.add_parser(name, prog=f"./dev {name}", allow_abbrev=False)
        released.add_argument("tag", metavar="TAG", help="the version in galaxy.yml")
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
    _add_images(test.add_argument_group("any image", "only with the part vm, and then nothing else runs"))
    return top


def _add_images(options: argparse._ArgumentGroup) -> None:
    """Add the options about images that are given by path."""
    options.add_argument("--image", action="append", metavar="NAME=PATH", help="a qcow2 or raw file; may be repeated")
    options.add_argument("--user", help="who logs in; default: root")
    options.add_argument(
        "--key", type=Path, metavar="FILE", help="the private key that logs in; default: the lab's own"
    )
    options.add_argument("--seed", action="store_true", help="give it a cloud-init seed with user, key and addresses")
    options.add_argument("--firmware", choices=("bios", "uefi"), help="default: bios")
    series = [core.series for core in (cores.MAIN, *cores.OLDER) if core.roles]
    options.add_argument("--core", choices=series, help="ansible-core; default: newest; EL 8 needs 2.16")


def main() -> int:
    """Run the command of ./dev that was typed, and return the exit status."""
    typed = ["test", "lint"] if sys.argv[1:] == ["lint"] else sys.argv[1:]
    options = parser().parse_args(typed)
    if options.help or options.command in (None, "help"):
        print(HELP, end="")
        return 0
    exit_by_signals()
    try:
        if options.command == "demo":
            demo(options.keep)
        if options.command in MAKERS:
            return MAKERS[options.command](options)
        if options.command == "fuzz":
            return fuzz(options.minutes)
        return test(options, shlex.join(["./dev", *(word for word in typed if word != "--last-failed")]))
    except KeyboardInterrupt:
        show("interrupted")
        return 130
    except PermissionError as error:
        show(_of_another_user(error))
        return 1


def _of_another_user(error: PermissionError) -> str:
    """Return in one sentence what to do about a file of another user; raise any other error again."""
    path = Path(str(error.filename))
    place = next((place for place in (LAB, CACHE) if path.is_relative_to(place)), None)
    if not place:
        raise error
    return f"./dev: {path} is not this user's: run ./dev as the user who made it, or let that user remove {place}"


def test(options: argparse.Namespace, command: str) -> int:
    """Run what the options of ./dev test say, and return the exit status; 2 if they cannot be followed."""
    if options.list:
        print("\n".join(listing()))
        return 0
    try:
        make = _table(options)
        names = _names(options, make(Workshop()))
    except given_images.Refused as refused:
        print(f"./dev test: {refused}", file=sys.stderr)
        return 2
    with _alone():
        known = last_run.read(LAST_RUN) if options.last_failed else {}
        records = last_run.of(make(Workshop()), known)
        if options.last_failed:
            # of what is named, a stage without a record has not passed either
            names = names - last_run.passed(records) if options.names else names & last_run.failed(records)
        if not names:
            return _nothing_again(options, known)
        work = Workshop({name: records[name].failures for name in records})
        chosen = stages.select(make(work), names, last_run.passed(records))
        return _run(work, chosen, options.names, f"{command} --last-failed")


def _table(options: argparse.Namespace) -> Callable[[Workshop], list[stages.Stage]]:
    """Return what makes the table of stages: the usual one, or the one of images that are given by path."""
    if not options.image:
        stray = [f"--{name}" for name in ("user", "key", "seed", "firmware", "core") if getattr(options, name)]
        if stray:
            raise given_images.Refused(f"{stray[0]}: goes with --image alone; type ./dev test vm --image NAME=PATH")
        return gates.stages
    if options.names != ["vm"]:
        raise given_images.Refused("--image: goes with the part vm alone; type ./dev test vm --image NAME=PATH")
    user, firmware, series = options.user or "root", options.firmware or "bios", options.core or cores.MAIN.series
    images = given_images.given(options.image, user, options.key, options.seed, firmware)
    core = next(core for core in (cores.MAIN, *cores.OLDER) if core.series == series)
    return lambda work: gates.stages_of_images(work, images, core)


def _names(options: argparse.Namespace, table: Sequence[stages.Stage]) -> set[str]:
    """Return the names of the stages that the words of the command line name."""
    unknown = [word for word in options.names if not stages.named(table, word)]
    if unknown:
        known = ", ".join(dict.fromkeys([ALL, *stages.parts(table), *(stage.name for stage in table if stage.part)]))
        raise given_images.Refused(f"{unknown[0]!r} is no part and no stage; there are: {known}")
    words = options.names or [ALL if options.last_failed else EVERY]
    return {name for word in words for name in stages.named(table, word)}


def _nothing_again(options: argparse.Namespace, records: Mapping[str, last_run.Record]) -> int:
    """Say why --last-failed has nothing to run, and return the exit status."""
    of_images = sorted(name for name in last_run.failed(records) if records[name].key)
    if not records:
        print(f"./dev test --last-failed: no run is recorded in {LAST_RUN}; type ./dev test", file=sys.stderr)
        return 2
    if of_images and not options.names:
        print(f"./dev test --last-failed: {of_images[0]} did not pass; type its --image again", file=sys.stderr)
        return 2
    print("./dev test --last-failed: nothing of that failed the last time")
    return 0


def listing() -> list[str]:
    """Return the lines of ./dev test --list: one for each stage that can be named."""
    rows = [stage for stage in gates.stages(Workshop()) if stage.part]
    lines = [f"{'part':<12}{'stage':<20}{'./dev test':<12}what"]
    when = {EVERY: "yes", ALL: "with all"}
    return lines + [f"{stage.part:<12}{stage.name:<20}{when[stage.tier]:<12}{stage.what}" for stage in rows]


def _run(work: Workshop, chosen: Sequence[stages.Stage], words: Sequence[str], again: str) -> int:
    """Run stages, print the closing table, and return the exit status.

    words: the parts and stages that the command line names; of each at least one stage must run.
    again: the command that repeats what failed.
    """
    began = time.monotonic()
    processors = schedule.cores()
    has_guests = any(stage.part == "vm" for stage in chosen)
    work.workers = max(1, processors - 1) if has_guests else processors
    # a stage that an interrupted run did not reach has not passed
    last_run.write(LAST_RUN, [stages.Result(stage.name, stages.NOT_RUN, 0, Tally()) for stage in chosen], chosen)
    results = schedule.run_all(chosen, LOGS, processors, lambda result: last_run.write(LAST_RUN, [result], chosen))
    seconds = time.monotonic() - began
    tally, unmet = stages.total(results), stages.unmet(chosen, words, results)
    print()
    for line in [*closing_table.table(results), *(f"!! {notice}" for notice in work.notices)]:
        print(line)
    print(f"{stages.duration(seconds)} in all; the logs are in {LOGS}")
    if os.environ.get("CI") == "true":
        print(closing_table.time_left(seconds))
    if tally.failed:
        print(f"once more, only what failed: {again}")
    for line in closing_table.not_run(results, unmet):
        print(line)
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return stages.status(results, unmet)


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


def make_pictures() -> int:
    """Draw the pictures of docs/images again, and return 1 if that failed."""
    with _alone():
        work = Workshop()
        argv = ["python", "-m", "tools.dev.pictures", str(REPOSITORY)]
        drawn = Step("pictures", lambda log: work.run(log, argv, more=IMPORTS))
        steps = [*gates.preparation(work).steps, Step("browser", work.install_browser), drawn]
        results = schedule.run_all([stages.Stage("pictures", "docs/images", steps)], LOGS)
    return int(results[0].outcome != stages.PASSED)


def make_docs() -> int:
    """Build the documentation site and say where it is, and return 1 if that failed."""
    with _alone():
        work = Workshop()
        work.workers = schedule.cores()
        results = schedule.run_all([gates.preparation(work), gates.documentation(work)], LOGS)
    if all(result.outcome == stages.PASSED for result in results):
        show(f"the first page: {(DOCS / 'site' / 'index.html').as_uri()}")
        return 0
    return 1


def make_pattern() -> int:
    """Write extensions/patterns again from extensions/awx, and return 1 if that failed."""
    with _alone():
        work = Workshop()
        argv = ["python", "-m", "tools.dev.pattern", str(REPOSITORY)]
        made = Step("pattern", lambda log: work.run(log, argv, more=IMPORTS))
        steps = [*gates.preparation(work).steps, made]
        results = schedule.run_all([stages.Stage("pattern", "extensions/patterns/kdump", steps)], LOGS)
    return int(results[0].outcome != stages.PASSED)


def demo(keep: bool) -> NoReturn:
    """Prepare this machine, and replace this process by the demo."""
    with _alone() as lock:
        work = Workshop()
        steps = [*gates.preparation(work).steps, stages.Step("lab packages", work.install_lab)]
        # here, since the demo itself may have no right to build it
        steps.append(guest_gates.build_step(work, "12"))
        what = "system packages, environment, a copy of the tree, an image"
        prepared = schedule.run_all([stages.Stage("prepare", what, steps)], LOGS)
        if prepared[0].outcome != stages.PASSED:
            sys.exit(1)
        variables = work.environ("main") | guest_gates.lab_variables()
        python = str(work.environments["main"] / "bin" / "python")
        os.chdir(REPOSITORY)
        # the demo uses the copy and .lab/demo, so it keeps the lock; what it starts does not get it
        os.set_inheritable(lock.fileno(), True)
        os.execve(python, [python, "-m", "tools.demo", *(["--keep"] if keep else [])], variables)


def fetch_image(options: argparse.Namespace) -> int:
    """Download an image of a whole system, and return 1 if that failed."""

    def run(log: Log) -> None:
        log.say(f"{fetch.fetch(options.name, options.address, options.sha256, log)} is there")

    with _alone():
        results = schedule.run_all([stages.Stage("fetch", options.address, [Step("download", run)])], LOGS)
    return int(results[0].outcome != stages.PASSED)


def make_release(options: argparse.Namespace) -> int:
    """Build the archive of a release and, if that is the command, send it to Galaxy; return 1 if that failed."""
    with _alone():
        work = Workshop()
        action = {"release": release.build, "publish": release.publish}[options.command]

        def run(log: Log) -> None:
            action(work, options.tag, log)

        step = Step(options.command, run)
        stage = stages.Stage(options.command, options.tag, [*gates.preparation(work).steps, step])
        results = schedule.run_all([stage], LOGS)
    return int(results[0].outcome != stages.PASSED)


MAKERS: dict[str, Callable[[argparse.Namespace], int]] = {
    "lock": lambda _options: make_locks(),
    "changelog": lambda _options: make_changelog(),
    "schemas": lambda _options: make_schemas(),
    "pictures": lambda _options: make_pictures(),
    "pattern": lambda _options: make_pattern(),
    "docs": lambda _options: make_docs(),
    "fetch": fetch_image,
    "release": make_release,
    "publish": make_release,
}


@contextmanager
def _alone() -> Iterator[IO[str]]:
    """Keep other runs of ./dev out of this tree: they would share the copy and the logs. Give the file of the lock."""
    LAB.mkdir(exist_ok=True)
    with open(LAB / "lock", "w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            show("another ./dev is at work in this tree; this one waits for it")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream


if __name__ == "__main__":
    sys.exit(main())
