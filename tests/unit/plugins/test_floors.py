# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A room imports only from lower floors or from itself, and only the host touches the operating system."""

import ast
from pathlib import Path
from typing import Any, Iterator, List, Tuple

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
PACKAGE = "ansible_collections.crashops.kdump.plugins."
# the lowest first
FLOORS = (
    ("_syntax",),
    ("_machine",),
    ("_vmcores", "_bootloaders", "_targets", "_stacks"),
    ("_crashkernel", "_service"),
    ("_facts",),
    ("_checks",),
    ("_kdump_info",),
    ("_setup", "_metrics"),
    ("plugin_utils/_nearest_name", "plugin_utils/_peer_variables"),
    ("modules", "plugin_utils"),
    ("plugin_utils/_variables_action", "plugin_utils/_migration", "plugin_utils/_awx"),
    ("action", "filter"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# a stack says how it brings dumps to a target
OWN_FLOOR = "module_utils/_targets/target"
WITHOUT_HOST = (
    "module_utils/_syntax/",
    "module_utils/_crashkernel/kernel_grammar.py",
    "module_utils/_crashkernel/option_grammar.py",
)
TOUCH_THE_MACHINE = (
    "module_utils/_machine/host.py",
    "module_utils/_machine/host_lock.py",  # the lock that Host takes
    "module_utils/_machine/replace_files.py",  # how Host writes
    "module_utils/_metrics/program.py",  # a program that runs without Ansible: it does what AnsibleModule does for Host
)
# what all others may import from outside of this collection: nothing that reads a file or runs a command
PURE = (
    "abc", "array", "bisect", "bz2", "compression.zstd", "difflib", "errno", "fnmatch", "functools", "hashlib",
    "itertools", "json", "lzma", "math", "operator", "posixpath.dirname", "posixpath.join", "posixpath.normpath", "re",
    "shlex", "string", "struct", "sys", "time", "typing", "unicodedata", "xml.etree.ElementTree", "zlib",
    "ansible.module_utils.basic.AnsibleModule",
)  # fmt: skip
STACKS = ("kdumpctl", "kdump-tools", "kdump-config")
NAME_A_STACK = (
    "module_utils/_machine/host.py",  # the commands that change a host
    "module_utils/_facts/proof.py",  # `kdumpctl test` records a proof
    "module_utils/_checks/proof.py",  # and is named as its source
)
FILES = {str(path.relative_to(PLUGINS)): ast.parse(path.read_text("utf-8")) for path in sorted(PLUGINS.rglob("*.py"))}
ON_HOSTS = [name for name in FILES if name.startswith(("module_utils/", "modules/"))]


def imports_of(name: str) -> Iterator[str]:
    """Return what a file imports, as dotted names."""
    for node in ast.walk(FILES[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ("%s.%s" % (node.module, alias.name) for alias in node.names)


def room_of(path: str) -> str:
    """Return the room of a path below plugins: _facts for module_utils/_facts/..., else plugin_utils/_report."""
    parts = path.replace(".py", "").split("/")
    return parts[1] if parts[0] == "module_utils" else "/".join(parts[:2])


def floor_of(room: str) -> int:
    return FLOOR[room if room in FLOOR else room.split("/", maxsplit=1)[0]]


def imports_that_are_not_downward() -> Iterator[Tuple[str, str, str]]:
    """Return each import of another room that is not on a lower floor: the file, its room and the other room."""
    for name in FILES:
        for one in imports_of(name):
            if one.startswith(PACKAGE):
                path = one[len(PACKAGE) :].replace(".", "/")
                here, there = room_of(name), room_of(path)
                delivers = here == "_stacks" and path.startswith(OWN_FLOOR)
                if here != there and floor_of(there) >= floor_of(here) and not delivers:
                    yield name, here, there


def test_imports_of_other_rooms_go_downward() -> None:
    assert list(imports_that_are_not_downward()) == []


def test_only_the_host_touches_the_operating_system() -> None:
    pure = [name for name in ON_HOSTS if name not in TOUCH_THE_MACHINE]
    outside = [(name, one) for name in pure for one in imports_of(name) if not one.startswith(PACKAGE)]
    assert [(name, one) for name, one in outside if one not in PURE and one.rpartition(".")[0] not in PURE] == []
    calls = [(name, node.func) for name in pure for node in ast.walk(FILES[name]) if isinstance(node, ast.Call)]
    assert [name for name, called in calls if isinstance(called, ast.Name) and called.id == "open"] == []


def test_pure_text_takes_no_host() -> None:
    pure = [name for name in FILES if name.startswith(WITHOUT_HOST)]
    assert [(name, one) for name in pure for one in imports_of(name) if "._machine" in one] == []
    arguments = [(name, node.arg) for name in pure for node in ast.walk(FILES[name]) if isinstance(node, ast.arg)]
    assert [(name, argument) for name, argument in arguments if argument == "host"] == []


def test_what_differs_by_stack_is_asked_of_the_stack() -> None:
    others = [name for name in FILES if "/_stacks/" not in name and name not in NAME_A_STACK]
    nodes: List[Tuple[str, Any]] = [(name, node) for name in others for node in ast.walk(FILES[name])]
    assert [(name, node.lineno) for name, node in nodes if getattr(node, "value", None) in STACKS] == []


def test_a_class_name_means_one_thing() -> None:
    nodes = [
        (node.name, name) for name, tree in FILES.items() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]
    # Ansible finds plugins by these
    own = [
        (called, name) for called, name in nodes if called not in ("ActionModule", "FilterModule", "ModuleDocFragment")
    ]
    names = [called for called, dummy in own]
    assert [(called, name) for called, name in own if names.count(called) > 1] == []
