# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the configuration files say of kdump, which of them are there, and what the rules find in them."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Details, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.cluster_fencing import (
    Fencing,
    read_fencing,
)

LEFT_BY_UPDATES = (".rpmnew", ".rpmsave", ".dpkg-dist", ".dpkg-new", ".ucf-dist")


class FileFinding(NamedTuple):
    """What a rule says of a file: the fields of results.Finding, and the file."""

    rule: str
    severity: str
    line: Optional[int]
    message: str
    remedy: str
    path: str


class StackFacts(NamedTuple):
    """How this host runs kdump: which stack, whether it is installed, and which reader of its file it has."""

    name: str
    installed: bool
    tool: str
    unit: str
    generation: Optional[str]


class Configuration(NamedTuple):
    """The files: findings, their paths, those that are missing, and those that a package update left next to them.

    auto_reset: what auto_reset_crashkernel says. force_no_rebuild: the capture initramfs is never built again.
    """

    findings: List[FileFinding]
    files: List[str]
    missing: List[str]
    unmerged: List[str]
    auto_reset: str
    force_no_rebuild: bool
    fencing: Fencing


def read_stack_facts(stack: Stack) -> StackFacts:
    """Return how this host runs kdump."""
    installed = stack.installed()
    return StackFacts(stack.name, installed, stack.tool, stack.unit, stack.generation() if installed else None)


def read_configuration(host: Host, stack: Stack, details: Details) -> Configuration:
    """Return what is known of the configuration files."""
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
    """Return what the rules say of the files as they stand; nothing where the package has not brought them yet."""
    if not stack.installed():
        return []
    return [FileFinding(*finding, path) for path, found in sorted(stack.findings({}).items()) for finding in found]
