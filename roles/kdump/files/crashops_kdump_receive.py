#!/bin/sh
# fmt: off
"exec" "$(command -v python3 || echo /usr/libexec/platform-python)" "-I" "$0" "$@"
# fmt: on
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# A shell starts Python by the second line, which to Python is a text: EL 8 has Python under another name.

import errno
import hashlib
import os
import re
import shlex
import stat
import struct
import sys
import time

__doc__ = """Receives the dumps of one host on an ssh server: the forced command of its line in authorized_keys.

Its argument is the host's own directory. It does there what the clients of kdumpctl and kdump-tools ask for (mkdir -p,
dd, mv, df, mktemp, rmdir, scp by either protocol), and what kdump_target asks. It starts no other program. It reads
nothing out of a file, replaces none, and follows no link: a file is made anew or not at all, and only a name with
`incomplete` in it can be changed, to one that is not there.
"""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:%+@-]{0,127}\Z")
BLOCK = 1 << 20
# what kdump_target's shell lines exit with (module_utils/_targets/write_test.py)
ABSENT, READ_ONLY, ELSEWHERE = 21, 22, 27
TRIAL = "crashops-kdump-try"
# what a trial writes, each under a name of its own; one that is older than LEFT_S was left by a trial that was cut off
TEST_FILE = ".crashops-kdump-"
LEFT_S = 3600
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Refused(Exception):
    """Why nothing is done; code is the exit status."""

    def __init__(self, msg, code=1):
        # type: (str, int) -> None
        super().__init__(msg)
        self.code = code


class Store:
    """The directory of one host."""

    def __init__(self, base):
        # type: (str) -> None
        self.base = "/" + base.strip("/")

    def parts(self, path):
        # type: (str) -> List[str]
        """Return the names below the directory that a client's path consists of, one or two at most."""
        if path.rstrip("/") != self.base and not path.startswith(self.base + "/"):
            raise Refused("%s is not below %s, where this host may write" % (path, self.base), ELSEWHERE)
        found = [part for part in path[len(self.base) :].split("/") if part]
        if len(found) > 2 or not all(NAME.match(part) for part in found):
            raise Refused("%s is no plain name below %s" % (path, self.base))
        return found

    def folder(self, names):
        # type: (List[str]) -> int
        """Return an open directory; only the first one, which the server's administrator named, may be a link."""
        handle = os.open(self.base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for name in names:
            inner = os.open(name, FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        return handle

    def make(self, path):
        # type: (str) -> None
        """Make a directory if it is not there."""
        names = self.parts(path)
        if len(names) > 1:
            raise Refused("%s is too deep" % path)
        os.makedirs(self.base, 0o700, exist_ok=True)
        for name in names:
            try:
                os.mkdir(name, 0o700, dir_fd=self.folder([]))
            except FileExistsError:
                self.folder([name])

    def create(self, path):
        # type: (str) -> int
        """Return a new file."""
        names = self.parts(path)
        if len(names) != 2:
            raise Refused("%s is no file in a directory of a dump" % path)
        return os.open(names[1], NEW, 0o600, dir_fd=self.folder(names[:1]))

    def finish(self, old, new):
        # type: (str, str) -> None
        """Give an incomplete file its final name, which must be free."""
        source, target = self.parts(old), self.parts(new)
        if len(source) != 2 or source[:1] != target[:1] or len(target) != 2 or "incomplete" not in source[1]:
            raise Refused("only an incomplete file gets another name, in its own directory")
        handle = self.folder(source[:1])
        if not stat.S_ISREG(os.stat(source[1], dir_fd=handle, follow_symlinks=False).st_mode):
            raise Refused("%s is no file" % old)
        os.link(source[1], target[1], src_dir_fd=handle, dst_dir_fd=handle, follow_symlinks=False)
        os.unlink(source[1], dir_fd=handle)
        os.fsync(handle)

    def kind(self, path):
        # type: (str) -> Optional[int]
        """Return the type and mode of what is there, None where there is nothing."""
        names = self.parts(path)
        try:
            if not names:
                return os.stat(self.base).st_mode
            return os.stat(names[-1], dir_fd=self.folder(names[:-1]), follow_symlinks=False).st_mode
        except OSError:
            return None

    def space(self):
        # type: () -> Tuple[int, int, int]
        """Return size, use and room of the file system in KiB."""
        seen = os.statvfs(self.base)
        unit = seen.f_frsize / 1024.0
        used = seen.f_blocks - seen.f_bfree
        return int(seen.f_blocks * unit), int(used * unit), int(seen.f_bavail * unit)


def say(text):
    # type: (str) -> None
    """Write a line to the client."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def pour(source, target, size=None):
    # type: (BinaryIO, int, Optional[int]) -> int
    """Copy a stream, or so many bytes of it, into a file, and return how many were left out."""
    left = size
    while left is None or left > 0:
        block = source.read(BLOCK if left is None else min(BLOCK, left))
        if not block:
            break
        view = memoryview(block)
        while view:
            view = view[os.write(target, view) :]
        left = None if left is None else left - len(block)
    os.fsync(target)
    os.close(target)
    return left or 0


def by_dd(store, words, source):
    # type: (Store, List[str], BinaryIO) -> None
    """dd: write what comes into a new file."""
    names = [word[3:] for word in words if word.startswith("of=")]
    if len(names) != 1 or any(word != "bs=512" and not word.startswith("of=") for word in words):
        raise Refused("dd with these words is not for a dump")
    pour(source, store.create(names[0]))


def by_scp(store, words, source, target):
    # type: (Store, List[str], BinaryIO, BinaryIO) -> None
    """The receiving end of scp's own protocol, for one file after another."""
    flags, path = words[:-1], words[-1]
    if "-t" not in flags or any(flag not in ("-t", "-q", "-p", "-d", "-v", "--") for flag in flags):
        raise Refused("scp may only bring files")
    answer(target, b"\0")
    while True:
        line = source.readline(4096).decode("utf-8", "replace").rstrip("\n")
        if not line:
            return
        if line[0] == "T":
            answer(target, b"\0")
            continue
        match = re.match(r"C[0-7]{4} ([0-9]{1,18}) ([^/]+)\Z", line)
        if match is None:
            raise Refused("scp brings something else than a file")
        names = store.parts(path)
        handle = store.create(path if len(names) == 2 else "%s/%s" % (path.rstrip("/"), match.group(2)))
        answer(target, b"\0")
        if pour(source, handle, int(match.group(1))) or source.read(1) != b"\0":
            raise Refused("the file ended early")
        answer(target, b"\0")


def answer(target, data):
    # type: (BinaryIO, bytes) -> None
    """Send bytes at once."""
    target.write(data)
    target.flush()


class Sftp:
    """What scp of OpenSSH 9 and later asks a server of the sftp protocol, version 3, to bring a file there."""

    OK, NO_FILE, DENIED, UNSUPPORTED = 0, 2, 3, 8

    def __init__(self, store, source, target):
        # type: (Store, BinaryIO, BinaryIO) -> None
        self.store, self.source, self.target = store, source, target
        self.open = {}  # type: Any
        self.jobs = {3: self.create, 4: self.close, 6: self.write, 7: self.look, 8: self.fine, 9: self.fine}
        self.jobs.update({10: self.fine, 16: self.whole, 17: self.look})

    def serve(self):
        # type: () -> None
        """Answer until the client ends."""
        while True:
            head = self.source.read(5)
            if len(head) < 5:
                return
            size, kind = struct.unpack(">IB", head)
            if not 1 <= size <= 1 << 19:
                raise Refused("a message of sftp is too large")
            body = self.source.read(size - 1)
            if kind == 1:
                self.send(2, struct.pack(">I", 3))
                continue
            number, rest = body[:4], body[4:]
            job = self.jobs.get(kind)
            try:
                if job is None:
                    self.status(number, self.UNSUPPORTED, "this account only takes new files")
                else:
                    job(number, rest)
            except Refused as refused:
                self.status(number, self.DENIED, str(refused))
            except (OSError, struct.error, IndexError) as error:
                self.status(number, self.DENIED, str(getattr(error, "strerror", error)))

    def send(self, kind, body):
        # type: (int, bytes) -> None
        """Send a message."""
        answer(self.target, struct.pack(">IB", len(body) + 1, kind) + body)

    def status(self, number, code, words):
        # type: (bytes, int, str) -> None
        """Answer how a request went."""
        self.send(101, number + struct.pack(">I", code) + text(words) + text(""))

    def path(self, rest):
        # type: (bytes) -> str
        """Return the path that a request names; a relative one is below the directory."""
        path = take(rest)[0].decode("utf-8", "replace")
        return path if path.startswith("/") else self.store.base + "/" + path.lstrip("./")

    def whole(self, number, rest):
        # type: (bytes, bytes) -> None
        """REALPATH: return a path as it is."""
        path = self.path(rest).rstrip("/")
        self.store.parts(path)
        self.send(104, number + struct.pack(">I", 1) + text(path) + text(path) + struct.pack(">I", 0))

    def look(self, number, rest):
        # type: (bytes, bytes) -> None
        """STAT: tell what is there."""
        mode = self.store.kind(self.path(rest))
        if mode is None:
            self.status(number, self.NO_FILE, "no such file")
        else:
            self.send(105, number + struct.pack(">II", 4, mode))

    def fine(self, number, rest):
        # type: (bytes, bytes) -> None
        """Take times and rights for set; a new file has those of this account."""
        self.status(number, self.OK, "nothing was changed")

    def create(self, number, rest):
        # type: (bytes, bytes) -> None
        """OPEN: only to make a new file."""
        left = take(rest)[1]
        flags = struct.unpack(">I", left[:4])[0]
        # write and create, and perhaps truncate; neither read nor append
        if flags & ~0x10 != 0x0A:
            raise Refused("this account only takes new files")
        key = str(len(self.open)).encode()
        self.open[key] = [self.store.create(self.path(rest)), 0]
        self.send(102, number + struct.pack(">I", len(key)) + key)

    def write(self, number, rest):
        # type: (bytes, bytes) -> None
        """WRITE: only behind what was written."""
        key, left = take(rest)
        offset = struct.unpack(">Q", left[:8])[0]
        data = take(left[8:])[0]
        entry = self.open.get(key)
        if entry is None or offset != entry[1]:
            raise Refused("a file is written from its start to its end")
        view = memoryview(data)
        while view:
            view = view[os.write(entry[0], view) :]
        entry[1] += len(data)
        self.status(number, self.OK, "")

    def close(self, number, rest):
        # type: (bytes, bytes) -> None
        """CLOSE, when all is on the disk."""
        entry = self.open.get(take(rest)[0])
        if entry is None:
            raise Refused("there is no such file")
        os.fsync(entry[0])
        os.close(entry[0])
        entry[1] = -1
        self.status(number, self.OK, "")


def text(words):
    # type: (str) -> bytes
    """Return a text as sftp sends it."""
    data = words.encode("utf-8")
    return struct.pack(">I", len(data)) + data


def take(body):
    # type: (bytes) -> Tuple[bytes, bytes]
    """Return the first text of a message, and the rest."""
    size = struct.unpack(">I", body[:4])[0]
    if size > len(body) - 4:
        raise Refused("a message of sftp is cut off")
    return body[4 : 4 + size], body[4 + size :]


def room(store, option):
    # type: (Store, str) -> None
    """df: tell the room."""
    total, used, free = store.space()
    if option == "--output=avail":
        say("Avail\n%d" % free)
        return
    share = 100 * used // max(1, used + free)
    say("Filesystem 1024-blocks Used Available Capacity Mounted on\ndumps %d %d %d %d%% /" % (total, used, free, share))


def attempt(store, words):
    # type: (Store, List[str]) -> None
    """Do for kdump_target what its shell line would do: make the directory, write a file, tell the room."""
    mode, create, path = words
    if "/" + path.strip("/") != store.base:
        raise Refused("this account lets this host write to %s alone, and not to %s" % (store.base, path), ELSEWHERE)
    say("write_only=1\nprogram=%s\nstep=make" % own_hash())
    existed = os.path.isdir(store.base)
    if not existed and create != "create":
        raise Refused("it does not exist", ABSENT)
    if mode == "write" and not existed:
        os.makedirs(store.base, 0o700)
    say("existed=%d" % existed)
    place = store.base
    while not os.path.isdir(place):
        place = os.path.dirname(place)
    if existed or mode == "write":
        before = "%o" % stat.S_IMODE(os.stat(store.base).st_mode)
        # sticky and the like: somebody shares it on purpose
        after = before if len(before) > 3 else "700"
        say("step=mode\nbefore=%s" % before)
        if mode == "write" and before != after:
            os.chmod(store.base, 0o700)
        say("mode=%s" % after)
    if not os.access(place, os.W_OK):
        raise Refused("it cannot be written to", READ_ONLY)
    if mode == "write":
        say("step=write")
        handle = store.folder([])
        remove_left(handle)
        write_zeros(handle)
    say("step=space")
    room(Store(place), "-P")


def own_hash():
    # type: () -> str
    """Return the SHA-256 of this program, by which the role sees whether it is the one that it would install."""
    with open(__file__, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def remove_left(folder):
    # type: (int) -> None
    """Remove what trials left that were cut off."""
    for name in os.listdir(folder):
        if not name.startswith(TEST_FILE):
            continue
        try:
            seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(seen.st_mode) and seen.st_mtime < time.time() - LEFT_S:
                os.unlink(name, dir_fd=folder)
        except OSError:
            # of another trial, which has just ended
            continue


def write_zeros(folder):
    # type: (int) -> None
    """Write a file of 64 KiB to the disk, and remove it."""
    name = TEST_FILE + os.urandom(3).hex()
    target = os.open(name, NEW, 0o600, dir_fd=folder)
    try:
        os.write(target, bytes(65536))
        os.fsync(target)
    finally:
        os.close(target)
        os.unlink(name, dir_fd=folder)


def serve(store, command, source, target):
    # type: (Store, str, BinaryIO, BinaryIO) -> None
    """Do what a client asks for."""
    words = shlex.split(command)
    if words[:3] == ["umask", "0077", "&&"]:
        words = words[3:]
    name, rest = (words[0], words[1:]) if words else ("", [])
    if name == "mkdir" and len(rest) == 2 and rest[0] == "-p":
        store.make(rest[1])
    elif name == "dd":
        by_dd(store, rest, source)
    elif name == "mv" and len(rest) == 2:
        store.finish(rest[0], rest[1])
    elif name == "df" and len(rest) == 2 and rest[0] in ("-P", "--output=avail"):
        store.parts(rest[1])
        room(store, rest[0])
    elif name in ("mktemp", "rmdir"):
        scratch(store, name, rest)
    elif name == "scp" and rest:
        by_scp(store, rest, source, target)
    elif words and words[0].rsplit("/", 1)[-1] in ("internal-sftp", "sftp-server"):
        Sftp(store, source, target).serve()
    elif name == "sh" and len(rest) == 6 and rest[0] == "-c" and rest[2] == TRIAL:
        attempt(store, rest[3:])
    else:
        raise Refused("this account only takes dumps into %s; it does not run %r" % (store.base, command[:200]))


def scratch(store, name, rest):
    # type: (Store, str, List[str]) -> None
    """mktemp -dqp and rmdir: kdumpctl's own test whether it may write."""
    if name == "mktemp" and len(rest) == 2 and rest[0] == "-dqp" and not store.parts(rest[1]):
        made = "tmp." + os.urandom(5).hex()
        os.mkdir(made, 0o700, dir_fd=store.folder([]))
        say("%s/%s" % (store.base, made))
        return
    names = store.parts(rest[0]) if name == "rmdir" and len(rest) == 1 else []
    if len(names) != 1 or not names[0].startswith("tmp."):
        raise Refused("only a directory of mktemp is made or removed so")
    os.rmdir(names[0], dir_fd=store.folder([]))


def main():
    # type: () -> int
    """Return the exit status."""
    os.umask(0o077)
    command = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    store = Store(sys.argv[1])
    try:
        serve(store, command, sys.stdin.buffer, sys.stdout.buffer)
    except (Refused, ValueError) as refused:
        sys.stderr.write("crashops-kdump-receive: %s\n" % refused)
        return getattr(refused, "code", 1)
    except OSError as error:
        said = "it is there already" if error.errno == errno.EEXIST else error.strerror
        sys.stderr.write("crashops-kdump-receive: %s: %s\n" % (error.filename, said))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
