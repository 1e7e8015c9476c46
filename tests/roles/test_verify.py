# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's verify on made-up machines."""

from collections.abc import Callable

from ansible_collections.crashops.kdump.tests.roles.made_up import Fleet


def test_a_host_that_is_right_is_judged_by_its_checks(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(web1="debian", db1="el9", box="container").playbook(collections, "verify")
    verdicts = {host: done.of(host)["Judge the host"]["verdict"] for host in ("web1", "db1", "box")}
    assert verdicts == {"web1": "ready_unproven", "db1": "ready_unproven", "box": "unsupported"}
