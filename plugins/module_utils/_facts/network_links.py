# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The network links that dumps cross on the way to a dump server, and which of them only a crash test proves."""

import re
from typing import List, NamedTuple, Optional, Set

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost

# the targets that dumps cross a network to
NETWORKED = ("nfs", "ssh", "ftp")
ROUTES = "/proc/net/route"
DEFAULT_ROUTE = re.compile(r"^(\S+)\t00000000\t", re.MULTILINE)
IPV6_ROUTES = "/proc/net/ipv6_route"
# the loopback interface has one of its own, which leads nowhere
DEFAULT_IPV6_ROUTE = re.compile(r"^0{32} 00 .*[ \t](?!lo$)(\S+)$", re.MULTILINE)
# what an interface is by the number in its file `type`
ETHERNET, INFINIBAND = "1", "32"
NET = "/sys/class/net/"


class Network(NamedTuple):
    """The way to the dump server; no interfaces where dumps cross no network.

    links: the interfaces, None where none can be seen. unsure: those of them that only a crash test proves, as NAME
    (KIND). kerberos: the word by which the mount of the dump directory asks for Kerberos.
    """

    links: Optional[Set[str]]
    unsure: Optional[List[str]]
    kerberos: Optional[str]


def links_on_way(
    host: TolerantHost, kind: str, mount: Optional[mounts.Mount], address: Optional[str], timeout_s: int
) -> Optional[Set[str]]:
    """Return the network interfaces that dumps cross: none without a network, None where none can be seen.

    The mount decides: a local path may lie on the export of a server.
    """
    remote = mount if mount is not None and mount.fstype in mounts.NETWORKED else None
    if kind not in NETWORKED and remote is None:
        return set()
    own = address or (mounts.server_address(remote) if remote else None)
    return links_to_server(host, own, timeout_s) or None


def read_network(
    host: TolerantHost, kind: str, mount: Optional[mounts.Mount], address: Optional[str], timeout_s: int
) -> Network:
    """Read the network links to the dump server, by its address or by the mount of the dump directory."""
    links = links_on_way(host, kind, mount, address, timeout_s)
    words = mount.options.split(",") if mount else []
    kerberos = next((word for word in words if word.startswith("sec=krb5")), None)
    return Network(links, unsure_links(host, links), kerberos)


def unsure_links(host: Host, names: Optional[Set[str]]) -> Optional[List[str]]:
    """Return the network links that only a crash test proves, as NAME (KIND); None where no link is known."""
    if names is None:
        return None
    pairs = [(name, link_kind(host, name)) for name in sorted(names)]
    return ["%s (%s)" % (name, kind) for name, kind in pairs if kind is not None]


def links_to_server(host: TolerantHost, address: Optional[str], timeout_s: int) -> Set[str]:
    """Return the network links that lead to the dump server: by its own route, else by the default one."""
    return _links_to(host, address, timeout_s) or default_links(host)


def _links_to(host: TolerantHost, address: Optional[str], timeout_s: int) -> Set[str]:
    """Return the network interface by which an address is reached, none where `ip` cannot be asked."""
    if address is None or host.which("ip") is None:
        return set()
    argv = ["ip", "-o", "route", "get", address]
    done = host.attempt("the route to %s" % address, lambda: host.run(argv, timeout_s=timeout_s, check=False), None)
    return set(re.findall(r" dev (\S+)", done.stdout)) if done is not None and done.rc == 0 else set()


def default_links(host: Host) -> Set[str]:
    """Return the network interfaces with the default route, of IPv6 where IPv4 has none."""
    found = DEFAULT_ROUTE.findall(host.read(ROUTES) or "")
    return set(found or DEFAULT_IPV6_ROUTE.findall(host.read(IPV6_ROUTES) or ""))


def link_kind(host: Host, name: str) -> Optional[str]:
    """Return the kind of a network interface, None for an Ethernet card, which any capture kernel brings up alike.

    supported-kdump-targets.txt of kdump-utils names the kinds that it does not support, and those that need more.
    """
    place = NET + name
    match = re.search(r"^DEVTYPE=(\w+)", host.read(place + "/uevent") or "", re.MULTILINE)
    if match:
        return match.group(1)
    for kind in ("wireless", "bonding", "bridge"):
        if host.stat("%s/%s" % (place, kind)) is not None:
            return "bond" if kind == "bonding" else kind
    number = (host.read(place + "/type") or ETHERNET).strip()
    if number != ETHERNET:
        return "infiniband" if number == INFINIBAND else "of type %s" % number
    # what is made of nothing but software hangs on no device
    return "virtual" if "/virtual/" in host.real_path(place) else None
