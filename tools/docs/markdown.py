# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Markdown out of texts that may hold any character."""

import re
from collections.abc import Iterable, Sequence

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$^@&!])")
# for a page that its guide links to: two hundred of them would make the navigation of every page ten times as long
OUTSIDE_OF_NAVIGATION = "---\norphan: true\n---"
# a cell ends at a bar that no backslash stands before
BAR = re.compile(r"(?<!\\)\|")


def text(plain: str) -> str:
    """Return a text so that Markdown shows it as it is, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(visible(plain).split()))


def code(plain: str) -> str:
    """Return a text as inline code; a backtick in it makes the fence longer."""
    shown = visible(plain)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(plain: str, language: str = "text") -> str:
    """Return a block of code; characters that cannot be seen are shown, its line ends stay."""
    lines = [visible(line) for line in plain.removesuffix("\n").split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def admonition(kind: str, title: str, body: str) -> str:
    """Return a box with a title, in the colour of its kind."""
    return f"::::{{admonition}} {title}\n:class: {kind}\n\n{body}\n::::"


def rows(page: str, header: str) -> list[list[str]]:
    """Return the cells of all tables of a page whose header row begins so."""
    found: list[list[str]] = []
    inside = False
    for line in page.splitlines():
        if not line.startswith("|"):
            inside = False
        elif line.startswith(header):
            inside = True
        elif inside and not line.startswith("| ---"):
            found.append([cell.strip() for cell in BAR.split(line)[1:-1]])
    return found


def _cell(cell: str) -> str:
    """Return a cell on one line, with the bars in its code escaped."""
    return re.sub(r"(?<!\\)\|", r"\\|", cell.replace("\n", " "))
