# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of a cluster's nodes: whom the capture kernel tells that it dumps."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el8, armed_el9, armed_el10
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

KDUMPCTL = "kdump-lib.sh: is_pcs_fence_kdump, module-setup.sh: get_pcs_fence_kdump_nodes"
COROSYNC = "/etc/corosync/corosync.conf"
AGENT = "/usr/libexec/fence_kdump_send"
CIB = "/var/lib/pacemaker/cib/cib.xml"
PRIMITIVE = '<primitive id="kdump" class="stonith" type="%s"/>'
CLUSTER = """<?xml version="1.0"?>
<cib crm_feature_set="3.16.2" validate-with="pacemaker-3.9" epoch="12" cib-last-written="Fri Nov 20 10:00:00 2026">
  <configuration>
    <nodes>%s</nodes>
    <resources>%s</resources>
  </configuration>
</cib>
"""
NODES = '<node id="1" uname="web1"/><node id="2" uname="web2"/>'
NODE = {COROSYNC: "totem {\n}\n", AGENT: "program", "/proc/sys/kernel/hostname": "web1\n"}
FENCED = dict(NODE, **{CIB: CLUSTER % (NODES, PRIMITIVE % "fence_kdump")})
CONF = "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\n"


def with_pcs(host: FakeHost) -> None:
    """Install pcs."""
    host.programs = [*host.programs, "pcs"]


SITUATIONS = [
    Situation(
        "Pacemaker has fence_kdump, and kdumpctl reads it there",
        armed_el9,
        FENCED,
        with_pcs,
        {"cluster_fencing": ("pass", "web2, named in Pacemaker")},
        source=KDUMPCTL,
        before="degraded, cluster_fencing: warn, fence_kdump_nodes is missing",
    ),
    Situation(
        "Pacemaker has fence_kdump on EL 8 too",
        armed_el8,
        FENCED,
        with_pcs,
        {"cluster_fencing": ("pass", "web2, named in Pacemaker")},
        source=KDUMPCTL,
        before="degraded, cluster_fencing: warn, fence_kdump_nodes is missing",
    ),
    Situation(
        "Pacemaker has fence_kdump, and pcs is not installed",
        armed_el9,
        FENCED,
        says={"cluster_fencing": ("warn", "pcs")},
        verdict="degraded",
        source=KDUMPCTL,
        before="degraded, cluster_fencing: warn, fence_kdump_nodes is missing",
    ),
    Situation(
        "Pacemaker switches nodes off by another agent only",
        armed_el10,
        dict(NODE, **{CIB: CLUSTER % (NODES, PRIMITIVE % "fence_ipmilan")}),
        with_pcs,
        {"cluster_fencing": ("warn", "Pacemaker has no fence_kdump")},
        verdict="degraded",
        source="kdump-in-cluster-environment.txt",
        before="degraded, cluster_fencing: warn, fence_kdump_nodes is missing",
    ),
    Situation(
        "Pacemaker has fence_kdump for this node alone",
        armed_el9,
        dict(NODE, **{CIB: CLUSTER % ('<node id="1" uname="web1"/>', PRIMITIVE % "fence_kdump")}),
        with_pcs,
        {"cluster_fencing": ("warn", "names no other node")},
        verdict="degraded",
        source=KDUMPCTL,
        before="degraded, cluster_fencing: warn, fence_kdump_nodes is missing",
    ),
    Situation(
        "the program that tells the cluster lies where kdumpctl does not look",
        armed_el9,
        dict(
            NODE,
            **{
                AGENT: None,
                "/usr/sbin/fence_kdump_send": "program",
                "/etc/kdump.conf": CONF + "fence_kdump_nodes web2\n",
            },
        ),
        says={"cluster_fencing": ("warn", "/usr/libexec/fence_kdump_send is missing")},
        verdict="degraded",
        source="kdump-lib-initramfs.sh: FENCE_KDUMP_SEND",
        before="ready_unproven, no word",
    ),
    Situation(
        "kdump.conf names the other node",
        armed_el9,
        dict(NODE, **{"/etc/kdump.conf": CONF + "fence_kdump_nodes web2\n"}),
        says={"cluster_fencing": ("pass", "web2, named in kdump.conf")},
        source="kdump.conf(5)",
        before="ready_unproven, cluster_fencing: pass",
    ),
    Situation(
        "Pacemaker's configuration is damaged",
        armed_el9,
        dict(NODE, **{CIB: "<cib>" + PRIMITIVE % "fence_kdump"}),
        with_pcs,
        {"cluster_fencing": ("unknown", "cannot be read, or is damaged")},
        source="made up",
        before="degraded, cluster_fencing: warn, fence_kdump_nodes is missing",
    ),
    Situation(
        "a cluster's node of kdump-tools, which tells no cluster",
        armed_debian,
        FENCED,
        source="kdump-config has no fence_kdump",
        before="ready_unproven, no word",
    ),
]
