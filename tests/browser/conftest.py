# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One browser for all tests, and a page of a report in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import page as report_page
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import whole_report
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.earlier_reports import EarlierReport
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.trend import totals_of
from ansible_collections.crashops.kdump.tests.browser import devtools
from ansible_collections.crashops.kdump.tests.unit import fleet_builder

WEEK_S = 7 * 86400


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[devtools.Browser]:
    with devtools.started(tmp_path_factory.mktemp("browser")) as one:
        yield one


@pytest.fixture
def show(browser: devtools.Browser, tmp_path: Path) -> Iterator[Callable[..., devtools.Page]]:
    """Return what makes the page of results and opens it from its file, as an operator does."""
    pages = []

    def shown(
        results: dict[str, Any],
        title: str = "kdump report",
        part: str = "",
        before: tuple[dict[str, Any], ...] = (),
        **options: bool,
    ) -> devtools.Page:
        """Show the page of results; before has those of the weeks before, the oldest first."""
        earlier: list[EarlierReport] = []
        for weeks, older in enumerate(reversed(before), 1):
            rows = whole_report.report(older.items(), fleet_builder.MADE)["hosts"]
            made = fleet_builder.MADE - weeks * WEEK_S
            earlier.insert(0, EarlierReport(f"{weeks}.json", made, rows, totals_of(rows), []))
        report = whole_report.report(results.items(), fleet_builder.MADE, "1.2.3")
        report = whole_report.compared(report, earlier, [])
        path = tmp_path / "kdump-report.html"
        path.write_text(report_page.page(report, title), encoding="utf-8")
        pages.append(devtools.Page(browser, path.as_uri() + part, **options))
        return pages[-1]

    yield shown
    for page in pages:
        page.close()
