# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the lab that need no QEMU."""

import argparse
import itertools
import json
import os
import re
import select
import shlex
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tools.lab import __main__ as lab
from tools.lab import (
    accelerator,
    cache,
    commands,
    console,
    containers,
    disk,
    image,
    keeper,
    network,
    plays,
    qemu,
    recipes,
    seed,
)
from tools.lab.__main__ import parser
from tools.lab.errors import CommandFailed, GuestLost, LabError
from tools.lab.guest import Guest, _write_seed, free_port
from tools.lab.image import Image

MACHINE = qemu.Machine("web1", 3, "bios", 1024, 2, 40000, None)
PLACES = qemu.Places(Path("/g/disk.qcow2"), Path("/g/serial.log"), Path("/t/qmp"), Path("/g/variables.qcow2"), 2222)


def test_the_console_loses_its_colours_and_keeps_its_words() -> None:
    assert console.clean("[\x1b[0;32m  OK  \x1b[0m] Started\r\n\x1b[2J\x1b[1;1HGRUB") == "[  OK  ] Started\nGRUB"


def test_a_command_that_makes_its_input_non_blocking_does_so_for_itself_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "ansible"
    program.write_text(
        f"#!{sys.executable}\nimport os\nos.set_blocking(0, False)\nprint('web1 | SUCCESS => {{}}')\n",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    commands.run([str(program)])
    plays.module(tmp_path / "hosts.json", "web1", "ping")
    assert os.get_blocking(0)


@pytest.mark.parametrize(
    ("facts", "left"),
    [
        ({"discovered_interpreter_python": "/usr/bin/python3"}, {}),
        ({"discovered_interpreter_python": "/usr/bin/python3", "a": 1}, {"ansible_facts": {"a": 1}}),
        ({"a": 1}, {"ansible_facts": {"a": 1}}),
    ],
)
def test_python_that_ansible_found_is_no_part_of_a_result(facts: dict[str, Any], left: dict[str, Any]) -> None:
    assert plays.without_discovered_python({"changed": False, "ansible_facts": facts}) == {"changed": False} | left


@pytest.mark.parametrize(
    ("step", "said"), [(1, ""), (0, "sleep printed nothing for 300 s"), (1000, "sleep did not end within 1000 s")]
)
def test_command_that_goes_on_printing_is_not_ended(monkeypatch: pytest.MonkeyPatch, step: int, said: str) -> None:
    clock, sizes, left = itertools.count(0, 20), itertools.count(0, step), iter(range(40))
    monkeypatch.setattr(commands, "LONGEST_S", 1000 if step == 1000 else 1e9)
    monkeypatch.setattr(commands, "_size", lambda _streams: next(sizes))
    monkeypatch.setattr(commands, "_status", lambda _process: 0 if next(left, None) is None else None)
    monkeypatch.setattr("tools.lab.commands.time.monotonic", lambda: float(next(clock)))
    if said:
        with pytest.raises(CommandFailed, match=said):
            commands.follow(["sleep", "60"], 300)
    else:
        assert commands.follow(["true"], 300).returncode == 0


def test_output_and_words_of_a_failure_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert commands.run(["sh", "-c", "echo one; echo two >&2"], log) == "one\n"
    assert log.read_text() == "$ sh -c echo one; echo two >&2\none\ntwo\n"
    with pytest.raises(CommandFailed, match=r"exited with 3:\n  why"):
        commands.run(["sh", "-c", "echo why >&2; exit 3"])
    with pytest.raises(CommandFailed, match="sleep printed nothing for 0 s"):
        commands.run(["sleep", "60"], timeout_s=0.1)


def test_the_tail_leaves_blank_lines_out() -> None:
    assert console.tail("one\n\n\ntwo\n  \nthree\n", 2) == "  two\n  three"
    assert "empty" in console.tail("")


def test_a_lost_guest_says_what_its_console_said() -> None:
    error = GuestLost("web1", "QEMU ended: killed", "Linux version 6.1\nBUG: soft lockup\n")
    assert "guest web1 is lost: QEMU ended: killed" in str(error)
    assert "BUG: soft lockup" in str(error)
    assert isinstance(error, LabError)


def frame(receiver: str, sender: str, text: bytes) -> bytes:
    data = bytes.fromhex(receiver) + bytes.fromhex(sender) + text
    return len(data).to_bytes(4, "big") + data


def has_taken(line: socket.socket, wanted: bytes) -> bool:
    """Return whether a frame comes on a line; those of guests that nobody knew yet, before it, went to all."""
    while True:
        head = line.recv(4, socket.MSG_WAITALL)
        if head + line.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL) == wanted:
            return True


def test_the_network_passes_frames_on_and_loses_none() -> None:
    port = free_port()
    network.ensure(port)
    network.ensure(port)
    one, two, three = (socket.create_connection((network.ADDRESS, port), 10) for dummy in range(3))
    for line in (one, two, three):
        line.settimeout(None)
    for number, line in enumerate((two, three)):
        hello = frame("020000000001", f"0200000000{number + 7:02}", b"hello")
        line.sendall(hello)
        assert has_taken(one, hello)
    everybody = frame("ff" * 6, "020000000001", b"who is there?")
    one.sendall(everybody)
    assert has_taken(two, everybody) and has_taken(three, everybody)
    answer = frame("020000000001", "020000000002", b"I am")
    two.sendall(answer)
    assert has_taken(one, answer)
    # more than any buffer between them holds, to one that does not look yet
    many = [frame("020000000002", "020000000001", bytes([n % 256]) * 1500) for n in range(8000)]
    sender = threading.Thread(target=lambda: one.sendall(b"".join(many)))
    sender.start()
    assert two.recv(sum(map(len, many)), socket.MSG_WAITALL) == b"".join(many)
    sender.join()
    # what one has said to another is not for the third
    three.setblocking(False)
    with pytest.raises(BlockingIOError):
        three.recv(1)
    for line in (one, two, three):
        line.close()


def test_a_fingerprint_changes_with_any_part() -> None:
    one = cache.fingerprint(recipes.RECIPES["debian-12"], ["a"], {"b": "c"})
    assert one == cache.fingerprint(recipes.RECIPES["debian-12"], ["a"], {"b": "c"})
    assert one != cache.fingerprint(recipes.RECIPES["debian-13"], ["a"], {"b": "c"})
    assert one != cache.fingerprint(recipes.RECIPES["debian-12"], ["a"], {"b": "d"})


def test_half_an_entry_is_never_found(tmp_path: Path) -> None:
    final = tmp_path / "image"
    with pytest.raises(ValueError, match="mirror"), cache.new_entry(final) as work:
        (work / "half").write_text("x")
        raise ValueError("the mirror went away")
    assert not final.exists()
    with cache.new_entry(final) as work:
        assert list(work.iterdir()) == []
        (work / "whole").write_text("x")
    assert (final / "whole").exists()


def test_whoever_comes_second_finds_what_the_first_made(tmp_path: Path) -> None:
    final, order = tmp_path / "image", []
    inside, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with cache.new_entry(final) as work:
            inside.set()
            go_on.wait(10)
            (work / "made").write_text("by the first")
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    threading.Timer(0.2, go_on.set).start()
    with cache.new_entry(final) as found:
        order.append("second")
        assert found == final and (found / "made").read_text() == "by the first"
    thread.join()
    assert order == ["first", "second"]


def test_a_new_version_takes_the_place_of_the_old_one_only_if_it_is_whole(tmp_path: Path) -> None:
    final = tmp_path / "saved"
    with cache.new_version(final) as work:
        (work / "disk").write_text("old")
    with pytest.raises(ValueError, match="disk full"), cache.new_version(final) as work:
        (work / "disk").write_text("half")
        raise ValueError("disk full")
    assert (final / "disk").read_text() == "old"
    with cache.new_version(final) as work:
        (work / "disk").write_text("new")
    assert [path.name for path in final.iterdir()] == ["disk"]
    assert (final / "disk").read_text() == "new"


def test_folders_next_to_a_save_are_left_alone(tmp_path: Path) -> None:
    for name in ("saved.old", "saved.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "letters").touch()
    for text in ("first", "second"):
        with cache.new_version(tmp_path / "saved.1") as work:
            (work / "disk").write_text(text)
    names = [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert names == ["saved.1/disk", "saved.old/letters", "saved.part/letters"]


def test_key_of_the_lab_is_made_once_by_many_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRASHOPS_CACHE", str(tmp_path / "cache"))
    start, made = threading.Barrier(4, timeout=60), []

    def make() -> None:
        start.wait()
        made.append(image.lab_key().with_suffix(".pub").read_text())

    threads = [threading.Thread(target=make) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4 and len(set(made)) == 1


def test_half_a_key_of_the_lab_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRASHOPS_CACHE", str(tmp_path))
    (tmp_path / "lab_key").write_text("half")
    assert image.lab_key().read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")


def made_up_guest(folder: Path, **state: object) -> Guest:
    folder.mkdir()
    (folder / "guest.json").write_text(json.dumps({"machine": MACHINE._asdict(), **state}))
    return Guest(folder)


def test_a_folder_that_holds_something_else_is_never_saved_to(tmp_path: Path) -> None:
    guest = made_up_guest(tmp_path / "web1", pid=1)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters").touch()
    other = made_up_guest(tmp_path / "web2", pid=1).folder
    for folder in (tmp_path / "home", guest.folder, other):
        with pytest.raises(LabError, match="holds no saved guest; name a folder that does not exist yet"):
            guest.save_to(folder)
    assert (tmp_path / "home" / "letters").exists()


def test_a_guest_from_a_saved_one_has_its_own_name_network_and_seed(tmp_path: Path) -> None:
    saved = made_up_guest(tmp_path / "saved")
    saved._state["machine"]["seed"] = "/elsewhere/seed.img"
    saved._write_state()
    guest = Guest.create_from_saved(tmp_path / "web9", saved.folder, 40001)
    assert guest.machine == MACHINE._replace(name="web9", network_port=40001, seed=str(tmp_path / "web9" / "seed.img"))


def test_the_partition_table_has_one_active_linux_partition_to_the_end() -> None:
    table = disk.partition_table(4_000_000)
    assert len(table) == disk.SECTOR - disk.BOOT_CODE_BYTES
    assert table[-2:] == b"\x55\xaa"
    active, dummy_chs, kind, dummy_end, first, count = struct.unpack("<B3sB3sII", table[6:22])
    assert (active, kind, first, first + count) == (0x80, 0x83, 2048, 4_000_000)


def test_a_guest_has_two_cards_and_the_second_says_its_number() -> None:
    argv = " ".join(qemu.arguments(MACHINE, PLACES, ["-accel", "tcg"], None))
    assert "hostfwd=tcp:127.0.0.1:2222-:22" in argv
    assert "socket,id=private,connect=127.0.0.1:40000" in argv
    assert "netdev=private,mac=52:54:00:4c:42:03" in argv
    assert "-loadvm" not in argv and "pflash" not in argv


@pytest.mark.parametrize("name", ["plain", "my repo", "a,b", "100%"])
def test_guest_in_any_folder_is_reached_and_found(tmp_path: Path, name: str) -> None:
    guest = made_up_guest(tmp_path / name, ssh_port=22, key="/k", user="root", known_host=None)
    for options in (guest._ssh_options(), shlex.split(guest.inventory()["ansible_ssh_common_args"])):
        done = subprocess.run(["ssh", "-G", *options, "guest"], capture_output=True, text=True, check=True)
        assert f"userknownhostsfile {tmp_path / name}/known_hosts" in done.stdout.splitlines()
    places = PLACES._replace(disk=guest.folder / "disk.qcow2")
    words = qemu.arguments(MACHINE._replace(seed=str(guest.folder / "seed.img")), places, [], None)
    # QEMU writes a comma in a path as two
    drives = [re.split("(?<!,),(?!,)", word) for word in words if word.startswith("file=")]
    paths = [drive[0].removeprefix("file=").replace(",,", ",") for drive in drives]
    assert paths == [str(guest.folder / "disk.qcow2"), str(guest.folder / "seed.img")]
    # what runs is known by its command line
    script = "print('up', flush=True); input()"
    held = subprocess.Popen([sys.executable, "-c", script, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert held.stdout and held.stdout.readline() == b"up\n"
    guest._state["pid"] = held.pid
    try:
        assert guest.running()
    finally:
        held.communicate(b"\n")
    assert not guest.running()


def test_a_guest_is_restored_by_name() -> None:
    assert qemu.arguments(MACHINE, PLACES, [], "armed")[-2:] == ["-loadvm", "armed"]


def test_every_private_address_is_in_the_built_images() -> None:
    files = recipes.private_networks()
    assert len(files) == len(recipes.PRIVATE_GUESTS)
    text = files["etc/systemd/network/20-private-3.network"]
    assert "MACAddress=52:54:00:4c:42:03" in text and "Address=10.77.0.3/24" in text


def test_the_seed_lets_one_user_in_and_fixes_the_host_key() -> None:
    text = seed.user_data("cloud-user", "ssh-ed25519 AAAA", "PRIVATE\nKEY\n", "ssh-ed25519 BBBB")
    head, body = text.split("\n", 1)
    data = json.loads(body)
    assert head == "#cloud-config"
    assert data["users"][0]["ssh_authorized_keys"] == ["ssh-ed25519 AAAA"]
    assert "NOPASSWD" in data["users"][0]["sudo"]
    assert data["ssh_keys"]["ed25519_private"] == "PRIVATE\nKEY\n"
    assert "sudo" not in json.loads(seed.user_data("root", "k", "p", "q").partition("\n")[2])["users"][0]


def test_the_seed_gives_both_cards_their_addresses_by_mac() -> None:
    cards = json.loads(seed.network_config(2, "52:54:00:4c:41:02"))["ethernets"]
    assert cards["user"] == {"match": {"macaddress": "52:54:00:4c:41:02"}, "dhcp4": True}
    assert cards["private"]["addresses"] == ["10.77.0.2/24"]


@pytest.mark.parametrize(("wanted", "found"), [("kvm", accelerator.KVM), ("tcg", accelerator.TCG)])
def test_the_accelerator_can_be_told(monkeypatch: pytest.MonkeyPatch, wanted: str, found: list[str]) -> None:
    monkeypatch.setenv("LAB_ACCEL", wanted)
    assert accelerator.choose(None) == found


def test_an_accelerator_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_ACCEL", "hvf")
    with pytest.raises(LabError, match="LAB_ACCEL.*'hvf'.*kvm.*tcg"):
        accelerator.choose(None)


def test_without_a_kernel_to_try_there_is_only_emulation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_ACCEL", raising=False)
    assert accelerator.choose(None) == accelerator.TCG


def test_an_image_of_others_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    monkeypatch.setattr("tools.lab.guest.run", lambda argv, **_: ran.append(argv))
    monkeypatch.setattr("tools.lab.guest.need", lambda program, package: program)
    found = Image(tmp_path / "rhel9.raw", "raw", "bios", "cloud-user", tmp_path / "key", None, None, False)
    guest = Guest.create(tmp_path / "web1", found, MACHINE)
    assert ran[0][:5] == ["qemu-img", "create", "-q", "-f", "qcow2"]
    assert ran[0][5:9] == ["-b", str(tmp_path / "rhel9.raw"), "-F", "raw"]
    assert guest.machine == MACHINE and not guest.running()
    words = " ".join(Guest(tmp_path / "web1")._ssh_options())
    assert words.startswith("-F /dev/null ")
    assert "StrictHostKeyChecking=accept-new" in words
    # its Python is looked for, and its user becomes root
    guest = Guest(tmp_path / "web1")
    guest._state["ssh_port"] = 2222
    reached = guest.inventory()
    assert (reached["ansible_python_interpreter"], reached["ansible_become"]) == ("auto_silent", True)


def test_variables_stand_for_the_options_about_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parser().parse_args(["up", "el9=x"]).user == "root"
    for name, value in {"USER": "cloud-user", "KEY": "/k", "SEED": "true", "FIRMWARE": "uefi"}.items():
        monkeypatch.setenv(f"LAB_{name}", value)
    options = parser().parse_args(["up", "el9=x"])
    assert (options.user, options.key, options.seed, options.firmware) == ("cloud-user", Path("/k"), True, "uefi")


def test_seed_has_the_public_part_of_the_given_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("admin.pem", "admin"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", tmp_path / name], check=True)
    written: dict[str, str] = {}
    monkeypatch.setattr(seed, "write", lambda _folder, files: written.update(files))
    found = Image(tmp_path / "el9.raw", "raw", "bios", "admin", tmp_path / "admin.pem", None, None, True)
    (tmp_path / "guest").mkdir()
    _write_seed(tmp_path / "guest", found, MACHINE)
    (line,) = json.loads(written["user-data"].partition("\n")[2])["users"][0]["ssh_authorized_keys"]
    assert line == (tmp_path / "admin.pem.pub").read_text().strip()


def test_missing_key_is_refused_before_a_guest_is_made(tmp_path: Path) -> None:
    (tmp_path / "el9.raw").touch()
    options = parser().parse_args(["up", f"el9={tmp_path / 'el9.raw'}", "--key", "/no/such"])
    with pytest.raises(LabError, match="--key: there is no file /no/such"):
        lab._image(str(tmp_path / "el9.raw"), options)


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("tools.lab.disk.FEATURES", "none"),
        ("tools.lab.recipes.STANDING_STILL", "x"),
        ("tools.lab.recipes.UNRELEASED", ()),
        ("tools.lab.recipes.PREFETCHED", ("kdump-tools",)),
    ],
)
def test_name_of_an_image_changes_with_all_that_it_is_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, value: object
) -> None:
    monkeypatch.setenv("CRASHOPS_CACHE", str(tmp_path))
    recipe = recipes.RECIPES["debian-14"]
    before = image._cache_key(recipe)
    assert before == image._cache_key(recipe)
    monkeypatch.setattr(what, value)
    assert image._cache_key(recipe) != before


@pytest.mark.parametrize(
    ("machine", "user", "said"),
    [
        ("aarch64", 0, "built on such a machine only; this one is aarch64"),
        ("x86_64", 1000, "needs root; run this with sudo"),
    ],
)
def test_machine_that_cannot_build_an_image_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, user: int, said: str
) -> None:
    monkeypatch.setenv("CRASHOPS_CACHE", str(tmp_path))
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("os.geteuid", lambda: user)
    with pytest.raises(LabError, match=said):
        image.build("debian-12")
    with pytest.raises(LabError, match=said):
        containers._built(containers.PLATFORMS["deb12"])


class LostGuest:
    """A guest that is lost while it boots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name, self.machine = folder.name, MACHINE
        (folder / "guest.json").touch()
        (folder / "serial.log").write_text("Linux version 6.1")

    def start(self, owner: int) -> None:
        """Start it."""

    def wait_for_ssh(self) -> None:
        """Find that it hangs."""
        raise GuestLost(self.name, "its console is silent", "")

    def stop(self) -> None:
        """Say that it is ended."""
        (self.folder.parent / "stopped").touch()


def test_guest_that_is_lost_while_it_boots_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "GUESTS", tmp_path)
    monkeypatch.setattr(lab, "Guest", LostGuest)
    monkeypatch.setattr(
        lab, "_create", lambda name, *_words: ((tmp_path / name).mkdir(), LostGuest(tmp_path / name))[1]
    )
    with pytest.raises(GuestLost):
        lab.up(parser().parse_args(["up", "web1=debian-12"]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stopped", "web1.console"]


def test_message_about_a_guest_that_is_there_names_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "GUESTS", tmp_path / "a b")
    (tmp_path / "a b" / "vm").mkdir(parents=True)
    said = f"LAB_GUESTS='{tmp_path}/a b' python -m tools.lab down vm"
    with pytest.raises(LabError, match=re.escape(said)):
        lab.up(parser().parse_args(["up", "vm=debian-12"]))
    assert (tmp_path / "a b" / "vm").exists()


def _wait_gone(pid: int, limit_s: float = 20) -> bool:
    """Return whether a process ended within the limit."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    return bool(select.select([handle], [], [], limit_s)[0])


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_what_a_keeper_keeps_ends_when_its_owner(tmp_path: Path, how: str) -> None:
    owner = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    control = tmp_path / "lab-control"
    control.mkdir()
    (control / "qmp").touch()
    kept = keeper.start(["sleep", "600"], tmp_path, control, owner.pid)
    keeper_pid = int(Path(f"/proc/{kept}/stat").read_text().rpartition(")")[2].split()[1])
    owner.kill() if how == "is killed" else owner.communicate(b"\n")
    owner.wait()
    assert _wait_gone(kept)
    # it removes the folder of the socket at its very end
    assert _wait_gone(keeper_pid)
    assert not control.exists()


def test_what_a_keeper_keeps_ends_with_the_keeper_too(tmp_path: Path) -> None:
    kept = keeper.start(["sleep", "600"], tmp_path, tmp_path / "none", os.getpid())
    parent = int(Path(f"/proc/{kept}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, 9)
    assert _wait_gone(kept)


def test_a_free_port_is_one() -> None:
    assert 1024 < free_port() < 65536


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("up web1=debian-12 web2=/img/rhel9.qcow2 --user cloud-user --seed", {"seed": True, "user": "cloud-user"}),
        ("up web1=debian-12 --memory 1024 --memory store=512", {"memory": [("", 1024), ("store", 512)]}),
        ("up web1=debian-12 --cpus 1 --cpus store=4", {"cpus": [("", 1), ("store", 4)]}),
        ("down", {"guests": []}),
        ("up web1=debian-12 --number web1=2", {"number": [("web1", 2)]}),
        ("save web1 armed", {"guest": "web1", "tag": "armed"}),
        ("keep web1 saved", {"guest": "web1", "folder": Path("saved")}),
    ],
)
def test_the_command_line_is_read(line: str, found: dict[str, object]) -> None:
    options = parser().parse_args(line.split())
    assert isinstance(options, argparse.Namespace)
    assert found.items() <= vars(options).items()
