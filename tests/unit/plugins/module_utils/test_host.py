# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door to the machine, on the machine that runs the tests: what the fake cannot show."""

import os

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure


@pytest.fixture
def host():
    return Host(None)


def test_bytes_that_are_no_utf8_survive_reading_and_writing(host, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"caf\xe9\r\n\xff")
    host.write(str(path), host.read(str(path)) + "more\n")
    assert path.read_bytes() == b"caf\xe9\r\n\xffmore\n"


def test_a_new_file_has_exactly_the_mode_that_is_asked_for_and_nothing_else_is_left(host, tmp_path):
    host.write(str(tmp_path / "file"), "text", mode=0o600)
    assert [(entry.name, entry.stat().st_mode & 0o777) for entry in os.scandir(str(tmp_path))] == [("file", 0o600)]


@pytest.mark.parametrize("path", ["/proc/crashops-kdump", "/nonexistent/file"])
def test_a_folder_that_takes_no_file_is_named_with_the_reason(host, path):
    with pytest.raises(Failure, match="^cannot write %s: No such file or directory$" % path):
        host.write(path, "text")


def test_a_files_time_is_set_to_one_given_or_to_now(host, tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    host.set_mtime(str(path), 5000000001)
    assert host.stat(str(path)).mtime_ns == 5000000001
    host.set_mtime(str(path))
    assert host.now() - host.stat(str(path)).mtime_ns / 1e9 < 60


def test_what_is_not_there_is_none_and_no_error(host, tmp_path):
    path = str(tmp_path / "file")
    assert (host.read(path), host.stat(path), host.space(path), host.glob(path + "*")) == (None, None, None, [])
    host.remove(path)


def test_a_link_is_told_as_it_is_written_wherever_it_leads(host, tmp_path):
    os.symlink("../none", str(tmp_path / "link"))
    assert host.link(str(tmp_path / "link")) == "../none"
    assert host.link(str(tmp_path)) is None and host.link(str(tmp_path / "none")) is None


def test_pieces_of_a_file_are_read_while_it_stays_open_and_only_one_does(host, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"0123456789")
    second.write_bytes(b"abc")
    before = len(os.listdir("/proc/self/fd"))
    assert [host.read_piece(str(first), at, 3) for at in (8, 2, 20)] == [b"89", b"234", b""]
    assert host.read_piece(str(second), 1, 9) == b"bc"
    assert host.read_piece(str(first), 0, 1) == b"0"
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_a_piece_of_what_is_no_regular_file_is_refused_and_never_waited_for(host, tmp_path):
    os.mkfifo(str(tmp_path / "pipe"))
    with pytest.raises(Failure, match="it is not a regular file"):
        host.read_piece(str(tmp_path / "pipe"), 0, 1)
    assert host.read_piece(str(tmp_path / "gone"), 0, 1) is None
