# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the report of a made-up fleet: python tests/benchmarks/report.py 5000 [DIRECTORY].

Prints how much processor time each step takes, how large each file is for a host, and the peak of memory. The hosts'
variables are those of Ansible's own inventory and variable manager, so that reading them takes what it takes in a
playbook. With a directory the files are left there, to look at.

The collection has to be found: PYTHONPATH names the directory that holds ansible_collections.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import files, page, whole_report
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import text_formats as report_text
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import results_of
from ansible_collections.crashops.kdump.tests.unit import fleet_builder

VARIABLE = "__kdump_info"


def timed(name: str, begin: float) -> float:
    """Print the processor time of a step, and return the time."""
    print("%-28s %8.2f s" % (name, time.process_time() - begin))
    return time.process_time()


def hostvars_of(fleet: dict[str, Any]) -> HostVars:
    """Return what a task gets as hostvars after a play has registered the fleet's results."""
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[",".join(fleet) + ","])
    manager = VariableManager(loader=loader, inventory=inventory)
    for host, result in fleet.items():
        if result is not None:
            register(manager, host, result)
    return HostVars(inventory, manager, loader)


def register(manager: VariableManager, host: str, result: dict[str, Any]) -> None:
    """Keep a result as Ansible does; no text is shared by hosts."""
    manager.set_nonpersistent_facts(host, {VARIABLE: json.loads(json.dumps(result))})


def measure(count: int, directory: str) -> None:
    """Make the report of so many hosts and print what that took."""
    now = time.process_time()
    fleet = fleet_builder.fleet(count)
    now = timed("make up %d hosts" % count, now)
    hostvars = hostvars_of(fleet)
    now = timed("register their results", now)
    before = peak_mib()
    report = whole_report.report(results_of(hostvars, fleet, VARIABLE), fleet_builder.MADE, files.collection_version())
    now = timed("read and sum up", now)
    makers: dict[str, Callable[[], str]] = {
        "html": lambda: page.page(report, "kdump report"),
        "md": lambda: report_text.as_markdown(report, "kdump report"),
        "json": lambda: report_text.as_json(report),
        "csv": lambda: report_text.as_csv(report),
    }
    texts = {}
    for end, make in makers.items():
        texts["kdump-report." + end] = make()
        now = timed(end, now)
    files.write_all({str(Path(directory) / name): text for name, text in texts.items()}, 0o600)
    timed("write", now)
    for name, text in texts.items():
        print("%-28s %8.0f kB, %5.0f bytes a host" % (name, len(text) / 1000, len(text) / max(1, count)))
    print("%-28s %8.0f MiB, %.0f of them for the fleet itself" % ("peak of memory", peak_mib(), before))


def peak_mib() -> float:
    """Return how much memory this process has needed at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    if len(sys.argv) > 2:
        measure(number, str(Path(sys.argv[2]).absolute()))
    else:
        with tempfile.TemporaryDirectory() as room:
            measure(number, room)
