# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What a change of an armed host's configuration replaced, kept on the host until it is armed with the new one.

kdump_config writes the record before the files; kdump_service, once the host is armed, removes it. A run that is cut
off between the two leaves it behind, so that the next one can still go back.
"""

import json
from typing import Any, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._service import (
    DIRECTORY,
    Service,
    image_copy,
    is_armed,
    read_service,
)
from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Stack

RECORD = DIRECTORY + "/unarmed.json"


# of an initramfs that is being built; a copy that stays behind says that the build was cut off
COPY_MODE = 0o600  # it may hold the key of an ssh target


class Kept(NamedTuple):
    """One file: its text before and after the change (None: it was not there), and the time it had before, in ns."""

    path: str
    before: Optional[str]
    after: Optional[str]
    mtime_ns: Optional[int]


class Record(NamedTuple):
    """The files of all changes since the host was armed, and the capture initramfs as it was then; time in ns."""

    files: List[Kept]
    image: str
    image_mtime_ns: Optional[int]


def encoded(record: Record) -> str:
    """Return a record as the text of its file."""
    return json.dumps(dict(record._asdict(), version=1, files=[file._asdict() for file in record.files]), indent=1)


def decoded(text: str) -> Optional[Record]:
    """Return the record that a text holds, None where it holds none: nothing can be put back from that."""
    try:
        data = json.loads(text)
        files = [Kept(file["path"], file["before"], file["after"], file["mtime_ns"]) for file in data["files"]]
        return Record(files, data["image"], data["image_mtime_ns"])
    except (ValueError, KeyError, TypeError):
        return None


def merged(older: Record, newer: Record) -> Record:
    """Return one record of two changes: what there was before the first, and what there is after the second."""
    first = {file.path: file for file in older.files}
    again = [first[file.path]._replace(after=file.after) if file.path in first else file for file in newer.files]
    paths = [file.path for file in again]
    return older._replace(files=[file for file in older.files if file.path not in paths] + again)


def standing(host: Any) -> Optional[Record]:
    """Return the record that a change left, None where there is none; the host may be armed with it by now."""
    text = host.read(RECORD)
    return None if text is None else decoded(text)


def unarmed(host: Any, service: Service) -> Optional[Record]:
    """Return what of the standing record is not armed yet, None where nothing is.

    A file that is older than what is loaded is armed by now, by whatever means, such as a reboot.
    """
    record = standing(host)
    if record is None or not service.armed:
        return record
    files = [file for file in record.files if file.path in service.changed_since + service.perhaps_since]
    return record._replace(files=files) if files else None


def kept(host: Any, changes: List[FileChange]) -> List[Kept]:
    """Return what is needed to take changes back, before they are made."""
    seen = [host.stat(change.path) for change in changes]
    return [
        Kept(change.path, change.before, change.after, facts.mtime_ns if facts else None)
        for change, facts in zip(changes, seen)
    ]


def remember(host: Any, stack: Stack, files: List[Kept]) -> None:
    """Keep what is about to be replaced, if the host is armed: one that is not has nothing to go back to."""
    if not is_armed(host):
        return
    try:
        service = read_service(host, stack)
    except Failure:
        # a container sees the kernel of its host armed, but there is no systemd to ask and nothing of its own is loaded
        return
    record = Record(files, service.image.path, _mtime_ns(host, service.image.path))
    older = unarmed(host, service)
    if older is not None:
        record = merged(older, record)
    host.make_directory(DIRECTORY, 0o700)
    host.write(RECORD, encoded(record), mode=0o600)


def forget(host: Any) -> None:
    """Remove the record: the host is armed with what its files say, or is not to be armed at all."""
    host.remove(RECORD)


def restore(host: Any, text: Optional[str]) -> None:
    """Write the record as it was before a change that was not made; None: there was none."""
    if text is None:
        forget(host)
    elif host.read(RECORD) != text:
        host.write(RECORD, text, mode=0o600)


def put_back(host: Any, files: List[Kept]) -> List[str]:
    """Write the files as they were, with their times, and return their paths; one that others changed since stays."""
    done = []
    for file in files:
        if host.read(file.path) != file.after or file.before == file.after:
            continue
        if file.before is None:
            host.remove(file.path)
        else:
            host.write(file.path, file.before)
            host.set_mtime(file.path, file.mtime_ns)
        done.append(file.path)
    return done


def image_is_untouched(host: Any, record: Record) -> bool:
    """Return whether the capture initramfs is the one that the host was armed with."""
    return record.image_mtime_ns is not None and _mtime_ns(host, record.image) == record.image_mtime_ns


def keep_image(host: Any, path: str) -> None:
    """Keep a copy of the old capture initramfs before a build, if there is room for it.

    dracut writes over the old one, and kdump-tools removes it first: a build that fails may leave none at all.
    """
    seen, copy = host.stat(path), image_copy(path)
    if seen is None or host.stat(copy) is not None:
        return
    host.make_directory(DIRECTORY, 0o700)
    space = host.space(DIRECTORY)
    if space is not None and space.free < 2 * seen.size:
        return
    try:
        host.copy(path, copy, COPY_MODE)
    except Failure:
        host.remove(copy)


def put_image_back(host: Any, path: str) -> bool:
    """Put the kept copy of the capture initramfs back where that has changed, and return whether it was."""
    copy, seen = host.stat(image_copy(path)), host.stat(path)
    if copy is None:
        return False
    changed = seen is None or (seen.mtime_ns, seen.size) != (copy.mtime_ns, copy.size)
    if changed:
        host.copy(image_copy(path), path, seen.mode if seen else COPY_MODE)
    drop_image(host, path)
    return changed


def drop_image(host: Any, path: str) -> None:
    """Remove the kept copy: the new one is built and loaded."""
    host.remove(image_copy(path))


def _mtime_ns(host: Any, path: str) -> Optional[int]:
    seen = host.stat(path)
    return seen.mtime_ns if seen else None
