# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/images/report.png, the picture of the report in README.md: ./dev pictures.

The hosts are made up, and the same ones each time. Chromium draws the page that fleet_report would write of them.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import page, whole_report
from ansible_collections.crashops.kdump.tests.unit import fleet_builder

from tools.dev.outcome import StepFailed
from tools.dev.packages import BROWSERS

PICTURE = "docs/images/report.png"
HOSTS = 200
# down to the end of the charts; the tables below them say too little at this size
SIZE = "1200,570"
# Chromium's sandbox does not start as root. The page is our own, opens no connection, and finds no name.
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND")


def report() -> dict[str, Any]:
    """Return the report of the made-up hosts."""
    results = fleet_builder.fleet(HOSTS).items()
    return dict(whole_report.report(results, fleet_builder.MADE, None))


def draw(target: Path) -> None:
    """Draw the page of the made-up hosts into a PNG file."""
    program = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if program is None:
        raise StepFailed(f"no browser is there that could draw {PICTURE}: install one of {', '.join(BROWSERS)}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "report.html"
        source.write_text(page.page(report(), "kdump report"), encoding="utf-8")
        argv = [program, *OPTIONS, f"--user-data-dir={folder}/profile", f"--window-size={SIZE}"]
        argv += [f"--screenshot={target}", source.as_uri()]
        subprocess.run(argv, check=True, timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    draw(Path(sys.argv[1]).resolve() / PICTURE)
