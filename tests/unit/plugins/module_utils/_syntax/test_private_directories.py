# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No directory that others need becomes private, whichever name or link leads to it. A real shell runs the lines."""

import os
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import private_directories
from ansible_collections.crashops.kdump.plugins.module_utils._targets import write_test

SCRIPTS = [write_test.look_script, write_test.trial_script]


def run(script: str, path: Optional[str] = None) -> Tuple[int, str, str]:
    """Return (exit status, standard output, standard error) of a line; programs of a folder go before the machine's."""
    env = dict(os.environ, LC_ALL="C")
    if path:
        env["PATH"] = "%s:%s" % (path, env["PATH"])
    process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    stdout, stderr = process.communicate()
    return process.returncode, stdout.decode(), stderr.decode()


def made(path: Path, mode: int = 0o755, names: Union[List[str], Tuple[Any, ...]] = ()) -> str:
    """Make a directory with files and folders (names with a slash at the end) and return its name."""
    os.makedirs(str(path), exist_ok=True)
    for name in names:
        if name.endswith("/"):
            os.mkdir(str(path / name[:-1]))
        else:
            (path / name).write_text("")
    os.chmod(str(path), mode)
    return str(path)


def mode_of(path: str) -> int:
    """Return the permission bits of what a path leads to."""
    return os.stat(path).st_mode & 0o7777


NAMES = [
    "/",
    "/usr/lib",
    "/usr",
    "/etc/kdump",
    "/home",
    "/proc/self/root",
    "/proc/1",
    "/dev/shm",
    "/var",
    "/tmp",
    "/srv",
]
NAMES += ["/lib/modules", "/run/crash", "/var/run", "/var/lib", "/root", "//usr///lib/"]


@pytest.mark.parametrize("path", NAMES)
@pytest.mark.parametrize("own", [True, False])
def test_a_directory_of_the_system_is_refused_by_the_line(path: str, own: bool) -> None:
    # only the look: a trial that is wrong would close a directory of this machine
    assert run(write_test.look_script(path, True, own))[0] == write_test.NEEDED


@pytest.mark.parametrize("target", ["/home", "/usr/lib", "/"])
def test_a_link_to_a_directory_of_the_system_is_refused_by_the_line(tmp_path: Path, target: str) -> None:
    link = tmp_path / "kdump"
    link.symlink_to(target)
    rc, stdout, stderr = run(write_test.look_script(str(link), True, True))
    assert rc == write_test.NEEDED
    sentence = write_test.complaint(rc, stdout, stderr, str(link), "this host")
    where = os.path.realpath(target)
    assert sentence.startswith("%s on this host is refused: others need %s, and only one account" % (link, where))


def test_what_is_missing_below_a_directory_of_the_system_is_refused_by_the_line(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/usr")
    assert run(write_test.look_script(str(tmp_path / "link" / "crash" / "a"), True, True))[0] == write_test.NEEDED


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("name", ["photo.jpg", ".bashrc", ".ssh/", "etc/", "2026/", "dump.txt", "-rf"])
def test_a_directory_with_anything_else_than_dumps_stays_as_it_is(
    tmp_path: Path, script: Callable[..., str], linked: bool, name: str
) -> None:
    place = made(tmp_path / "alice", names=[name, "202611291000/"])
    path = place
    if linked:
        path = str(tmp_path / "crash")
        os.symlink(place, path)
    rc, stdout, stderr = run(script(path, True, False))
    assert (rc, mode_of(place)) == (write_test.NOT_EMPTY, 0o755)
    sentence = write_test.complaint(rc, stdout, stderr, path, "this host")
    assert (
        "%s is open to other accounts, or belongs to one, and holds %s, which is not a dump" % (place, name.rstrip("/"))
        in sentence
    )


OF_DUMPS = [
    [],
    ["127.0.0.1-2026-11-29-10:00:00/", "10.0.0.5-2026-11-29-10:00:00/", "web1-2026-01-02-03:04:05/"],
    ["202611291000/", "10.0.0.5-202611291000/", "kexec_cmd", "kdump_lock"],
    ["vmcore", "vmcore-incomplete", "vmcore-dmesg.txt", "kexec-dmesg.log", "vmcore.flat"],
    ["dump.202611291000", "dmesg.202611291000", "dump-incomplete", "web1-dump.202611291000.lz4"],
    ["_usr_bin_x.0.crash", "lost+found/", ".crashops-kdump-AbCdEf"],
]


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("names", OF_DUMPS)
def test_an_empty_directory_or_one_of_dumps_becomes_private_and_says_so(
    tmp_path: Path, names: List[str], linked: bool
) -> None:
    place = made(tmp_path / "dumps", names=names)
    path = place
    if linked:
        path = str(tmp_path / "crash")
        os.symlink(place, path)
    looked = write_test.outcome(run(write_test.look_script(path, True, False))[1])
    rc, stdout, stderr = run(write_test.trial_script(path, True, False))
    tried = write_test.outcome(stdout)
    assert (rc, stderr.count("Permission")) == (0, 0)
    assert (looked.mode_before, looked.mode) == (tried.mode_before, tried.mode) == ("0755", "0700")
    assert write_test.changes(looked) == write_test.changes(tried) == ["mode"]
    assert mode_of(place) == 0o700
    assert write_test.changes(write_test.outcome(run(write_test.trial_script(path, True, False))[1])) == []


@pytest.mark.parametrize("mode", [0o700, 0o1777, 0o2770])
def test_a_directory_that_needs_no_change_may_hold_anything(tmp_path: Path, mode: int) -> None:
    place = made(tmp_path / "dumps", mode, ["README"])
    for script in SCRIPTS:
        rc, stdout = run(script(place, True, False))[:2]
        assert (rc, write_test.changes(write_test.outcome(stdout))) == (0, [])
    assert mode_of(place) == mode


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("below", [True, False], ids=["of a mount", "of the system"])
def test_a_directory_that_nobody_closes_may_hold_anything(tmp_path: Path, below: bool, own: bool) -> None:
    place = made(tmp_path / "backups", names=["README", "2026/"])
    root = str(tmp_path) if below else ""
    rc, stdout = run(write_test.look_script(place, True, own, root, makes_private=False))[:2]
    seen = write_test.outcome(stdout)
    assert (rc, seen.existed, seen.mode_before) == (0, True, "0755")
    assert seen.free_bytes and mode_of(place) == 0o755


def test_a_link_out_of_a_mount_is_refused_though_nobody_closes_the_directory(tmp_path: Path) -> None:
    made(tmp_path / "mnt")
    os.symlink(made(tmp_path / "outside"), str(tmp_path / "mnt" / "crash"))
    line = write_test.look_script(
        str(tmp_path / "mnt" / "crash"), True, False, str(tmp_path / "mnt"), makes_private=False
    )
    assert run(line)[0] == write_test.OUTSIDE


def test_a_missing_directory_below_a_link_is_made_where_the_link_leads(tmp_path: Path) -> None:
    made(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    path = str(tmp_path / "link" / "web1" / "dumps")
    assert write_test.changes(write_test.outcome(run(write_test.trial_script(path, True, False))[1])) == ["made"]
    assert mode_of(str(tmp_path / "real" / "web1" / "dumps")) == 0o700
    assert mode_of(str(tmp_path / "real")) == 0o755


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_link_that_leads_out_of_the_file_system_is_refused(tmp_path: Path, script: Callable[..., str]) -> None:
    outside = made(tmp_path / "outside")
    mount = made(tmp_path / "mnt" / "var")
    os.symlink(outside, mount + "/crash")
    rc, stdout, stderr = run(script(mount + "/crash", True, False, str(tmp_path / "mnt")))
    assert (rc, mode_of(outside)) == (write_test.OUTSIDE, 0o755)
    assert "a link leads from there to %s" % outside in write_test.complaint(rc, stdout, stderr, mount, "store")


def test_a_mount_point_that_is_reached_by_a_link_is_taken(tmp_path: Path) -> None:
    made(tmp_path / "var" / "mnt")
    (tmp_path / "mnt").symlink_to("var/mnt")
    root = str(tmp_path / "mnt")
    assert run(write_test.trial_script(root + "/crash", True, False, root))[0] == 0
    assert mode_of(str(tmp_path / "var" / "mnt" / "crash")) == 0o700


def test_whatever_lies_in_the_directory_of_dumps_of_a_mount_it_becomes_private(tmp_path: Path) -> None:
    place = made(tmp_path / "var" / "crash", names=["notes.txt"])
    assert run(write_test.trial_script(place, True, False, str(tmp_path)))[0] == 0
    assert mode_of(place) == 0o700


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_empty_home_of_an_account_stays_as_it_is(tmp_path: Path, script: Callable[..., str]) -> None:
    home = made(tmp_path / "alice")
    (tmp_path / "passwd").write_text("root:x:0:0::/root:/bin/sh\nalice:x:7:7::%s:/bin/sh\n" % home)
    line = script(home, True, False).replace("/etc/passwd", str(tmp_path / "passwd"))
    rc, stdout, stderr = run(line)
    assert (rc, mode_of(home)) == (write_test.A_HOME, 0o755)
    assert "is the home directory of an account" in write_test.complaint(rc, stdout, stderr, home, "this host")


SWAP = """#!/bin/sh
mv '%(path)s' '%(path)s.old' && ln -s '%(victim)s' '%(path)s'
exec /bin/chmod "$@"
"""


def test_a_directory_that_is_swapped_for_a_link_before_chmod_leads_nowhere(tmp_path: Path) -> None:
    path, victim = made(tmp_path / "crash"), made(tmp_path / "victim", names=["photo.jpg"])
    programs = tmp_path / "programs"
    made(programs)
    (programs / "chmod").write_text(SWAP % {"path": path, "victim": victim})
    os.chmod(str(programs / "chmod"), 0o755)
    rc = run(write_test.trial_script(path, True, False), str(programs))[0]
    assert (rc, mode_of(victim), os.listdir(victim)) == (write_test.OUTSIDE, 0o755, ["photo.jpg"])
    assert mode_of(path + ".old") == 0o700


def test_a_directory_that_is_swapped_for_a_link_while_it_is_made_leads_nowhere(tmp_path: Path) -> None:
    victim = made(tmp_path / "victim")
    path = str(tmp_path / "crash")
    programs = tmp_path / "programs"
    made(programs)
    swap = "#!/bin/sh\n/bin/mkdir \"$@\" && rmdir '%s' && ln -s '%s' '%s'\n" % (path, victim, path)
    (programs / "mkdir").write_text(swap)
    os.chmod(str(programs / "mkdir"), 0o755)
    rc = run(write_test.trial_script(path, True, False), str(programs))[0]
    assert (rc, mode_of(victim), os.listdir(victim)) == (write_test.OUTSIDE, 0o755, [])


REFUSED = [
    ("/usr/lib", {}, "the system itself needs what is in /usr; name a directory for dumps alone"),
    ("/usr/lib/", {}, "the system itself needs what is in /usr"),
    ("/proc/self/root", {}, "the system itself needs what is in /proc"),
    ("/home", {}, "others need /home"),
    ("//home//", {}, "others need /home"),
    ("/var/crash/kdump", {"/var/crash/kdump": "/home"}, "it leads to /home, and others need /home"),
    ("/srv/crash", {"/srv/crash": "/etc/x"}, "it leads to /etc/x, and the system itself needs what is in /etc"),
]


@pytest.mark.parametrize("path, links, words", REFUSED)
def test_a_directory_of_the_system_is_refused_by_name(path: str, links: Dict[str, str], words: str) -> None:
    (sentence,) = private_directories.refusals("path", path, links.get(path, path))
    assert sentence.startswith("path: %r is refused: %s" % (path, words))


FINE = [
    "/var/crash",
    "/var/crash/web1",
    "/srv/dumps",
    "/kdump",
    "/data/dumps",
    "/home/crash",
    "/opt/crash",
    "/var/dumps",
]
FINE += ["/boot/crash", "/mnt/dumps", "/var/lib/kdump-dumps", "/usrlocal/dumps", "/etcetera"]


@pytest.mark.parametrize("path", FINE)
def test_a_directory_for_dumps_alone_is_taken(path: str) -> None:
    assert list(private_directories.refusals("path", path, path)) == []
