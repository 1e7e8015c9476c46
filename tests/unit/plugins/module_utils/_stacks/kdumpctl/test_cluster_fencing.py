# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the capture kernel tells that it dumps; machines of a cluster are in tests/unit/situations/fencing.py."""

from typing import Any, Dict, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import initramfs_sources
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.cluster_fencing import read_fencing
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.fencing import AGENT, CIB, FENCED

OPTIONS = "/etc/sysconfig/fence_kdump"


def node(programs: Tuple[str, ...] = ("pcs",), **files: Any) -> FakeHost:
    return FakeHost(dict(FENCED, **files), programs=list(programs))


def test_nodes_of_pacemaker_are_notified_except_the_node_itself() -> None:
    assert read_fencing(node(), None).nodes == ["web2"]


def test_the_node_itself_is_left_out_by_its_short_name_as_well() -> None:
    host = node(("pcs",), **{"/proc/sys/kernel/hostname": "web2.example.org\n"})
    assert read_fencing(host, "web2 web3").nodes == ["web3"]


@pytest.mark.parametrize(
    "text", ["", "<cib>", '<!DOCTYPE x [<!ENTITY a "b">]><cib/>', "<cib/>" + " " * (9 << 20)], ids=lambda text: text[:9]
)
def test_what_is_no_configuration_of_pacemaker_names_no_node(text: str) -> None:
    host = node(("pcs",), **{CIB: text + '<!-- type="fence_kdump" -->'})
    assert not read_fencing(host, None).nodes


def test_the_options_of_fence_kdump_are_watched_where_kdumpctl_takes_the_nodes_from_pacemaker() -> None:
    watched = [initramfs_sources.watched(host, {}, "5.14", "makedumpfile") for host in (node(), node(programs=()))]
    assert [OPTIONS in files for files in watched] == [True, False]


@pytest.mark.parametrize(("files", "counted"), [({}, True), ({AGENT: None}, False), ({CIB: "<cib/>"}, False)])
def test_a_node_that_tells_others_counts_as_one_that_needs_the_network(files: Dict[str, Any], counted: bool) -> None:
    host = node()
    host.files = {path: text for path, text in dict(host.files, **files).items() if text is not None}
    assert ("/etc/hosts" in initramfs_sources.forgotten(host, {})) is counted
