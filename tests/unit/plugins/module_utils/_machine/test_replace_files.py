# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are replaced as a whole, all of a change or none, on the machine that runs the tests."""

import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import host as host_module
from ansible_collections.crashops.kdump.plugins.module_utils._machine import replace_files
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# what a replacement asks of the system, in the order of a change of two files with copies
CALLS = ("mkstemp", "fchmod", "fsync", "link", "rename", "unlink")


class Killed(BaseException):
    """The process ends here, and cleans nothing up."""


class Calls:
    """Counts the calls to the system, and lets one of them fail, or be the last one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fail(None, None)
        for name in CALLS:
            place = tempfile if name == "mkstemp" else os
            monkeypatch.setattr(place, name, self._counted(getattr(place, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            self.count += 1
            if self.error is not None and self.at == self.count:
                raise self.error
            return call(*args, **more)

        return counted

    def fail(self, at: Optional[int], error: Optional[BaseException]) -> None:
        self.count = 0
        self.at, self.error = at, error


@pytest.fixture
def host() -> Host:
    return Host(None)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    return Calls(monkeypatch)


def made(folder: Path) -> Path:
    """Return a new folder with the two files of a configuration, as an operator left them."""
    folder.mkdir()
    for name, mode in (("kdump.conf", 0o640), ("sysconfig", 0o600)):
        path = folder / name
        path.write_text("old %s\n" % name)
        path.chmod(mode)
        os.utime(str(path), (1000, 1000))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "etc")


def seen(folder: Path) -> List[Tuple[str, str, str, int, int]]:
    """Return name, text, mode and time of everything in a folder."""
    entries = [(entry, entry.stat(follow_symlinks=False)) for entry in os.scandir(str(folder))]
    return sorted((e.name, open(e.path).read(), oct(s.st_mode), s.st_ino, s.st_mtime_ns) for e, s in entries)


def texts(folder: Path) -> Dict[str, str]:
    return {entry.name: open(entry.path).read() for entry in os.scandir(str(folder))}


def change(folder: Path) -> List[FileContent]:
    """Return a change of both files, of one that is not there yet, and of one that goes."""
    (folder / "gone").write_text("x")
    new = [FileContent(str(folder / name), "new\n") for name in ("kdump.conf", "sysconfig", "third")]
    return [*new, FileContent(str(folder / "gone"), None)]


AFTER = {"kdump.conf": "new\n", "sysconfig": "new\n", "third": "new\n"}


def test_a_change_of_four_files_keeps_their_modes_and_leaves_nothing_else(host: Host, folder: Path) -> None:
    host.write_all(change(folder))
    assert texts(folder) == AFTER
    modes = {entry.name: entry.stat().st_mode & 0o777 for entry in os.scandir(str(folder))}
    assert modes == {"kdump.conf": 0o640, "sysconfig": 0o600, "third": 0o644}


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EPERM, errno.EBUSY, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("backup", [False, True])
def test_a_change_that_fails_at_any_point_leaves_every_file_as_it_was(
    host: Host, tmp_path: Path, calls: Calls, error: int, backup: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures, came = 0, True
    for at in range(1, 200):
        calls.fail(None, None)
        folder = made(tmp_path / str(at))
        contents = change(folder)
        before = seen(folder)
        calls.fail(at, OSError(error, os.strerror(error)))
        try:
            host.write_all(contents, backup)
        except Failure as failure:
            failures += 1
            assert failure.msg.startswith("cannot write ") and os.strerror(error) in failure.msg
            assert seen(folder) == before
        else:
            # a hard link has another way, and what fails after the last rename fails nothing: the next run tidies up
            monkeypatch.setattr(replace_files, "WRITTEN", (str(folder / "any"),))
            came = calls.count >= at
            calls.fail(None, None)
            replace_files.remove_left(host)
            assert {name: text for name, text in texts(folder).items() if name[-1] != "~"} == AFTER
        if not came:
            break
    assert failures >= 13


@pytest.mark.parametrize("backup", [False, True])
def test_after_a_kill_at_any_point_each_file_is_whole_and_the_next_run_removes_the_rest(
    host: Host, tmp_path: Path, calls: Calls, backup: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 200):
        calls.fail(None, None)
        folder = made(tmp_path / str(at))
        monkeypatch.setattr(replace_files, "WRITTEN", (str(folder / "any"),))
        contents = change(folder)
        calls.fail(at, Killed())
        try:
            host.write_all(contents, backup)
            break
        except Killed:
            calls.fail(None, None)
        for name in ("kdump.conf", "sysconfig"):
            assert (folder / name).read_text() in ("old %s\n" % name, "new\n")
        replace_files.remove_left(host)
        host.write_all(contents)
        assert {name: text for name, text in texts(folder).items() if name[-1] != "~"} == AFTER
    assert at > 20


def test_copies_are_made_next_to_the_files_with_their_text_mode_and_time(host: Host, folder: Path) -> None:
    copies = host.write_all(change(folder)[:3], backup=True)
    assert [open(path).read() for path in copies] == ["old kdump.conf\n", "old sysconfig\n"]
    assert [(os.stat(path).st_mode & 0o777, os.stat(path).st_mtime) for path in copies] == [
        (0o640, 1000),
        (0o600, 1000),
    ]
    assert all(path.startswith(str(folder / "kdump.conf.")) or "sysconfig." in path for path in copies)


@pytest.mark.parametrize("size", [1, 5000, 500000])
def test_a_file_of_any_size_gets_the_time_that_is_asked_for(host: Host, folder: Path, size: int) -> None:
    path = folder / "kdump.conf"
    host.write_all([FileContent(str(path), "x" * size, mtime_ns=5000000001)])
    assert (path.stat().st_mtime_ns, path.stat().st_size) == (5000000001, size)


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(host: Host, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "managed").mkdir()
    os.rename(str(folder / "kdump.conf"), str(tmp_path / "managed" / "kdump.conf"))
    os.symlink("../managed/kdump.conf", str(folder / "kdump.conf"))
    host.write(str(folder / "kdump.conf"), "new\n")
    assert os.readlink(str(folder / "kdump.conf")) == "../managed/kdump.conf"
    assert texts(tmp_path / "managed") == {"kdump.conf": "new\n"}


def test_labels_and_access_lists_are_taken_over_and_what_is_about_the_old_content_is_not(
    host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, values = str(folder / "kdump.conf"), {}
    values[path] = dict.fromkeys(("security.selinux", "security.ima", "user.note", "trusted.overlay.origin"), b"x")

    def named(file: Union[int, str]) -> str:
        return file if isinstance(file, str) else os.readlink("/proc/self/fd/%d" % file)

    def got(file: Union[int, str], name: str) -> bytes:
        if name not in values.get(named(file), {}):
            raise OSError(errno.ENODATA, "No data available")
        return values[named(file)][name]

    monkeypatch.setattr(os, "listxattr", lambda file: list(values.get(named(file), {})))
    monkeypatch.setattr(os, "getxattr", got)
    monkeypatch.setattr(
        os, "setxattr", lambda file, name, value: values.setdefault(named(file), {}).update({name: value})
    )
    host.write(path, "new\n")
    new = [sorted(kept) for name, kept in values.items() if replace_files.PREFIX in name]
    assert new == [["security.selinux", "user.note"]]


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_regular_file_is_not_replaced(host: Host, tmp_path: Path, make: Callable[..., Any]) -> None:
    make(str(tmp_path / "kdump.conf"))
    with pytest.raises(Failure, match="cannot write .*kdump.conf: it is no regular file"):
        host.write(str(tmp_path / "kdump.conf"), "new\n")
    assert os.listdir(str(tmp_path)) == ["kdump.conf"]


def test_a_file_system_without_hard_links_has_the_old_file_put_back_by_a_copy(
    host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = texts(folder)
    rename = os.rename

    def renamed(source: str, target: str) -> None:
        if target.endswith("sysconfig"):
            raise OSError(errno.EPERM, "Operation not permitted")
        rename(source, target)

    def unlinkable(source: str, target: str) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "link", unlinkable)
    with pytest.raises(Failure, match="sysconfig: Operation not permitted .it may be immutable: see lsattr"):
        host.write_all([FileContent(str(folder / name), "new\n") for name in ("kdump.conf", "sysconfig")])
    assert texts(folder) == before
    assert os.stat(str(folder / "kdump.conf")).st_mtime == 1000


def test_each_file_is_on_the_disk_before_it_gets_its_name_and_then_its_folder_is(
    host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    fsync, rename = os.fsync, os.rename

    def synced(handle: int) -> None:
        done.append("fsync " + os.readlink("/proc/self/fd/%d" % handle).replace(str(folder), ""))
        fsync(handle)

    def renamed(source: str, target: str) -> None:
        done.append("rename " + os.path.basename(target))
        rename(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    host.write(str(folder / "kdump.conf"), "new\n")
    assert [line.partition(replace_files.PREFIX)[0] for line in done] == ["fsync /", "rename kdump.conf", "fsync "]
    del done[:]
    host.copy(str(folder / "kdump.conf"), str(folder / "copy"), 0o600)
    assert [line.partition(replace_files.PREFIX)[0] for line in done] == ["fsync /", "rename copy", "fsync "]


def test_what_runs_left_is_removed_wherever_this_collection_writes_and_nothing_else_is() -> None:
    host = FakeHost({"/etc/.crashops-kdump-tmp-a1": "", "/etc/kdump.conf": "", "/etc/.ansible_tmpx": ""})
    host.links["/etc/sysconfig/kdump"] = "/srv/managed/kdump"
    host.files["/srv/managed/.crashops-kdump-tmp-b2"] = ""
    assert replace_files.remove_left(host) == ["/etc/.crashops-kdump-tmp-a1", "/srv/managed/.crashops-kdump-tmp-b2"]
    assert sorted(host.files) == ["/etc/.ansible_tmpx", "/etc/kdump.conf"]


class Policy:
    """Stands in for AnsibleModule on a host with SELinux: the policy has a context for some paths."""

    def __init__(self, contexts: Dict[str, List[str]]) -> None:
        self.contexts = contexts

    def selinux_default_context(self, path: str, mode: int = 0) -> List[Optional[str]]:
        assert mode == stat.S_IFREG
        return [*self.contexts.get(path, [None] * 4)]


@pytest.fixture
def labelled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> List[Tuple[str, str, bytes]]:
    """Return what is labelled: pairs of the name that a file has at that moment, and the context."""
    seen: List[Tuple[str, str, bytes]] = []
    (tmp_path / "enforce").write_text("1")
    monkeypatch.setattr(host_module, "SELINUX", str(tmp_path / "enforce"))
    monkeypatch.setattr(
        os, "setxattr", lambda file, name, value: seen.append((os.readlink("/proc/self/fd/%d" % file), name, value))
    )
    return seen


@pytest.mark.parametrize("way", ["write", "copy"])
def test_new_file_has_the_policys_context_before_it_has_its_name(
    way: str, folder: Path, labelled: List[Tuple[str, str, bytes]]
) -> None:
    path = str(folder / "new")
    host = Host(Policy({path: ["system_u", "object_r", "boot_t", "s0:c1"]}))
    if way == "write":
        host.write(path, "text\n")
    else:
        host.copy(str(folder / "sysconfig"), path, 0o600)
    ((named, attribute, value),) = labelled
    assert os.path.basename(named).startswith(replace_files.PREFIX)
    assert (attribute, value) == ("security.selinux", b"system_u:object_r:boot_t:s0:c1\0")
    assert os.path.exists(path)


def test_link_to_a_new_file_is_labelled_by_where_it_leads(
    folder: Path, labelled: List[Tuple[str, str, bytes]], tmp_path: Path
) -> None:
    os.symlink(str(tmp_path / "elsewhere"), str(folder / "link"))
    Host(Policy({str(tmp_path / "elsewhere"): ["u", "r", "t"]})).write(str(folder / "link"), "text\n")
    assert [value for _name, _attribute, value in labelled] == [b"u:r:t\0"]


def test_file_without_a_context_in_the_policy_keeps_its_folders(
    folder: Path, labelled: List[Tuple[str, str, bytes]]
) -> None:
    Host(Policy({})).write(str(folder / "new"), "text\n")
    assert labelled == []


def test_file_system_without_labels_takes_the_new_file_all_the_same(
    folder: Path, labelled: List[Tuple[str, str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(file: int, name: str, value: bytes) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refused)
    Host(Policy({str(folder / "new"): ["u", "r", "t", "s0"]})).write(str(folder / "new"), "text\n")
    assert (folder / "new").read_text() == "text\n"
