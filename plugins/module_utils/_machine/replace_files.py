# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Replaces files: each as a whole, and all files of one change or none."""

import binascii
import errno
import os
import shutil
import stat
import tempfile
import time
from typing import TYPE_CHECKING, Any, Callable, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

if TYPE_CHECKING:
    from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host

# How the names of temporary files begin. Programs that read a whole folder skip them: they are hidden and have no
# extension. The next run that changes the host removes what a killed run left.
PREFIX = ".crashops-kdump-tmp-"
# the folders that this collection writes to, each by a file in it, which may be a link
WRITTEN = (
    "/etc/kdump.conf",
    "/etc/sysconfig/kdump",
    "/etc/default/kdump-tools",
    "/etc/default/grub",
    "/etc/default/grub.d/any",
    "/etc/kernel/cmdline",
    "/etc/zipl.conf",
    "/boot/any",
    "/boot/grub/grub.cfg",
    "/boot/grub2/grubenv",
    "/boot/loader/entries/any",
    "/var/lib/kdump/any",
    "/var/lib/crashops-kdump/any",
)
# the extended attributes that a new file takes over; others, such as security.ima, are about the old content
KEPT = ("security.selinux", "security.SMACK64", "system.posix_acl_access")
# why a file that can be read cannot be replaced, and what an operator does about it
HINTS = {
    errno.EPERM: "it may be immutable: see lsattr %s, and take that away by chattr -ia %s",
    errno.EBUSY: "it may be a mount of its own: see findmnt %s, and take that away by umount %s",
    errno.ENOSPC: "see df -h %s",
}


# returns the SELinux context that the policy has for a new file at a path; None: its folder decides
ContextOf = Callable[[str], Optional[str]]


class FileContent(NamedTuple):
    """What a file should hold (None: remove it), the mode of a new file, and its time in ns (None: now)."""

    path: str
    text: Optional[str]
    mode: int = 0o644
    mtime_ns: Optional[int] = None


class Step:
    """The replacement of one file: `new` is the new file next to it, `old` the previous one, kept for undo()."""

    def __init__(self, content: FileContent) -> None:
        self.content = content
        self.path = os.path.realpath(content.path)
        self.new = ""
        self.old = ""
        self.done = False

    def prepare(self, context_of: ContextOf) -> None:
        """Write the new file next to the old one, so that a full or read-only file system is noticed now."""
        before = _facts(self.path)
        if self.content.text is None:
            return
        data = self.content.text.encode("utf-8", "surrogateescape")
        self.new = _made(self.path)
        with open(self.new, "wb") as stream:
            stream.write(data)
            # before the time is set: a write that comes later gives the file the time of now
            stream.flush()
            _like(stream.fileno(), self.path, before, self.content.mode, context_of)
            if self.content.mtime_ns is not None:
                os.utime(stream.fileno(), ns=(self.content.mtime_ns, self.content.mtime_ns))
            os.fsync(stream.fileno())

    def commit(self, keep: bool) -> None:
        """Put the new file in place; with keep, hold the old one under another name for undo()."""
        if keep and os.path.exists(self.path):
            self.old = _held(self.path)
        if self.content.text is None:
            _unlink(self.path)
        else:
            os.rename(self.new, self.path)
            self.new = ""
        self.done = True

    def undo(self) -> None:
        """Put the old file back, or remove the new one if there was none."""
        if self.done and self.old:
            os.rename(self.old, self.path)
            self.old = ""
        elif self.done:
            _unlink(self.path)
        self.done = False

    def clean(self) -> None:
        """Remove the files under temporary names; what cannot be removed is left to the next run."""
        for name in (self.new, self.old):
            try:
                _unlink(name)
            except OSError:
                continue


def replace_all(contents: List[FileContent], context_of: ContextOf, backup: bool = False) -> List[str]:
    """Replace all files or none, and return the paths of the backups, if they were asked for.

    A link stays a link: its target is replaced. An existing file keeps its owner, mode and labels. A new file gets the
    SELinux context that the policy has for its path.
    """
    steps = [Step(content) for content in contents]
    copies = []  # type: List[str]
    at = steps[0] if steps else None
    try:
        for at in steps:
            at.prepare(context_of)
        for at in steps:
            if backup and os.path.exists(at.path):
                copies.append(_copied(at.path, at.content.path, context_of))
        for at in steps:
            at.commit(keep=len(steps) > 1)
    except OSError as error:
        raise _undone(steps, copies, at, error)
    _end(steps)
    return copies


def copy(source: str, destination: str, mode: int, context_of: ContextOf) -> None:
    """Replace a file by a copy of another, with its times; the copy appears complete or not at all."""
    try:
        _copy(source, destination, destination, mode, context_of)
    except OSError as error:
        raise Failure("cannot copy %s to %s: %s" % (source, destination, error.strerror), path=destination)
    _sync_folder(destination)


def left(host: "Host") -> List[str]:
    """Return this collection's temporary files: of runs that were killed, or of one in progress."""
    folders = {os.path.dirname(host.real_path(path)) for path in WRITTEN}
    return [path for folder in sorted(folders) for path in host.glob("%s/%s*" % (folder, PREFIX))]


def remove_left(host: "Host") -> List[str]:
    """Remove the temporary files of killed runs. The caller holds the lock, so no other run is writing."""
    found = left(host)
    for path in found:
        host.remove(path)
    return found


def _facts(path: str) -> Any:
    """Return what stat says about a file to replace, None without one; raise OSError for what is not a regular file."""
    try:
        seen = os.stat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(seen.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    return seen


def _made(path: str) -> str:
    """Make an empty file with a temporary name next to a path, for root alone, and return its name."""
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=os.path.dirname(path))
    os.close(handle)
    return name


def _like(handle: int, path: str, before: Any, mode: int, context_of: ContextOf) -> None:
    """Give an open file the owner, mode, SELinux context and access list of the file that it will replace."""
    if before is None:
        os.fchmod(handle, mode)
        _label(handle, context_of(path))
        return
    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
        os.fchown(handle, before.st_uid, before.st_gid)
    os.fchmod(handle, stat.S_IMODE(before.st_mode))
    try:
        names = os.listxattr(path)
    except OSError:
        return  # a file system without them
    for name in names:
        if name not in KEPT and not name.startswith("user."):
            continue
        value = os.getxattr(path, name)
        if _xattr(handle, name) != value:
            os.setxattr(handle, name, value)


def _label(handle: int, context: Optional[str]) -> None:
    """Give an open file an SELinux context; where none can be set, it keeps its folder's."""
    if context is None:
        return
    try:
        os.setxattr(handle, "security.selinux", context.encode("utf-8", "surrogateescape") + b"\0")
    except OSError:
        return


def _xattr(handle: int, name: str) -> Optional[bytes]:
    """Return an extended attribute of an open file, None where it has none."""
    try:
        return os.getxattr(handle, name)
    except OSError:
        return None


def _held(path: str) -> str:
    """Keep a file under a temporary name, by a hard link or else a copy, and return that name."""
    name = os.path.join(os.path.dirname(path), PREFIX + binascii.hexlify(os.urandom(8)).decode())
    try:
        os.link(path, name)
        return name
    except OSError:
        # vfat has no hard links. An immutable or mounted file takes none either, and the next rename will fail
        pass
    try:
        shutil.copy2(path, name)
        seen = os.stat(path)
        os.chown(name, seen.st_uid, seen.st_gid)
    except OSError:
        _unlink(name)
        raise
    return name


def _copied(path: str, named: str, context_of: ContextOf) -> str:
    """Copy a file to a backup next to it, named as Ansible names its backups, and return the backup's path."""
    name = "%s.%d.%s~" % (named, os.getpid(), time.strftime("%Y-%m-%d@%H:%M:%S"))
    _copy(path, name, path, None, context_of)
    return name


def _copy(source: str, destination: str, like: str, mode: Optional[int], context_of: ContextOf) -> None:
    """Copy a file as a whole or not at all.

    Owner and labels are those of `like`, and so is the mode if `mode` is None.
    """
    seen = os.stat(source)
    temporary = _made(destination)
    try:
        with open(source, "rb") as old, open(temporary, "wb") as new:
            shutil.copyfileobj(old, new)
            _like(new.fileno(), like, _facts(like), 0o600, context_of)
            if mode is not None:
                os.fchmod(new.fileno(), mode)
            new.flush()
            os.utime(new.fileno(), ns=(seen.st_atime_ns, seen.st_mtime_ns))
            os.fsync(new.fileno())
        os.rename(temporary, destination)
    except OSError:
        _unlink(temporary)
        raise


def _undone(steps: List[Step], copies: List[str], at: Any, error: OSError) -> Failure:
    """Put back all files of a change that failed, and return the Failure for it."""
    path = at.content.path
    msg = "cannot write %s: %s" % (path, error.strerror)
    if error.errno in HINTS:
        hint = HINTS[error.errno]
        msg += " (%s)" % (hint % ((path,) * hint.count("%s")))
    try:
        for step in reversed(steps):
            step.undo()
        for step in steps:
            step.clean()
        for name in copies:
            _unlink(name)
    except OSError as second:
        return Failure("%s; and what was changed could not be taken back: %s" % (msg, second), path=path)
    return Failure(msg, path=path)


def _end(steps: List[Step]) -> None:
    """Make the new names of files durable, and remove the old files."""
    for step in steps:
        _sync_folder(step.path)
    for step in steps:
        step.clean()


def _sync_folder(path: str) -> None:
    """Write a folder's file names to the disk; it is no error if its file system cannot do that."""
    try:
        handle = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _unlink(path: str) -> None:
    """Remove a file that may be gone already."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
