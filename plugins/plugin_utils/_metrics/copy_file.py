# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Copies a file to a host with Ansible's copy action, in the middle of another action's work."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


def put(action: ActionBase, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
    """Run ansible.builtin.copy with these arguments on the host of the action's task, and return its result."""
    task = action._task.copy()
    task.args = args
    copy = action._shared_loader_obj.action_loader.get(
        "ansible.builtin.copy",
        task=task,
        connection=action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    done: dict[str, Any] = copy.run(task_vars=task_vars)
    return done
