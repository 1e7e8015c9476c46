# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the report come whole, and what a run that was killed left does not stay."""

import os
from pathlib import Path

from ansible_collections.crashops.kdump.plugins.plugin_utils._report import files


def test_what_a_killed_run_left_beside_the_report_is_removed_once_it_is_old(tmp_path: Path) -> None:
    old, young = ".report.html.dead_123", ".report.html.now_1234"
    others = [".report.html.swp", ".other.html.dead_123"]
    for name in (old, young, *others):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, None if name == young else (1, 1))
    files.write_all({str(tmp_path / "report.html"): "<p>"}, 0o600)
    assert set(os.listdir(tmp_path)) == {young, *others, "report.html"}
