# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The frame in which every module runs: its lock, its result or failure, the secrets and the advice in them."""

from typing import Any, Callable, Dict, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine import replace_files
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown, visible

WITHOUT_ROOT = "The task ran without root: set become: true (ansible-playbook --become)."


def without_root(host: Host, failure: Failure) -> str:
    """Return the advice to use become for a module that failed without root; empty for root or a refused value."""
    if isinstance(failure, Refused) or host.is_root():
        return ""
    return " " + WITHOUT_ROOT


def run_module(
    module: Any, ensure: Callable[[Host, Dict[str, Any], bool], Dict[str, Any]], changes: Optional[str] = None
) -> None:
    """Run ensure(host, params, check_mode), and end the module with its result or its failure.

    changes is the name of a module that changes the host: outside check mode, it waits for the lock first. Nothing else
    in the collection calls exit_json and fail_json. `commands` is added to the result; its `warnings` go to the screen.
    Secrets are hidden, and characters that steer a terminal become escapes.
    """
    host = Host(module)
    # secrets are hidden here, and nowhere else: in results, diffs, messages, commands and options
    invocation = {"module_args": shown(secret_words.masked(module.params))}
    msg = ""
    try:
        if changes and not module.check_mode:
            host.lock(changes)
            replace_files.remove_left(host)
        result = ensure(host, module.params, module.check_mode)
    except Failure as failure:
        msg = visible(failure.msg) + without_root(host, failure)
        result = dict(failure.details, failed=True)
    finally:
        host.unlock()
    result = shown(secret_words.masked(dict(result, commands=host.commands)))
    # outside the except block, where fail_json would add the traceback of the failure
    if result.pop("failed", False):
        module.fail_json(msg=secret_words.hidden(msg), invocation=invocation, **result)
        return
    for warning in result.pop("warnings", []):
        module.warn(warning)
    module.exit_json(invocation=invocation, **result)


def discreet(module_class: Any) -> Any:
    """Return a kind of AnsibleModule that leaves secrets out of the host's journal.

    Ansible logs every option there, except those that are secret as a whole (no_log). A dictionary of kdump's variables
    cannot be no_log: it would vanish from diffs and messages.
    """

    class Discreet(module_class):  # type: ignore[misc]
        """An AnsibleModule that masks secrets while Ansible logs its call."""

        params: Dict[str, Any]

        def _log_invocation(self) -> None:
            whole, self.params = self.params, secret_words.masked(self.params)
            try:
                super()._log_invocation()
            finally:
                self.params = whole

    return Discreet
