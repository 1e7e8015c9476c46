# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module run on another host in the middle of an action: what its connection is given. The plugins are played."""

from typing import Any, Dict, List, Optional, Tuple

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.other_host import OtherHost, is_known

# what plugins of these names say that they read; Ansible learns it when it loads a plugin
DEFINITIONS = (
    ("connection", "played", {"host": {"vars": [{"name": "ansible_host"}]}}),
    ("shell", "played_shell", {"remote_tmp": {"vars": [{"name": "ansible_remote_tmp"}]}}),
    ("become", "played_become", {"become_user": {"vars": [{"name": "ansible_become_user"}]}}),
)


class Plugin:
    """A plugin that keeps the options it is given."""

    def __init__(self, name: str) -> None:
        self._load_name = name
        self.keys: Dict[str, Any] = {}
        self.variables: Dict[str, str] = {}

    def set_options(self, task_keys: Any = None, var_options: Any = None) -> None:
        self.keys, self.variables = task_keys, var_options


class Connection(Plugin):
    """A connection, whose shell keeps its options as well."""

    def __init__(self) -> None:
        super().__init__("played")
        self._shell = Plugin("played_shell")
        self.become: Optional[Plugin] = None
        self.closed = False

    def set_become_plugin(self, plugin: Optional[Plugin]) -> None:
        self.become = plugin

    def close(self) -> None:
        self.closed = True


class Runner:
    """The action that runs the module."""

    def __init__(self, fails: bool) -> None:
        self.fails = fails
        self.ran: Dict[str, Any] = {}

    def _execute_module(self, **words: Any) -> Dict[str, bool]:
        self.ran = words
        if self.fails:
            raise AnsibleError("it went away")
        return {"changed": False}


class Loader:
    """A loader of one kind of plugins: it has what it is given, and keeps how it was asked."""

    def __init__(self, **plugins: Any) -> None:
        self.plugins = plugins
        self.asked: List[Tuple[str, Dict[str, Any]]] = []

    def get(self, name: str, *dummy: Any, **words: Any) -> Any:
        self.asked.append((name, words))
        return self.plugins.get(name)


class Loaders:
    """What Ansible hands to an action to load plugins with."""

    def __init__(self, fails: bool = False) -> None:
        self.connection, self.become, self.runner = Connection(), Plugin("played_become"), Runner(fails)
        self.connection_loader = Loader(ssh=self.connection, local=self.connection)
        self.become_loader = Loader(sudo=self.become, doas=self.become)
        self.action_loader = Loader(**{"ansible.builtin.normal": self.runner})


class Action(ActionBase):
    """An action that does nothing by itself."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> Dict[str, Any]:
        return {}


def other(loaders: Loaders, become: bool = True, password: Optional[str] = None, **variables: Any) -> OtherHost:
    """Return the host store as an action of a task sees it."""
    for kind, name, options in DEFINITIONS:
        constants.config.initialize_plugin_configuration_definitions(kind, name, options)
    task, context = Task(), PlayContext()
    task.action, task.become, task.become_method, task.delegate_to = "crash_test", become, "sudo", None
    context.password, context.become_pass = password, password
    action = Action(task, None, context, None, None, None)
    return OtherHost(action, loaders, "store", {"hostvars": {"store": variables}})


def test_the_connection_is_the_other_hosts_and_is_closed() -> None:
    loaders = Loaders()
    result = other(loaders, ansible_host="10.0.0.9", ansible_remote_tmp="/t", unrelated="{{ broken").module(
        "stat", {"a": 1}
    )
    assert result == {"changed": False}
    assert loaders.connection.variables == {"ansible_host": "10.0.0.9", "inventory_hostname": "store"}
    assert loaders.connection._shell.variables["ansible_remote_tmp"] == "/t"
    assert loaders.connection.closed


def test_the_module_gets_the_other_hosts_variables_and_no_delegation() -> None:
    loaders = Loaders()
    other(loaders, ansible_python_interpreter="/opt/python").module("stat", {"path": "/x"})
    ran = loaders.runner.ran
    assert (ran["module_name"], ran["module_args"]) == ("stat", {"path": "/x"})
    assert ran["task_vars"]["ansible_python_interpreter"] == "/opt/python"
    assert ran["task_vars"]["inventory_hostname"] == "store"
    (dummy, words) = loaders.action_loader.asked[0]
    assert words["task"].delegate_to is None
    assert words["connection"] is loaders.connection


BECOMES = [
    (True, {}, "sudo"),
    (False, {}, None),
    (True, {"ansible_become": "no"}, None),
    (False, {"ansible_become": True, "ansible_become_method": "doas"}, "doas"),
]


@pytest.mark.parametrize("become, variables, method", BECOMES)
def test_become_is_the_tasks_unless_the_host_says_otherwise(
    become: bool, variables: Dict[str, Any], method: Optional[str]
) -> None:
    loaders = Loaders()
    other(loaders, become, **variables).module("stat", {})
    assert [name for name, dummy in loaders.become_loader.asked] == ([method] if method else [])
    assert (loaders.connection.become is not None) is bool(method)


def test_passwords_that_were_typed_are_handed_on() -> None:
    loaders = Loaders()
    other(loaders, password="typed").module("stat", {})
    assert loaders.connection.keys["password"] == "typed"
    assert loaders.become.keys["become_pass"] == "typed"


CONNECTIONS = [({}, "ssh"), ({"ansible_connection": "smart"}, "ssh"), ({"ansible_connection": "local"}, "local")]


@pytest.mark.parametrize("variables, kind", CONNECTIONS)
def test_the_kind_of_connection_is_the_hosts(variables: Dict[str, Any], kind: str) -> None:
    loaders = Loaders()
    other(loaders, **variables).module("stat", {})
    assert loaders.connection_loader.asked[0][0] == kind


MISSING = [
    ({"ansible_become": True, "ansible_become_method": "magic"}, "become plugin 'magic'"),
    ({"ansible_connection": "pigeon"}, "connection plugin 'pigeon'"),
]


@pytest.mark.parametrize("variables, words", MISSING)
def test_a_plugin_that_is_not_there_is_named(variables: Dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleError, match=words):
        other(Loaders(), **variables).module("stat", {})


def test_the_connection_is_closed_after_a_failure_as_well() -> None:
    loaders = Loaders(fails=True)
    with pytest.raises(AnsibleError, match="it went away"):
        other(loaders).module("stat", {})
    assert loaders.connection.closed


def test_only_hosts_of_the_inventory_are_known() -> None:
    assert is_known("store", {"hostvars": {"store": {}}})
    assert not is_known("stroe", {"hostvars": {"store": {}}})
    assert not is_known("store", {})
