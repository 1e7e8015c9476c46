# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page for each rule of a configuration file: what the guide says, and files with what was said of them.

The files are those that the unit tests compare with the real programs: tests/unit/plugins/module_utils/recorded.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools import lint as kdump_tools_lint
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lint, sysconfig_lint
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_host_facts import Surroundings
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding

from tools.docs import markdown, repository_pages

FOLDER = "rules"
RECORDED = "tests/unit/plugins/module_utils/recorded"
HEADER = "| rule |"
ROW = re.compile(r"^\| ([RST]\d+) \| ", re.MULTILINE)
# so many files of one rule are shown
SHOWN = 4
GENERATIONS = {"el8": "`el8`", "el9": "`el9`", "current": "`current`"}
NOTHING = "nothing"


# how much of the real program a recorded answer comes from, where it is not all of it
RAN = {
    "parts": "Only those parts of kdumpctl ran that read this file and write the dump.",
    "read": "kdumpctl did not run for this file: its code was read.",
}


class Example(NamedTuple):
    """A file, who read it, and for each reader: what this collection finds, and what the real program did.

    notes: how the answers came about, and why the two differ where they do.
    """

    text: str
    host: str
    readers: Sequence[tuple[str, list[Finding], str]]
    notes: Sequence[str] = ()
    good: bool = False


class Kind(NamedTuple):
    """A configuration file that has rules: its guide, its path on a host, and the programs that were recorded."""

    letter: str
    guide: str
    path: str
    program: str


KINDS = (
    Kind("R", "kdump_conf", "/etc/kdump.conf", "kdumpctl"),
    Kind("S", "sysconfig", "/etc/sysconfig/kdump", "kdumpctl"),
    Kind("T", "sysconfig", "/etc/default/kdump-tools", "kdump-tools"),
)


def names(guide: str) -> list[str]:
    """Return the rules that a guide describes, in its order."""
    return list(dict.fromkeys(ROW.findall(guide)))


def linked(guide: str) -> str:
    """Return a guide with a link from each rule's row to its page."""
    return ROW.sub(lambda row: f"| [{row[1]}](/{FOLDER}/{row[1]}.md) | ", guide)


def pages(root: Path) -> dict[str, str]:
    """Return the page of each rule, by its name on the site."""
    found = {}
    site = repository_pages.site_pages(root)
    for kind in KINDS:
        guide = repository_pages.converted(root, f"docs/{kind.guide}.md", site, {})
        examples = {"R": of_kdump_conf, "S": of_sysconfig, "T": of_kdump_tools}[kind.letter](root)
        for name in names(guide):
            if name[0] == kind.letter:
                found[f"{FOLDER}/{name}"] = _page(kind, name, guide, examples.get(name, []))
    return found


def of_kdump_conf(root: Path) -> dict[str, list[Example]]:
    """Return the recorded files of each rule of kdump.conf."""
    recorded = _recorded(root, "kdump_conf_verdicts")
    found: dict[str, list[Example]] = {}
    for row in recorded["verdicts"]:
        facts: dict[str, Any] = {
            name: tuple(value) if name == "addresses" else value for name, value in row["host"].items()
        }
        readers = []
        for name, source in recorded["sources"].items():
            findings = conf_lint.lint(row["text"], source["generation"], Surroundings()._replace(**facts))
            said = row["said"][name]
            reader = f"{GENERATIONS[source['generation']]}, {source['project'].partition('/')[2]} {source['version']}"
            readers.append((reader, findings, NOTHING if said is None else said))
        host = ", ".join(f"{name} = {value}" for name, value in row["host"].items())
        notes = [RAN[row["ran"]]] if "ran" in row else []
        notes += list(dict.fromkeys(row.get("differs", {}).values()))
        found.setdefault(row["rule"], []).append(Example(row["text"], host, readers, notes, row["kind"] == "good"))
    return found


def of_sysconfig(root: Path) -> dict[str, list[Example]]:
    """Return the recorded files of each rule of sysconfig/kdump."""
    found: dict[str, list[Example]] = {}
    for row in _recorded(root, "kdumpctl_sysconfig")["rows"]:
        lacking = tuple(row.get("lacking", ()))
        readers = []
        for generation, shown in GENERATIONS.items():
            findings = sysconfig_lint.lint(row["text"], [], sysconfig_lint.Facts(generation, "x86_64", lacking))
            said = "; ".join(row[generation]["said"])
            readers.append((shown, findings, said or _did(row[generation])))
        example = Example(row["text"], _lacking(lacking), readers, _why(row))
        for rule in sorted({finding.rule for _reader, findings, _said in readers for finding in findings}):
            found.setdefault(rule, []).append(example)
    return found


def of_kdump_tools(root: Path) -> dict[str, list[Example]]:
    """Return the recorded files of each rule of default/kdump-tools."""
    found: dict[str, list[Example]] = {}
    for row in _recorded(root, "kdump_tools_verdicts")["rows"]:
        lacking = list(row.get("lacking", []))
        findings = kdump_tools_lint.lint(row["text"], [], lacking)
        readers = [(release, findings, _outcome(row.get("both") or row[release])) for release in ("1.8.1", "1.10.7")]
        if "both" in row:
            readers = [("1.8.1 and 1.10.7", *readers[0][1:])]
        example = Example(row["text"], _lacking(lacking), readers, _why(row))
        for rule in sorted({finding.rule for finding in findings}):
            found.setdefault(rule, []).append(example)
    return found


def _lacking(names: Sequence[str]) -> str:
    """Return what a host lacks that a file names."""
    return f"without {', '.join(names)}" if names else ""


def _why(row: dict[str, Any]) -> list[str]:
    """Return why this collection and the real program differ about a file; nothing where they do not."""
    return [row["why"]] if "why" in row else []


def _recorded(root: Path, name: str) -> Any:
    """Return a file of recorded answers."""
    return json.loads((root / RECORDED / f"{name}.json").read_text(encoding="utf-8"))


def _did(seen: dict[str, Any]) -> str:
    """Return what kdumpctl made of a file that it said nothing about."""
    return f"command line {seen['line']}" if seen.get("line") else NOTHING


def _outcome(seen: dict[str, Any]) -> str:
    """Return what kdump-tools made of a file: whether it saved the dump, and what it said."""
    said = [*seen.get("said", ()), *seen.get("capture said", ())]
    return "; ".join([seen["verdict"], *dict.fromkeys(said)])


def _page(kind: Kind, name: str, guide: str, examples: Sequence[Example]) -> str:
    """Return the page of one rule."""
    cells = [row for row in markdown.rows(guide, HEADER) if row[0] == name]
    header = {"R": ["what", "severity", "remedy"]}.get(kind.letter, ["severity", "what"])
    bad = [example for example in examples if not example.good]
    good = [example for example in examples if example.good]
    parts = [
        markdown.OUTSIDE_OF_NAVIGATION,
        f"# Rule {name}",
        f"A rule for `{kind.path}`. [All rules of this file](/{kind.guide}.md)",
        markdown.table(header, [row[1:] for row in cells]),
        "## Files that it finds",
        f"The last column of each table is the answer of the real {kind.program} to the same file.",
        *(_example(kind, name, example) for example in bad[:SHOWN]),
    ]
    if good:
        parts += ["## Files that are right", *(_file(example) for example in good[:SHOWN])]
    parts += ["## More", _more(kind)]
    return "\n\n".join(parts) + "\n"


def _file(example: Example) -> str:
    """Return a file, and what its host has or lacks."""
    shown = markdown.block(example.text)
    return f"{shown}\n\nOn this host: {markdown.code(example.host)}" if example.host else shown


def _example(kind: Kind, name: str, example: Example) -> str:
    """Return a file, and what was said of it by each reader; readers with the same answers share a row."""
    rows: dict[tuple[str, str], list[str]] = {}
    for reader, findings, said in example.readers:
        of_rule = [finding for finding in findings if finding.rule == name]
        rows.setdefault((_found(of_rule), said), []).append(reader)
    body = [["; ".join(readers), found, markdown.text(said)] for (found, said), readers in rows.items()]
    header = ["reader", "this collection", f"the real {kind.program}"]
    notes = [markdown.text(note[:1].upper() + note[1:]) for note in example.notes]
    return "\n\n".join([_file(example), markdown.table(header, body), *notes])


def _found(findings: Iterable[Finding]) -> str:
    """Return what a rule finds, in one cell."""
    shown = [
        f"**{one.severity}**, line {one.line}: {markdown.text(one.message)}; {markdown.text(one.remedy)}"
        if one.line
        else f"**{one.severity}**: {markdown.text(one.message)}; {markdown.text(one.remedy)}"
        for one in findings
    ]
    return " ".join(shown) or NOTHING


def _more(kind: Kind) -> str:
    """Return the links of a rule's page."""
    lines = [f"[How the rules were found, and how files are edited](/{kind.guide}.md)"]
    if kind.letter == "R":
        lines.append("[Find it in a template, without a host: the filter kdump_conf_lint](/kdump_conf.md)")
    lines.append(
        "The checks that say so: [configuration_valid](/checks/configuration_valid.md) for an error, "
        "[configuration_warnings](/checks/configuration_warnings.md) for a warning"
    )
    return "\n".join(f"- {line}" for line in lines)
