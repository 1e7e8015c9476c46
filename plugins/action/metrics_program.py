# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs the metrics program on the control node and copies it to the host."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import WITHOUT_ROOT
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import path_problem
from ansible_collections.crashops.kdump.plugins.plugin_utils._metrics.copy_file import put
from ansible_collections.crashops.kdump.plugins.plugin_utils._metrics.pack import packed

OPTIONS = {"dest": {"type": "path", "default": "/usr/local/sbin/crashops-kdump-metrics"}}
# of what the copy returns; the rest names temporary files
RETURNED = ("changed", "failed", "msg", "checksum", "diff", "exception")


class ActionModule(ActionBase):
    """The action of metrics_program: the copy action does the work."""

    TRANSFERS_FILES = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Copy the metrics program to the host and return the result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        dummy, options = self.validate_argument_spec(argument_spec=OPTIONS)
        trouble = path_problem(options["dest"])
        if trouble or options["dest"].endswith("/"):
            rule, remedy = trouble or ("it names a directory and no file", "write the path of the program")
            return dict(result, failed=True, changed=False, msg=refusal("dest", options["dest"], rule, remedy))
        with tempfile.TemporaryDirectory(dir=constants.DEFAULT_LOCAL_TMP) as folder:
            program = Path(folder) / Path(options["dest"]).name
            program.write_bytes(packed())
            args = {"src": str(program), "dest": options["dest"], "mode": "0755"}
            done = self._copy(args, task_vars or {})
        if done.get("failed") and not self._is_root():
            done = dict(done, msg="%s %s" % (done.get("msg", ""), WITHOUT_ROOT))
        result.update({key: done[key] for key in RETURNED if key in done}, dest=options["dest"])
        return result

    def _is_root(self) -> bool:
        """Return whether the task runs as root on the host."""
        return bool(self._low_level_execute_command("id -u")["stdout"].strip() == "0")

    def _copy(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        return put(self, args, task_vars)
