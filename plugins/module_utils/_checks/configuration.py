# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of kdump's configuration files, and of the programs and words that they name."""

from typing import List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._checks.capture_settings import CAPTURE_WORDS
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_findings, of_rules
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    NOT_INSTALLED,
    Outcome,
    failed,
    of_unseen,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.configuration import FileFinding
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.cluster_fencing import (
    AGENT,
    CIB,
    CLUSTER,
    Fencing,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import makedumpfile

# lint's rules that have a check of their own
HOOKS = ("R26", "R27")
SWITCH = ("T2",)
DIRECTORY = ("R20",)
DEVICE = ("R39",)
FILE_SYSTEM = ("R38",)
RAW = ("R40", "R41")
SSH_NAME = ("R15",)
FENCE = ("R28", "R29")
PASSWORD = ("T13",)
PURGING = ("T14",)
ELSEWHERE = (*HOOKS, *CAPTURE_WORDS, *SWITCH, *DIRECTORY, *DEVICE, *FILE_SYSTEM, *RAW, *SSH_NAME, *FENCE, *PASSWORD)
# makedumpfile's options for a compression that not every build has
OPTIONAL_COMPRESSIONS = {"l": "lzo", "p": "snappy", "z": "zstd"}


def _general(seen: Evidence, severity: str) -> List[FileFinding]:
    """Return the findings of a severity in the configuration that no other check reports."""
    found = [one for one in seen.configuration.findings if one.rule not in (*ELSEWHERE, *PURGING)]
    return [one for one in found if one.severity == severity]


def configuration_valid(seen: Evidence) -> Outcome:
    """Judge whether kdump reads its configuration files without an error."""
    if not seen.stack.installed:
        return skipped(NOT_INSTALLED)
    unseen = of_unseen(seen, seen.configuration.files)
    if unseen is not None:
        return unseen
    if seen.configuration.files[0] in seen.configuration.missing:
        path = seen.configuration.files[0]
        return failed(
            "%s is not there, and nothing starts without it." % path,
            "Run ansible-playbook crashops.kdump.setup.",
            "missing",
            "there",
        )
    return of_findings(_general(seen, "error")) or passed("no error")


def configuration_warnings(seen: Evidence) -> Outcome:
    """Judge whether lint has warnings about kdump's configuration files."""
    return of_findings(_general(seen, "warning")) or passed("no warning")


def hooks(seen: Evidence) -> Outcome:
    """Judge whether the hook programs that the configuration names can be run."""
    return of_rules(seen, HOOKS) or passed("all that are named can be run")


def unmerged_configuration(seen: Evidence) -> Outcome:
    """Judge whether a package update left a configuration file next to the one in use."""
    left = seen.configuration.unmerged
    if not left:
        return passed("none")
    advice = "Compare it with the file in use, and remove it."
    return warned("A package update left %s." % ", ".join(left), advice, left, "none")


def collector_installed(seen: Evidence) -> Outcome:
    """Judge whether the programs that the configuration needs are there: makedumpfile, initramfs builder."""
    if not seen.stack.installed:
        return skipped(NOT_INSTALLED)
    collects = makedumpfile.command_words(seen.settings.core_collector) is not None
    if collects and seen.tools.makedumpfile is None:
        reason = "makedumpfile is not installed, so the whole memory would be copied, or nothing."
        return failed(reason, "Install makedumpfile (the role does).", "missing", "makedumpfile")
    # the hook of kdump-tools builds with mkinitramfs only, even where dracut builds the system's own initramfs
    builder = "dracut" if seen.stack_class.built_by_dracut else "mkinitramfs"
    if builder not in seen.tools.builders and not seen.capture_image.exists:
        reason = "%s is not installed, so no capture initramfs can be built."
        return failed(reason % seen.stack_class.builder, "Install it.", "missing")
    return passed(seen.tools.makedumpfile or seen.settings.core_collector)


def collector_compression(seen: Evidence) -> Outcome:
    """Judge whether makedumpfile was built with the compression that core_collector asks for."""
    words, known = makedumpfile.command_words(seen.settings.core_collector), seen.tools.compressions
    if words is None or known is None:
        return skipped("the collector is not makedumpfile, or it does not tell what it was built with")
    options = [name for name, dummy in makedumpfile.arguments(words).options]
    asked = [name for letter, name in OPTIONAL_COMPRESSIONS.items() if letter in options]
    lacking = [name for name in asked if name not in known]
    if not lacking:
        return passed(", ".join(asked) or "none that is optional")
    reason = "makedumpfile is to compress with %s, and was built without it." % ", ".join(lacking)
    return warned(reason, "Set kdump_core_collector with -c (zlib), which every build has.", lacking, known)


def cluster_fencing(seen: Evidence) -> Outcome:
    """Judge whether a cluster node tells the other nodes that it dumps, before they switch it off."""
    if not seen.configuration.fencing.cluster:
        return skipped("this is no node of a Pacemaker cluster")
    wrong = of_rules(seen, FENCE)
    if wrong is not None:
        return wrong
    if not seen.stack_class.tells_cluster:
        return skipped("kdump-tools has nothing that tells a cluster")
    fencing, doubt = (
        seen.configuration.fencing,
        "This is a node of a cluster (%s), and %s: it may be switched off while it dumps.",
    )
    if fencing.nodes is None:
        advice = "Look at it: crm_verify --xml-file %s" % CIB if seen.platform.root else None
        return unknown("%s cannot be read, or is damaged." % CIB, advice)
    lacking = _fencing_lacks(fencing)
    if lacking is None:
        return passed("%s, named in %s" % (" ".join(fencing.nodes), fencing.source))
    advice = "Set kdump_fence_kdump_nodes to the names of the other nodes, and install fence-agents-kdump."
    if fencing.unused:
        advice = "Install pcs, or set kdump_fence_kdump_nodes to the names of the other nodes."
    return warned(doubt % (CLUSTER, lacking), advice, "missing", "fence_kdump")


def _fencing_lacks(fencing: Fencing) -> Optional[str]:
    """Return what the configuration lacks for a cluster node to tell the others that it dumps, None if nothing."""
    if fencing.source is None:
        return "fence_kdump_nodes is missing, and Pacemaker has no fence_kdump either"
    if not fencing.agent:
        return "the program %s is missing" % AGENT
    if fencing.unused:
        return "Pacemaker has fence_kdump, but kdumpctl asks pcs for it, which is not installed"
    return None if fencing.nodes else "%s names no other node" % fencing.source
