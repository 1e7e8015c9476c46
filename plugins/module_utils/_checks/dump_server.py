# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of a dump server: whether it answers, whether it lets this host in, and which network leads to it."""

from typing import Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks import configuration
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_rules
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    PROVE,
    Outcome,
    failed,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._checks.target import PREPARE
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import HOST_KEY, KEY, LOGIN, REACH


def _reached(seen: Evidence, kind: str) -> Optional[Outcome]:
    """Return why a check of a dump server does not apply, None where it does."""
    if seen.settings.target_type != kind:
        return skipped("the target is no %s server" % kind)
    if not seen.target.probe.tried:
        return skipped(seen.target.probe.untried or "it was not tried")
    return None


def nfs_server(seen: Evidence) -> Outcome:
    """Judge whether the NFS server answers and lets this host mount the export."""
    return _reached(seen, "nfs") or _troubled(seen, REACH)


def ssh_server(seen: Evidence) -> Outcome:
    """Judge whether the ssh server answers and lets this host in with the configured key."""
    return _reached(seen, "ssh") or _troubled(seen, (*REACH, *LOGIN))


def ssh_key(seen: Evidence) -> Outcome:
    """Judge whether ssh would take the key without anybody typing a passphrase."""
    return _reached(seen, "ssh") or _troubled(seen, KEY)


def ssh_host_key(seen: Evidence) -> Outcome:
    """Judge whether the ssh server's host key is known under the name that the target has."""
    return _reached(seen, "ssh") or _troubled(seen, HOST_KEY)


def _troubled(seen: Evidence, troubles: Tuple[str, ...]) -> Outcome:
    """Return a failure if the probe of the dump server met one of these troubles."""
    trouble = seen.target.probe.trouble
    if trouble in troubles:
        return failed(seen.target.probe.msg or str(trouble), PREPARE, trouble)
    if trouble is not None:
        return skipped("something else is wrong with the target: %s" % trouble)
    return passed(seen.settings.target_location)


def ssh_name(seen: Evidence) -> Outcome:
    """Judge whether the ssh target is the server's own name and no alias."""
    if seen.settings.target_type != "ssh":
        return skipped("the target is no ssh server")
    found = of_rules(seen, configuration.SSH_NAME)
    return found or passed(seen.settings.target_location)


def capture_network(seen: Evidence) -> Outcome:
    """Judge whether the capture kernel brings up the network to the dump server as the running kernel does."""
    links, kerberos = seen.target.network.unsure, seen.target.network.kerberos
    if seen.target.network.links == set():
        return skipped("the dumps cross no network")
    if kerberos and not seen.stack_class.boots_root:
        reason = "The export is mounted by Kerberos (%s), and the capture initramfs has no rpc.gssd to log in with."
        return failed(reason % kerberos, "Export it with sec=sys to this host, or dump to an ssh server.", kerberos)
    if links is None:
        return unknown(
            "No route from this host to the server can be seen.", "Look at the routes of this host: ip route. " + PROVE
        )
    if not links:
        return passed("an ordinary interface")
    reason = "The way to the server leads over %s, which may have another name or need more in the capture kernel."
    return warned(reason % ", ".join(links), PROVE, links)
