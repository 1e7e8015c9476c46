# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""kdump's configuration files: which are there, what lint finds in them, and which settings the checks need."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Details, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.cluster_fencing import (
    Fencing,
    read_fencing,
)

LEFT_BY_UPDATES = (".rpmnew", ".rpmsave", ".dpkg-dist", ".dpkg-new", ".ucf-dist")


class FileFinding(NamedTuple):
    """A finding of lint in a configuration file: the fields of finding.Finding, and the file's path."""

    rule: str
    severity: str
    line: Optional[int]
    message: str
    remedy: str
    path: str


class StackFacts(NamedTuple):
    """How this host runs kdump: the stack's name, tool and unit, whether it is installed, and its generation."""

    name: str
    installed: bool
    tool: str
    unit: str
    generation: Optional[str]


class Configuration(NamedTuple):
    """kdump's configuration files: lint's findings, paths, missing files, and files that a package update left.

    auto_reset: the value of auto_reset_crashkernel. force_no_rebuild: the capture initramfs is never built again.
    """

    findings: List[FileFinding]
    files: List[str]
    missing: List[str]
    unmerged: List[str]
    auto_reset: str
    force_no_rebuild: bool
    fencing: Fencing


def read_stack_facts(stack: Stack) -> StackFacts:
    """Read which kdump stack is to be configured here, and its generation if it is installed."""
    installed = stack.installed()
    return StackFacts(stack.name, installed, stack.tool, stack.unit, stack.generation() if installed else None)


def read_configuration(host: Host, stack: Stack, details: Details) -> Configuration:
    """Read kdump's configuration files and what lint finds in them."""
    files = list(stack.config_files)
    return Configuration(
        findings=_findings(stack),
        files=files,
        missing=[path for path in files if host.stat(path) is None],
        unmerged=[path + end for path in files for end in LEFT_BY_UPDATES if host.stat(path + end)],
        auto_reset=details.auto_reset,
        force_no_rebuild=details.force_no_rebuild,
        fencing=read_fencing(host, details.fence_nodes),
    )


def _findings(stack: Stack) -> List[FileFinding]:
    """Return as a fact what lint finds in the configuration files as they are; none before the installation."""
    if not stack.installed():
        return []
    return [FileFinding(*finding, path) for path, found in sorted(stack.findings({}).items()) for finding in found]
