# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes CHANGELOG.md as the fragments make it: python -m tools.dev.changelog [--check].

It is rendered in a copy, since a release by antsibull-changelog takes the fragments away.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.dev.places import REPOSITORY
from tools.dev.staged import wanted_files

CHANGELOG = REPOSITORY / "CHANGELOG.md"
# what antsibull-changelog reads, and ansible-doc, which it starts to list the plugins
READ = ("changelogs", "galaxy.yml", "meta", "plugins", "roles")
# a release must have a date, and the page shows none
ANY_DATE = "2000-01-01"
HINT = "CHANGELOG.md is not what changelogs/fragments make. Write it again: ./dev changelog"


def render(source: Path, folder: Path) -> str:
    """Return the page that the version of galaxy.yml would have if it were released now. The copy stays in `folder`."""
    tree = folder / "ansible_collections" / "crashops" / "kdump"
    for path in wanted_files(source):
        if path.parts[0] in READ:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, tree / path)
    subprocess.run(["antsibull-changelog", *_order(tree)], cwd=tree, check=True, timeout=300, stderr=subprocess.DEVNULL)
    return (tree / CHANGELOG.name).read_text()


def _order(tree: Path) -> list[str]:
    """Return what antsibull-changelog is to do: it makes no release twice."""
    version = re.findall(r"^version: (\S+)$", (tree / "galaxy.yml").read_text(), re.MULTILINE)[0]
    released = re.findall(r"^  (\d\S*):$", (tree / "changelogs" / "changelog.yaml").read_text(), re.MULTILINE)
    return ["generate"] if version in released else ["release", "--version", version, "--date", ANY_DATE]


def main() -> int:
    """Write the page, or with --check return 1 where it is another one."""
    with tempfile.TemporaryDirectory() as folder:
        text = render(REPOSITORY, Path(folder))
    if sys.argv[1:] != ["--check"]:
        CHANGELOG.write_text(text)
        return 0
    if not CHANGELOG.exists() or CHANGELOG.read_text() != text:
        print(HINT)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
