# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader of the report sees and does, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.crashops.kdump.tests.browser.devtools import Page
from ansible_collections.crashops.kdump.tests.unit.fleet_builder import MADE, check, failed, fleet, info, unreachable

Show = Callable[..., Page]
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&<!--]]>"
HOST = "#rows tbody tr.row th"
GIB = 1 << 30
SIX = {
    "web10": info(kernel="6.1.0-41-amd64"),
    "web2": info(
        "ready_unproven", kernel="6.1.0-41-amd64", proof={"state": "never", "time": None, "age_seconds": None}
    ),
    "db1": info("not_ready", [check("space", reason="3 GiB are free.", advice="Free room on HOST.")]),
    "db2": info(
        "degraded", [check("panic_on_oops", "warn"), check("space", waived={"reason": "Rented.", "until": None})]
    ),
    "gone": unreachable(),
    "odd": failed("Missing sudo password"),
}


@pytest.fixture
def six(show: Show) -> Iterator[Page]:
    """Return the page of six hosts; at the end it has asked for nothing and complained of nothing."""
    page = show(SIX)
    yield page
    assert page.complaints() == []
    assert [url for url in page.requests() if not url.startswith("file:///")] == []


def test_table_has_a_row_for_each_host_the_worst_first(six: Page) -> None:
    assert six.texts(HOST)[:1] == ["db1"] and sorted(six.texts(HOST)) == ["db1", "db2", "gone", "odd", "web10", "web2"]
    assert six.text("#status") == "6 hosts"
    assert not six.js("document.getElementById('fleet').hidden") and not six.js("document.getElementById('worst')")


def test_each_cell_says_what_the_host_said(six: Page) -> None:
    six.type("#text", "db1")
    cells = six.texts("#rows tbody tr.row:first-child > *")
    assert cells[:3] == ["db1", "Not ready", "no"]
    assert [" ".join(cell.split()) for cell in cells[3:7]] == ["256 / 192 MiB", "40 / 16 GiB", "12 d", "1"]
    assert cells[7] == "5.14.0-570.26.1.el9_6.x86_64"


def test_typing_shows_the_hosts_with_all_words(six: Page) -> None:
    six.type("#text", "WEB 6.1")
    assert sorted(six.texts(HOST)) == ["web10", "web2"] and six.text("#status") == "2 of 6 hosts"


def test_text_that_no_host_has_says_so(six: Page) -> None:
    six.type("#text", "nothing like that")
    assert six.texts(HOST) == [] and six.text("#rows tbody") == "No host matches."


def test_verdict_that_is_clicked_selects_and_unselects(six: Page) -> None:
    six.click("#chips button", "Not ready")
    assert six.texts(HOST) == ["db1"]
    six.click("#chips button", "Ready, degraded")
    assert sorted(six.texts(HOST)) == ["db1", "db2"]
    six.click("#chips button", "Not ready")
    assert six.texts(HOST) == ["db2"]


def test_problem_that_is_chosen_selects_its_hosts_and_clear_shows_all(six: Page) -> None:
    six.choose("#check", "space")
    assert sorted(six.texts(HOST)) == ["db1", "db2"]
    six.choose("#check", "panic_on_oops")
    assert six.texts(HOST) == ["db2"]
    six.click("#clear")
    assert len(six.texts(HOST)) == 6


def test_hosts_are_sorted_by_number_not_by_digit(six: Page) -> None:
    six.click("#rows thead button", "Host")
    assert six.texts(HOST) == ["db1", "db2", "gone", "odd", "web2", "web10"]
    six.click("#rows thead button", "Host")
    assert six.texts(HOST) == ["web10", "web2", "odd", "gone", "db2", "db1"]
    assert six.js("document.querySelector('#rows thead th').getAttribute('aria-sort')") == "descending"


def test_verdicts_are_sorted_by_rank(six: Page) -> None:
    verdicts = "#rows tbody td.verdict"
    six.click("#rows thead button", "Verdict")
    worst_first = six.texts(verdicts)
    assert worst_first[0] == "Not ready" and worst_first[-1] == "Ready"
    six.click("#rows thead button", "Verdict")
    assert six.texts(verdicts) == worst_first[::-1]


def test_hosts_without_a_value_stay_last_in_both_directions(six: Page) -> None:
    for _direction in range(2):
        six.click("#rows thead button", "Reserved / needed")
        assert sorted(six.texts(HOST)[-2:]) == ["gone", "odd"]


def test_host_that_is_clicked_opens_and_closes(six: Page) -> None:
    six.click("#rows tbody th button", "db1")
    said = six.text("#rows tr.detail")
    for words in ("It would leave no dump.", "3 GiB are free.", "Free room on db1.", "/var/crash", "256 MiB, 192 MiB"):
        assert words in said
    assert six.js("document.querySelector('#rows tbody th button').ariaExpanded") == "true"
    six.click("#rows tbody th button", "db1")
    assert six.texts("#rows tr.detail") == []


def test_no_value_is_missing_in_any_row(six: Page) -> None:
    for name in six.texts(HOST):
        six.click("#rows tbody th button", name)
    said = six.text("#rows")
    assert len(six.texts("#rows tr.detail")) == 6
    for word in ("undefined", "NaN", "null", "[object", "Infinity"):
        assert word not in said


def test_advice_names_the_host(six: Page) -> None:
    six.click("#rows tbody th button", "db1")
    assert "Free room on db1." in six.text("#rows tr.detail")


def test_waived_problem_says_why(six: Page) -> None:
    six.click("#rows tbody th button", "db2")
    assert "Waived: Rented." in six.text("#rows tr.detail")


def test_link_of_a_problem_selects_its_hosts(six: Page) -> None:
    six.click("a.bar", "panic_on_oops")
    assert six.texts(HOST) == ["db2"]


def test_selection_is_in_the_address_and_opens_again(show: Show) -> None:
    page = show(SIX)
    page.click("#chips button", "Not ready")
    page.click("#rows thead button", "Host")
    part = page.js("location.hash")
    assert part == "#verdict=not_ready&sort=host"
    again = show(SIX, part="#verdict=not_ready,degraded&sort=-host")
    assert again.texts(HOST) == ["db2", "db1"] and again.complaints() == []


def test_rubbish_in_the_address_selects_nothing(show: Show) -> None:
    page = show(SIX, part="#verdict=<b>&check=toString&sort=__proto__")
    assert len(page.texts(HOST)) == 6 and page.complaints() == []


def test_what_a_host_says_is_shown_as_text_and_does_nothing(show: Show) -> None:
    problem = check("space", reason=EVIL, advice=EVIL, value=EVIL, reference="javascript:alert(3)//" + EVIL)
    waived = check("configuration_valid", waived={"reason": EVIL, "until": EVIL})
    evil = info("not_ready", [problem, waived], kernel=EVIL, summary=EVIL, settings={"path": EVIL})
    page = show({EVIL: evil, "gone": unreachable(EVIL)}, title=EVIL)
    for name in page.texts("#rows tbody th button"):
        page.click("#rows tbody th button", name)
    assert EVIL in page.texts(HOST) and page.text("#rows").count(EVIL) > 8
    assert page.js("document.querySelectorAll('img, iframe, object, embed, [onerror], [onclick], [style]').length") == 0
    assert page.js("document.scripts.length") == 2
    links = page.js("[...document.links].map((one) => one.protocol)")
    assert set(links) <= {"https:", "file:"}
    assert page.complaints() == []


def test_policy_of_the_page_runs_no_other_script_and_reaches_no_server(show: Show) -> None:
    page = show(SIX)
    page.js("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    page.js("document.body.append(Object.assign(document.createElement('img'), {src: 'http://127.0.0.1:9/x.png'}))")
    reached = page.js("fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused')")
    assert (page.js("window.ran"), reached) == (None, "refused")
    refused = " ".join(page.complaints())
    for directive in ("script-src", "img-src", "connect-src"):
        assert directive in refused


def test_times_that_no_calendar_has_cost_one_value(show: Show) -> None:
    proof = {"state": "proven", "time": 1e17, "age_seconds": 5}
    page = show({"odd": info(proof=proof), "web1": info(proof={"state": "proven", "time": MADE, "age_seconds": 7200})})
    assert sorted(page.texts(HOST)) == ["odd", "web1"]
    for name in ("odd", "web1"):
        page.click("#rows tbody th button", name)
    details = dict(zip(page.texts(HOST), page.texts("#rows tr.detail"), strict=True))
    assert re.search(r"Proof\s+proven\n", details["odd"] + "\n")
    assert re.search(r"Proof\s+proven, 2026-11-26 09:57 UTC", details["web1"])
    assert page.complaints() == []


def luminance(color: str) -> float:
    """Return the relative luminance of a colour by WCAG 2.1."""
    parts = [int(word) / 255 for word in re.findall(r"\d+", color)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


BEFORE = (
    {"web10": info(), "web2": info()},
    {"web10": info("not_ready"), "web2": info(), "db1": info(), "away<b>": info()},
)


def test_report_shows_the_newly_broken_hosts_first_and_a_click_finds_one(show: Show) -> None:
    page = show(SIX, before=BEFORE)
    assert page.texts(".history h3") == [
        "Newly broken 1",
        "Newly mended 1",
        "New in the report 3",
        "No longer in the report 1",
    ]
    first = page.texts(".changed li")[0]
    assert first.startswith("db1 Ready → Not ready") and "space: 3 GiB are free." in first
    assert "away<b> Ready" in page.texts(".changed li")
    page.click(".changed a", "db1")
    assert page.texts(HOST) == ["db1"]
    assert page.complaints() == []


def test_trend_has_a_line_for_each_verdict_and_its_counts_as_text(show: Show) -> None:
    page = show(SIX, before=BEFORE)
    lines = "[...document.querySelectorAll('.curve')].map((one) => one.getAttribute('aria-label'))"
    assert page.js(lines)[0] == "Not ready, oldest first: 0, 1, 1"
    assert page.js("document.querySelectorAll('.curve polyline').length") == len(page.texts(".curves li"))
    page.click(".points summary")
    newest = page.texts(".points tbody tr")[0].split("\t")
    assert newest[:3] == ["2026-11-26 09:57", "6", "1"] and len(page.texts(".points tbody tr")) == 3


@pytest.mark.parametrize("dark", [False, True])
def test_lines_of_the_trend_are_seen_by_day_and_by_night(dark: bool, show: Show) -> None:
    page = show(SIX, before=BEFORE, dark=dark)
    colors = page.js("[...document.querySelectorAll('.curve')].map((one) => getComputedStyle(one).color)")
    ground = luminance(page.js("getComputedStyle(document.body).backgroundColor"))
    for text in map(luminance, colors):
        assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 2.2


def test_first_report_has_no_history(show: Show) -> None:
    assert show(SIX).texts(".history") == []


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable_by_day_and_by_night(dark: bool, show: Show) -> None:
    page = show(SIX, dark=dark)
    colors = "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    text, ground = map(luminance, page.js(colors))
    assert (text > ground) is dark
    assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 7


def test_without_scripts_the_worst_hosts_are_there(show: Show) -> None:
    page = show(SIX, script=False)
    # the table of the template, which the script takes away
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    assert sorted(page.texts("#worst tbody th")) == ["db1", "db2", "gone", "odd", "web10", "web2"]
    assert page.js("document.getElementById('fleet').hidden")


def test_no_host_makes_a_page_that_says_so(show: Show) -> None:
    page = show({})
    assert page.text("#status") == "0 hosts" and page.text("#rows tbody") == "No host matches."
    assert page.complaints() == []


def test_ten_thousand_hosts_are_paged_searched_and_sorted(show: Show) -> None:
    page = show(fleet(10000))
    assert page.text("#status") == "10,000 hosts" and page.text("#page") == "Page 1 of 100"
    assert len(page.texts(HOST)) == 100
    page.click("#forth")
    assert page.text("#page") == "Page 2 of 100" and len(page.texts(HOST)) == 100
    page.click("#rows thead button", "Host")
    assert page.text("#page") == "Page 1 of 100"
    first = page.texts(HOST)[0]
    page.type("#text", first)
    assert first in page.texts(HOST) and len(page.texts(HOST)) < 100
    # a page is drawn, never all rows: that is what keeps it quick
    assert page.js("document.querySelectorAll('*').length") < 8000
    assert page.complaints() == []


def test_paper_has_all_selected_hosts(show: Show) -> None:
    page = show(fleet(250))
    assert len(page.texts(HOST)) == 100
    page.js("window.dispatchEvent(new Event('beforeprint'))")
    assert len(page.texts(HOST)) == 250
    page.js("window.dispatchEvent(new Event('afterprint'))")
    assert len(page.texts(HOST)) == 100
