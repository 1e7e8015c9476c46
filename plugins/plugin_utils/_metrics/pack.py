# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Packs module_utils into the metrics program, one file for hosts that have a Python and no Ansible.

The same sources give the same bytes, wherever and whenever they are packed: names are sorted and times fixed. Nothing
is compressed, since zlib's releases and its replacements compress differently.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

PACKAGE = "ansible_collections/crashops/kdump/plugins/module_utils"
MODULE_UTILS = Path(__file__).resolve().parents[2] / "module_utils"
# the first moment that a zip file can name
MOMENT = (1980, 1, 1, 0, 0, 0)
# A shell reads no further than the exit; Python finds the zip file from its end. EL 8 may have the first Python alone.
HEAD = b"""\
#!/bin/sh
# Part of the Ansible collection crashops.kdump: a few lines for sh, and then a zip file for Python.
for python in /usr/libexec/platform-python /usr/bin/python3; do
    [ -x "$python" ] && exec "$python" -I "$0" "$@"
done
echo "$0: there is no /usr/bin/python3" >&2
exit 127
"""
MAIN = """\
import subprocess
import sys

from ansible_collections.crashops.kdump.plugins.module_utils._metrics.program import main

sys.exit(main(sys.argv[1:], subprocess.run))
"""


def packed(folder: Path = MODULE_UTILS) -> bytes:
    """Return the metrics program: a head for the shell and a zip file with a folder's Python files."""
    stream = io.BytesIO()
    stream.write(HEAD)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, text in sorted(_contents(folder).items()):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    return stream.getvalue()


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the files of the metrics program's zip file, by name."""
    files = {f"{PACKAGE}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*.py")}
    # a folder in a zip file is a package only by this file, up to Python 3.12 at least
    marks = {f"{parent.as_posix()}/__init__.py": b"" for name in files for parent in list(Path(name).parents)[:-1]}
    return {**marks, **files, "__main__.py": MAIN.encode()}
