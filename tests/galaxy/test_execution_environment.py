# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder takes the definitions of the execution environments, and finds what the collection needs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from ansible_collections.crashops.kdump.tests.galaxy.conftest import Home

from tools.dev.places import REPOSITORY

FOLDER = REPOSITORY / "extensions" / "execution-environment"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def found_needs(home: Home, kind: str) -> list[str]:
    """Return what ansible-builder finds of this collection's needs, as it does while it builds an image."""
    found = yaml.safe_load(home.run(["ansible-builder", "introspect", str(home.collections)]))
    needs = [need.partition("  # from collection ") for need in found[kind]]
    return [need for need, _mark, collection in needs if collection == "crashops.kdump"]


def lines(name: str) -> list[str]:
    """Return the lines of one of the collection's lists of needs."""
    text = (REPOSITORY / "meta" / name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_needs_of_the_installed_collection_are_found(home: Home) -> None:
    assert found_needs(home, "python") == lines("ee-requirements.txt")
    assert found_needs(home, "system") == lines("ee-bindep.txt")


@pytest.mark.parametrize("name", NAMES)
def test_definition_makes_a_context_for_the_build(home: Home, tmp_path: Path, name: str) -> None:
    shutil.copytree(FOLDER / name, tmp_path / name)
    shutil.copy(home.archive, tmp_path / name)
    definition, context = tmp_path / name / "execution-environment.yml", tmp_path / "context"
    # without this name it depends on which of podman and docker the machine has
    named = ["--output-filename", "Containerfile"]
    home.run(["ansible-builder", "create", "--file", str(definition), "--context", str(context), *named])
    steps = (context / "Containerfile").read_text()
    wanted = yaml.safe_load(definition.read_text())
    assert f'EE_BASE_IMAGE="{wanted["images"]["base_image"]["name"]}"' in steps
    assert wanted["dependencies"]["ansible_core"]["package_pip"] in steps
    (collection,) = yaml.safe_load((context / "_build" / "requirements.yml").read_text())["collections"]
    # the first stage copies _build to /build
    archive = context / "_build" / Path(collection["name"]).relative_to("/build")
    assert archive.read_bytes() == home.archive.read_bytes()
