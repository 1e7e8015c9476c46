# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command line: python -m tools.lab COMMAND. Results go to standard output, progress to standard error."""

import argparse
import contextlib
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from tools.lab import accelerator, image, qemu, recipes
from tools.lab.console import tail
from tools.lab.errors import GuestLost, LabError
from tools.lab.guest import Guest, free_port, inventory_text
from tools.lab.progress import say, step

GUESTS = Path(os.environ.get("LAB_GUESTS") or Path(__file__).resolve().parents[2] / ".lab" / "guests")
MEMORY_MIB = 2048
CPUS = 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of the lab's command line."""
    top = argparse.ArgumentParser(prog="python -m tools.lab", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    build = commands.add_parser("image", help="build an image, or find it in the cache, and print its path")
    build.add_argument("recipes", nargs="+", metavar="RECIPE", help=", ".join(recipes.RECIPES))
    commands.add_parser("accelerator", help="print the accelerator that really boots a kernel here")
    _add_up(commands.add_parser("up", help="boot guests, wait for ssh, and print their inventory"))
    commands.add_parser("list", help="list the guests")
    for name, what in (
        ("down", "end guests and remove their files (left out: all)"),
        ("console", "print the end of a guest's console"),
        ("reset", "press a guest's reset button"),
        ("nmi", "send a guest a non-maskable interrupt"),
        ("ssh", "open a shell in a guest"),
    ):
        commands.add_parser(name, help=what).add_argument("guests", nargs="*" if name == "down" else "+")
    for name in ("save", "restore"):
        snapshot = commands.add_parser(name, help=f"{name} a running guest's memory and disk")
        snapshot.add_argument("guest")
        snapshot.add_argument("tag")
    keep = commands.add_parser(
        "keep", help="save a running guest to a folder, from which `up` starts others; it goes on"
    )
    keep.add_argument("guest")
    keep.add_argument("folder", type=Path)
    return top


def _add_up(up: argparse.ArgumentParser) -> None:
    up.add_argument(
        "guests",
        nargs="+",
        metavar="NAME=IMAGE",
        help=f"IMAGE: {', '.join(recipes.RECIPES)}, a qcow2 or raw file, or a folder that `keep` saved a guest to",
    )
    _add_login(up)
    each: dict[str, Any] = {"action": "append", "type": of_guest, "default": []}
    up.add_argument(
        "--memory", metavar="[NAME=]MIB", help=f"of one or all that boot an image; default: {MEMORY_MIB}", **each
    )
    up.add_argument("--cpus", metavar="[NAME=]NUMBER", help=f"likewise; default: {CPUS}", **each)
    up.add_argument(
        "--number", metavar="[NAME=]NUMBER", help="likewise its place on the network; default: counted", **each
    )
    up.add_argument("--owner", type=int, default=os.getppid(), metavar="PID", help="guests end with this process")
    up.add_argument("--inventory", type=Path, help="write the inventory to this file as well")


def _add_login(up: argparse.ArgumentParser) -> None:
    """Add the options about a file; the variables that stand for them are for Molecule, which passes no options on."""
    given = os.environ.get
    key, seeded = Path(given("LAB_KEY", "")), given("LAB_SEED", "") in ("1", "true", "yes")
    up.add_argument(
        "--user", default=given("LAB_USER") or "root", help="who logs in, for a file ($LAB_USER; default: root)"
    )
    up.add_argument(
        "--key",
        type=Path,
        default=key if key.name else None,
        help="the private key that logs in, for a file ($LAB_KEY; default: the lab's own)",
    )
    up.add_argument(
        "--seed",
        action="store_true",
        default=seeded,
        help="give the file a cloud-init seed with user, key and addresses ($LAB_SEED=true)",
    )
    up.add_argument(
        "--firmware",
        choices=("bios", "uefi"),
        default=given("LAB_FIRMWARE") or "bios",
        help="for a file ($LAB_FIRMWARE; default: bios)",
    )


def of_guest(word: str) -> tuple[str, int]:
    """Return the guest (empty: every other one) and its number from [NAME=]NUMBER."""
    name, dummy, number = word.rpartition("=")
    return name, int(number)


def _image(text: str, options: argparse.Namespace) -> image.Image:
    """Return the image that NAME=IMAGE names: that of a recipe, or a file."""
    path = Path(text)
    if not path.exists():
        return image.build(text)
    with open(path, "rb") as stream:
        disk_format = "qcow2" if stream.read(4) == b"QFI\xfb" else "raw"
    if options.key and not options.key.is_file():
        raise LabError(f"--key: there is no file {options.key}; name the private key that logs in")
    key = options.key or image.lab_key()
    return image.Image(path, disk_format, options.firmware, options.user, key, None, None, options.seed)


def up(options: argparse.Namespace) -> None:
    """Boot the named guests, and print their inventory; where one of them is lost, end all of them."""
    made: list[Path] = []
    try:
        guests = _boot(options, made)
    except BaseException:
        for folder in made:
            _remove(folder)
        raise
    text = inventory_text(guests)
    if options.inventory:
        options.inventory.parent.mkdir(parents=True, exist_ok=True)
        options.inventory.write_text(text + "\n")
    print(text)


def _boot(options: argparse.Namespace, made: list[Path]) -> list[Guest]:
    """Boot every named guest, or resume it where it was saved, all at once, and wait until ssh works.

    made: gets the folder of each guest, before anything is in it.
    """
    network, guests, saved = free_port(), [], []
    for number, word in enumerate(options.guests, 1):
        name, dummy, source = word.partition("=")
        if (GUESTS / name).exists():
            end = f"LAB_GUESTS={shlex.quote(str(GUESTS))} python -m tools.lab down {name}"
            raise LabError(f"there is a guest {name} already; end it with: {end}")
        made.append(GUESTS / name)
        if (Path(source) / "guest.json").exists():
            saved.append(Guest.create_from_saved(GUESTS / name, Path(source), network))
            guests.append(saved[-1])
        else:
            guests.append(_create(name, source or name, number, network, options))
        if guests[-1].machine.number in [guest.machine.number for guest in guests[:-1]]:
            raise LabError(f"{name} has the place of another guest on the network; give the new one another --number")
    for guest in guests:
        guest.start(options.owner)
    for guest in guests:
        guest.wait_for_ssh()
        if guest in saved:
            guest.set_clock()
        if guest.ssh("uname -n").strip() != guest.name:
            guest.ssh(f"hostnamectl set-hostname {guest.name}")
    return guests


def _remove(folder: Path) -> None:
    """End a guest that could not be booted, and remove its files, but keep its console."""
    with contextlib.suppress(LabError):
        if (folder / "guest.json").exists():
            Guest(folder).stop()
    if (folder / "serial.log").exists():
        kept = folder.with_name(f"{folder.name}.console")
        (folder / "serial.log").replace(kept)
        say(f"the whole console of {folder.name} is in {kept}")
    shutil.rmtree(folder, ignore_errors=True)


def _create(name: str, source: str, number: int, network: int, options: argparse.Namespace) -> Guest:
    """Make the files of a new guest that boots an image."""

    def chosen(given: list[tuple[str, int]], default: int) -> int:
        each = {"": default, **dict(given)}
        return each.get(name, each[""])

    found = _image(source, options)
    place, memory = chosen(options.number, number), chosen(options.memory, MEMORY_MIB)
    machine = qemu.Machine(name, place, found.firmware, memory, chosen(options.cpus, CPUS), network, None)
    return Guest.create(GUESTS / name, found, machine)


def _guest(name: str) -> Guest:
    if not (GUESTS / name / "guest.json").exists():
        raise LabError(f"there is no guest {name}; there are: {', '.join(_names()) or 'none'}")
    return Guest(GUESTS / name)


def _names() -> list[str]:
    return sorted(path.parent.name for path in GUESTS.glob("*/guest.json"))


def down(options: argparse.Namespace) -> None:
    """End guests and remove their files."""
    for name in options.guests or _names():
        with step(f"ends {name}"):
            _guest(name).stop()
            shutil.rmtree(GUESTS / name)


def show(options: argparse.Namespace) -> None:
    """Print what a command that changes nothing asks for: accelerator, list or console."""
    match options.command:
        case "accelerator":
            print(" ".join(accelerator.choose(image.cached_kernel())))
        case "list":
            for name in _names():
                print(f"{name}\t{'running' if _guest(name).running() else 'not running'}")
        case "console":
            print("\n".join(tail(_guest(name).console(), 60) for name in options.guests))


def dispatch(options: argparse.Namespace) -> None:
    """Run the lab's command that the command line names."""
    match options.command:
        case "image":
            print("\n".join(str(image.build(name).disk) for name in options.recipes))
        case "up":
            up(options)
        case "down":
            down(options)
        case "ssh":
            argv = _guest(options.guests[0]).ssh_argv() + options.guests[1:]
            os.execvp(argv[0], argv)
        case "save" | "restore":
            getattr(_guest(options.guest), options.command)(options.tag)
        case "keep":
            _guest(options.guest).save_and_go_on(options.folder.resolve())
        case "reset" | "nmi":
            for guest in map(_guest, options.guests):
                guest.reset() if options.command == "reset" else guest.inject_nmi()
        case _:
            show(options)


def main() -> int:
    """Run one command of the lab: 0 done, 1 refused or failed, 3 a guest is lost."""
    try:
        dispatch(parser().parse_args())
    except GuestLost as error:
        say(str(error))
        return 3
    except LabError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
