# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that takes dumps alone, by kdump's own clients and a real sshd."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.roles import sshd

PROGRAM = Path(__file__).resolve().parents[2] / "roles/kdump/files/crashops_kdump_receive.py"
DUMP = b"makedumpfile\0\0\0\0" + os.urandom(3 << 20)
NAME = "10.0.0.1-2026-11-29-10:00:00"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, openssh: Path) -> Iterator[sshd.Server]:
    """Return a running sshd."""
    with sshd.Server(tmp_path_factory.mktemp("server"), openssh).running() as running:
        yield running


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return the directory of the host."""
    return tmp_path / "dumps/web1"


@pytest.fixture
def client(tmp_path: Path, server: sshd.Server, base: Path) -> sshd.Client:
    """Return a machine whose key may write into its directory alone."""
    client = sshd.Client(tmp_path, server)
    server.authorized_keys.write_text('restrict,command="%s %s" %s\n' % (PROGRAM, base, client.public))
    return client


def ssh(client: sshd.Client, command: str, stdin: bytes = b"") -> int:
    """Return the exit status of a command by ssh."""
    return int(client.run(*client.ssh_argv(), command, stdin=stdin).returncode)


def scp(client: sshd.Client, protocol: list[str], source: str, target: str) -> int:
    """Return the exit status of scp by one of its protocols."""
    words = ["scp", "-q", *protocol, *client.ssh_argv()[1:-1], source, f"{client.location()}:{target}"]
    return int(client.run(*words).returncode)


def files(base: Path) -> dict[str, bytes]:
    """Return what the directory holds, by the names below it."""
    return {str(path.relative_to(base)): path.read_bytes() for path in base.rglob("*") if path.is_file()}


def test_kdumpctl_dumps_as_it_always_does(client: sshd.Client, base: Path) -> None:
    assert ssh(client, "mkdir -p %s" % base) == 0
    made = client.run(*client.ssh_argv(), "mktemp -dqp %s" % base).stdout.decode().strip()
    assert made.startswith("%s/tmp." % base)
    assert ssh(client, "rmdir %s" % made) == 0
    assert client.run(*client.ssh_argv(), "df --output=avail %s" % base).stdout.split()[0] == b"Avail"
    place = "%s/%s" % (base, NAME)
    assert ssh(client, "mkdir -p %s" % place) == 0
    assert ssh(client, "umask 0077 && dd of='%s/vmcore-dmesg-incomplete.txt'" % place, b"dmesg") == 0
    assert ssh(client, "mv %s/vmcore-dmesg-incomplete.txt %s/vmcore-dmesg.txt" % (place, place)) == 0
    assert ssh(client, "umask 0077 && dd bs=512 of='%s/vmcore-incomplete'" % place, DUMP) == 0
    assert ssh(client, "mv '%s/vmcore-incomplete' '%s/vmcore.flat'" % (place, place)) == 0
    assert files(base) == {NAME + "/vmcore-dmesg.txt": b"dmesg", NAME + "/vmcore.flat": DUMP}
    assert {path.stat().st_mode & 0o777 for path in base.rglob("*")} == {0o600, 0o700}


@pytest.mark.parametrize("protocol", [["-O"], ["-s"]], ids=["scp", "sftp"])
def test_kdump_tools_dumps_as_it_always_does(
    client: sshd.Client, base: Path, tmp_path: Path, protocol: list[str]
) -> None:
    place = "%s/10.0.0.1-202611291000" % base
    (tmp_path / "dmesg.ssh").write_bytes(b"panic")
    assert ssh(client, "mkdir -p %s" % place) == 0
    assert scp(client, protocol, str(tmp_path / "dmesg.ssh"), place + "/dmesg.202611291000") == 0
    assert ssh(client, "dd of=%s/dump-incomplete" % place, DUMP) == 0
    assert ssh(client, "mv %s/dump-incomplete %s/dump.202611291000" % (place, place)) == 0
    assert sorted(files(base).values(), key=len) == [b"panic", DUMP]


@pytest.mark.parametrize("protocol", [["-O"], ["-s"]], ids=["scp", "sftp"])
def test_a_log_goes_into_the_directory_of_the_dump(
    client: sshd.Client, base: Path, tmp_path: Path, protocol: list[str]
) -> None:
    (tmp_path / "kexec-dmesg.log").write_bytes(DUMP)
    assert ssh(client, "mkdir -p %s/%s" % (base, NAME)) == 0
    assert scp(client, protocol, str(tmp_path / "kexec-dmesg.log"), "%s/%s/" % (base, NAME)) == 0
    assert files(base) == {NAME + "/kexec-dmesg.log": DUMP}


@pytest.mark.parametrize("act", [True, False])
@pytest.mark.parametrize("stack", ["kdumpctl", "kdump-tools"])
def test_the_products_own_trial_works_and_says_that_the_account_is_write_only(
    client: sshd.Client, base: Path, stack: str, act: bool
) -> None:
    found = client.probe(base, stack, act)
    assert found["works"], found
    assert found["trial"]["write_only"] is True
    assert found["trial"]["program"] == hashlib.sha256(PROGRAM.read_bytes()).hexdigest()
    assert found["trial"]["free_bytes"] > 0
    assert (found["trial"]["existed"], base.exists()) == (False, act)
    assert files(base) == {}


@pytest.mark.parametrize(("mode", "after"), [(0o755, 0o700), (0o1777, 0o1777)], ids=["open", "shared"])
def test_a_look_predicts_what_the_trial_does_to_the_mode(
    client: sshd.Client, base: Path, mode: int, after: int
) -> None:
    base.mkdir(parents=True)
    base.chmod(mode)
    looked, acted = (client.probe(base, "kdumpctl", act)["trial"] for act in (False, True))
    assert looked["mode"] == acted["mode"] == "%04o" % after
    assert base.stat().st_mode & 0o7777 == after


def test_a_trial_removes_what_one_left_that_was_cut_off(client: sshd.Client, base: Path) -> None:
    base.mkdir(parents=True)
    for name, age_s in (
        (".crashops-kdump-trial", 7200),
        (".crashops-kdump-123456", 7200),
        (".crashops-kdump-abcdef", 60),
    ):
        (base / name).touch()
        os.utime(base / name, (time.time() - age_s,) * 2)
    assert client.probe(base)["works"]
    assert list(files(base)) == [".crashops-kdump-abcdef"]


def test_a_trial_of_another_directory_says_where_the_host_may_write(client: sshd.Client, base: Path) -> None:
    found = client.probe(base.parent / "web2")
    assert found["trouble"] == "elsewhere"
    assert "lets this host write to %s alone" % base in found["msg"]


# by its place: a complete dump of this host, one of another, and the account's own keys
HELD = {"web1/d/vmcore.flat": b"whole", "web2/d/vmcore.flat": b"other", "keys": b"keys"}
REFUSED = [
    "cat {base}/d/vmcore.flat",
    "",
    "sh -c id",
    "sh",
    "ls {base}",
    "dd if={base}/d/vmcore.flat",
    "dd of={base}/d/vmcore.flat",
    "dd if=/etc/passwd of={base}/d/copy",
    "dd of={base}/d/vmcore.flat conv=notrunc",
    "dd of={base}/../web2/d/new",
    "dd of={base}/d/../../web2/d/new",
    "dd of={base}2/d/new",
    "dd of={base}/link/new",
    "dd of={base}/d/leads",
    "dd of={base}/d/.hidden",
    "dd of={base}/new",
    "dd of=/etc/crashops",
    "umask 0077 && dd of={base}/d/new; id > {base}/d/id",
    "umask 0077 && dd of={base}/d/$(id)",
    "mv {base}/d/vmcore.flat {base}/d/gone",
    "mv {base}/d/new-incomplete {base}/d/vmcore.flat",
    "mv {base}/d/new-incomplete {base}/../web2/d/vmcore.flat",
    "mv {base}/../web2/d/vmcore.flat {base}/d/mine",
    "mv {base}/d/leads-incomplete {base}/d/mine",
    "rm -r {base}/d",
    "rmdir {base}/empty",
    "mkdir -p {base}/d/e/f",
    "mkdir -p {base}/../web3",
    "mkdir {base}/g",
    "df -P /etc",
    "scp -f {base}/d/vmcore.flat",
    "scp -r -t {base}/d",
    "/bin/scp -t {base}/d",
    "sh -c true crashops-kdump-try write create {base}/..",
    "exec 'un closed",
]


@pytest.mark.parametrize("command", REFUSED)
def test_anything_else_is_refused_and_changes_nothing(tmp_path: Path, command: str) -> None:
    base, other = tmp_path / "web1", tmp_path / "web2/d"
    for path in (base / "d", other, base / "empty"):
        path.mkdir(parents=True)
    for name, content in HELD.items():
        (tmp_path / name).write_bytes(content)
    (base / "d/new-incomplete").write_bytes(b"half")
    (base / "link").symlink_to(other)
    (base / "d/leads").symlink_to(tmp_path / "keys")
    (base / "d/leads-incomplete").symlink_to(tmp_path / "keys")
    before = sorted((str(path), path.lstat().st_mtime_ns) for path in tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(base)],
        input=b"evil",
        capture_output=True,
        check=False,
        env={"SSH_ORIGINAL_COMMAND": command.format(base=base)},
        timeout=60,
    )
    assert done.returncode != 0
    assert done.stdout in (b"", b"\0")
    assert b"crashops-kdump-receive: " in done.stderr and b"Traceback" not in done.stderr
    assert sorted((str(path), path.lstat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("protocol", [["-O"], ["-s"]], ids=["scp", "sftp"])
def test_no_protocol_of_scp_reads_or_replaces(
    client: sshd.Client, base: Path, tmp_path: Path, protocol: list[str]
) -> None:
    whole = base / "d/vmcore.flat"
    whole.parent.mkdir(parents=True)
    whole.write_bytes(b"whole")
    (tmp_path / "evil").write_bytes(b"evil")
    assert scp(client, protocol, str(tmp_path / "evil"), str(whole)) != 0
    assert scp(client, protocol, str(tmp_path / "evil"), str(client.server.authorized_keys)) != 0
    words = ["scp", "-q", *protocol, *client.ssh_argv()[1:-1], f"{client.location()}:{whole}", str(tmp_path / "got")]
    assert client.run(*words).returncode != 0
    assert not (tmp_path / "got").exists() or (tmp_path / "got").read_bytes() == b""
    assert whole.read_bytes() == b"whole"
    assert "web1" not in client.server.authorized_keys.read_text().split("ssh-ed25519")[1]


def test_a_dump_that_is_cut_off_stays_incomplete(client: sshd.Client, base: Path) -> None:
    place = "%s/%s" % (base, NAME)
    ssh(client, "mkdir -p %s" % place)
    assert ssh(client, "dd of=%s/dump-incomplete" % place, DUMP[:1000]) == 0
    assert ssh(client, "dd of=%s/dump-incomplete" % place, DUMP) != 0
    assert files(base) == {NAME + "/dump-incomplete": DUMP[:1000]}
