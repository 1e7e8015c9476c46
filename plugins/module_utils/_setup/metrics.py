# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the role's tasks for metrics would change on a host."""

from typing import Any, Dict, Mapping

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._setup.own_files import (
    DIRECTORY,
    UNITS,
    any_exists,
    are_as_expected,
    is_as_expected,
    part,
    runs,
)

PROGRAM = "/usr/local/sbin/crashops-kdump-metrics"
OPTIONS_FILE = DIRECTORY + "/metrics.json"
NAME = "crashops-kdump-metrics"
SERVICE_FILE, TIMER_FILE = "%s/%s.service" % (UNITS, NAME), "%s/%s.timer" % (UNITS, NAME)
PROM = "crashops_kdump.prom"


def directory_of(given: Mapping[str, Any], of_stack: str) -> str:
    """Return the directory for the metrics: kdump_metrics_directory, or else that of the stack."""
    return str(given.get("kdump_metrics_directory") or of_stack)


def plan_metrics(host: Host, wanted: bool, directory: str, files: Mapping[str, str], program: str) -> Dict[str, Any]:
    """Return what installs the metrics, or removes them. files and program: digests of what would be written."""
    # a removal that was cut off left one unit without the other
    units = {"service_exists": any_exists(host, (SERVICE_FILE,)), "timer_exists": any_exists(host, (TIMER_FILE,))}
    own = ["%s/%s" % (directory, PROM), PROGRAM, OPTIONS_FILE, SERVICE_FILE, TIMER_FILE]
    if not wanted:
        return part(any_exists(host, own), "absent", paths=own, directory=directory, **units)
    # a directory that exists stays as it is: it may be somebody's own, and must not become readable for all
    missing = [path for path in (directory, DIRECTORY) if host.stat(path) is None]
    there = not missing and are_as_expected(host, files) and is_as_expected(host, PROGRAM, program, 0o755)
    done = there and runs(host, NAME + ".timer")
    return part(not done, "present", makes=missing, directory=directory)
