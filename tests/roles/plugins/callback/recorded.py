# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps each result as a line of JSON, in the file that RECORDED names."""

DOCUMENTATION = """
name: recorded
type: notification
short_description: Keep each result as a line of JSON
description: One line for each task and host, in the file that the environment variable RECORDED names.
author: The crashops.kdump authors
"""

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Appends to the file."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorded"

    def _keep(self, how: str, result: Any) -> None:
        """Append one result; what JSON does not know is kept as text."""
        said = dict(result._result, action=result._task.action)
        row = {"how": how, "host": result._host.name, "task": result._task.get_name(), "result": said}
        with open(os.environ["RECORDED"], "a", encoding="utf-8") as stream:
            stream.write(json.dumps(row, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._keep("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._keep("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._keep("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._keep("unreachable", result)
