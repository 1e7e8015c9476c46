# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes CHANGELOG.md from the changelog fragments: python -m tools.dev.changelog [--check].

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
# what antsibull-changelog reads, and what ansible-doc reads, which it starts to list the plugins
READ = ("changelogs", "galaxy.yml", "meta", "plugins", "roles")
# a release must have a date, and the page shows none
ANY_DATE = "2000-01-01"
HINT = "CHANGELOG.md is not what changelogs/fragments make. Write it again: ./dev changelog"


def render(source: Path, folder: Path) -> str:
    """Return CHANGELOG.md as a release of galaxy.yml's version would have it now; the copy stays in `folder`."""
    tree = folder / "ansible_collections" / "crashops" / "kdump"
    for path in wanted_files(source):
        if path.parts[0] in READ:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, tree / path)
    subprocess.run(["antsibull-changelog", *_order(tree)], cwd=tree, check=True, timeout=300, stderr=subprocess.DEVNULL)
    return (tree / CHANGELOG.name).read_text()


def _order(tree: Path) -> list[str]:
    """Return the command for antsibull-changelog, which makes no release twice."""
    version = re.findall(r"^version: (\S+)$", (tree / "galaxy.yml").read_text(), re.MULTILINE)[0]
    released = re.findall(r"^  (\d\S*):$", (tree / "changelogs" / "changelog.yaml").read_text(), re.MULTILINE)
    return ["generate"] if version in released else ["release", "--version", version, "--date", ANY_DATE]


def main() -> int:
    """Write CHANGELOG.md, or with --check return 1 where it is not up to date."""
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
