# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page for each check: what the code says of it, what the guide says, and what it says of made-up hosts."""

import ast
import inspect
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._checks import all_checks
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence

from tools.docs import markdown
from tools.docs.made_up_hosts import RightHost, Said
from tools.docs.repository_pages import REMOTE

FOLDER = "checks"
GUIDE = "docs/checks.md"
HEADER = "| check |"
# at most so many complaints of one check are shown
SHOWN = 8
COLOURS = {"fail": "danger", "warn": "warning", "unknown": "attention"}
WEIGHTS = {
    all_checks.PLAIN: "A crash test does not change what it says.",
    all_checks.DOUBT: "It is a **doubt**: it passes after a crash has left a dump with exactly this setup.",
    all_checks.VITAL: "It is **vital**: without an answer, the host is `not_ready`.",
}
ROLE = "The role's variable is `kdump_thresholds`."
# what a check must not say where it never complains
NEVER = "It never complains. It only says what it sees."


def guide_rows(guide: str) -> dict[str, tuple[str, str]]:
    """Return what docs/checks.md, as a page of the site, says of each check: when it complains, and what fixes it."""
    found = {}
    for cells in markdown.rows(guide, HEADER):
        name = re.search(r"\[\]\{#(\w+)\}", cells[0])
        if name:
            found[name[1]] = (cells[1], cells[2])
    return found


def group_titles(guide: str) -> dict[str, str]:
    """Return the heading of each group in docs/checks.md, by the name of the group."""
    return {name: title for title, name in re.findall(r"^## (.*) \(`(\w+)`\)$", guide, re.MULTILINE)}


def pages(guide: str, right: Sequence[RightHost], complaints: Mapping[str, Sequence[Said]]) -> dict[str, str]:
    """Return the page of each check, by its name on the site."""
    rows, titles = guide_rows(guide), group_titles(guide)
    return {
        f"{FOLDER}/{check.id}": _page(check, rows[check.id], titles[check.group], right, complaints.get(check.id, ()))
        for check in all_checks.CHECKS
    }


def _page(
    check: all_checks.Check, row: tuple[str, str], title: str, right: Sequence[RightHost], complaints: Sequence[Said]
) -> str:
    """Return the page of one check."""
    parts = [
        markdown.OUTSIDE_OF_NAVIGATION,
        f"# {check.id}",
        f"{_judged(check)} It is one of the checks of [{title}](/checks.md). {WEIGHTS[check.weight]}",
        f"**It complains when:** {row[0]}",
        f"**What fixes it:** {row[1]}",
        *_limits(check),
        "## What it says",
        *_complaints(complaints),
        "## What it says of hosts that are right",
        _right(check.id, right),
        "## What it looks at",
        *_reads(check, right),
        "## More",
        _more(check),
    ]
    return "\n\n".join(parts) + "\n"


def function(check: all_checks.Check) -> Any:
    """Return the function that judges."""
    return check.judge.judge if isinstance(check.judge, all_checks.Limited) else check.judge


def _judged(check: all_checks.Check) -> str:
    """Return what the function says of itself, as a sentence about the check."""
    line = (inspect.getdoc(function(check)) or "").partition("\n")[0]
    return markdown.text(re.sub(r"^Judge ", "This check judges ", line))


def _limits(check: all_checks.Check) -> list[str]:
    """Return the thresholds by which a check judges."""
    if not isinstance(check.judge, all_checks.Limited):
        return []
    names = _names(function(check), "limits")
    named = [f"`{name}`, {value} by default" for name, value in Thresholds()._asdict().items() if name in names]
    return [f"**Its threshold:** {'; '.join(named)}. {ROLE}"] if named else []


def _names(judge: Any, subject: str) -> set[str]:
    """Return the attributes of an argument that a function uses, and those that the functions it calls use."""
    found: set[str] = set()
    waiting, done = [judge], set()
    while waiting:
        one = waiting.pop()
        done.add(one)
        for node in ast.walk(ast.parse(inspect.getsource(one).lstrip())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == subject:
                found.add(node.attr)
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            other = sys.modules[one.__module__].__dict__.get(called) if called else None
            if inspect.isfunction(other) and other not in done:
                waiting.append(other)
    return found


def _complaints(complaints: Sequence[Said]) -> list[str]:
    """Return what a check says when something is wrong: the first of each status first, then the others."""
    if not complaints:
        return [NEVER]
    boxes = [_box(said) for said in complaints[:SHOWN]]
    rest = len(complaints) - SHOWN
    more = [f"{rest} more complaints of this check on made-up hosts differ in their details."] if rest > 0 else []
    return ["These are its words on made-up hosts. Names, versions and sizes differ on yours.", *boxes, *more]


def _box(said: Said) -> str:
    """Return one complaint as a box."""
    lines = [markdown.text(said.reason)]
    seen = [f"seen: {markdown.code(said.value)}"] if said.value else []
    seen += [f"wanted: {markdown.code(said.wanted)}"] if said.wanted else []
    lines += [", ".join(seen)] if seen else []
    lines += [f"**What to do:** {markdown.text(said.advice)}"] if said.advice else []
    return markdown.admonition(COLOURS[said.status], f"{said.status}, on {said.system}", "\n\n".join(lines))


def _right(name: str, right: Sequence[RightHost]) -> str:
    """Return the table of what a check says of hosts on which nothing is wrong."""
    rows = []
    for host in right:
        (said,) = [one for one in host.said if one.id == name]
        rows.append([host.system, said.status, markdown.text(said.value or said.reason)])
    return markdown.table(["host", "status", "value, or reason"], rows)


def subjects(check: all_checks.Check) -> dict[str, str]:
    """Return the subjects of the facts that a check judges, and the file that reads each."""
    hints = Evidence.__annotations__
    found: dict[str, str] = {}
    for name in sorted(_names(function(check), "seen") & hints.keys()):
        module = str(getattr(hints[name], "__module__", ""))
        if "module_utils" in module:
            found[name] = module.partition(".module_utils.")[2].replace(".", "/") + ".py"
    return found


def _reads(check: all_checks.Check, right: Sequence[RightHost]) -> list[str]:
    """Return what is read for the facts that a check judges, on the hosts that are right."""
    rows = []
    for name, file in subjects(check).items():
        reader = Path(file).stem
        for host in (right[1], right[3]):
            read = host.reads.get(reader, [])
            if read:
                rows.append([f"`{name}`", host.system, ", ".join(markdown.code(one) for one in read)])
    if not rows:
        return ["It judges what other checks have read, and reads nothing itself."]
    lead = (
        "It judges facts, which are read once for all checks. This is what is read for these facts on two hosts that "
        "are right. A path with a `*` stands for all files that match it."
    )
    return [lead, markdown.table(["facts", "host", "files and commands"], rows)]


def _more(check: all_checks.Check) -> str:
    """Return the links of a check's page."""
    module = str(function(check).__module__).partition(".plugins.")[2].replace(".", "/")
    others = [one.id for one in all_checks.CHECKS if one.group == check.group and one.id != check.id]
    lines = [
        f"[All checks](/checks.md#{check.id}), and how they add up to [a verdict](/verify.md#the-verdict)",
        "[Take a check out of the verdict](/verify.md#when-you-know-better) when you know better",
        f"The code that judges: [{module}.py]({REMOTE}plugins/{module}.py)",
        "Of the same group: " + ", ".join(f"[{name}](/{FOLDER}/{name}.md)" for name in others),
    ]
    return "\n".join(f"- {line}" for line in lines)
