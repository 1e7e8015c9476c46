# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rooms of module_utils may import which: an import goes to a lower floor, or stays in its room."""

import ast
import os

import pytest

HERE = os.path.dirname(__file__)
ROOMS = os.path.join(HERE, *[os.pardir] * 4, "plugins", "module_utils")
PREFIX = "ansible_collections.crashops.kdump.plugins.module_utils."
# the lowest first
FLOORS = (("shell", "vmcores"), ("sysconfig", "kdumpconf", "kdumptools", "bootloaders", "targets"), ("stacks",))
FLOORS += (("crashkernel",), ("facts",), ("checks",))
# facts take the thresholds and waivers that checks judge by; the other ways up are none
KNOWN = {("facts", "checks")}


def imports_of(path):
    with open(path, encoding="utf-8") as stream:
        tree = ast.parse(stream.read())
    names = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {name[len(PREFIX) :].split(".")[0] for name in names if name.startswith(PREFIX)}


def floor(room):
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


@pytest.mark.parametrize("room", [room for rooms in FLOORS for room in rooms])
def test_room_imports_nothing_of_a_higher_floor(room):
    folder = os.path.join(ROOMS, room)
    files = [
        os.path.join(where, name) for where, dummy, names in os.walk(folder) for name in names if name[-3:] == ".py"
    ]
    imported = {one for path in files for one in imports_of(path)}
    every = [one for rooms in FLOORS for one in rooms]
    higher = {(room, one) for one in imported if one in every and floor(one) > floor(room)}
    assert higher <= KNOWN
