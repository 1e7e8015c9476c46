# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every play on the hosts of a fleet sets, because an ansible.cfg could set it to something else."""

from pathlib import Path
from typing import Any, Dict

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PLAYS = {
    "%s: %s" % (path.stem, play["name"]): play
    for path in sorted((ROOT / "playbooks").glob("*.yml"))
    for play in yaml.safe_load(path.read_text("utf-8"))
    if play.get("hosts", "localhost") != "localhost"
}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_no_ansible_cfg_changes_the_order_of_tasks_or_ends_other_hosts(play: Dict[str, Any]) -> None:
    assert play.get("strategy") == "ansible.builtin.linear"
    assert play.get("any_errors_fatal") is False


def test_the_playbooks_were_found() -> None:
    assert {"setup: Set kdump up", "on_alert: Look at the host of the alert"} < set(PLAYS)
