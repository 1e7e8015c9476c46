# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which nodes of a cluster the capture kernel notifies that it dumps: kdump.conf names them, or else Pacemaker.

This follows kdump-lib.sh (is_generic_fence_kdump, is_pcs_fence_kdump) and module-setup.sh
(kdump_configure_fence_kdump). They do the same in kexec-tools of EL 8 and EL 9 and in kdump-utils 1.0.61. kdumpctl asks
pcs for Pacemaker's configuration, which may ask other nodes. Its copy on the disk says the same, except for the state
of the nodes.
"""

from typing import List, NamedTuple, Optional
from xml.etree import ElementTree

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import hostname

CLUSTER = "/etc/corosync/corosync.conf"
CIB = "/var/lib/pacemaker/cib/cib.xml"
# the options for fence_kdump_send that go with the configuration in Pacemaker
OPTIONS = "/etc/sysconfig/fence_kdump"
AGENT = "/usr/libexec/fence_kdump_send"
# what kdumpctl looks for in the text
CONFIGURED = 'type="fence_kdump"'
# the file of a large cluster has some 100 KiB
CIB_LIMIT = 8 << 20


class Fencing(NamedTuple):
    """What keeps a cluster from switching a node off while it dumps.

    source: where the nodes are named, kdump.conf or Pacemaker; None where nowhere.
    nodes: those that the capture kernel notifies, without itself; None where they cannot be read.
    agent: whether the program that notifies them is there.
    unused: Pacemaker names them, but kdumpctl does not see that, as pcs is missing.
    """

    cluster: bool
    source: Optional[str]
    nodes: Optional[List[str]]
    agent: bool
    unused: bool = False


def read_fencing(host: Host, named: Optional[str]) -> Fencing:
    """Return how this host is kept from being fenced while it dumps. named: fence_kdump_nodes of kdump.conf."""
    cluster, agent = host.stat(CLUSTER) is not None, host.stat(AGENT) is not None
    if named:
        return Fencing(cluster, "kdump.conf", _without_own(host, named.split()), agent)
    text = host.read(CIB) if cluster else None
    if text is None:
        hidden = cluster and CIB in getattr(host, "unseen", ())
        return Fencing(cluster, "Pacemaker" if hidden else None, None if hidden else [], agent)
    if CONFIGURED not in text:
        return Fencing(cluster, None, [], agent)
    nodes = _nodes(text)
    others = None if nodes is None else _without_own(host, nodes)
    return Fencing(cluster, "Pacemaker", others, agent, unused=host.which("pcs") is None)


def of_pacemaker(host: Host, named: Optional[str]) -> bool:
    """Return whether kdumpctl takes the nodes to notify from Pacemaker."""
    if named or host.stat(CLUSTER) is None or host.stat(AGENT) is None or host.which("pcs") is None:
        return False
    return CONFIGURED in (host.read(CIB) or "")


def _nodes(text: str) -> Optional[List[str]]:
    """Return the nodes that Pacemaker's configuration names; None where it cannot be read."""
    # Pacemaker writes no declarations, and entities can make a small file a very large one
    if len(text) > CIB_LIMIT or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    found = root.findall("./configuration/nodes/node") + root.findall("./status/node_state")
    return sorted({node.get("uname") or "" for node in found} - {""})


def _without_own(host: Host, nodes: List[str]) -> List[str]:
    """Return the nodes of a cluster without this host."""
    name = hostname(host)
    return [node for node in nodes if node not in (name, name.partition(".")[0], "localhost")]
