# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the links of a built site: each file and each anchor that a page of it leads to must be there."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINKS = {("a", "href"), ("img", "src"), ("link", "href"), ("script", "src"), ("source", "srcset")}
ANCHORS = ("id", "name")


class Page(HTMLParser):
    """What a page of HTML links to, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the links and anchors of an element."""
        for name, value in attrs:
            if value and (tag, name) in LINKS:
                self.links.append(value)
            if value and name in ANCHORS:
                self.anchors.add(value)


def broken(site: Path) -> list[str]:
    """Return a sentence for each link of a site that leads nowhere within it."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        for link in dict.fromkeys(page.links):
            trouble = _trouble(link, path, site, pages)
            found += [f"{path.relative_to(site)}: {link} {trouble}"] if trouble else []
    return found


def _trouble(link: str, path: Path, site: Path, pages: dict[Path, Page]) -> str:
    """Return what is wrong with a link of a page; empty where nothing is."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_relative_to(site):
        return "leads out of the site"
    if not target.exists():
        return "leads to a file that is not there"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
        return "names an anchor that the page does not have"
    return ""
