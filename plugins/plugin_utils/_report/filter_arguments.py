# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Makes the report out of a filter's arguments, and refuses arguments that make none."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import kind_of, refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import LAST_TIME_S
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.files import collection_version
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.host_results import (
    given_to,
    is_unknown,
    results_of,
)
from ansible_collections.crashops.kdump.plugins.plugin_utils._report.whole_report import report

SHOWN = 60
VARIABLE_REMEDY = "name the one in which the result of kdump_info was registered"


def report_of(results: Any, variable: Any, hosts: Any, made: Any) -> dict[str, Any]:
    """Return the report that the filter is asked for by its arguments, or refuse them."""
    if not isinstance(results, Mapping):
        rule = "it is no mapping but %s" % kind_of(results)
        raise AnsibleFilterError(refusal("_input", _short(results), rule, "give a mapping with a result for each host"))
    if hosts is not None and (isinstance(hosts, str) or not hasattr(hosts, "__iter__")):
        raise AnsibleFilterError(refusal("hosts", hosts, "it is no list", "give a list of host names"))
    named = [] if hosts is None else list(hosts)
    nameless = [host for host in named if not isinstance(host, str) or not host]
    if nameless:
        rule = "it holds what is no name (%s)" % kind_of(nameless[0])
        raise AnsibleFilterError(refusal("hosts", named, rule, "give a list of host names"))
    if variable is not None and not (isinstance(variable, str) and variable.strip()):
        raise AnsibleFilterError(refusal("variable", variable, "it names no variable", VARIABLE_REMEDY))
    names = list(results) if hosts is None else named
    if variable is None:
        return report(given_to(results, names), _time(made), collection_version())
    found = list(results_of(results, names, variable))
    if is_unknown(results, found, variable):
        raise AnsibleFilterError(refusal("variable", variable, "no host has such a variable", VARIABLE_REMEDY))
    return report(found, _time(made), collection_version())


def _short(value: Any) -> Any:
    """Return an argument of a filter for its refusal, cut where it is long."""
    return value if value is None or len(str(value)) <= SHOWN else str(value)[:SHOWN] + "..."


def _time(made: Any) -> float:
    """Return the time at which the report is made, from the filter's argument or the clock."""
    if made is None:
        return time.time()
    if isinstance(made, bool) or not isinstance(made, (int, float)) or not 0 <= made <= LAST_TIME_S:
        remedy = "give seconds since the epoch as a number, or leave it out"
        raise AnsibleFilterError(refusal("made", made, "it is no time", remedy))
    return float(made)
