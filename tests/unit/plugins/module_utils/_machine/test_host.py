# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to the machine, on the machine that runs the tests: what the fake cannot show."""

import os
import socket
from pathlib import Path
from typing import Callable, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure


@pytest.fixture
def host() -> Host:
    return Host(None)


def test_bytes_that_are_no_utf8_survive_reading_and_writing(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"caf\xe9\r\n\xff")
    host.write(str(path), (host.read(str(path)) or "") + "more\n")
    assert path.read_bytes() == b"caf\xe9\r\n\xffmore\n"


def test_a_new_file_has_exactly_the_mode_that_is_asked_for_and_nothing_else_is_left(host: Host, tmp_path: Path) -> None:
    host.write(str(tmp_path / "file"), "text", mode=0o600)
    assert [(entry.name, entry.stat().st_mode & 0o777) for entry in os.scandir(str(tmp_path))] == [("file", 0o600)]


@pytest.mark.parametrize("path", ["/proc/crashops-kdump", "/nonexistent/file"])
def test_a_folder_that_takes_no_file_is_named_with_the_reason(host: Host, path: str) -> None:
    with pytest.raises(Failure, match="^cannot write %s: No such file or directory$" % path):
        host.write(path, "text")


def mtime_ns(host: Host, path: Path) -> int:
    found = host.stat(str(path))
    assert found is not None
    return found.mtime_ns


def test_a_files_time_is_set_to_one_given_or_to_now(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    host.set_mtime(str(path), 5000000001)
    assert mtime_ns(host, path) == 5000000001
    host.set_mtime(str(path))
    assert host.now() - mtime_ns(host, path) / 1e9 < 60


def test_the_machine_was_booted_as_long_ago_as_the_kernel_says(host: Host) -> None:
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert abs(host.now() - uptime - host.boot_time()) < 60


def test_what_is_not_there_is_none_and_no_error(host: Host, tmp_path: Path) -> None:
    path = str(tmp_path / "file")
    assert (host.read(path), host.stat(path), host.space(path), host.glob(path + "*")) == (None, None, None, [])
    host.remove(path)


def test_a_link_is_returned_as_it_is_written_wherever_it_leads(host: Host, tmp_path: Path) -> None:
    os.symlink("../none", str(tmp_path / "link"))
    assert host.link(str(tmp_path / "link")) == "../none"
    assert host.link(str(tmp_path)) is None and host.link(str(tmp_path / "none")) is None


def pipe(path: Path) -> None:
    os.mkfifo(str(path))


def directory(path: Path) -> None:
    path.mkdir()


def door(path: Path) -> None:
    socket.socket(socket.AF_UNIX).bind(str(path))


@pytest.mark.parametrize("make", [pipe, directory, door])
def test_what_is_no_regular_file_is_refused_and_not_waited_for(
    host: Host, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "kdump.conf")
    with pytest.raises(Failure, match="^cannot read .*/kdump.conf: it is not a regular file$"):
        host.read(str(tmp_path / "kdump.conf"))


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/full", "/dev/tty"])
def test_a_device_is_never_opened(host: Host, tmp_path: Path, target: str) -> None:
    (tmp_path / "proof.json").symlink_to(target)
    with pytest.raises(Failure, match="it is not a regular file$"):
        host.read_bytes(str(tmp_path / "proof.json"), 0, 10)


@pytest.mark.parametrize("path", ["/proc/kmsg", "/proc/self/mem", "/proc/sys/../kmsg", "/proc/self/environ"])
def test_a_kernel_file_that_nobody_here_asks_for_is_not_read(host: Host, path: str) -> None:
    with pytest.raises(Failure, match="^cannot read %s: it leads to /proc/.*, which is no file on a disk$" % path):
        host.read_bytes(path, 0, 10)


@pytest.mark.parametrize("path", ["/proc/cmdline", "/proc/meminfo", "/proc/self/mountinfo", "/proc/sys/kernel/panic"])
def test_a_kernel_file_that_is_asked_for_is_read(host: Host, path: str) -> None:
    assert host.read(path)


def test_a_link_to_a_file_on_a_disk_is_followed(host: Host, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to("file")
    assert host.read(str(tmp_path / "link")) == "text"


def test_a_link_to_itself_leads_nowhere(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "link"
    path.symlink_to("link")
    assert (host.read(str(path)), host.stat(str(path))) == (None, None)
    assert host.real_path(str(path)).startswith(str(tmp_path))


@pytest.mark.parametrize("look", ["read", "stat"])
@pytest.mark.parametrize("path", ["/etc/a\0b", "/" + "n" * 5000])
def test_an_impossible_path_is_a_failure_and_no_traceback(host: Host, look: str, path: str) -> None:
    with pytest.raises(Failure, match="^cannot (read|look at) "):
        getattr(host, look)(path)


def test_a_file_that_is_too_large_to_be_wanted_whole_is_refused(host: Host, tmp_path: Path) -> None:
    with open(str(tmp_path / "file"), "wb") as stream:
        stream.truncate((16 << 20) + 1)
    with pytest.raises(Failure, match="^cannot read .*: it has more than 16 MiB$"):
        host.read(str(tmp_path / "file"))
    assert len(host.read_bytes(str(tmp_path / "file"), 0, 32 << 20) or b"") == (16 << 20) + 1


@pytest.mark.parametrize("offset, size", [(1 << 63, 10), (1 << 70, 10), (0, 1 << 63)])
def test_an_impossible_offset_is_a_failure_and_no_traceback(host: Host, tmp_path: Path, offset: int, size: int) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(Failure, match="^cannot read "):
        host.read_bytes(str(tmp_path / "file"), offset, size)


def test_names_that_are_no_utf8_are_listed_looked_at_and_read(host: Host, tmp_path: Path) -> None:
    with open(os.path.join(os.fsencode(str(tmp_path)), b"caf\xe9"), "wb") as stream:
        stream.write(b"text")
    (path,) = host.entries(str(tmp_path))
    assert host.glob(str(tmp_path) + "/*") == [path] == [str(tmp_path) + "/caf\udce9"]
    found = host.stat(path)
    assert found is not None
    assert (host.read(path), found.size, host.real_path(path)) == ("text", 4, path)


def test_a_directory_that_cannot_be_listed_is_a_failure(host: Host, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(Failure, match="^cannot look into .*/file: Not a directory$"):
        host.entries(str(tmp_path / "file"))


def test_a_file_that_is_hidden_by_a_link_to_dev_null_is_empty(host: Host, tmp_path: Path) -> None:
    (tmp_path / "kdump.conf").symlink_to("/dev/null")
    assert host.read(str(tmp_path / "kdump.conf")) == ""


@pytest.mark.parametrize("address, port", [("a" * 64 + ".example", 22), ("a..b", 22), ("127.0.0.1", 99999)])
def test_an_impossible_address_is_refused_without_a_traceback(host: Host, address: str, port: int) -> None:
    assert host.refuses(address, port, 0.1)


def test_pieces_of_a_file_are_read_while_it_stays_open_and_only_one_does(host: Host, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"0123456789")
    second.write_bytes(b"abc")
    before = len(os.listdir("/proc/self/fd"))
    assert [host.read_piece(str(first), at, 3) for at in (8, 2, 20)] == [b"89", b"234", b""]
    assert host.read_piece(str(second), 1, 9) == b"bc"
    assert host.read_piece(str(first), 0, 1) == b"0"
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_a_piece_of_what_is_no_regular_file_is_refused_and_never_waited_for(host: Host, tmp_path: Path) -> None:
    os.mkfifo(str(tmp_path / "pipe"))
    with pytest.raises(Failure, match="it is not a regular file"):
        host.read_piece(str(tmp_path / "pipe"), 0, 1)
    assert host.read_piece(str(tmp_path / "gone"), 0, 1) is None


class Unable:
    """Stands in for an AnsibleModule that cannot start a program, and would end itself if it were let."""

    def run_command(
        self, argv: List[str], environ_update: Optional[Dict[str, str]] = None, handle_exceptions: bool = True
    ) -> None:
        if handle_exceptions:
            raise SystemExit(1)
        raise OSError(12, "Cannot allocate memory")


def test_a_command_that_cannot_be_started_is_a_failure_after_which_a_change_can_be_undone() -> None:
    with pytest.raises(Failure, match="cannot run systemctl restart kdump: .*Cannot allocate memory"):
        Host(Unable()).run(["systemctl", "restart", "kdump"])


def test_only_an_empty_directory_is_removed(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("text")
    for name in ("empty", "full", "absent"):
        Host(None).remove_directory(str(tmp_path / name))
    assert os.listdir(str(tmp_path)) == ["full"]
