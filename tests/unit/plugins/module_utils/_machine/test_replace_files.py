# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are replaced as a whole, all of a change or none, on the machine that runs the tests."""

import errno
import os
import stat

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

    def __init__(self, monkeypatch):
        self.count, self.at, self.error = 0, None, None
        for name in CALLS:
            place = replace_files.tempfile if name == "mkstemp" else os
            monkeypatch.setattr(place, name, self._counted(getattr(place, name)))

    def _counted(self, call):
        def counted(*args, **more):
            self.count += 1
            if self.at == self.count:
                raise self.error
            return call(*args, **more)

        return counted

    def fail(self, at, error):
        self.count, self.at, self.error = 0, at, error


@pytest.fixture
def host():
    return Host(None)


@pytest.fixture
def calls(monkeypatch):
    return Calls(monkeypatch)


def made(folder):
    """Return a new folder with the two files of a configuration, as an operator left them."""
    folder.mkdir()
    for name, mode in (("kdump.conf", 0o640), ("sysconfig", 0o600)):
        path = folder / name
        path.write_text("old %s\n" % name)
        path.chmod(mode)
        os.utime(str(path), (1000, 1000))
    return folder


@pytest.fixture
def folder(tmp_path):
    return made(tmp_path / "etc")


def seen(folder):
    """Return name, text, mode and time of everything in a folder."""
    entries = [(entry, entry.stat(follow_symlinks=False)) for entry in os.scandir(str(folder))]
    return sorted((e.name, open(e.path).read(), oct(s.st_mode), s.st_ino, s.st_mtime_ns) for e, s in entries)


def texts(folder):
    return {entry.name: open(entry.path).read() for entry in os.scandir(str(folder))}


def change(folder):
    """Return a change of both files, of one that is not there yet, and of one that goes."""
    (folder / "gone").write_text("x")
    new = [FileContent(str(folder / name), "new\n") for name in ("kdump.conf", "sysconfig", "third")]
    return [*new, FileContent(str(folder / "gone"), None)]


AFTER = {"kdump.conf": "new\n", "sysconfig": "new\n", "third": "new\n"}


def test_a_change_of_four_files_keeps_their_modes_and_leaves_nothing_else(host, folder):
    host.write_all(change(folder))
    assert texts(folder) == AFTER
    modes = {entry.name: entry.stat().st_mode & 0o777 for entry in os.scandir(str(folder))}
    assert modes == {"kdump.conf": 0o640, "sysconfig": 0o600, "third": 0o644}


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EPERM, errno.EBUSY, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("backup", [False, True])
def test_a_change_that_fails_at_any_point_leaves_every_file_as_it_was(
    host, tmp_path, calls, error, backup, monkeypatch
):
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
    host, tmp_path, calls, backup, monkeypatch
):
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


def test_copies_are_made_next_to_the_files_with_their_text_mode_and_time(host, folder):
    copies = host.write_all(change(folder)[:3], backup=True)
    assert [open(path).read() for path in copies] == ["old kdump.conf\n", "old sysconfig\n"]
    assert [(os.stat(path).st_mode & 0o777, os.stat(path).st_mtime) for path in copies] == [
        (0o640, 1000),
        (0o600, 1000),
    ]
    assert all(path.startswith(str(folder / "kdump.conf.")) or "sysconfig." in path for path in copies)


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(host, folder, tmp_path):
    (tmp_path / "managed").mkdir()
    os.rename(str(folder / "kdump.conf"), str(tmp_path / "managed" / "kdump.conf"))
    os.symlink("../managed/kdump.conf", str(folder / "kdump.conf"))
    host.write(str(folder / "kdump.conf"), "new\n")
    assert os.readlink(str(folder / "kdump.conf")) == "../managed/kdump.conf"
    assert texts(tmp_path / "managed") == {"kdump.conf": "new\n"}


def test_labels_and_access_lists_are_taken_over_and_what_is_about_the_old_content_is_not(host, folder, monkeypatch):
    path, values = str(folder / "kdump.conf"), {}
    values[path] = dict.fromkeys(("security.selinux", "security.ima", "user.note", "trusted.overlay.origin"), b"x")

    def named(file):
        return file if isinstance(file, str) else os.readlink("/proc/self/fd/%d" % file)

    def got(file, name):
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
def test_what_is_no_regular_file_is_not_replaced(host, tmp_path, make):
    make(str(tmp_path / "kdump.conf"))
    with pytest.raises(Failure, match="cannot write .*kdump.conf: it is no regular file"):
        host.write(str(tmp_path / "kdump.conf"), "new\n")
    assert os.listdir(str(tmp_path)) == ["kdump.conf"]


def test_a_file_system_without_hard_links_has_the_old_file_put_back_by_a_copy(host, folder, monkeypatch):
    before = texts(folder)
    rename = os.rename

    def renamed(source, target):
        if target.endswith("sysconfig"):
            raise OSError(errno.EPERM, "Operation not permitted")
        rename(source, target)

    def unlinkable(source, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "link", unlinkable)
    with pytest.raises(Failure, match="sysconfig: Operation not permitted .it may be immutable: see lsattr"):
        host.write_all([FileContent(str(folder / name), "new\n") for name in ("kdump.conf", "sysconfig")])
    assert texts(folder) == before
    assert os.stat(str(folder / "kdump.conf")).st_mtime == 1000


def test_each_file_is_on_the_disk_before_it_gets_its_name_and_then_its_folder_is(host, folder, monkeypatch):
    done = []
    fsync, rename = os.fsync, os.rename

    def synced(handle):
        done.append("fsync " + os.readlink("/proc/self/fd/%d" % handle).replace(str(folder), ""))
        fsync(handle)

    def renamed(source, target):
        done.append("rename " + os.path.basename(target))
        rename(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    host.write(str(folder / "kdump.conf"), "new\n")
    assert [line.partition(replace_files.PREFIX)[0] for line in done] == ["fsync /", "rename kdump.conf", "fsync "]
    del done[:]
    host.copy(str(folder / "kdump.conf"), str(folder / "copy"), 0o600)
    assert [line.partition(replace_files.PREFIX)[0] for line in done] == ["fsync /", "rename copy", "fsync "]


def test_what_runs_left_is_removed_wherever_this_collection_writes_and_nothing_else_is():
    host = FakeHost({"/etc/.crashops-kdump-tmp-a1": "", "/etc/kdump.conf": "", "/etc/.ansible_tmpx": ""})
    host.links["/etc/sysconfig/kdump"] = "/srv/managed/kdump"
    host.files["/srv/managed/.crashops-kdump-tmp-b2"] = ""
    assert replace_files.remove_left(host) == ["/etc/.crashops-kdump-tmp-a1", "/srv/managed/.crashops-kdump-tmp-b2"]
    assert sorted(host.files) == ["/etc/.ansible_tmpx", "/etc/kdump.conf"]


class Policy:
    """Stands in for AnsibleModule on a host with SELinux: the policy has a context for some paths."""

    def __init__(self, contexts):
        self.contexts = contexts

    def selinux_default_context(self, path, mode=0):
        assert mode == stat.S_IFREG
        return self.contexts.get(path, [None, None, None, None])


@pytest.fixture
def labelled(monkeypatch, tmp_path):
    """Return what is labelled: pairs of the name that a file has at that moment, and the context."""
    seen = []
    (tmp_path / "enforce").write_text("1")
    monkeypatch.setattr(host_module, "SELINUX", str(tmp_path / "enforce"))
    monkeypatch.setattr(
        os, "setxattr", lambda file, name, value: seen.append((os.readlink("/proc/self/fd/%d" % file), name, value))
    )
    return seen


@pytest.mark.parametrize("way", ["write", "copy"])
def test_new_file_has_the_policys_context_before_it_has_its_name(way, folder, labelled):
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


def test_link_to_a_new_file_is_labelled_by_where_it_leads(folder, labelled, tmp_path):
    os.symlink(str(tmp_path / "elsewhere"), str(folder / "link"))
    Host(Policy({str(tmp_path / "elsewhere"): ["u", "r", "t"]})).write(str(folder / "link"), "text\n")
    assert [value for _name, _attribute, value in labelled] == [b"u:r:t\0"]


def test_file_without_a_context_in_the_policy_keeps_its_folders(folder, labelled):
    Host(Policy({})).write(str(folder / "new"), "text\n")
    assert labelled == []


def test_file_system_without_labels_takes_the_new_file_all_the_same(folder, labelled, monkeypatch):
    def refused(file, name, value):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refused)
    Host(Policy({str(folder / "new"): ["u", "r", "t", "s0"]})).write(str(folder / "new"), "text\n")
    assert (folder / "new").read_text() == "text\n"
