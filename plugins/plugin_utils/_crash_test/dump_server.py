# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Finds the dumps of the crashed host in a place that other hosts dump to as well. Pure functions."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import stack_named
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import moment, whole
from ansible_collections.crashops.kdump.plugins.module_utils._targets.nfs_location import nfs_directory
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.new_dump import made_since

# prints the clock, the name and the addresses of a host, for a place that many hosts dump to
WHO = 'echo "clock $(date +%s)"; uname -n; hostname -I 2>/dev/null || true'
LOOPBACK = "127.0.0.1"
CLOCK = re.compile(r"^clock ([0-9]+)\r?$", re.MULTILINE)


class Client(NamedTuple):
    """What tells a host's dumps from others' dumps: its clock (since the epoch), name and addresses."""

    now: float
    nodename: str
    addresses: list[str]


def server_refusals(name: str, dumps_host: str | None, known: bool) -> list[str]:
    """Return why the server that dumps_host names cannot be asked for the dumps of the crashed host."""
    if not dumps_host:
        return []
    if not known:
        return [refusal("dumps_host", dumps_host, "it is not in the inventory", "add the dump server to it")]
    if dumps_host == name:
        return [refusal("dumps_host", dumps_host, "it is the host that is to crash", "leave it out")]
    return []


class WantedPlace(NamedTuple):
    """Where dumps go, as the operator wrote it: the directory on the dump server, or kdump's target and path."""

    dumps_path: str | None = None
    target: dict[str, Any] | None = None
    path: str | None = None


def server_path(info: dict[str, Any], wanted: WantedPlace) -> str | None:
    """Return the directory on the dump server in which a host's dumps land; None where only the host says it."""
    if wanted.dumps_path:
        return wanted.dumps_path
    return _directory(info, wanted.target or {}, wanted.path)


def path_refusals(info: dict[str, Any], wanted: WantedPlace) -> list[str]:
    """Return why it is not known where to look on the dump server; the host itself chooses no directory there."""
    found = server_path(info, wanted)
    settings = info["settings"]
    if found is None:
        rule = "a host does not choose what is read on the dump server"
        remedy = "set path and target (kdump_path and kdump_target) as for setup, or dumps_path (kdump_dumps_path)"
        return [refusal("dumps_path", None, rule, remedy)]
    target = {"type": settings["target_type"], "location": settings["target_location"]}
    own = _directory(info, target, settings["path"])
    if wanted.dumps_path or (own or "").rstrip("/") == found.rstrip("/"):
        return []
    rule = "this host dumps to %s on its server" % own
    return [refusal("path", found, rule, "run setup first, or set dumps_path (the role's variable: kdump_dumps_path)")]


def _directory(info: dict[str, Any], target: dict[str, Any], path: str | None) -> str | None:
    """Return the directory on the dump server in which the crash test finds dumps, None where a part is not known."""
    delivery, location = stack_named(info["stack"]["name"]).delivery, target.get("location")
    if target.get("type") == "ssh":
        return path
    if target.get("type") != "nfs" or not location or not (path or not delivery.path_below_target):
        return None
    return nfs_directory(delivery, location, path or "")


def client(stdout: str) -> Client | None:
    """Return the host whose dumps are looked for: its clock, name and addresses, None where WHO lacks them.

    Lines of the login come before (an echo in root's .bashrc).
    """
    found = CLOCK.search(stdout)
    now = moment(whole(found[1])) if found else None
    lines = stdout[found.end() + 1 :].split("\n") if found else [""]
    if now is None or not lines[0].strip():
        return None
    return Client(float(now), lines[0].strip(), " ".join(lines[1:]).split())


def not_of_others(dumps: list[dict[str, Any]], host: Client) -> list[dict[str, Any]]:
    """Return the dumps whose header names one host, or no host at all."""
    return [dump for dump in dumps if (dump["nodename"] or host.nodename) == host.nodename]


def dumps_of(dumps: list[dict[str, Any]], host: Client, target_type: str) -> list[dict[str, Any]]:
    """Return one host's dumps in a shared place: by the name in the header, then by the directory's prefix.

    The prefix alone is not enough: behind one address translation all hosts dump under the same address.
    """
    # kdumpctl asks for an address only where the dump goes over a network
    addresses = [LOOPBACK] if target_type == "virtiofs" else host.addresses
    tags = tuple("%s-" % word for word in [host.nodename, *addresses])
    named = not_of_others(dumps, host)
    tagged = [dump for dump in named if dump["directory"].rsplit("/", 1)[-1].startswith(tags)]
    return tagged or [dump for dump in named if dump["nodename"]]


def ambiguity(dumps: list[dict[str, Any]], known: set[str], since: float) -> str | None:
    """Return why it cannot be told which dump on the server is this host's, None where it can."""
    made = [dump for dump in made_since(known, dumps, since) if dump["complete"]]
    places = sorted({dump["directory"] for dump in made})
    if len(places) < 2:
        return None
    words = "%d dumps of this time fit it (%s); give hosts that dump to one server names of their own"
    return words % (len(places), ", ".join(places))
