# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""A look at a dump target that the running system does not see: within a limit, and never written to."""

import re
from typing import Any, Dict, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure
from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Settings
from ansible_collections.crashops.kdump.plugins.module_utils.targets._base import Wish
from ansible_collections.crashops.kdump.plugins.module_utils.targets._probers import prober
from ansible_collections.crashops.kdump.plugins.module_utils.targets._targets import Target, nfs_parts, refusals

PORTS = {"nfs": 2049, "ssh": 22}
# a server that answers at all has this many times the limit: a login computes, a mount negotiates, and both may be busy
PATIENCE = 4


def look(host: Any, stack: str, settings: Settings, timeout_s: int) -> Dict[str, Any]:
    """Return what came of a look at the target, as the fields of _probe.Answer."""
    target = Target(settings.target_type, settings.target_location or "", settings.ssh_key, settings.path)
    if list(refusals(target, stack)):
        return {"tried": False, "untried": "the target as it is configured cannot be tried"}
    began = host.monotonic()
    found = _knocked(host, target, timeout_s) or _looked(host, stack, target, PATIENCE * timeout_s)
    return dict(found, tried=True, seconds=round(host.monotonic() - began, 1))


def _knocked(host: Any, target: Target, timeout_s: int) -> Optional[Dict[str, Any]]:
    """Return that nobody answers on a server, None where somebody does: an own limit, as mount(8) has none."""
    if target.kind not in PORTS:
        return None
    server = server_of(target)
    address, why = _address(host, server, timeout_s)
    if address is not None:
        why = host.refuses(address, PORTS[target.kind], timeout_s)
    if why is None:
        return None
    words = "%s does not answer on TCP port %d (%s); see to its address, its state and the firewalls."
    return {"trouble": "no_answer", "msg": words % (server, PORTS[target.kind], why)}


def server_of(target: Target) -> str:
    """Return the server that a target names, without the brackets of an IPv6 address."""
    if target.kind == "nfs":
        return nfs_parts(target.location)[0].strip("[]")
    return target.location.rpartition("@")[2]


def _address(host: Any, server: str, timeout_s: int) -> Any:
    """Return (address, None) or (None, why not); the resolver is asked by a command that can be stopped."""
    if re.match(r"[0-9.]+\Z", server) or ":" in server:
        return server, None
    try:
        done = host.run(["getent", "ahosts", server], timeout_s=timeout_s, check=False)
    except Failure as failure:
        return None, failure.msg
    found = done.stdout.split()
    return (found[0], None) if done.rc == 0 and found else (None, "its name cannot be resolved")


def _looked(host: Any, stack: str, target: Target, timeout_s: int) -> Dict[str, Any]:
    """Return what a look at the directory gives: read-only, as kdump_target looks in check mode."""
    wish = Wish(target, stack, create=True, act=False, timeout_s=timeout_s)
    try:
        probe = prober(target.kind)(host, wish).probe()
    except Failure as failure:
        return {"trouble": failure.details.get("trouble", "refused"), "msg": failure.msg}
    # in check mode these are things that a run would still bring; to a host that is to dump tonight they are missing
    if probe.untried:
        return {"trouble": "program_missing" if probe.package else "key_missing", "msg": "%s." % probe.untried}
    existed = probe.trial.existed if probe.trial else None
    return {"free": probe.free_bytes, "existed": existed}
