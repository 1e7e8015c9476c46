# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Writes the report's files on the control node, and reads the collection's version."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

# plugins/plugin_utils/_report/files.py lies this far below the collection
COLLECTION = Path(__file__).parents[3]
PRIVATE_DIRECTORY = 0o700
# what a run that was killed left is older than this
LEFT_S = 3600


def collection_version(root: Path = COLLECTION) -> str | None:
    """Read the collection's version for the report's files: MANIFEST.json or galaxy.yml; None without either."""
    try:
        manifest = json.loads((root / "MANIFEST.json").read_text(encoding="utf-8"))
        return str(manifest["collection_info"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # a work tree has none
    try:
        found = re.search(r"(?m)^version:\s*(\S+)", (root / "galaxy.yml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found[1].strip("\"'") if found else None


def directory_trouble(directory: str) -> str | None:
    """Return why the report's files cannot be written into a directory, or below the nearest that exists."""
    path = directory
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    if not os.path.isdir(path):
        return "%s is no directory" % path
    if not os.access(path, os.W_OK | os.X_OK):
        return "%s may not be written to" % path
    return None


def older_reports(paths: Iterable[str], first_cells: str) -> list[str]:
    """Return those files that are the report's own: fleet_report wrote them before, and nobody else."""
    marks = {
        ".html": re.compile(r'<meta name="generator" content="crashops\.kdump\.fleet_report">'),
        ".json": re.compile(r'\A\{\n  "schema": "crashops\.kdump/report/'),
        ".csv": re.compile(r"\A%s" % re.escape(first_cells)),
        ".md": re.compile(r"\A# .*\n\n\*\*.*\*\* Made \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.\n"),
    }
    return [path for path in paths if marks[os.path.splitext(path)[1]].search(_beginning(path))]


def _beginning(path: str) -> str:
    """Return the first 4 KiB of a report file, an empty text where there is no regular file to read."""
    if os.path.islink(path) or not os.path.isfile(path):
        return ""
    try:
        with open(path, "rb") as stream:
            return stream.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""


def write_all(texts: Mapping[str, str], mode: int) -> None:
    """Write the report's files, each as a whole, and replace old ones only once all are written; make directories."""
    written: dict[str, str] = {}
    try:
        for path, text in texts.items():
            os.makedirs(os.path.dirname(path), PRIVATE_DIRECTORY, exist_ok=True)
            _remove_left(path)
            _write_beside(path, text, mode, written)
        for path in list(written):
            os.replace(written[path], path)
            del written[path]
    finally:
        for left in written.values():
            os.unlink(left)


def _remove_left(path: str) -> None:
    """Remove temporary files of killed runs next to a report file; a run that writes now ends within the hour."""
    directory, name = os.path.split(path)
    random_part = re.compile(r"\.%s\.[a-z0-9_]{8}\Z" % re.escape(name))
    for left in filter(random_part.match, os.listdir(directory)):
        try:
            if os.lstat(os.path.join(directory, left)).st_mtime < time.time() - LEFT_S:
                os.unlink(os.path.join(directory, left))
        except OSError:
            continue


def _write_beside(path: str, text: str, mode: int, written: dict[str, str]) -> None:
    """Write a text to a temporary file in the report file's directory, and note its name."""
    handle, name = tempfile.mkstemp(prefix=".%s." % os.path.basename(path), dir=os.path.dirname(path))
    written[path] = name
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fchmod(stream.fileno(), mode)
        os.fsync(stream.fileno())
