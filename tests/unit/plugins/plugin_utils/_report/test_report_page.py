# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as text: whole in itself, small, and deaf to markup. tests/browser opens it and uses it."""

import base64
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import charts, files, page_data, whole_report
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import page as report_page
from ansible_collections.crashops.kdump.tests.unit import fleet_builder as made_up
from ansible_collections.crashops.kdump.tests.unit.work_limit import within

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&\u2028\u2029<!--]]>"


class Elements(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, its texts, what is in its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: List[Tuple[str, Dict[str, Any]]] = []
        self.texts: List[str] = []
        self.within: Dict[str, List[str]] = {"script": [], "style": []}
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in self.within:
            self.open = tag
            self.within[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open:
            self.within[self.open][-1] += data
        else:
            self.texts.append(data)

    def named(self, tag: str) -> List[Dict[str, Any]]:
        """Return the attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]


def page(results: Dict[str, Any], title: str = "kdump report") -> str:
    """Return the page of results."""
    return report_page.page(whole_report.report(results.items(), made_up.MADE, "1.2.3"), title)


def test_the_page_says_how_the_fleet_stands_without_a_script() -> None:
    text = page(made_up.fleet(300))
    words = " ".join("".join(Elements(text).texts).split())
    for said in ("of 300 hosts would leave a dump.", "Memory reserved against needed", "Age of proof", "Not ready"):
        assert said in words
    assert text.count('<th scope="row" class="host">') == 50 and "The 50 worst of 300 hosts." in words


def shown_by_query(count: int, choose: Callable[[List[Dict[str, Any]]], List[Dict[str, Any]]]) -> str:
    """Return the words of the page with the rows that a query made of a fleet."""
    whole = whole_report.report(made_up.fleet(count).items(), made_up.MADE)
    text = report_page.page(whole_report.of_rows(whole, choose(whole["hosts"]), "hosts"), "kdump report")
    return " ".join("".join(Elements(text).texts).split())


def test_the_page_says_worst_first_where_that_is_so() -> None:
    words = shown_by_query(300, lambda rows: [row for row in rows if row["verdict"] != "ready"])
    assert "The 50 worst of " in words and "Order: worst first" in words


def test_the_page_of_a_query_that_sorts_says_that_the_order_is_the_querys() -> None:
    words = shown_by_query(300, lambda rows: sorted(rows, key=lambda row: row["host"]))
    assert "The first 50 of 300 hosts, in the order of the query." in words and "Order: of the query" in words
    assert "worst" not in words


def test_verdicts_are_embedded_in_the_order_of_their_rank() -> None:
    packed = json.loads(page_data.packed(whole_report.report([], made_up.MADE)))
    assert [word for word, dummy in packed["verdicts"]] == list(whole_report.ORDER)


def test_the_page_needs_nothing_from_outside() -> None:
    elements = Elements(page(made_up.fleet(40)))
    assert not elements.named("link") and not elements.named("img") and not elements.named("iframe")
    assert all("src" not in attributes and "style" not in attributes for dummy, attributes in elements.elements)
    assert (
        "url(" not in elements.within["style"][0].replace("url(#", "") and "@import" not in elements.within["style"][0]
    )
    assert {one["href"].split(":")[0] for one in elements.named("a") if not one["href"].startswith("#")} == {"https"}


def test_the_policy_allows_this_style_and_this_script_alone() -> None:
    elements = Elements(page(made_up.fleet(3)))
    policy = next(
        one["content"] for one in elements.named("meta") if one.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    for kind, text in (("style", elements.within["style"][0]), ("script", elements.within["script"][1])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert "%s-src 'sha256-%s';" % (kind, digest) in policy


def test_markup_that_a_host_says_stays_text() -> None:
    check = made_up.check("space", reason=EVIL, advice=EVIL, value=EVIL, reference="javascript:alert(3)//" + EVIL)
    waived = made_up.check("configuration_valid", waived={"reason": EVIL, "until": "2027-01-01"})
    result = made_up.info("not_ready", [check, waived], kernel=EVIL, summary=EVIL, settings={"path": EVIL})
    elements = Elements(page({EVIL: result, "gone": made_up.unreachable(EVIL)}, title=EVIL))
    assert len(elements.named("script")) == 2 and not elements.named("img")
    assert not any(name.startswith("on") for dummy, attributes in elements.elements for name in attributes)
    assert not any("javascript:" in (one.get("href") or "")[:11] for one in elements.named("a"))
    seen = EVIL.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    assert json.loads(elements.within["script"][0])["rows"][0][0] == seen
    for char in "<>&\u2028\u2029":
        assert char not in elements.within["script"][0]


def test_the_embedded_rows_hold_what_the_report_does() -> None:
    whole = whole_report.report(made_up.fleet(60).items(), made_up.MADE)
    packed = json.loads(page_data.packed(whole))
    columns, texts = packed["columns"], packed["texts"]
    for row, values in zip(whole["hosts"], packed["rows"]):
        one = dict(zip(columns, values))
        assert one["host"] == row["host"] and packed["verdicts"][one["verdict"]][0] == row["verdict"]
        assert row["summary"] == texts[one["summary"]]
        assert one["reserved_bytes"] == (-1 if row["reserved_bytes"] is None else row["reserved_bytes"])
        assert [packed["checks"][problem[0]][0] for problem in one["problems"]] == [
            one["id"] for one in row["problems"]
        ]
        for problem, values_of in zip(row["problems"], one["problems"]):
            assert texts[values_of[2]] == problem["reason"]
            assert (len(values_of) == 9) is (problem["waived"] is not None)


@pytest.mark.parametrize(
    "results",
    [{}, {"a": None}, {"a": made_up.unreachable()}, {"a": made_up.info()}],
    ids=["none", "nothing", "gone", "ready"],
)
def test_a_fleet_of_one_or_none_has_a_page(results: Dict[str, Any]) -> None:
    assert "</html>" in page(results)


WAIVED = made_up.info(
    checks=[made_up.check("panic_on_oops", "warn", waived={"reason": "A driver oopses.", "until": "2027-03-31"})]
)


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ({"a": made_up.info()}, "No check found anything."),
        ({"a": made_up.unreachable(), "b": None, "c": made_up.failed()}, "No host was checked."),
        ({}, "No host was checked."),
        ({"a": made_up.info(), "b": None}, "No check found anything. 1 host was not checked."),
        ({"a": WAIVED}, "Everything that a check found is waived."),
        (
            {"a": WAIVED, "b": None, "c": made_up.unreachable()},
            "Everything that a check found is waived. 2 hosts were not checked.",
        ),
    ],
)
def test_without_open_problems_the_page_says_what_was_waived_and_not_checked(
    results: Dict[str, Any], words: str
) -> None:
    assert '<p class="take">%s</p>' % words in page(results)


def test_the_same_fleet_makes_the_same_page() -> None:
    assert page(made_up.fleet(100)) == page(dict(reversed(list(made_up.fleet(100).items()))))


def test_even_the_smallest_share_of_verdicts_is_seen_and_all_make_the_whole() -> None:
    segments = charts.verdict_segments({"not_ready": 1, "ready": 99999, "failed": 0})
    assert [one["word"] for one in segments] == ["not_ready", "ready"]
    assert float(segments[0]["width"]) > 0.3
    assert abs(sum(float(one["width"]) for one in segments) - 100) < 0.1


def test_five_thousand_hosts_make_a_small_page_in_little_time() -> None:
    fleet = made_up.fleet(5000)
    # of the processor, since others use the machine as well
    with within(60):
        text = page(fleet)
    assert len(text) < 5000 * 600


def test_the_version_is_read_from_what_was_installed_or_from_the_source(tmp_path: Path) -> None:
    assert files.collection_version(tmp_path) is None
    (tmp_path / "galaxy.yml").write_text('namespace: x\nversion: "1.2.3"\n')
    assert files.collection_version(tmp_path) == "1.2.3"
    (tmp_path / "MANIFEST.json").write_text('{"collection_info": {"version": "2.0.0"}}')
    assert files.collection_version(tmp_path) == "2.0.0"
    (tmp_path / "MANIFEST.json").write_text("[]")
    assert files.collection_version(tmp_path) == "1.2.3"


def test_a_problem_has_the_id_that_a_waiver_names() -> None:
    text = page({"web1": made_up.info("not_ready", [made_up.check("memory_reserved")])})
    assert '<code class="what">memory_reserved</code>' in text
