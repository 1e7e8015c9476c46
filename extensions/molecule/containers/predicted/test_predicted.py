# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says of a container before setup has ever run there."""

import json
import os
import re
from pathlib import Path

import pytest
from testinfra.host import Host

from tools.lab import plays

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
INVENTORY = EPHEMERAL / "inventory" / "hosts.json"
# in a diff: a boot entry's arguments, or a line of GRUB's settings where the package is there already
RESERVATION = re.compile(r'^\+(?:GRUB_CMDLINE_LINUX\w*=".*)?(crashkernel=\d[^\s"]*)"?$', re.MULTILINE)
PACKAGES = "dpkg-query -W 2>/dev/null || rpm -qa | sort"


@pytest.fixture(scope="module")
def predicted() -> str:
    """Return what setup says in check mode, without line ends that only fold a message."""
    done = plays.playbook(INVENTORY, "setup", check=True)
    assert done.returncode == 0, plays.said(done)
    return done.stdout


def test_check_mode_names_the_reservation_and_the_packages(host: Host, predicted: str) -> None:
    values = set(RESERVATION.findall(predicted))
    assert values
    (EPHEMERAL / "predicted.json").write_text(json.dumps(sorted(values)))
    tools = host.run("command -v kdumpctl || command -v kdump-config").stdout
    assert tools or "would get " in predicted
    assert not re.search(r"changed=0 ", predicted)


def test_check_mode_installs_nothing(host: Host) -> None:
    before = host.check_output(PACKAGES)
    assert plays.playbook(INVENTORY, "setup", check=True).returncode == 0
    assert host.check_output(PACKAGES) == before
