# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Tries a target that the running system does not see: knocks at its dump server within a limit, and writes nothing."""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_probe import Answer
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import value_problems
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole
from ansible_collections.crashops.kdump.plugins.module_utils._targets.base import ProbeOptions
from ansible_collections.crashops.kdump.plugins.module_utils._targets.find import prober
from ansible_collections.crashops.kdump.plugins.module_utils._targets.nfs_location import nfs_parts
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import (
    REFUSED,
    Delivery,
    Target,
    refusals,
)

PORTS = {"nfs": 2049, "ssh": 22, "ftp": 21}
# so many of a server's addresses are knocked at, and each of them has a second at least
ADDRESSES = 4
SSH_SAYS = re.compile(r"^(hostname|port|proxyjump|proxycommand)[ \t]+(\S.*)$", re.MULTILINE)
# a server that answers at all has this many times the limit: a login computes, a mount negotiates, and both may be busy
PATIENCE = 4


class Door(NamedTuple):
    """Where a dump server is reached: its name or address, and its TCP port."""

    server: str
    port: int


def look(host: Host, delivery: Delivery, settings: Settings, timeout_s: int) -> Answer:
    """Knock at the dump server, if there is one, then look at its directory without writing; return its answer."""
    target = _target(settings)
    if list(refusals(target, delivery)):
        untried = "the target as it is configured cannot be tried"
        return Answer(False, untried=untried, address=address_of(host, settings, True, timeout_s))
    began = host.monotonic()
    silence, address = _knocked(host, target, timeout_s)
    if silence:
        found = Answer(True, trouble="no_answer", msg=silence)
    else:
        found = _looked(host, delivery, target, PATIENCE * timeout_s)
    return found._replace(seconds=round(host.monotonic() - began, 1), address=address)


def address_of(host: Host, settings: Settings, ask: bool, timeout_s: int) -> Optional[str]:
    """Return the first address of the dump server, None where it is not known.

    With ask=False no program is asked for the server's name, so only an address in the target counts.
    """
    if host.which("ip") is None:
        return None  # whose route would be asked for by it
    target = _target(settings)
    door = _door(host, target, timeout_s) if ask else Door(server_of(target), 0)
    if door is None or not (ask or _is_address(door.server)):
        return None
    addresses = _addresses(host, door.server, timeout_s)[0]
    return addresses[0] if addresses else None


def _target(settings: Settings) -> Target:
    """Return the target by which the dump server is found: the one that the configuration files name."""
    return Target(settings.target_type, settings.target_location or "", settings.ssh_key, settings.path)


def _knocked(host: Host, target: Target, timeout_s: int) -> Tuple[Optional[str], Optional[str]]:
    """Knock at the dump server's port: return that it does not answer, and its first address; None without."""
    door = _door(host, target, timeout_s)
    if door is None:
        return None, None
    addresses, why = _addresses(host, door.server, timeout_s)
    if addresses:
        why = _refused(host, addresses, door.port, timeout_s)
    return _silence(target, door, why) if why else None, addresses[0] if addresses else None


def _silence(target: Target, door: Door, why: str) -> str:
    """Return the sentence that the dump server does not answer on its TCP port."""
    server = server_of(target)
    if door.server.lower() != server.lower():
        server = "%s (%s by the configuration of ssh)" % (server, door.server)
    words = "%s does not answer on TCP port %d (%s); see to its address, its state and the firewalls."
    return words % (server, door.port, why)


def server_of(target: Target) -> str:
    """Return the dump server of a target, without the brackets of an IPv6 address."""
    if target.kind == "nfs":
        return nfs_parts(target.location)[0].strip("[]")
    if target.kind == "ftp":
        return target.location.partition(":")[0]
    return target.location.rpartition("@")[2]


def _door(host: Host, target: Target, timeout_s: int) -> Optional[Door]:
    """Return where the dump server is reached; None for a target without one, and where ssh uses a proxy."""
    if target.kind not in PORTS:
        return None
    said = _ssh_says(host, target.location, timeout_s) if target.kind == "ssh" else {}
    if any(said.get(name, "none") != "none" for name in ("proxyjump", "proxycommand")):
        return None
    port = said.get("port", "")
    return Door(said.get("hostname") or server_of(target), whole(port) or PORTS[target.kind])


def _ssh_says(host: Host, location: str, timeout_s: int) -> Dict[str, str]:
    """Read how root's ssh configuration reaches the dump server: host name, port and proxy; nothing if it fails."""
    if not host.is_root() or host.which("ssh") is None or value_problems.ssh_problem(location) is not None:
        return {}
    try:
        done = host.run(["ssh", "-G", location], timeout_s=timeout_s, check=False)
    except Failure:
        return {}
    return dict(SSH_SAYS.findall(done.stdout)) if done.rc == 0 else {}


def _is_address(server: str) -> bool:
    """Return whether a target's dump server is named by its IP address."""
    return re.match(r"[0-9.]+\Z", server) is not None or ":" in server


def _addresses(host: Host, server: str, timeout_s: int) -> Tuple[List[str], Optional[str]]:
    """Ask for the dump server's addresses, by a command that can be stopped: (addresses, None), or ([], why not)."""
    if _is_address(server):
        return [server], None
    try:
        done = host.run(["getent", "ahosts", server], timeout_s=timeout_s, check=False)
    except Failure as failure:
        return [], failure.msg
    # a line for each kind of socket
    found = [line.split()[0] for line in done.stdout.splitlines() if line.strip()] if done.rc == 0 else []
    return (list(dict.fromkeys(found)), None) if found else ([], "its name cannot be resolved")


def _refused(host: Host, addresses: List[str], port: int, timeout_s: int) -> Optional[str]:
    """Knock at the dump server's addresses, as mount(8) has no time limit: return why none answers, or None."""
    knocked = addresses[:ADDRESSES]
    end, reasons = host.monotonic() + timeout_s, []  # type: float, List[str]
    for number, address in enumerate(knocked):
        left = end - host.monotonic()
        if left <= 0:
            break
        why = host.refuses(address, port, min(left, max(1, left / (len(knocked) - number))))
        if why is None:
            return None
        reasons.append(why)
    if len(reasons) == 1:
        return reasons[0]
    return "%s at %s, and none of the %d addresses tried answers" % (reasons[0], knocked[0], len(reasons))


def _looked(host: Host, delivery: Delivery, target: Target, timeout_s: int) -> Answer:
    """Ask the dump server for its directory without writing anything, as kdump_target does in check mode."""
    wish = ProbeOptions(target, delivery, create=True, act=False, timeout_s=timeout_s, makes_private=False)
    try:
        probe = prober(target.kind)(host, wish).probe()
    except Failure as failure:
        return Answer(True, trouble=failure.details.get("trouble", REFUSED), msg=failure.msg)
    # in check mode these are things that a run would still bring; to a host that is to dump tonight they are missing
    if probe.untried:
        return Answer(True, trouble="program_missing" if probe.package else "key_missing", msg="%s." % probe.untried)
    existed = probe.trial.existed if probe.trial else None
    return Answer(True, free=probe.free_bytes, existed=existed)
