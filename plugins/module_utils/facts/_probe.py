# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Whether the dump target answers now, where the running system does not see it; and by what it would be reached."""

import re
from typing import Any, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Settings

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
    # Compiling a module takes longer than looking at a host does: what most hosts need not is imported here.
    from ansible_collections.crashops.kdump.plugins.module_utils.facts import _server

    return Answer(**_server.look(host, stack, settings, timeout_s))


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
