# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Access to the machine: read files, write files, run commands.

Unit tests put a fake in its place.
"""

import errno
import glob
import io
import os
import socket
import stat
import time
from typing import TYPE_CHECKING, Any, Callable, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine import replace_files
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host_lock import Lock
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import SELINUX
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure

# sysfs files of kexec answer EBUSY while a load holds the kexec lock (Linux 6.5 and later)
BUSY_TRIES = 20
BUSY_PAUSE_S = 0.25
# the largest file that is read as a whole: configuration, records, tables of the kernel
WHOLE = 16 << 20
PIECE = 64 << 10
NULL_DEVICE = os.makedev(1, 3)
# the errors for a path that leads nowhere, also by a link to itself
NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
# The kernel's files that this collection reads. Reading others can hang and take lines from their next reader
# (/proc/kmsg, trace_pipe), or fill the memory (/proc/kcore), and a path that others wrote may lead there.
KERNEL_FILES = (
    "/proc/1/mount",
    "/proc/cmdline",
    "/proc/cpuinfo",
    "/proc/device-tree/",
    "/proc/iomem",
    "/proc/meminfo",
    "/proc/modules",
    "/proc/mounts",
    "/proc/net/",
    "/proc/self/mountinfo",
    "/proc/swaps",
    "/proc/sys/",
    "/sys/bus/",
    "/sys/class/",
    "/sys/devices/",
    "/sys/firmware/",
    "/sys/fs/selinux/",
    "/sys/hypervisor/",
    "/sys/kernel/fadump",
    "/sys/kernel/kexec",
    "/sys/kernel/security/lockdown",
    "/sys/module/",
)
# time.CLOCK_BOOTTIME, which has a name only since Python 3.7
CLOCK_BOOTTIME = 7
# what coreutils timeout(1) exits with when the limit is reached, by TERM and by KILL
TIMED_OUT = (124, 137)
# The commands that change the host. They go on when the module is killed, so they inherit the lock. None of them starts
# a daemon, which would keep the lock.
CHANGING = (
    "bootc",
    "cp",
    "grubby",
    "kdump-config",
    "kdump-tools",
    "kdumpctl",
    "rpm-ostree",
    "systemctl",
    "update-grub",
    "zipl",
)


class Completed(NamedTuple):
    """A command that ended: its argv, exit status and output."""

    argv: List[str]
    rc: int
    stdout: str
    stderr: str


class FileFacts(NamedTuple):
    """What stat(2) says about a path, links followed. mode holds the permission bits only; times are in ns."""

    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    ctime_ns: int = 0


class Space(NamedTuple):
    """Free and total bytes of a file system, and its free inodes (None if it does not count them)."""

    free: int
    total: int
    free_inodes: Optional[int]


def _kind(mode: int) -> str:
    """Return the kind of file by its st_mode: file, directory, block or other."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "block" if stat.S_ISBLK(mode) else "other"


def _raw(path: str) -> bytes:
    """Return a path as bytes: without a locale, Python 3.6 refuses text that is not ASCII."""
    return path.encode("utf-8", "surrogateescape")


def _text(path: bytes) -> str:
    """Return a path or a file's content as text; bytes that are not UTF-8 survive the way back."""
    return path.decode("utf-8", "surrogateescape")


def _cannot(what: str, path: str, error: Exception) -> Failure:
    """Return the Failure for a path that the system refuses, or that cannot be a path, such as one with a NUL."""
    return Failure("cannot %s %s: %s" % (what, path, getattr(error, "strerror", None) or error), path=path)


def _refuse_kernel_files(path: str, place: str) -> None:
    """Raise OSError for a file of /proc or /sys that is not in KERNEL_FILES; place is its link in /proc/self/fd."""
    try:
        leads_to = _text(os.readlink(_raw(place)))
    except OSError:
        # not "no such file", because the file exists
        raise OSError(errno.EIO, "/proc is not mounted")
    if leads_to.startswith(("/proc/", "/sys/")) and not os.path.normpath(path).startswith(KERNEL_FILES):
        raise OSError(errno.EINVAL, "it leads to %s, which is no file on a disk" % leads_to)


def _at_once(place: str, flags: int) -> int:
    """Open a file without waiting for the process at its other end, such as the writer of a pipe."""
    return os.open(place, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _opened(path: str) -> Optional[io.FileIO]:
    """Open a regular file for reading; return None for /dev/null.

    The type is checked before the file is opened: opening a device can start a watchdog.
    """
    handle = os.open(_raw(path), os.O_PATH | os.O_CLOEXEC)
    try:
        seen = os.fstat(handle)
        if stat.S_ISCHR(seen.st_mode) and seen.st_rdev == NULL_DEVICE:
            # by a link to it, administrators hide a file of a package
            return None
        if not stat.S_ISREG(seen.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        place = "/proc/self/fd/%d" % handle
        _refuse_kernel_files(path, place)
        return io.FileIO(place, "r", opener=_at_once)
    finally:
        os.close(handle)


def _whole(stream: Any) -> bytes:
    """Return the rest of a file, read in small pieces: /proc/sys refuses a read of megabytes."""
    parts, length = [], 0  # type: List[bytes], int
    for part in iter(lambda: stream.read(PIECE), b""):
        parts, length = parts + [part], length + len(part)
        if length > WHOLE:
            raise OSError(errno.EFBIG, "it has more than %d MiB" % (WHOLE >> 20))
    return b"".join(parts)


class Host:
    """The machine that the module runs on. `commands` holds the argv of every command that was run.

    module is an AnsibleModule, or a stand-in with get_bin_path and run_command where there is no Ansible.
    """

    def __init__(self, module: Any) -> None:
        self._module = module
        self._held: Optional[Tuple[str, Optional[io.FileIO]]] = None
        self.commands: List[List[str]] = []
        self._lock = Lock()

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        """Return a file's bytes (size -1: to its end), None if it does not exist.

        Only regular files are read, without ever waiting. Without a size, a file of more than WHOLE bytes is refused.
        """
        for attempt in range(BUSY_TRIES):
            try:
                return self._bytes_of(path, offset, size)
            except (OSError, ValueError, OverflowError) as error:
                reason = getattr(error, "errno", None)
                if reason in NOWHERE:
                    return None
                if reason != errno.EBUSY or attempt == BUSY_TRIES - 1:
                    raise _cannot("read", path, error)
                time.sleep(BUSY_PAUSE_S)
        return None

    def _bytes_of(self, path: str, offset: int, size: int) -> bytes:
        """Return a regular file's bytes; /dev/null counts as an empty file."""
        opened = _opened(path)
        if opened is None:
            return b""
        with io.BufferedReader(opened) as stream:
            if offset:
                stream.seek(offset)
            return _whole(stream) if size < 0 else stream.read(size)

    def read(self, path: str) -> Optional[str]:
        """Return a file's text, None if it does not exist; bytes that are not UTF-8 survive a write."""
        content = self.read_bytes(path)
        return None if content is None else _text(content)

    def stat(self, path: str) -> Optional[FileFacts]:
        """Return what stat(2) says about a path, links followed; None if it leads nowhere."""
        try:
            seen = os.stat(_raw(path))
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) in NOWHERE:
                return None
            raise _cannot("look at", path, error)
        times = (seen.st_mtime_ns, seen.st_ctime_ns)
        return FileFacts(
            _kind(seen.st_mode), stat.S_IMODE(seen.st_mode), seen.st_uid, seen.st_gid, seen.st_size, *times
        )

    def real_path(self, path: str) -> str:
        """Return the path with every symbolic link followed."""
        try:
            return _text(os.path.realpath(_raw(path)))
        except (OSError, ValueError) as error:
            raise _cannot("follow", path, error)

    def link(self, path: str) -> Optional[str]:
        """Return the target of a symbolic link as it is written, None if the path is not a link."""
        try:
            return _text(os.readlink(_raw(path)))
        except (OSError, ValueError):
            return None

    def glob(self, pattern: str) -> List[str]:
        """Return the paths that match a shell pattern, sorted."""
        try:
            return sorted(_text(path) for path in glob.glob(_raw(pattern)))
        except (OSError, ValueError) as error:
            raise _cannot("look for", pattern, error)

    def entries(self, directory: str) -> List[str]:
        """Return the paths of everything in a directory, sorted."""
        try:
            return ["%s/%s" % (directory.rstrip("/"), _text(name)) for name in sorted(os.listdir(_raw(directory)))]
        except (OSError, ValueError) as error:
            raise _cannot("look into", directory, error)

    def may_list(self, directory: str) -> bool:
        """Return whether a directory may be listed; `glob` finds nothing in one that may not."""
        return os.access(_raw(directory), os.R_OK | os.X_OK)

    def space(self, path: str) -> Optional[Space]:
        """Return the free space of this host's file system under a path, None if it cannot be read."""
        try:
            seen = os.statvfs(_raw(path))
        except (OSError, ValueError):
            return None
        free, total = seen.f_bavail * seen.f_frsize, seen.f_blocks * seen.f_frsize
        # btrfs and some network file systems count no inodes
        return Space(free, total, seen.f_favail if seen.f_files else None)

    def refuses(self, address: str, port: int, timeout_s: float) -> Optional[str]:
        """Connect to an address and TCP port from this machine, send nothing; return why that fails, else None."""
        try:
            socket.create_connection((address, port), timeout_s).close()
        # a name with an empty or an overlong part is a UnicodeError, a port above 65535 an OverflowError
        except (ValueError, OverflowError) as error:
            return "%s" % error
        except OSError as error:
            return error.strerror or "no answer within %d s" % timeout_s
        return None

    def read_piece(self, path: str, offset: int, size: int) -> Optional[bytes]:
        """Return some bytes of a regular file, None if it does not exist.

        The file stays open until another is asked for: a flattened dump takes hundreds of thousands of reads.
        """
        try:
            if self._held is None or self._held[0] != path:
                self._held = (path, _opened(path))
            opened = self._held[1]
            return b"" if opened is None else os.pread(opened.fileno(), size, offset)
        except (OSError, ValueError, OverflowError) as error:
            if getattr(error, "errno", None) in NOWHERE:
                return None
            raise _cannot("read", path, error)

    def is_root(self) -> bool:
        """Return whether the module runs as root."""
        return os.geteuid() == 0

    def label(self, path: str) -> Optional[str]:
        """Return the SELinux context of a path on this machine, None if it has none."""
        try:
            return os.getxattr(_raw(path), "security.selinux").decode("utf-8", "replace").strip("\0")
        except (OSError, ValueError):
            return None

    def now(self) -> float:
        """Return the host's clock, in seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return the machine's monotonic clock in seconds, as in systemd's stamps: without the time of a suspend."""
        return time.monotonic()

    def boot_time(self) -> float:
        """Return when this machine was booted, in seconds since the epoch by the present clock; suspends count."""
        return time.time() - time.clock_gettime(CLOCK_BOOTTIME)

    def wait_until(self, ready: Callable[[], bool], timeout_s: float, pause_s: float = 1.0) -> bool:
        """Wait on this machine, and return whether a condition became true within the limit."""
        end = time.monotonic() + timeout_s
        while not ready():
            if time.monotonic() >= end:
                return False
            time.sleep(pause_s)
        return True

    def which(self, name: str) -> Optional[str]:
        """Return the path of a program, None if there is none; /usr/sbin, /sbin and /usr/local/sbin count as well."""
        opt_dirs = ["/usr/sbin", "/sbin", "/usr/local/sbin"]
        found: Optional[str] = self._module.get_bin_path(name, required=False, opt_dirs=opt_dirs)
        return found

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        """Run a command in the C locale and return its exit status and output.

        Raise Failure for a command that exceeds its limit, or that fails while `check` is set.
        """
        self.commands.append(list(argv))
        limited = ["timeout", "--kill-after=10", str(timeout_s)] + list(argv)
        env = {"LANG": "C", "LC_ALL": "C", "LC_MESSAGES": "C", "LANGUAGE": "C"}
        held = [self._lock.handle] if self._lock.handle is not None and _changes(argv) else []
        more = {"pass_fds": held} if held else {}
        try:
            # its own handling of exceptions would end the module before it can undo a change
            rc, stdout, stderr = self._module.run_command(limited, environ_update=env, handle_exceptions=False, **more)
        except (OSError, ValueError) as error:
            raise Failure("cannot run %s: %s" % (" ".join(argv), error), argv=list(argv))
        if rc in TIMED_OUT:
            raise Failure(
                "%s did not end within %d seconds and was stopped; find out what it waits for" % (argv[0], timeout_s),
                argv=list(argv),
                stdout=stdout,
                stderr=stderr,
            )
        done = Completed(list(argv), rc, stdout, stderr)
        if check and rc != 0:
            raise command_failure("the command failed", done)
        return done

    def write(self, path: str, text: str, mode: int = 0o644, backup: bool = False) -> Optional[str]:
        """Write a whole file on this host atomically and return the backup's path, if one was asked for.

        An existing file keeps its owner, mode and SELinux context. `mode` is for a new file, whose SELinux context
        comes from the policy.
        """
        saved = self.write_all([FileContent(path, text, mode)], backup)
        return saved[0] if saved else None

    def write_all(self, contents: List[FileContent], backup: bool = False) -> List[str]:
        """Write or remove on this host all of these files, or none, and return the paths of the backups."""
        return replace_files.replace_all(contents, self._default_context, backup)

    def copy(self, source: str, destination: str, mode: int) -> None:
        """Copy a file's bytes and times on this host; the copy appears complete or not at all."""
        replace_files.copy(source, destination, mode, self._default_context)

    def _default_context(self, path: str) -> Optional[str]:
        """Return the SELinux context that this host has for a new file, None if SELinux is off or names none."""
        if self.stat(SELINUX) is None:
            return None
        context = self._module.selinux_default_context(path, stat.S_IFREG)
        # user, role and type, and a level where the policy has levels
        return ":".join(context) if len(context) > 2 and all(context) else None

    def lock(self, name: str) -> None:
        """Lock this host: wait for other runs, and keep them out until unlock() or the end of the process."""
        self._lock.take(name)

    def unlock(self) -> None:
        """Unlock this host for other runs."""
        self._lock.release()

    def remove(self, path: str) -> None:
        """Remove a file; it is no error if it does not exist."""
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Failure("cannot remove %s: %s" % (path, error.strerror), path=path)

    def remove_directory(self, path: str) -> None:
        """Remove a directory if it is empty; leave any other as it is."""
        try:
            os.rmdir(path)
        except OSError:
            return

    def make_directory(self, path: str, mode: int) -> None:
        """Make a directory on this host with exactly this mode, whatever the umask, and its missing parents."""
        try:
            if not os.path.isdir(path):
                os.makedirs(path)
            os.chmod(path, mode)
        except OSError as error:
            raise Failure("cannot make the directory %s: %s" % (path, error.strerror), path=path)

    def set_mtime(self, path: str, mtime_ns: Optional[int] = None) -> None:
        """Set a file's modification time on this machine; without one, to now: what is built from it is stale then."""
        try:
            if mtime_ns is None:
                os.utime(path)
            else:
                os.utime(path, ns=(mtime_ns, mtime_ns))
        except OSError as error:
            raise Failure("cannot touch %s: %s" % (path, error.strerror), path=path)


# What stands in for Host derives from this. To mypy it is Host, so that signatures are compared. When Python runs it,
# nothing is inherited: a method that a stand-in lacks fails, and never reaches the machine.
if TYPE_CHECKING:
    HostStandIn = Host
else:
    HostStandIn = object


def _changes(argv: List[str]) -> bool:
    """Return whether a command would change this host: its program is one of CHANGING."""
    return os.path.basename(argv[0]) in CHANGING


def command_failure(what: str, done: Completed) -> Failure:
    """Return the Failure for a command that failed on the machine, with the end of its output in the message."""
    words = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
    msg = "%s: %s exited with %d and said: %s" % (what, " ".join(done.argv), done.rc, " / ".join(words[-5:]))
    return Failure(msg, argv=done.argv, rc=done.rc, stdout=done.stdout, stderr=done.stderr)
