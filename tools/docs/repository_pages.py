# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Markdown pages of the repository as pages of the site: the same text, with links that lead within the site."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

REMOTE = "https://github.com/crashops/ansible-collection-kdump/blob/main/"
# pages that Galaxy shows give whole addresses, of pages and of images
ADDRESSES = (REMOTE, "https://raw.githubusercontent.com/crashops/ansible-collection-kdump/main/")
OWN = "docs/docsite"
IMAGES = "docs/images"
# pages outside of docs, and what the site calls them
ALONE = {
    "README.md": "readme",
    "CONTRIBUTING.md": "contributing",
    "SECURITY.md": "security",
    "CHANGELOG.md": "changelog",
    "roles/kdump/README.md": "role",
}
# the example of a list item is indented
FENCE = re.compile(r"^ *(```+)")
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
DEFINED = re.compile(r"^(\[[^\]]+\]: )(\S+)$")
# an anchor that GitHub's page needs, and the code behind it that it names
ANCHOR = re.compile(r'<a id="([\w-]+)"></a>(`[^`]+`)?')
SOURCE = re.compile(r'\b(src|srcset|href)="([^"]+)"')


class BrokenLink(Exception):
    """A page links to something that the repository does not have."""


def site_pages(root: Path) -> dict[str, str]:
    """Return the site's name of each Markdown page of the repository, by its path."""
    found = {path: name for path, name in ALONE.items() if (root / path).exists()}
    found |= {f"docs/{path.name}": path.stem for path in sorted((root / "docs").glob("*.md"))}
    own = root / OWN
    for path in sorted(own.rglob("*.md")):
        found[path.relative_to(root).as_posix()] = path.relative_to(own).with_suffix("").as_posix()
    return found


def converted(root: Path, path: str, pages: Mapping[str, str], subjects: Mapping[str, str]) -> str:
    """Return the text of a page for the site. subjects: pages of the site about something that has an anchor."""
    lines, fence = [], ""
    for line in (root / path).read_text(encoding="utf-8").splitlines():
        opened = FENCE.match(line)
        if fence or opened:
            # the name that pygments has for it
            lines.append(re.sub(r"^( *```)yml$", r"\1yaml", line))
        else:
            lines.append(_line(line, root, path, pages, subjects))
        if fence:
            fence = "" if line.strip() == fence else fence
        elif opened:
            fence = opened[1]
    return "\n".join(lines) + "\n"


def _line(line: str, root: Path, path: str, pages: Mapping[str, str], subjects: Mapping[str, str]) -> str:
    """Return a line outside of code with its anchors and links as the site has them."""

    def anchor(found: re.Match[str]) -> str:
        name, shown = found[1], found[2] or ""
        page = subjects.get(name)
        return f"[]{{#{name}}}[{shown}](/{page}.md)" if page and shown else f"[]{{#{name}}}{shown}"

    def link(found: re.Match[str]) -> str:
        return f"{found[1]}[{found[2]}]({resolved(found[3], root, path, pages)})"

    def attribute(found: re.Match[str]) -> str:
        return f'{found[1]}="{_of_html(found[2], root, path, pages)}"'

    line = LINK.sub(link, ANCHOR.sub(anchor, line))
    line = DEFINED.sub(lambda found: found[1] + resolved(found[2], root, path, pages), line)
    return SOURCE.sub(attribute, line) if line.lstrip().startswith("<") else line


def resolved(target: str, root: Path, path: str, pages: Mapping[str, str]) -> str:
    """Return where a link of a page leads on the site: to a page, to an image, or to the repository."""
    address = next((address for address in ADDRESSES if target.startswith(address)), "")
    parts = urlsplit(target.removeprefix(address))
    if parts.scheme or not parts.path or parts.path.startswith("/"):
        return target
    place = parts.path if address else posixpath.normpath(str(PurePosixPath(path).parent / parts.path))
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    if place in pages:
        return f"/{pages[place]}.md{anchor}"
    if not (root / place).exists():
        raise BrokenLink(f"{path}: the link {target} leads to {place}, which is not there")
    if place.startswith(IMAGES):
        return f"/images/{PurePosixPath(place).relative_to(IMAGES)}"
    return f"{REMOTE}{place}{anchor}"


def _of_html(target: str, root: Path, path: str, pages: Mapping[str, str]) -> str:
    """Return where an attribute of HTML leads: Sphinx does not look at it, so images get a path from the page."""
    found = resolved(target, root, path, pages)
    if not found.startswith("/"):
        return found
    up = "../" * pages[path].count("/")
    # conf.py copies the images to the top of the site
    return up + found[1:].removeprefix("images/").replace(".md", ".html", 1)
