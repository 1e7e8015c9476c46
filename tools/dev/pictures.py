# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the pictures in docs/images, of the report's page and of a terminal, light and dark: ./dev pictures.

The hosts are made up, and the same ones each time. Chromium draws the page that fleet_report would write of them, and
the text that the playbook report would print.
"""

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import page, text_formats, whole_report
from ansible_collections.crashops.kdump.tests.unit import fleet_builder

from tools.dev.outcome import StepFailed
from tools.dev.packages import BROWSERS

FOLDER = "docs/images"
HOSTS = 200
# Chromium's sandbox does not start as root. The page is our own, opens no connection, and finds no name.
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND")
# what a reader's browser prefers, as Chromium numbers it: enum class PreferredColorScheme of Blink
SCHEMES = {"": 1, "-dark": 0}
NO_MEMORY = "No memory is reserved: the running kernel was booted without crashkernel=."
TERMINAL = """\
<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>
body {{ margin: 0; padding: 24px; background: #faf9f6; color: #24221e; font: 15px/1.5 monospace; }}
pre {{ margin: 0; font: inherit; }}
b {{ color: #1f6f69; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #131619; color: #e5e3dd; }} b {{ color: #4fa8a0; }} }}
</style><pre><b>$ ansible-playbook -i hosts crashops.kdump.report</b>
{}</pre>
"""


class Picture(NamedTuple):
    """A picture to draw: the name of its file without .png, its page as HTML, and its width and height in pixels."""

    name: str
    page: str
    size: tuple[int, int]


def report() -> dict[str, Any]:
    """Return the report of the made-up hosts."""
    results = fleet_builder.fleet(HOSTS).items()
    return dict(whole_report.report(results, fleet_builder.MADE, None))


def small_fleet() -> dict[str, Any]:
    """Return the results of the five hosts in the terminal, by name."""
    memory = fleet_builder.check("memory_reserved", reason=NO_MEMORY)
    proof = fleet_builder.check("proof_exists", "warn", reason="No crash has proved this host yet.")
    unproven = {"state": "never", "time": None, "age_seconds": None}
    return {
        "web7": fleet_builder.info("not_ready", [memory], memory={"reserved_bytes": 0}, proof=unproven),
        "db2": fleet_builder.unreachable(),
        "web1": fleet_builder.info("ready_unproven", [proof], proof=unproven),
        "web2": fleet_builder.info("ready"),
        "db1": fleet_builder.info("ready"),
    }


def printed() -> str:
    """Return what the playbook report prints of the five hosts in the terminal."""
    made = whole_report.report(small_fleet().items(), fleet_builder.MADE, None)
    return "\n".join([made["headline"], "", *text_formats.table(made)])


def pictures() -> list[Picture]:
    """Return what there is to draw: the report down to the end of its charts, and the whole terminal."""
    return [
        Picture("report", page.page(report(), "kdump report"), (1200, 570)),
        Picture("terminal", TERMINAL.format(html.escape(printed())), (1200, 250)),
    ]


def draw(picture: Picture, folder: Path) -> None:
    """Draw a picture into PNG files: one for readers who prefer light pages, and one for dark."""
    program = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if program is None:
        raise StepFailed(f"no browser is there that could draw {FOLDER}: install one of {', '.join(BROWSERS)}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / "page.html"
        source.write_text(picture.page, encoding="utf-8")
        for suffix, scheme in SCHEMES.items():
            argv = [
                program,
                *OPTIONS,
                f"--user-data-dir={work}/profile",
                f"--window-size={picture.size[0]},{picture.size[1]}",
            ]
            argv += [f"--blink-settings=preferredColorScheme={scheme}"]
            argv += [f"--screenshot={folder / f'{picture.name}{suffix}.png'}", source.as_uri()]
            subprocess.run(argv, check=True, timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    for one in pictures():
        draw(one, Path(sys.argv[1]).resolve() / FOLDER)
