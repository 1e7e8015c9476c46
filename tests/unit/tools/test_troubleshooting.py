# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages that the troubleshooting page quotes are those of the code, and of the recorded programs."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.dev.places import REPOSITORY

PAGE = REPOSITORY / "docs/troubleshooting.md"
RECORDED = REPOSITORY / "tests/unit/plugins/module_utils/recorded/kdump_conf_verdicts.json"
OF_KDUMPCTL = "## What kdumpctl says"
# what a message has where the code has something that differs: an ellipsis there, a format here
LEFT_OUT = re.compile(r" ?… ?| ?\(…\)|: …")
FORMATS = re.compile(r"%[-+0-9.]*[sdr]|\{\w+\}")


def messages(text: str) -> list[str]:
    """Return the messages in the first column of the tables of a part of the page."""
    return re.findall(r"^\| `([^|]*)` \|", text, re.MULTILINE)


def constants(path: Path) -> Iterator[str]:
    """Yield the texts of a Python file; parts that stand next to each other are one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


OWN, _heading, KDUMPCTL = PAGE.read_text(encoding="utf-8").partition(OF_KDUMPCTL)
CODE = [
    " ".join(FORMATS.sub(" … ", text).split())
    for path in sorted((REPOSITORY / "plugins").rglob("*.py"))
    for text in constants(path)
]


def quoted(message: str) -> list[str]:
    """Return the parts of a message that are the same each time."""
    parts = (part.strip(" .;:()") for part in LEFT_OUT.split(message))
    return [part for part in parts if part]


@pytest.mark.parametrize("message", messages(OWN))
def test_message_is_in_the_code(message: str) -> None:
    parts = quoted(message)
    assert parts
    for part in parts:
        assert any(part in text for text in CODE), part


@pytest.mark.parametrize(("message", "rules"), re.findall(r"^\| `([^|]*)` \| (.*) \|$", KDUMPCTL, re.MULTILINE))
def test_message_of_kdumpctl_was_said_to_files_of_these_rules(message: str, rules: str) -> None:
    rows = json.loads(RECORDED.read_text(encoding="utf-8"))["verdicts"]
    start = message.removesuffix("…").strip()
    found = {row["rule"] for row in rows for said in row["said"].values() if said and said.startswith(start)}
    assert sorted(re.findall(r"R\d+", rules)) == sorted(found)


def test_the_page_has_messages_of_both() -> None:
    assert len(messages(OWN)) > 30
    assert len(messages(KDUMPCTL)) == 10
