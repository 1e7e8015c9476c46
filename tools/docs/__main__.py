# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two steps of the documentation site around antsibull-docs and Sphinx; ./dev docs runs all four.

python -m tools.docs pages FOLDER    writes what Sphinx reads into a folder
python -m tools.docs links FOLDER    checks the links of a built site
"""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.dev.places import REPOSITORY
from tools.docs import built_links, check_pages, made_up_hosts, messages_page, repository_pages, rule_pages

# where antsibull-docs writes the pages of modules, filters and the role; it stays between two runs
COLLECTION = "collection"


def source(root: Path) -> dict[str, str]:
    """Return the text of each page that Sphinx reads, by its name; antsibull-docs adds those of the plugins."""
    guide = repository_pages.converted(root, check_pages.GUIDE, repository_pages.site_pages(root), {})
    complaints = made_up_hosts.complaints()
    made = check_pages.pages(guide, made_up_hosts.right_hosts(), complaints)
    made |= rule_pages.pages(root)
    made[messages_page.NAME] = messages_page.page(complaints)
    return of_repository(root, made) | made


def of_repository(root: Path, made: Mapping[str, str]) -> dict[str, str]:
    """Return the pages of the repository; those of checks and rules get links to the pages that were made of them."""
    pages = repository_pages.site_pages(root)
    subjects = {name.partition("/")[2]: name for name in made if name.startswith(check_pages.FOLDER)}
    found = {name: repository_pages.converted(root, path, pages, subjects) for path, name in pages.items()}
    for guide in sorted({kind.guide for kind in rule_pages.KINDS}):
        found[guide] = rule_pages.linked(found[guide])
    return found


def write(pages: Mapping[str, str], folder: Path) -> None:
    """Write the pages into a folder; what is the same keeps its time, and pages of another run go."""
    wanted = {folder / f"{name}.md" for name in pages}
    for old in folder.rglob("*.md"):
        if old not in wanted:
            old.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def main(words: list[str]) -> int:
    """Do one of the two steps."""
    step, folder = words[0], Path(words[1]).resolve()
    if step == "pages":
        write(source(REPOSITORY), folder)
        images = REPOSITORY / repository_pages.IMAGES
        if images.is_dir():
            shutil.copytree(images, folder / "images", dirs_exist_ok=True)
        (folder / COLLECTION).mkdir(mode=0o700, exist_ok=True)
        return 0
    found = built_links.broken(folder)
    for sentence in found:
        print(sentence, file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
