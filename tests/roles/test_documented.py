# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the documentation tells a user to type is run, in check mode on made-up machines."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.crashops.kdump.tests.roles.documented import (
    COMMAND,
    OTHER,
    PLAYS,
    TASKS,
    VARIABLES,
    Example,
    examples,
)
from ansible_collections.crashops.kdump.tests.roles.made_up import Fleet

from tools.lab.__main__ import parser as lab_parser

SHOWN = examples()
# what the pages take for granted: hosts, a group, a server for dumps under its two names, a template
MACHINES = {"web1": "ssh_client", "db1": "el9"}
SERVERS = {"dumps": "debian", "dumps.example.org": "debian", "web1.example.org": "debian"}
GROUPS = {"web": ["web1"], "databases": ["db1"], "el8": ["db1"]}
# the file of another role's variables that a command or a task names
OLD = "kdump_system_action: halt\nkdump_kdump_tools: {USE_KDUMP: 1}\n"
FILES = {"kdump.conf.j2": "path /var/crash\n", "old.yml": OLD}
OLD_FILES = ("group_vars/web.yml", "group_vars/ubuntu.yml")
# what `ansible` says of a host, where no playbook runs
ANSWERED = re.compile(r" \| (SUCCESS|CHANGED) ")
# commands that end with a failure on purpose, by a word of theirs, and what they then say
FAILING_COMMANDS = {"kdump_verify_fail": "is ready_unproven"}
# variables that the stack of the host refuses, by a word of theirs, and what it then says
REFUSED_VARIABLES = {"LABEL=dumps": "choose local, nfs or ssh"}
# tasks that fail on purpose, by their names, and what they then say
FAILING_TASKS = {
    "Reserve little, and let the system use the rest until the crash": "kernels before 6.17",
    "Dump to an ssh server by a collector that cannot write to a stream": "makedumpfile needs -F",
    "Ask for a page of something that is no host": "is refused",
    "Merge what two runs reported, such as one by ansible-core 2.16 and one by a newer version": "no report to merge",
    "Translate a name that neither role has": "the role has no such variable",
    "Ask with an expression that is not whole": "is refused",
    "Ask for less than nothing": "is refused",
    "Ask for a generation that does not exist": "is refused",
}
# commands that other stages run, or that a user types on a host
ELSEWHERE = ("./dev", "pip", "ansible-galaxy", "useradd", "systemctl", "journalctl", "crashops-kdump-metrics", "pytest")


def shown(kind: str) -> list[Any]:
    """Return the examples of a kind, each once."""
    found = {str(example.content): example for example in SHOWN if example.kind == kind}
    return [pytest.param(example, id=example.name) for example in found.values()]


def of_ansible(example: Example) -> list[str]:
    """Return the words of a command of Ansible, without its inventory; empty where it is another command."""
    words = example.content
    if words[0] not in ("ansible", "ansible-playbook"):
        return []
    found = [word for place, word in enumerate(words) if "-i" not in (word, words[place - 1])]
    is_limited = "-l" in found or words[0] == "ansible" or "crashops.kdump.migrate" in found
    return found if is_limited else [*found, "--limit", ",".join(MACHINES)]


@pytest.fixture
def documented(fleet: Callable[..., Fleet]) -> Fleet:
    """Return the fleet that the pages take for granted."""
    return fleet(GROUPS, **MACHINES, **SERVERS)


@pytest.mark.parametrize("example", shown(COMMAND))
def test_command_runs(collections: str, documented: Fleet, example: Example) -> None:
    words = of_ansible(example)
    if not words:
        program = example.content[2] if example.content[0] == "python" else example.content[0]
        assert program in ELSEWHERE or lab_parser().parse_args(example.content[3:])
        return
    for name in OLD_FILES:
        if name in " ".join(words):
            (documented.folder / name).parent.mkdir()
            (documented.folder / name).write_text(OLD, encoding="utf-8")
    done = documented.run(collections, *words)
    assert done.results or done.rc or ANSWERED.search(done.output), done.output
    expected = [said for word, said in FAILING_COMMANDS.items() if word in " ".join(words)]
    assert (done.rc != 0) == bool(expected), done.output
    assert all(said in done.said for said in expected), done.output


@pytest.mark.parametrize("example", shown(PLAYS))
def test_play_runs(collections: str, documented: Fleet, example: Example) -> None:
    done = documented.play(collections, example.content)
    assert done.rc == 0, done.output
    assert done.results


@pytest.mark.parametrize("example", shown(VARIABLES))
def test_variables_are_taken_by_setup(collections: str, documented: Fleet, example: Example) -> None:
    done = documented.playbook(collections, "setup", "--limit", "web", **example.content)
    expected = [said for word, said in REFUSED_VARIABLES.items() if word in str(example.content)]
    assert (done.rc != 0) == bool(expected), done.output
    assert all(said in done.said for said in expected), done.output
    assert done.of("web1") or expected


@pytest.mark.parametrize("example", shown(TASKS))
def test_tasks_run_and_fail_where_the_page_says_so(collections: str, documented: Fleet, example: Example) -> None:
    for name, text in FILES.items():
        (documented.folder / name).write_text(text, encoding="utf-8")
    (host,) = [name for name in ("web1.example.org",) if name in str(example.content)] or ["db1"]
    tasks = [{"block": [task], "rescue": [{"ansible.builtin.meta": "clear_host_errors"}]} for task in example.content]
    play = {"hosts": host, "gather_facts": False, "tasks": tasks}
    done = documented.play(collections, [play], "-e", "kdump_test_confirm=%s" % host)
    names = {task.get("name", next(iter(task))) for task in example.content}
    expected = {name: said for name, said in FAILING_TASKS.items() if name in names}
    failed = {task: str(result.get("msg")) for task, result in done.of(host, "failed").items()}
    assert failed.keys() == expected.keys(), failed
    assert all(said in failed[name] for name, said in expected.items()), failed
    assert done.of(host)


def test_every_failure_on_purpose_is_still_shown() -> None:
    names = {task.get("name") for example in SHOWN if example.kind == TASKS for task in example.content}
    assert FAILING_TASKS.keys() <= names


def test_a_page_shows_nothing_that_is_not_run() -> None:
    assert [example.name for example in SHOWN if example.kind == OTHER] == []
