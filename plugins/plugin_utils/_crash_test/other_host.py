# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Runs a module on another host of the inventory than the one that an action plugin was called for.

Ansible's task executor gives a task with delegate_to a connection with the other host's variables, and the task's
become. An action gets the same here, in the middle of its work. Tasks before and after the action are not enough: while
it waits for a slow host, it checks that the dump on the server still grows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

# variables that are about running modules and that belong to no plugin
OF_MODULES = ("ansible_python_interpreter", "ansible_remote_tmp", "ansible_become", "ansible_become_method")


def is_known(name: str, task_vars: Mapping[str, Any]) -> bool:
    """Return whether the other host is one of the inventory."""
    return name in (task_vars.get("hostvars") or {})


class OtherHost:
    """Another host of the inventory, reached as its own variables say. loaders is ansible.plugins.loader."""

    def __init__(self, action: ActionBase, loaders: Any, name: str, task_vars: Mapping[str, Any]) -> None:
        self._action = action
        self._name = name
        self._loaders = loaders
        self._hostvars = task_vars["hostvars"][name]

    def module(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Run a module on the other host and return its result; raise AnsibleError if the host cannot be reached."""
        task = self._action._task.copy()
        task.delegate_to = None
        connection = self._connect(task)
        runner = self._loaders.action_loader.get(
            "ansible.builtin.normal",
            task=task,
            connection=connection,
            play_context=self._context(),
            loader=self._action._loader,
            templar=self._action._templar,
            shared_loader_obj=self._loaders,
        )
        variables = dict(self._chosen(OF_MODULES), inventory_hostname=self._name, ansible_facts={})
        try:
            done: dict[str, Any] = runner._execute_module(module_name=name, module_args=args, task_vars=variables)
            return done
        finally:
            connection.close()

    def _connect(self, task: Any) -> Any:
        """Return a connection to the other host, with its become plugin."""
        kind = self._hostvars.get("ansible_connection") or task.connection
        kind = "ssh" if kind in (None, "smart") else kind
        more = {"new_stdin": None, "task_uuid": task._uuid, "ansible_playbook_pid": str(os.getppid())}
        connection = self._loaders.connection_loader.get(kind, self._context(), **more)
        if connection is None:
            raise AnsibleError("there is no connection plugin %r, which %s wants" % (kind, self._name))
        keys = dict(task.dump_attrs(), timeout=self._action._play_context.timeout)
        if self._action._play_context.password:
            keys["password"] = self._action._play_context.password
        self._set_options(connection, "connection", keys)
        self._set_options(connection._shell, "shell", keys)
        connection.set_become_plugin(self._become(task, keys))
        return connection

    def _become(self, task: Any, keys: dict[str, Any]) -> Any:
        """Return the become plugin that the other host's variables or the task ask for, None without one."""
        wanted = self._hostvars.get("ansible_become")
        if not boolean(task.become if wanted is None else wanted, strict=False):
            return None
        method = self._hostvars.get("ansible_become_method") or task.become_method
        plugin = self._loaders.become_loader.get(method)
        if plugin is None:
            raise AnsibleError("there is no become plugin %r, which %s wants" % (method, self._name))
        if self._action._play_context.become_pass:
            keys = dict(keys, become_pass=self._action._play_context.become_pass)
        self._set_options(plugin, "become", keys)
        return plugin

    def _set_options(self, plugin: Any, kind: str, keys: dict[str, Any]) -> None:
        """Set a plugin's options from the other host's variables."""
        names = constants.config.get_plugin_vars(kind, plugin._load_name)
        plugin.set_options(task_keys=keys, var_options=self._chosen(names))

    def _chosen(self, names: Any) -> dict[str, Any]:
        """Return some variables of the other host that a module runs on; only those are templated."""
        found = {name: self._hostvars[name] for name in names if name in self._hostvars}
        return dict(found, inventory_hostname=self._name)

    def _context(self) -> Any:
        """Return the play context with the other host's address, for plugins that still read it there."""
        context = self._action._play_context.copy()
        context.remote_addr = self._hostvars.get("ansible_host") or self._name
        return context
