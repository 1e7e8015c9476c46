# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the metrics_program action: what it gives to the copy action, and what it makes of its answer."""

from pathlib import Path
from typing import Any, Dict

import pytest
from ansible.errors import AnsibleError
from ansible.playbook.task import Task
from ansible_collections.crashops.kdump.plugins.action.metrics_program import ActionModule
from ansible_collections.crashops.kdump.plugins.plugin_utils._metrics.pack import packed

DEST = "/usr/local/sbin/crashops-kdump-metrics"


class Shell:
    """The shell of a connection."""

    tmpdir = "/root/.ansible/tmp/x"


class Connection:
    """A connection that nothing is sent over."""

    _shell = Shell()


class MetricsProgram(ActionModule):
    """The action with a copy action that only keeps what it was given."""

    user = "0"
    # the loader of plugins sets it
    _load_name = "crashops.kdump.metrics_program"

    def __init__(self, args: Dict[str, str], answer: Dict[str, Any]) -> None:
        task = Task()
        task.args, task.action = args, "crashops.kdump.metrics_program"
        super().__init__(task, Connection(), None, None, None, None)
        self.answer = answer

    def _copy(self, args: Dict[str, str], task_vars: Dict[str, Any]) -> Dict[str, Any]:
        self.args = args
        self.content = Path(args["src"]).read_bytes()
        return self.answer

    def _low_level_execute_command(self, cmd: str, **dummy: Any) -> Dict[str, Any]:
        assert cmd == "id -u"
        return {"rc": 0, "stdout": self.user + "\r\n", "stderr": ""}


def test_the_program_is_copied_for_all_to_run() -> None:
    action = MetricsProgram({}, {"changed": True, "checksum": "abc", "src": "/tmp/x", "dest": DEST})
    result = action.run(task_vars={})
    assert (action.args["dest"], action.args["mode"]) == (DEST, "0755")
    assert action.content == packed()
    assert (result["changed"], result["checksum"], result["dest"]) == (True, "abc", DEST)


def test_no_temporary_file_is_left_or_told() -> None:
    action = MetricsProgram({}, {"changed": True, "src": "/tmp/x"})
    result = action.run(task_vars={})
    assert "src" not in result
    assert not Path(action.args["src"]).parent.exists()


def test_the_program_can_be_put_elsewhere() -> None:
    action = MetricsProgram({"dest": "/opt/bin/metrics"}, {"changed": False})
    assert action.run(task_vars={})["dest"] == "/opt/bin/metrics"
    assert action.args["dest"] == "/opt/bin/metrics"


def test_a_copy_that_failed_fails_the_task() -> None:
    result = MetricsProgram({}, {"failed": True, "msg": "Destination directory does not exist"}).run(task_vars={})
    assert (result["failed"], result["msg"]) == (True, "Destination directory does not exist")


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(AnsibleError, match="state"):
        MetricsProgram({"state": "absent"}, {}).run(task_vars={})


@pytest.mark.parametrize(
    ("dest", "rule"),
    [
        ("metrics", "the path is not absolute"),
        ("", "it is empty"),
        ("/opt/bin/", "it names a directory and no file"),
        ("/opt/my bin/x", "a blank ends the path"),
    ],
)
def test_a_destination_that_is_no_path_of_a_file_is_refused(dest: str, rule: str) -> None:
    result = MetricsProgram({"dest": dest}, {"changed": True}).run(task_vars={})
    assert result["failed"] and "dest: %r is refused: %s; " % (dest, rule) in result["msg"]


@pytest.mark.parametrize(("user", "said"), [("1000", True), ("0", False)])
def test_a_failed_copy_names_become_only_where_the_task_ran_without_root(user: str, said: bool) -> None:
    action = MetricsProgram({}, {"failed": True, "msg": "Destination /usr/local/sbin not writable"})
    action.user = user
    message = action.run(task_vars={})["msg"]
    assert message.startswith("Destination /usr/local/sbin not writable")
    assert ("set become: true (ansible-playbook --become)" in message) is said
