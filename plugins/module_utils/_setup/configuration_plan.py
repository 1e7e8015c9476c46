# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The plan of kdump_config for its files, with what the rules find in them. The module writes what is planned here."""

from typing import Any, Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_drivers import refusals as drivers_refused
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import kernel_release
from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import FileChange, Refused, file_diff
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding


class Configuring(NamedTuple):
    """The files that kdump_config changes. planned reads them as changed; findings are what the rules find."""

    stack: Stack
    changes: List[FileChange]
    planned: Stack
    findings: Dict[str, List[Finding]]


def missing(host: Host, stack: Stack) -> Optional[str]:
    """Return why no configuration can be planned: kdump has no file of it on this host; None where it has one."""
    if host.stat(stack.config_files[0]) is not None:
        return None
    what = "kdump is not installed" if not stack.installed() else "the package's own configuration file is gone"
    return "%s does not exist: %s; install %s, again if need be" % (stack.config_files[0], what, stack.packages)


def plan_configuration(host: Host, params: Dict[str, Any], check_mode: bool) -> Configuring:
    """Plan the configuration: return the changes by kdump_config's options, or raise what is refused."""
    stack = find_stack(host)
    refused = [] if check_mode and not _asks(params) else stack.refusals(params)
    if refused:
        raise Refused(refused)
    changes = stack.file_changes(params)
    planned = type(stack)(PlannedHost(host, changes))
    refused = drivers_refused(host, stack, planned, kernel_release(host), params) if changes else []
    if refused:
        raise Refused(refused)
    return Configuring(stack, changes, planned, stack.findings(params))


def _asks(params: Dict[str, Any]) -> bool:
    """Return whether there is anything to plan: an option of kdump_config says what the files should hold."""
    unasked = ("exclusive", "backup", "commandline_default", "private_dumps")
    named = [name for name, value in params.items() if value is not None and name not in unasked]
    return bool(named) or bool(params["exclusive"])


def warnings(findings: Dict[str, List[Finding]]) -> List[str]:
    """Return the warnings about the planned configuration, as an operator should see them on the screen."""
    return [
        "%s%s: %s; %s" % (path, " line %d" % found.line if found.line else "", found.message, found.remedy)
        for path, some in findings.items()
        for found in some
        if found.severity == "warning"
    ]


def diff_of(change: FileChange) -> Dict[str, str]:
    """Return the diff of a planned configuration file, without the secrets in it."""
    hidden = [None if text is None else secret_words.hidden_in_file(text) for text in (change.before, change.after)]
    return file_diff(FileChange(change.path, *hidden))
