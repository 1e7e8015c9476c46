# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The last configuration that armed a host, kept while another one is tried.

kdump_config writes the record before it changes the files. The record keeps what the files said when the host was
armed, and digests of the texts tried since. kdump_service removes it once the host is armed with what the
files say. A run that is cut off between the two leaves the record behind, so that the next run can still go back.
"""

import hashlib
import json
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import (
    CUT_OFF,
    DIRECTORY,
    Service,
    image_copy,
    read_service,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

RECORD = DIRECTORY + "/unarmed.json"


# of the old initramfs's copy; one that stays behind shows that the build of the new one was cut off
COPY_MODE = 0o600  # it may hold the key of an ssh target


class Kept(NamedTuple):
    """One file: its text and its time in ns when the host was armed (None: it was not there), and what came since.

    tried: a digest of each text that was written since, or was about to be. Any other text was not written by this
    collection, and is not overwritten.
    """

    path: str
    armed: Optional[str]
    mtime_ns: Optional[int]
    tried: List[str]


class ChangeRecord(NamedTuple):
    """The files of all changes since the host was armed, and the capture initramfs of that time; times are in ns."""

    files: List[Kept]
    image: str
    image_mtime_ns: Optional[int]


def digest(text: Optional[str]) -> str:
    """Return a digest in place of a file's text: what is kept for an undo must hold no needless copies of secrets."""
    return "" if text is None else hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def encoded(record: ChangeRecord) -> str:
    """Return the record of what to undo as JSON text."""
    return json.dumps(dict(record._asdict(), version=2, files=[file._asdict() for file in record.files]), indent=1)


def decoded(text: str) -> Optional[ChangeRecord]:
    """Return the record that a text holds; None where it holds none, so that nothing can be put back."""
    try:
        data = json.loads(text)
        files = [Kept(file["path"], file["armed"], file["mtime_ns"], list(file["tried"])) for file in data["files"]]
        record = ChangeRecord(files, data["image"], data["image_mtime_ns"])
    # deeply nested JSON ends in RecursionError
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    texts = [record.image, *(text for file in files for text in (file.path, file.armed or "", *file.tried))]
    times = [record.image_mtime_ns, *(file.mtime_ns for file in files)]
    kinds = [isinstance(text, str) for text in texts] + [time is None or isinstance(time, int) for time in times]
    return record if all(kinds) else None


def merged(older: ChangeRecord, newer: ChangeRecord) -> ChangeRecord:
    """Return one record of two changes: what armed the host before the first, and all that was tried since."""
    second = {file.path: file for file in newer.files}
    files = []
    for file in older.files:
        more = second.pop(file.path).tried if file.path in second else []
        files.append(file._replace(tried=file.tried + [one for one in more if one not in file.tried]))
    return older._replace(files=files + [file for file in newer.files if file.path in second])


def standing(host: Host) -> Optional[ChangeRecord]:
    """Return the record that a change left; None without one. The host may be armed with that change by now."""
    text = host.read(RECORD)
    return None if text is None else decoded(text)


def unarmed(host: Host, service: Service) -> Optional[ChangeRecord]:
    """Return what there is to undo: the part of the record that is not armed yet; None where all of it is.

    A file that is older than what is loaded is armed by now, for example by a reboot. But a boot also loads half an
    initramfs, which proves nothing.
    """
    record = standing(host)
    if record is None or not service.armed or service.image.stale_because == CUT_OFF:
        return record
    files = [file for file in record.files if file.path in service.changed_since + service.perhaps_since]
    return record._replace(files=files) if files else None


def kept(host: Host, changes: List[FileChange]) -> List[Kept]:
    """Return what undo needs to put files back, read before they are changed."""
    return [
        Kept(change.path, change.before, _mtime_ns(host, change.path), [digest(change.after)]) for change in changes
    ]


def remember(host: Host, stack: Stack, files: List[Kept]) -> None:
    """Record the files that are about to be replaced, if they armed the host, and their new texts."""
    if not files:
        return
    try:
        service = read_service(host, stack)
    except Failure:
        # a container sees the kernel of its host armed, but there is no systemd to ask and nothing of its own is loaded
        return
    # a start that is under way, as after a boot, has read the files as they are, and may arm the host with them
    if standing(host) is None and not service.armed and not service.unit.moving:
        return
    record = ChangeRecord(files, service.image.path, _mtime_ns(host, service.image.path))
    older = unarmed(host, service)
    _write(host, record if older is None else merged(older, record))


def remember_armed(host: Host, stack: Stack, image: str) -> None:
    """Record the files as they are: the host is armed with them, and is about to be unloaded."""
    files = [Kept(path, host.read(path), _mtime_ns(host, path), []) for path in stack.config_files]
    _write(host, ChangeRecord(files, image, _mtime_ns(host, image)))


def _write(host: Host, record: ChangeRecord) -> None:
    """Write the record of what to undo, for root alone: the files may hold secrets."""
    host.make_directory(DIRECTORY, 0o700)
    host.write(RECORD, encoded(record), mode=0o600)


def forget(host: Host) -> None:
    """Remove the record: the host is armed with what its files say, or is not to be armed at all."""
    host.remove(RECORD)


def restore(host: Host, text: Optional[str]) -> None:
    """Put back the record of what to undo, after a change that was not made; None: there was none.

    Where that fails too, the record names one tried text too many, which does no harm.
    """
    try:
        if text is None:
            forget(host)
        elif host.read(RECORD) != text:
            host.write(RECORD, text, mode=0o600)
    except Failure:
        return


def put_back(host: Host, record: ChangeRecord, image: str) -> List[str]:
    """Write the files as they were when the host was armed, and return their paths.

    A text that somebody else wrote since stays. The files get their old times back, unless the capture initramfs was
    built since: it holds what was tried, and is stale only if it is older than the files.
    """
    untouched = image_is_untouched(host, record, image)
    contents = [
        FileContent(file.path, file.armed, mtime_ns=file.mtime_ns if untouched else None)
        for file in record.files
        for now in [host.read(file.path)]
        if now != file.armed and digest(now) in file.tried
    ]
    host.write_all(contents)
    return [content.path for content in contents]


def image_is_untouched(host: Host, record: ChangeRecord, image: str) -> bool:
    """Return whether the capture initramfs is still the one that the host was armed with."""
    known = record.image_mtime_ns is not None and record.image == image
    return known and _mtime_ns(host, image) == record.image_mtime_ns


def keep_image(host: Host, path: str) -> None:
    """Keep a copy of the old capture initramfs before a build, if there is room for it.

    dracut overwrites the old one, and kdump-tools removes it first: a build that fails may leave none at all.
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


def put_image_back(host: Host, path: str) -> bool:
    """Put the kept capture initramfs back where it has changed since, and return whether it had."""
    copy, seen = host.stat(image_copy(path)), host.stat(path)
    if copy is None:
        return False
    changed = seen is None or (seen.mtime_ns, seen.size) != (copy.mtime_ns, copy.size)
    if changed:
        host.copy(image_copy(path), path, seen.mode if seen else COPY_MODE)
    drop_image(host, path)
    return changed


def drop_image(host: Host, path: str) -> None:
    """Remove the kept copy of the capture initramfs: the new one is built and loaded."""
    host.remove(image_copy(path))


def _mtime_ns(host: Host, path: str) -> Optional[int]:
    seen = host.stat(path)
    return seen.mtime_ns if seen else None
