# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The files that the role's tasks write on a host: systemd units, and the options of the metrics program."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
from ansible_collections.crashops.kdump.plugins.module_utils._setup import metrics, panic_policy
from ansible_collections.crashops.kdump.plugins.module_utils._setup.own_files import digest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools.stack import KdumpToolsStack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack import KdumpctlStack

TEMPLATES = Path(__file__).resolve().parents[2] / "roles/kdump/templates"
STACKS = {stack.name: stack for stack in (KdumpToolsStack, KdumpctlStack)}
# the units of kdump_metrics_interval
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
# what the metrics program judges by, so that the host judges itself as verify judges it
JUDGING: dict[str, Any] = {"probe": True, "thresholds": {}, "waivers": [], "panic_policy": []}


def texts(values: Mapping[str, Any], stack_name: str) -> dict[str, dict[str, str]]:
    """Return the texts of the role's own files for a kdump stack, by part and path."""
    found = {}
    if [word for word in values.get("kdump_panic_policy") or [] if word != "none"]:
        named = {"policy_file": panic_policy.POLICY_FILE, "kdump_unit": STACKS[stack_name].unit}
        found["panic_policy"] = {panic_policy.UNIT_FILE: _rendered(panic_policy.UNIT, **named)}
    if values.get("kdump_metrics"):
        directory = metrics.directory_of(values, STACKS[stack_name].metrics_directory)
        service = _rendered(metrics.NAME + ".service", program=metrics.PROGRAM, directory=directory)
        interval = values.get("kdump_metrics_interval", "15min")
        timer = _rendered(metrics.NAME + ".timer", interval=interval)
        judging = {name: values.get("kdump_" + name, default) for name, default in JUDGING.items()}
        judging["interval_seconds"] = _seconds(interval)
        options = "%s\n" % json.dumps(judging, indent=4, sort_keys=True)
        found["metrics"] = {metrics.OPTIONS_FILE: options, metrics.SERVICE_FILE: service, metrics.TIMER_FILE: timer}
    return found


def expected(values: Mapping[str, Any], program: Callable[[], bytes]) -> dict[str, Any]:
    """Return the digests of the role's own files for either stack, and of the metrics program where it is wanted."""
    files: dict[str, dict[str, dict[str, str]]] = {}
    for stack_name in STACKS:
        for part, of_part in texts(values, stack_name).items():
            digests = {path: digest(text.encode()) for path, text in of_part.items()}
            files.setdefault(part, {})[stack_name] = digests
    return {"files": files, "program": digest(program()) if values.get("kdump_metrics") else ""}


def _seconds(interval: str) -> int:
    """Return in seconds, for the role's own file of options, kdump_metrics_interval, such as 1h 30min."""
    return sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"([0-9]+)(s|min|h|d)", interval))


def _rendered(unit: str, **words: str) -> str:
    """Return the text of a systemd unit, rendered from the role's template."""
    text = (TEMPLATES / (unit + ".j2")).read_text(encoding="utf-8")
    template = jinja2.Template(text, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return str(template.render(**words))
