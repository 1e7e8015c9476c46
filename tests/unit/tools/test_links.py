# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links in the pages lead somewhere, also where Galaxy shows a page without the files next to it."""

import os
import re
from pathlib import Path

import pytest
import yaml

from tools.dev.places import REPOSITORY
from tools.dev.staged import wanted_files

# Galaxy shows these two pages
ON_GALAXY = ("README.md", "roles/kdump/README.md")
# recorded texts and generated pages have links that are not ours
OURS = ("docs", "roles")
BRANCH = "main"
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
INLINE = re.compile(r"\]\(([^)\s]+)\)")
USED = re.compile(r"\]\[([^\]]+)\]")
DEFINED = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+?)#*$", re.MULTILINE)
NAMED = re.compile(r'<a id="([^"]+)">')


def pages() -> list[str]:
    """Return the pages of the repository."""
    found = [path for path in wanted_files(REPOSITORY) if path.suffix == ".md" and path.name != "CHANGELOG.md"]
    return [str(path) for path in found if len(path.parts) == 1 or path.parts[0] in OURS]


def prose(page: str) -> str:
    """Return the text of a page without its examples."""
    return CODE.sub("", FENCED.sub("", (REPOSITORY / page).read_text()))


def links(page: str) -> list[str]:
    """Return where the links of a page lead."""
    text = prose(page)
    return INLINE.findall(text) + [target for _label, target in DEFINED.findall(text)]


def anchors(page: Path) -> set[str]:
    """Return the places of a page that a link can name, as GitHub calls them."""
    text = FENCED.sub("", page.read_text())
    titles = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "") for title in HEADING.findall(text)]
    slugs = [re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles]
    return {*slugs, *NAMED.findall(text)}


def addresses() -> tuple[str, str]:
    """Return the beginnings of the addresses of a page and of a picture in the repository."""
    repository = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())["repository"]
    raw = repository.replace("https://github.com/", "https://raw.githubusercontent.com/")
    return f"{repository}/blob/{BRANCH}/", f"{raw}/{BRANCH}/"


def local(page: str, target: str) -> str | None:
    """Return the path in the repository that a link leads to, with its place; None where it leads elsewhere."""
    for address in addresses():
        if target.startswith(address):
            return target[len(address) :]
    if re.match(r"[a-z]+:", target):
        return None
    return page + target if target.startswith("#") else os.path.normpath(Path(page).parent / target)


def is_broken(page: str, target: str) -> bool:
    """Return whether a link leads to a file or a place that is not there."""
    found = local(page, target)
    if found is None:
        return False
    path, _sharp, anchor = found.partition("#")
    there = REPOSITORY / path
    return not there.exists() or (anchor != "" and (there.suffix != ".md" or anchor not in anchors(there)))


@pytest.mark.parametrize("page", pages())
def test_links_of_a_page_lead_to_what_is_there(page: str) -> None:
    assert [target for target in links(page) if is_broken(page, target)] == []


@pytest.mark.parametrize("page", pages())
def test_each_label_of_a_page_has_an_address_and_is_used(page: str) -> None:
    text = prose(page)
    assert sorted({label for label, _target in DEFINED.findall(text)}) == sorted(set(USED.findall(text)))


@pytest.mark.parametrize("page", ON_GALAXY)
def test_page_that_galaxy_shows_has_whole_addresses(page: str) -> None:
    relative = [target for target in links(page) if not target.startswith("https://")]
    assert relative == [], f"Galaxy has no file next to this page: give the whole address, {addresses()[0]}…"


@pytest.mark.parametrize(
    ("target", "broken"),
    [
        ("docs/setup.md", False),
        ("docs/setup.md#run-it", False),
        ("docs/setup.md#no-such-place", True),
        ("docs/no_such_page.md", True),
        ("#where-it-runs", False),
        ("#no-such-place", True),
        ("docs/schemas/report-1.json", False),
        ("https://jmespath.org", False),
        ("https://github.com/crashops/ansible-collection-kdump/blob/main/docs/verify.md", False),
        ("https://github.com/crashops/ansible-collection-kdump/blob/main/docs/no_such_page.md", True),
        ("https://raw.githubusercontent.com/crashops/ansible-collection-kdump/main/docs/images/gone.png", True),
    ],
)
def test_broken_link_is_found(target: str, broken: bool) -> None:
    assert is_broken("README.md", target) == broken
