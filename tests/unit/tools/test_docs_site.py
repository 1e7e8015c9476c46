# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site: no page is forgotten, links lead where they should, and each check and rule has its page."""

import re
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import IDS

from tools.dev.places import REPOSITORY
from tools.docs import built_links, check_pages, made_up_hosts, markdown, messages_page, repository_pages, rule_pages
from tools.docs.__main__ import of_repository
from tools.docs.repository_pages import BrokenLink, resolved

INDEX = (REPOSITORY / "docs/docsite/index.md").read_text(encoding="utf-8")
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = repository_pages.site_pages(REPOSITORY)
GUIDE = repository_pages.converted(REPOSITORY, check_pages.GUIDE, PAGES, {})
# they only say what they see
NEVER_COMPLAIN = ["hibernation", "sysrq"]


def listed() -> list[str]:
    """Return the pages that the tables of contents name."""
    lines = [line.strip() for block in TOCTREE.findall(INDEX) for line in block.splitlines()]
    return [line.rpartition("<")[2].rstrip(">") for line in lines if line and not line.startswith(":")]


@pytest.fixture(scope="module")
def complaints() -> dict[str, list[made_up_hosts.Said]]:
    return made_up_hosts.complaints()


@pytest.fixture(scope="module")
def checks(complaints: dict[str, list[made_up_hosts.Said]]) -> dict[str, str]:
    return check_pages.pages(GUIDE, made_up_hosts.right_hosts(), complaints)


@pytest.mark.parametrize("name", sorted(set(PAGES.values()) - {"index"}))
def test_page_is_in_a_table_of_contents(name: str) -> None:
    assert name in listed(), f"add the line {name} to a toctree of docs/docsite/index.md"


def test_table_of_contents_names_each_page_once() -> None:
    assert len(listed()) == len(set(listed()))
    assert set(listed()) - set(PAGES.values()) == {"collection/index", messages_page.NAME}


def test_first_page_says_what_it_is_in_ten_lines() -> None:
    prose, _bar, table = INDEX.partition("| you have |")
    assert len([line for line in prose.splitlines() if line]) + 1 <= 10
    assert re.findall(r"\]\((start/\w+)\.md\)", table) == [
        "start/first_host",
        "start/many_hosts",
        "start/awx",
        "start/ci",
    ]


@pytest.mark.parametrize(
    ("page", "target", "expected"),
    [
        ("docs/setup.md", "verify.md", "/verify.md"),
        ("docs/setup.md", "verify.md#the-verdict", "/verify.md#the-verdict"),
        ("docs/setup.md", "#run-it", "#run-it"),
        ("docs/setup.md", "../README.md#where-it-runs", "/readme.md#where-it-runs"),
        ("README.md", f"{repository_pages.REMOTE}docs/setup.md#run-it", "/setup.md#run-it"),
        ("docs/docsite/start/awx.md", "first_host.md", "/start/first_host.md"),
        ("docs/setup.md", "https://example.org/x.md", "https://example.org/x.md"),
        ("docs/verify.md", "schemas/kdump_info-1.json", f"{repository_pages.REMOTE}docs/schemas/kdump_info-1.json"),
        ("README.md", f"{repository_pages.ADDRESSES[1]}docs/images/report.png", "/images/report.png"),
    ],
)
def test_link_of_the_repository_leads_to_a_page_of_the_site(page: str, target: str, expected: str) -> None:
    assert resolved(target, REPOSITORY, page, PAGES) == expected


def test_link_to_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(BrokenLink, match=r"docs/setup.md: the link gone.md leads to docs/gone.md, which is not there"):
        resolved("gone.md", REPOSITORY, "docs/setup.md", PAGES)


def test_code_of_a_page_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("[b](b.md)\n\n```text\n[b](b.md)\n```\n", encoding="utf-8")
    (tmp_path / "docs/b.md").write_text("# b\n", encoding="utf-8")
    pages = repository_pages.site_pages(tmp_path)
    text = repository_pages.converted(tmp_path, "docs/a.md", pages, {})
    assert text == "[b](/b.md)\n\n```text\n[b](b.md)\n```\n"


def test_check_in_the_guide_leads_to_its_page(checks: dict[str, str]) -> None:
    guide = of_repository(REPOSITORY, checks)["checks"]
    assert "| []{#armed}[`armed`](/checks/armed.md) |" in guide
    assert [name for name in IDS if f"[]{{#{name}}}[`{name}`](/checks/{name}.md)" not in guide] == []


def test_rule_in_the_guide_leads_to_its_page() -> None:
    guide = of_repository(REPOSITORY, {})
    assert "| [R21](/rules/R21.md) |" in guide["kdump_conf"]
    assert "| [S1](/rules/S1.md) |" in guide["sysconfig"]


def test_each_check_has_a_page(checks: dict[str, str]) -> None:
    assert list(checks) == [f"checks/{name}" for name in IDS]


@pytest.mark.parametrize("name", [name for name in IDS if name not in NEVER_COMPLAIN])
def test_page_of_a_check_shows_a_complaint_and_what_to_do(name: str, checks: dict[str, str]) -> None:
    page = checks[f"checks/{name}"]
    assert re.search(r"^::::\{admonition\} (fail|warn|unknown), on ", page, re.MULTILINE)
    assert "**What to do:**" in page


@pytest.mark.parametrize("name", NEVER_COMPLAIN)
def test_page_of_a_check_that_never_complains_says_so(name: str, checks: dict[str, str]) -> None:
    assert check_pages.NEVER in checks[f"checks/{name}"]


def test_page_of_a_check_says_what_it_looks_at_and_by_which_threshold(checks: dict[str, str]) -> None:
    assert "`/sys/kernel/kexec_crash_loaded`" in checks["checks/armed"]
    assert "`proof_age_days`, 180 by default" in checks["checks/proof_young"]
    assert "It is **vital**" in checks["checks/armed"]
    assert "It is a **doubt**" in checks["checks/proof_young"]


def test_each_rule_has_a_page_with_a_file_that_it_finds() -> None:
    pages = rule_pages.pages(REPOSITORY)
    assert len(pages) == 45 + 13 + 18
    assert [name for name, page in pages.items() if not re.search(r"\*\*(error|warning|advice)\*\*", page)] == []


def test_page_of_a_rule_shows_what_the_real_program_said() -> None:
    page = rule_pages.pages(REPOSITORY)["rules/R21"]
    assert "The specified dump target needs makedumpfile" in page
    assert "## Files that are right" in page


def test_messages_lead_to_their_checks(complaints: dict[str, list[made_up_hosts.Said]]) -> None:
    assert "| No capture kernel is loaded. | [armed](/checks/armed.md) | fail |" in messages_page.page(complaints)


def test_text_of_a_host_is_no_markup() -> None:
    assert markdown.text("a|b *c* `d` <e>\n[f](g)") == r"a\|b \*c\* \`d\` \<e\>\\n\[f\](g)"
    assert markdown.table(["x"], [["`a|b`"]]).splitlines()[-1] == r"| `a\|b` |"
    assert markdown.code("a`b") == "``a`b``"


@pytest.mark.parametrize(
    ("link", "trouble"),
    [
        ("b.html", ""),
        ("b.html#there", ""),
        ("#here", ""),
        ("https://example.org/", ""),
        ("c.html", "leads to a file that is not there"),
        ("b.html#gone", "names an anchor that the page does not have"),
        ("../outside.html", "leads out of the site"),
    ],
)
def test_broken_link_of_a_built_site_is_found(tmp_path: Path, link: str, trouble: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.html").write_text(f'<p id="here"><a href="{link}">x</a></p>', encoding="utf-8")
    (site / "b.html").write_text('<p id="there"></p>', encoding="utf-8")
    assert built_links.broken(site) == ([f"a.html: {link} {trouble}"] if trouble else [])
