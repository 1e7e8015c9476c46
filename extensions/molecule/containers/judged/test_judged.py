# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection says of a container that is set up, and what it refuses there."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

from tools.lab import plays
from tools.lab.stacks import stack_of

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
INVENTORY = EPHEMERAL / "inventory" / "hosts.json"
NAME = os.environ.get("CONTAINER_PLATFORM") or "deb12"
INSIDE = "This is a container (podman): all that the kernel says here is about its host."


def test_the_boot_entries_have_the_value_that_check_mode_predicted(host: Host) -> None:
    ordinary = host.check_output(stack_of(host.check_output).entries).splitlines()
    # an entry without the word differs from the others
    (found,) = {tuple(re.findall(r"crashkernel=\S+", line)) for line in ordinary}
    assert sorted(set(found)) == json.loads((EPHEMERAL / "predicted.json").read_text())


def test_the_configuration_has_the_word_that_was_asked_for(host: Host) -> None:
    assert "story=told" in host.file(stack_of(host.check_output).configuration).content_string


def test_a_container_is_unsupported_and_the_reason_says_why() -> None:
    result = plays.module(INVENTORY, NAME, "crashops.kdump.kdump_info")
    assert result["verdict"] == "unsupported"
    reasons = {check["id"]: check["reason"] for check in result["checks"] if check["status"] == "fail"}
    assert reasons["not_container"] == INSIDE


def test_verify_fails_a_container() -> None:
    done = plays.playbook(INVENTORY, "verify", kdump_waivers=[])
    assert done.returncode == 2
    assert f"{NAME} is unsupported: " in plays.said(done)
    assert INSIDE in plays.said(done)


def test_setup_without_waivers_does_nothing_in_a_container() -> None:
    done = plays.playbook(INVENTORY, "setup", kdump_waivers=[])
    assert done.returncode == 2
    assert "is unsupported, so nothing was changed: " in plays.said(done)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"kdump_crashkernel": "256MB"}, "kdump_crashkernel: '256MB' is refused: "),
        ({"kdump_failure_action": "explode"}, "kdump_failure_action: 'explode' is refused: "),
        ({"kdump_target": {"type": "nfs", "location": ":server:/export"}}, "':server:/export' is refused: "),
        ({"kdump_path": "crash"}, "kdump_path: 'crash' is refused: "),
        ({"kdump_crashkernal": "256M"}, "use kdump_crashkernel"),
    ],
    ids=["size", "action", "target", "path", "name"],
)
def test_a_bad_value_is_refused_with_its_variable(variables: dict[str, Any], said: str) -> None:
    done = plays.playbook(INVENTORY, "setup", **variables)
    assert done.returncode == 2
    assert said in plays.said(done)
    assert "changed=0 " in done.stdout
