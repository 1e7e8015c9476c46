# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of real machines and of one that is gone."""

import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
SCHEMAS = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / "docs" / "schemas"
RUN_LIMIT_S = 600


def told(guest, inventory):
    """Return the verdict that kdump_info gives of a guest by itself."""
    argv = ["ansible", guest, "-i", str(inventory), "-m", "crashops.kdump.kdump_info"]
    environment = dict(os.environ, ANSIBLE_CALLBACK_RESULT_FORMAT="json")
    done = subprocess.run(argv, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=True, env=environment)
    return re.search(r'"verdict": "(\w+)"', done.stdout)[1]


def test_the_report_has_every_guest_and_the_one_that_is_gone():
    hosts = json.loads((EPHEMERAL / "inventory" / "hosts.json").read_text())
    guests = sorted(hosts["all"]["hosts"])
    hosts["all"]["hosts"]["gone"] = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    inventory = EPHEMERAL / "with-gone.json"
    inventory.write_text(json.dumps(hosts))
    argv = ["ansible-playbook", "-i", str(inventory), "crashops.kdump.report"]
    argv += ["--extra-vars", json.dumps({"kdump_report_directory": str(EPHEMERAL / "report")})]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((EPHEMERAL / "report" / "kdump-report.json").read_text())
    jsonschema.validate(report, json.loads((SCHEMAS / "report-1.json").read_text()))
    verdicts = {row["host"]: row["verdict"] for row in report["hosts"]}
    assert verdicts.pop("gone") == "unreachable"
    assert verdicts == {guest: told(guest, inventory) for guest in guests}
    page = (EPHEMERAL / "report" / "kdump-report.html").read_text()
    assert all(guest in page for guest in guests)
