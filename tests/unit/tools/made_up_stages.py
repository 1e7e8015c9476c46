# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps and stages of a made-up table."""

from typing import Any

from tools.dev.log import Log
from tools.dev.outcome import StepFailed
from tools.dev.stages import Stage, Step


def says(text: str) -> Step:
    """Return a step that logs a text and ends well."""
    return Step("says", lambda log: log.write(text))


def fails(text: str = "") -> Step:
    """Return a step that logs a text and fails."""

    def action(log: Log) -> None:
        log.write(text)
        raise StepFailed("it broke")

    return Step("fails", action)


def row(name: str, *steps: Step, **fields: Any) -> Stage:
    """Return a stage of a made-up table."""
    return Stage(name, "", steps, **fields)
