# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collections that this one depends on."""

import re
import zipfile
from pathlib import Path

from tools.dev import community
from tools.dev.places import REPOSITORY


def test_only_the_wanted_collections_are_unpacked(tmp_path: Path) -> None:
    wheel = tmp_path / "ansible-1-py3-none-any.whl"
    wanted = [f"ansible_collections/{name}/MANIFEST.json" for name in community.NAMES + community.OF_TESTS]
    with zipfile.ZipFile(wheel, "w") as packed:
        for name in [*wanted, "ansible_collections/ansible/posixes/MANIFEST.json", "ansible_community/x.py"]:
            packed.writestr(name, "{}")
    community.unpack(wheel, tmp_path / "out")
    found = [str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert sorted(found) == sorted(wanted)


def test_they_are_those_that_the_collection_says_it_depends_on() -> None:
    text = (REPOSITORY / "galaxy.yml").read_text()
    block = re.search(r"^dependencies:\n((?:  .*\n)+)", text, re.MULTILINE)
    assert block
    names = re.findall(r"^  ([\w.]+):", block.group(1), re.MULTILINE)
    assert sorted(names) == sorted(name.replace("/", ".") for name in community.NAMES)
