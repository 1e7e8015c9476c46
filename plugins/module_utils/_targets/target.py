# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Dump targets: their types, the words for what can be wrong with them, and the rules for their values."""

from typing import Any, Dict, Iterator, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import private_directories, value_problems
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

# where both stacks look for the key of an ssh target that names none
DEFAULT_SSH_KEY = "/root/.ssh/kdump_id_rsa"

# The types of targets, listed here alone: tests/unit/plugins/test_copies.py holds the copies in other languages.
DISKS = ("ext2", "ext3", "ext4", "xfs", "btrfs", "minix")
SERVERS = ("nfs", "ssh")
# those that name a location; local needs none
LOCATED = ("raw", *DISKS, "virtiofs", *SERVERS)
TYPES = ("local", *LOCATED)

# What can be wrong with a target that is tested, in a word each, listed here alone.
REACH = ("no_answer", "mount", "program_missing")
KEY = ("key", "key_missing", "passphrase")
HOST_KEY = ("host_key_unknown", "host_key_changed")
LOGIN = ("login_refused", "login")
TROUBLES = (*REACH, *KEY, *HOST_KEY, *LOGIN, "elsewhere", "device", "directory")
# what the role can mend
MENDABLE = ("program_missing", "key_missing", *HOST_KEY, "login_refused", "elsewhere")
# what kdump_info says where the values themselves are refused, so that nothing was tried
REFUSED = "refused"


class Delivery(NamedTuple):
    """How a stack (kdumpctl, kdump-tools) brings dumps to a target; kinds are the types that can be tested.

    path_below_target: the path is taken below the target's root; else an NFS export is mounted over the path.
    has_all_of_ssh: the capture kernel has all files of ssh that the running system has, not only a copy of some.
    """

    stack: str
    kinds: Tuple[str, ...]
    nfs_package: str
    ssh_package: str
    path_below_target: bool
    has_all_of_ssh: bool


def target_option() -> Dict[str, Any]:
    """Return the option `target` of a module, as doc_fragments/_target.py documents it."""
    return {
        "type": "dict",
        "required_if": [("type", kind, ["location"]) for kind in LOCATED],
        "options": {
            "type": {"type": "str", "required": True, "choices": list(TYPES)},
            "location": {"type": "str"},
            "ssh_key": {"type": "str", "no_log": False},
        },
    }


class Target(NamedTuple):
    """A dump target: its type, location and key as kdump_config has them, and the directory as written."""

    kind: str
    location: str
    ssh_key: Optional[str]
    path: str


def refusals(target: Target, delivery: Delivery, host: Optional[Host] = None) -> Iterator[str]:
    """Return a refusal for each value of a dump target that is wrong, before it is tested.

    host shows where links lead.
    """
    if target.kind not in delivery.kinds:
        rule, remedy = (
            "%s has no target of this type that can be tested",
            "choose one of %s" % ", ".join(delivery.kinds),
        )
        yield refusal("target.type", target.kind, rule % delivery.stack, remedy)
        return
    problem = value_problems.target_problem(target.kind, target.location, "")
    judges: Dict[str, Any] = {
        "nfs": value_problems.nfs_problem,
        "ssh": value_problems.ssh_problem,
        "raw": value_problems.device_problem,
    }
    judges.update(dict.fromkeys(DISKS, value_problems.device_problem))
    judge = judges.get(target.kind)
    problem = problem or (judge(target.location) if judge else None)
    problem = problem or value_problems.plain_location_problem(target.location)
    yield from value_problems.refused("target.location", target.location, problem)
    if target.kind == "ssh":
        problem = value_problems.plain_path_problem(target.ssh_key or "")
        yield from value_problems.refused("target.ssh_key", target.ssh_key, problem)
    yield from path_refusals(target, host)


def path_refusals(target: Target, host: Optional[Host]) -> Iterator[str]:
    """Return the refusals of a dump target for its path."""
    problem = value_problems.plain_path_problem(target.path)
    yield from value_problems.refused("path", target.path, problem)
    if problem is None and target.kind in ("local", "ssh"):
        here = host if target.kind == "local" else None
        leads_to = here.real_path(private_directories.normal(target.path)) if here else ""
        yield from private_directories.refusals("path", target.path, leads_to)


def place_refusals(place: str, path: str) -> Iterator[str]:
    """Return the refusal of a dump target that would make a system's directory private."""
    yield from value_problems.refused("path", path, private_directories.system_problem(place))
