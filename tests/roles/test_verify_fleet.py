# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What verify shows of a batch, and what it hands to AWX: hosts that are lost are in it."""

from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.tests.roles.made_up import Done, Fleet

SHOW = "Show the hosts of this batch"
HAND_ON = "Hand the verdicts to AWX and later plays"


def play(**keys: Any) -> list[dict[str, Any]]:
    """Return a play that verifies all hosts and goes on without those that are lost."""
    role = {"ansible.builtin.include_role": {"name": "crashops.kdump.kdump", "tasks_from": "verify"}}
    return [{"hosts": "all", "gather_facts": False, "tasks": [role], **keys}]


def results(done: Done, task: str) -> list[Any]:
    """Return the results of a task that runs once in each batch."""
    return [row["result"] for row in done.results if row["task"].endswith(task) and row["how"] == "ok"]


def lost(machines: Fleet) -> Fleet:
    """Return a fleet whose host `gone` nobody can reach."""
    text = machines.inventory.read_text()
    assert "made_up: gone" in text
    away = "ansible_connection: ssh\n      ansible_host: 127.0.0.1\n      ansible_port: 1\n"
    machines.inventory.write_text(text.replace("made_up: gone\n", "made_up: debian\n      " + away))
    return machines


def test_a_host_that_cannot_be_reached_is_shown_and_handed_on(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = lost(fleet(web1="debian", gone="gone", box="container")).play(collections, play())
    (shown,) = results(done, SHOW)
    assert [line.split()[:2] for line in shown["msg"][1:4]] == [
        ["gone", "unreachable"],
        ["web1", "ready_unproven"],
        ["box", "unsupported"],
    ]
    (stats,) = results(done, HAND_ON)
    assert stats["ansible_stats"]["data"] == {
        "crashops_kdump_verdicts": {"gone": "unreachable", "web1": "ready_unproven", "box": "unsupported"}
    }


def test_each_host_is_shown_in_its_own_batch(collections: str, fleet: Callable[..., Fleet]) -> None:
    machines = lost(fleet(web1="debian", gone="gone", web3="debian", web4="debian"))
    done = machines.play(collections, play(serial=2))
    shown = [[line.split()[0] for line in result["msg"][1:3]] for result in results(done, SHOW)]
    assert [sorted(hosts) for hosts in shown] == [["gone", "web1"], ["web3", "web4"]]
    assert [
        sorted(result["ansible_stats"]["data"]["crashops_kdump_verdicts"]) for result in results(done, HAND_ON)
    ] == [
        ["gone", "web1"],
        ["web3", "web4"],
    ]


def test_a_host_takes_a_few_lines_and_with_v_all(collections: str, fleet: Callable[..., Fleet]) -> None:
    machines = fleet(box="container")
    brief = [line for line in results(machines.play(collections, play()), SHOW)[0]["msg"] if line.startswith("box |")]
    whole = results(machines.play(collections, play(), "-v"), SHOW)[0]["msg"]
    assert len(brief) <= 4
    assert len([line for line in whole if line.startswith("box |")]) >= len(brief)
    assert not any("more problem" in line for line in whole)
