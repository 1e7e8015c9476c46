# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which dumps on a server are a host's, and where they are."""

from typing import Any, Dict, List, Optional, Set

import pytest
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test import dump_server

ME = dump_server.Client(1000.0, "web1", ["10.0.0.1", "fe80::1"])


def dump(directory: str, nodename: Optional[str] = "web1", **facts: Any) -> Dict[str, Any]:
    """Return a dump in a directory below /srv as vmcore_info tells it."""
    base = {
        "id": directory,
        "directory": "/srv/" + directory,
        "nodename": nodename,
        "complete": True,
        "crash_time": 1000,
    }
    return dict(base, **facts)


OWN = [
    ([dump("10.0.0.1-2"), dump("10.0.0.2-2", "web2")], ["10.0.0.1-2"]),
    ([dump("10.0.2.15-2"), dump("10.0.2.15-3", "web2")], ["10.0.2.15-2"]),
    ([dump("10.0.0.1-2", None), dump("10.0.0.11-2", None)], ["10.0.0.1-2"]),
    ([dump("web1-2", None), dump("web11-2", None)], ["web1-2"]),
    ([dump("anything", None)], []),
    ([dump("10.0.0.1-2", "web2")], []),
    ([dump("10.0.0.1-2"), dump("10.0.0.9-2")], ["10.0.0.1-2"]),
]


@pytest.mark.parametrize("dumps, own", OWN)
def test_a_dump_is_a_hosts_by_the_name_in_its_header_and_the_prefix_of_its_directory(
    dumps: List[Dict[str, Any]], own: List[str]
) -> None:
    assert [found["id"] for found in dump_server.dumps_of(dumps, ME, "nfs")] == own


def test_a_dump_on_virtiofs_is_a_hosts_by_the_address_of_the_host_itself() -> None:
    dumps = [dump("127.0.0.1-2", None), dump("127.0.0.1-3", "web2"), dump("10.0.0.1-4", None)]
    assert [found["id"] for found in dump_server.dumps_of(dumps, ME, "virtiofs")] == ["127.0.0.1-2"]


DOUBTS = [
    ([dump("a"), dump("b")], set(), True),
    ([dump("a"), dump("b")], {"a"}, False),
    ([dump("a"), dump("b", complete=False)], set(), False),
    ([dump("a"), dump("b", crash_time=900)], set(), False),
    ([dump("a")], set(), False),
]


@pytest.mark.parametrize("dumps, known, doubt", DOUBTS)
def test_two_new_dumps_in_two_places_cannot_both_be_of_one_crash(
    dumps: List[Dict[str, Any]], known: Set[str], doubt: bool
) -> None:
    assert (dump_server.ambiguity(dumps, known, 1000) is not None) is doubt


SETTINGS = [
    ("kdumpctl", "ssh", "kdump@store", "/srv/crash", None, "/srv/crash"),
    ("kdump-tools", "ssh", "kdump@store", "/srv/crash", "/other", "/other"),
    ("kdumpctl", "nfs", "store:/export", "/web1", None, "/export/web1"),
    ("kdumpctl", "nfs", "[2001:db8::1]:/", "/web1/", None, "/web1"),
    ("kdump-tools", "nfs", "store:/export/", "/var/crash", None, "/export"),
]


@pytest.mark.parametrize("stack, kind, location, path, given, there", SETTINGS)
def test_the_directory_on_the_server_follows_from_the_target(
    stack: str, kind: str, location: str, path: str, given: Optional[str], there: str
) -> None:
    info = {"settings": {"target_type": "local", "target_location": None, "path": "/etc"}, "stack": {"name": stack}}
    wanted = dump_server.WantedPlace(given, {"type": kind, "location": location}, path)
    assert dump_server.server_path(info, wanted) == there


@pytest.mark.parametrize("stack, kind, location, path, given, there", SETTINGS)
def test_what_the_host_says_is_no_directory_on_the_server(
    stack: str, kind: str, location: str, path: str, given: Optional[str], there: str
) -> None:
    settings = {"target_type": kind, "target_location": location, "path": path}
    info = {"settings": settings, "stack": {"name": stack}}
    assert dump_server.server_path(info, dump_server.WantedPlace()) is None
    assert dump_server.server_path(info, dump_server.WantedPlace(None, None, path)) is None


def test_a_host_tells_its_clock_its_name_and_its_addresses() -> None:
    assert dump_server.client("clock 1000\nweb1\n10.0.0.1 fe80::1 \n") == ME
    assert dump_server.client("clock 1000\nweb1\n") == dump_server.Client(1000.0, "web1", [])
    assert dump_server.client("Authorized use only\n3\nclock 1000\nweb1\n10.0.0.1 fe80::1\n") == ME
    assert dump_server.client("clock 1000\n") is None
    assert dump_server.client("clock " + "9" * 400 + "\nweb1\n") is None
