# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation tells a user to type: commands, plays, tasks and variables, read out of its pages."""

import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "roles/kdump/README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "docs/docsite").rglob("*.md"))
PLUGINS = sorted(path for kind in ("modules", "filter") for path in (ROOT / "plugins" / kind).glob("*.py"))
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# a command in a table or in a sentence; three dots stand for what the row above says
INLINE = re.compile(r"`((?:ansible-playbook|…) [^`]*crashops\.kdump\.[^`]*)`")
EXAMPLES = re.compile(r'^EXAMPLES = r?"""(.*?)"""', re.MULTILINE | re.DOTALL)
# what a playbook of the role is told by
VARIABLE = re.compile(r"kdump_\w+")
COMMAND, PLAYS, TASKS, VARIABLES, OTHER = "command", "plays", "tasks", "variables", "other"


class Example(NamedTuple):
    """Something that a page shows. content: the words of a command, or what the YAML holds."""

    page: str
    line: int
    kind: str
    content: Any

    @property
    def name(self) -> str:
        """Return where it stands and what it is, as the name of a test."""
        return f"{self.page}:{self.line} {self.kind}"


def examples() -> list[Example]:
    """Return everything that the documentation shows, page by page."""
    found = [example for page in PAGES for example in of_page(page.read_text(encoding="utf-8"), _name(page))]
    return found + [example for path in PLUGINS for example in of_plugin(path.read_text(encoding="utf-8"), _name(path))]


def of_page(text: str, page: str) -> list[Example]:
    """Return what a page of Markdown shows."""
    found = []
    for block in FENCED.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        if block[1] == "yaml":
            found.append(_of_yaml(block[2], page, line))
        elif block[1] == "sh":
            found += [Example(page, line, COMMAND, words) for words in _commands(block[2])]
    for inline in INLINE.finditer(FENCED.sub(lambda block: "\n" * block[0].count("\n"), text)):
        line = text.count("\n", 0, inline.start()) + 1
        command = inline[1].replace("…", "ansible-playbook -i hosts")
        found += [Example(page, line, COMMAND, words) for words in _commands(command)]
    return sorted(found, key=lambda example: example.line)


def of_plugin(text: str, page: str) -> list[Example]:
    """Return the examples of a module or a filter."""
    block = EXAMPLES.search(text)
    if not block:
        return []
    return [_of_yaml(block[1], page, text.count("\n", 0, block.start(1)) + 1)]


def _name(path: Path) -> str:
    """Return a page's name as the README gives it."""
    return str(path.relative_to(ROOT))


def _of_yaml(text: str, page: str, line: int) -> Example:
    """Return what a block of YAML is by its shape."""
    content = yaml.safe_load(text)
    if isinstance(content, list) and content:
        plays = {"hosts", "import_playbook"} & content[0].keys()
        return Example(page, line, PLAYS if plays else TASKS, content)
    if isinstance(content, dict) and all(VARIABLE.fullmatch(key) for key in content):
        return Example(page, line, VARIABLES, content)
    return Example(page, line, OTHER, content)


def _commands(text: str) -> list[list[str]]:
    """Return the words of each command of a block; a line that ends inside a quote goes on in the next."""
    found, rest = [], ""
    for line in text.splitlines():
        rest += line
        try:
            words = shlex.split(rest, comments=True)
        except ValueError:
            rest += "\n"
            continue
        found += [words] if words else []
        rest = ""
    if rest:
        raise ValueError(f"a quote is open at the end of: {rest}")
    return found
