# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of real machines and of one that is gone."""

import json
import os
from pathlib import Path

import jsonschema

from tools.lab import plays

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
SCHEMAS = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / "docs" / "schemas"


def test_the_report_has_every_guest_and_the_one_that_is_gone() -> None:
    hosts = json.loads((EPHEMERAL / "inventory" / "hosts.json").read_text())
    guests = sorted(hosts["all"]["hosts"])
    hosts["all"]["hosts"]["gone"] = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    inventory = EPHEMERAL / "with-gone.json"
    inventory.write_text(json.dumps(hosts))
    assert plays.playbook(inventory, "report", kdump_report_directory=str(EPHEMERAL / "report")).returncode == 0
    report = json.loads((EPHEMERAL / "report" / "kdump-report.json").read_text())
    jsonschema.validate(report, json.loads((SCHEMAS / "report-1.json").read_text()))
    verdicts = {row["host"]: row["verdict"] for row in report["hosts"]}
    assert verdicts.pop("gone") == "unreachable"
    assert verdicts == {
        guest: plays.module(inventory, guest, "crashops.kdump.kdump_info")["verdict"] for guest in guests
    }
    page = (EPHEMERAL / "report" / "kdump-report.html").read_text()
    assert all(guest in page for guest in guests)
