# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README.md shows of a terminal and of the report is what the collection would show; pictures are small."""

import re
import struct

import pytest
import yaml

from tools.dev import pictures
from tools.dev.places import REPOSITORY

README = (REPOSITORY / "README.md").read_text()
# Galaxy and GitHub load it before a reader has asked for anything
MOST_BYTES = 150_000


def test_terminal_shows_what_report_prints() -> None:
    assert f"```text\n{pictures.printed()}\n```" in README


def test_text_of_the_picture_is_its_headline() -> None:
    report = pictures.report()
    would = report["headline"].partition(" of ")[0]
    assert f"![The report of {pictures.HOSTS} hosts: {would} would leave a dump." in README, "./dev pictures"


@pytest.mark.parametrize("picture", pictures.pictures(), ids=lambda picture: picture.name)
@pytest.mark.parametrize("scheme", pictures.SCHEMES)
def test_picture_is_small(picture: pictures.Picture, scheme: str) -> None:
    drawn = (REPOSITORY / pictures.FOLDER / f"{picture.name}{scheme}.png").read_bytes()
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">2I", drawn[16:24]) == picture.size
    assert len(drawn) < MOST_BYTES


def test_installation_names_the_version_of_the_collection() -> None:
    version = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())["version"]
    assert set(re.findall(r"crashops-kdump-([\d.]+)\.tar\.gz", README)) == {version}


def test_readme_begins_with_galaxy_and_not_with_the_repository() -> None:
    assert README.index("ansible-galaxy collection install crashops.kdump") < README.index("./dev")
