# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kdump_plan action passes on of the module's result, which the host could have written itself."""

from typing import Any, Callable, Dict

import pytest
from ansible.playbook.task import Task
from ansible_collections.crashops.kdump.plugins.action.kdump_plan import ActionModule
from ansible_collections.crashops.kdump.plugins.modules import kdump_plan
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.plugins.action.test_metrics_program import Connection


class KdumpPlan(ActionModule):
    """The action with a module that answers what the test says."""

    def __init__(self, answer: Dict[str, Any], entry_point: str = "setup") -> None:
        task = Task()
        task.args, task.action = {"entry_point": entry_point, "variables": {}}, "crashops.kdump.kdump_plan"
        super().__init__(task, Connection(), None, None, None, None)
        self.answer = answer

    def _execute_module(self, **dummy: Any) -> Dict[str, Any]:
        return self.answer


def result(**answer: Any) -> Dict[str, Any]:
    return KdumpPlan(dict({"hopeless": None, "refused": []}, **answer)).run(task_vars={"inventory_hostname": "web1"})


def test_warnings_of_the_module_reach_the_operator() -> None:
    told = {"msg": "old", "version": "2.0.0"}
    done = result(warnings=["/etc/kdump.conf line 3: it misleads"], deprecations=[told])
    assert (done["warnings"], done["deprecations"]) == (["/etc/kdump.conf line 3: it misleads"], [told])


def test_warning_that_steers_a_terminal_is_escaped() -> None:
    assert result(warnings=["a\x1b[2Jb"])["warnings"] == ["a\\x1b[2Jb"]


def test_anything_else_that_the_host_returns_is_left_out() -> None:
    assert "kdump_path" not in result(kdump_path="/tmp", ansible_facts={"kdump_path": "/tmp"})
    assert "ansible_facts" not in result(ansible_facts={"kdump_path": "/tmp"})


@pytest.mark.parametrize("entry_point", ["setup", "disable"])
@pytest.mark.parametrize("make", [armed_el9, armed_debian])
def test_host_without_root_is_refused_by_become(make: Callable[..., FakeHost], entry_point: str) -> None:
    host = make()
    host.root = False
    planned = kdump_plan.ensure(host, {"entry_point": entry_point, "variables": {}, "expected": None}, False)
    done = KdumpPlan(planned, entry_point).run(task_vars={"inventory_hostname": "web1"})
    assert done["failed"] and "become: true (ansible-playbook --become)" in done["msg"]
