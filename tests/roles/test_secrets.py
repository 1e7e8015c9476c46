# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret of a host or of a task is in what Ansible shows or hands on, however much it shows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.crashops.kdump.tests.roles.made_up import Fleet

SECRET = "hunter2"
MACHINES = {"web1": "secret_debian", "db1": "secret_el9"}
WORD = "rd.iscsi.password=%s" % SECRET
# every module, with options that have secrets where it takes any
TASKS: list[dict[str, Any]] = [
    {"crashops.kdump.kdump_info": {}},
    {"crashops.kdump.kdump_config": {"path": "/srv/x", "commandline_append": [WORD, "quiet"]}},
    {"crashops.kdump.kdump_config": {"sysconfig": {"FTP_PASSWORD": SECRET}}},
    {"crashops.kdump.kdump_config": {"directives": {"dracut_args": "--kernel-cmdline %s" % WORD}}},
    {"crashops.kdump.kdump_config": {"path": "relative", "dracut_args": "--kernel-cmdline %s" % WORD}},
    {"crashops.kdump.crashkernel_reserve": {"size": "224M"}},
    {"crashops.kdump.kdump_service": {"state": "restarted"}},
    {"crashops.kdump.kdump_target": {"path": "/var/crash"}},
    {"crashops.kdump.vmcore_info": {}},
    {"crashops.kdump.crash_test": {"confirm": "web1"}},
    {"crashops.kdump.kdump_plan": {"variables": {"kdump_commandline_append": [WORD]}}},
    {
        "crashops.kdump.role_variables": {
            "entry_point": "verify",
            "variables": {"kdump_sysconfig": {"FTP_PASSWORD": SECRET}},
        }
    },
]


def test_no_secret_is_in_the_result_of_any_module(collections: str, fleet: Callable[..., Fleet]) -> None:
    tasks = [dict(task, ignore_errors=True, name="task %d" % index) for index, task in enumerate(TASKS)]
    play = {"hosts": "all", "gather_facts": False, "tasks": tasks}
    done = fleet(**MACHINES).play(collections, [play], "-vvv", "--diff")
    # the tasks, as the play has them, are no output
    assert SECRET not in done.output
    shown = [row for row in done.results if SECRET in str(row)]
    assert shown == []
    for host in MACHINES:
        ended = {**done.of(host), **done.of(host, "failed")}
        assert ended.keys() == {task["name"] for task in tasks}
    assert "rd.iscsi.password=(hidden)" in str(done.results)


def test_no_secret_is_shown_by_the_role_and_the_role_has_it_as_it_is(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    given = {host: {"made_up": kind, "kdump_commandline_append": [WORD]} for host, kind in MACHINES.items()}
    done = fleet(**given).playbook(collections, "setup", "-vvv", "--diff")
    assert SECRET not in done.output
    assert done.failures("web1") == []
    # the word stands there already: one that was hidden on its way to the module would be added
    for change in done.of("web1")["Configure kdump"].get("diff", []):
        assert change["before"].count("rd.iscsi.password") == change["after"].count("rd.iscsi.password")


def test_no_secret_is_in_a_report(collections: str, fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    where: dict[str, Any] = {
        "kdump_report_directory": str(tmp_path / "report"),
        "kdump_report_formats": ["html", "csv", "json"],
    }
    done = fleet(**MACHINES).playbook(collections, "report", "-vvv", **where)
    assert done.rc == 0, done.output
    assert SECRET not in done.output
