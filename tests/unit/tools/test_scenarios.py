# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sequences of Molecule's scenarios name is there: Molecule passes over tests that it does not find."""

from pathlib import Path

import pytest
import yaml

from tools.dev.places import REPOSITORY

SCENARIOS = sorted((REPOSITORY / "extensions/molecule").glob("*/molecule.yml"))


def test_every_scenario_is_known() -> None:
    assert [path.parent.name for path in SCENARIOS] == ["containers", "default", "dump_server", "vm"]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_every_step_has_its_playbook_or_its_tests(path: Path) -> None:
    scenario, folder = yaml.safe_load(path.read_text()), path.parent
    named = {key: folder / name for key, name in scenario["ansible"].get("playbooks", {}).items()}
    steps = [line.split() for line in scenario["scenario"]["test_sequence"]]
    own = {"create", "prepare", "converge", "destroy"} & {step[0] for step in steps}
    assert all(named.get(step, folder / f"{step}.yml").is_file() for step in own)
    assert all((folder / name).is_file() for step, *words in steps if step == "side_effect" for name in words)
    assert all(list((folder / name).glob("test_*.py")) for step, *words in steps if step == "verify" for name in words)
    assert scenario["verifier"]["name"] == "testinfra" or (folder / "verify.yml").is_file()
