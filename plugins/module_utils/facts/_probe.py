# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Whether the dump target answers now: looked at, within a limit, and never written to."""

import re
from typing import Any, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure
from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Settings
from ansible_collections.crashops.kdump.plugins.module_utils.targets._base import Wish
from ansible_collections.crashops.kdump.plugins.module_utils.targets._probers import prober
from ansible_collections.crashops.kdump.plugins.module_utils.targets._targets import Target, refusals

PORTS = {"nfs": 2049, "ssh": 22}
# a server that answers at all has this many times the limit: a login computes, a mount negotiates, and both may be busy
PATIENCE = 4
ROUTES = "/proc/net/route"
DEFAULT_ROUTE = re.compile(r"^(\S+)\t00000000\t", re.MULTILINE)
# what the capture kernel may not bring up as the running one does: supported-kdump-targets.txt of kdump-utils
UNSURE_LINKS = ("bond", "bridge", "team", "vlan", "wlan", "wireless", "infiniband")
INFINIBAND = "32"


class Answer(NamedTuple):
    """What came of the look. trouble is a word, msg the sentence for it; untried says why nothing was looked at."""

    tried: bool
    trouble: Optional[str] = None
    msg: Optional[str] = None
    seconds: Optional[float] = None
    untried: Optional[str] = None
    free: Optional[int] = None
    existed: Optional[bool] = None


def read_probe(host: Any, stack: str, settings: Settings, wanted: bool, timeout_s: int) -> Answer:
    """Return whether the target answers. A directory that the running system sees needs no probe."""
    if not wanted:
        return Answer(False, untried="probe is false")
    if settings.dump_directory is not None:
        return Answer(False, untried="the running system sees the dump directory")
    if not host.is_root():
        return Answer(False, untried="only root can reach the target as the capture kernel does")
    target = Target(settings.target_type, settings.target_location or "", settings.ssh_key, settings.path)
    if list(refusals(target, stack)):
        return Answer(False, untried="the target as it is configured cannot be tried")
    began = host.monotonic()
    answer = _knocked(host, target, timeout_s) or _looked(host, stack, target, PATIENCE * timeout_s)
    return answer._replace(seconds=round(host.monotonic() - began, 1))


def _knocked(host: Any, target: Target, timeout_s: int) -> Optional[Answer]:
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
    return Answer(True, "no_answer", words % (server, PORTS[target.kind], why))


def server_of(target: Target) -> str:
    """Return the server that a target names, without the brackets of an IPv6 address."""
    if target.kind == "nfs":
        return target.location.rpartition(":/")[0].strip("[]")
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


def _looked(host: Any, stack: str, target: Target, timeout_s: int) -> Answer:
    """Return what a look at the directory gives: read-only, as kdump_target looks in check mode."""
    wish = Wish(target, stack, create=True, act=False, timeout_s=timeout_s)
    try:
        probe = prober(target.kind)(host, wish).probe()  # type: Probe
    except Failure as failure:
        return Answer(True, failure.details.get("trouble", "refused"), failure.msg)
    # in check mode these are things that a run would still bring; to a host that is to dump tonight they are missing
    if probe.untried:
        return Answer(True, "program_missing" if probe.package else "key_missing", "%s." % probe.untried)
    existed = probe.trial.existed if probe.trial else None
    return Answer(True, free=probe.free_bytes, existed=existed)


def unsure_links(host: Any) -> List[str]:
    """Return the kinds of the interface with the default route that only a crash test proves, as NAME (KIND)."""
    names = DEFAULT_ROUTE.findall(host.read(ROUTES) or "")
    pairs = [(name, _link_kind(host, name)) for name in sorted(set(names))]
    return ["%s (%s)" % (name, kind) for name, kind in pairs if kind in UNSURE_LINKS]


def _link_kind(host: Any, name: str) -> Optional[str]:
    """Return the kind of a network interface, None for an ordinary one."""
    place = "/sys/class/net/" + name
    match = re.search(r"^DEVTYPE=(\w+)", host.read(place + "/uevent") or "", re.MULTILINE)
    if match:
        return match.group(1)
    for kind in ("wireless", "bonding", "bridge"):
        if host.stat("%s/%s" % (place, kind)) is not None:
            return "bond" if kind == "bonding" else kind
    return "infiniband" if (host.read(place + "/type") or "").strip() == INFINIBAND else None
