# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README.md shows of a terminal and of the report is what the collection would show."""

import re
import struct
from typing import Any

import yaml
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import text_formats, whole_report
from ansible_collections.crashops.kdump.tests.unit import fleet_builder

from tools.dev import pictures
from tools.dev.places import REPOSITORY

README = (REPOSITORY / "README.md").read_text()
# Galaxy and GitHub load it before a reader has asked for anything
MOST_BYTES = 150_000
NO_MEMORY = "No memory is reserved: the running kernel was booted without crashkernel=."


def shown_fleet() -> dict[str, Any]:
    """Return the results of the five hosts that README.md shows."""
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


def test_terminal_shows_what_report_prints() -> None:
    report = whole_report.report(shown_fleet().items(), fleet_builder.MADE, None)
    printed = "\n".join([report["headline"], "", *text_formats.table(report)])
    assert f"```text\n{printed}\n```" in README


def test_text_of_the_picture_is_its_headline() -> None:
    report = pictures.report()
    would = report["headline"].partition(" of ")[0]
    assert f"![The report of {pictures.HOSTS} hosts: {would} would leave a dump." in README, "./dev pictures"


def test_picture_is_small() -> None:
    picture = (REPOSITORY / pictures.PICTURE).read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">2I", picture[16:24]) == tuple(map(int, pictures.SIZE.split(",")))
    assert len(picture) < MOST_BYTES


def test_installation_names_the_version_of_the_collection() -> None:
    version = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())["version"]
    assert set(re.findall(r"crashops-kdump-([\d.]+)\.tar\.gz", README)) == {version}


def test_readme_begins_with_galaxy_and_not_with_the_repository() -> None:
    assert README.index("ansible-galaxy collection install crashops.kdump") < README.index("./dev")
