# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for a Host has the methods of Host, with the same signatures."""

import inspect
from typing import Any, Callable, Dict, List, Tuple, Type

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import CachingHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.tests.unit.fake_boot import DebianHost, GrubbyHost, OstreeHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.kdump_machine import JournalHost
from ansible_collections.crashops.kdump.tests.unit.killed_machine import (
    KillGrubby,
    KillHost,
    KillOstree,
    KillUpdateGrub,
)

FAKES = (
    FakeHost, GrubbyHost, DebianHost, OstreeHost, JournalHost, KillHost, KillGrubby, KillUpdateGrub, KillOstree
)  # fmt: skip
# by these a test arranges what happens on a made-up host, and reads what did
FOR_TESTS = ("mtime_ns", "replace_methods", "watch")
# those that hand everything on that they have no method for, and what they have beyond a Host
WRAPPERS = {PlannedHost: set(), TolerantHost: {"attempt"}, CachingHost: set()}


def methods(kind: Any) -> Dict[str, Callable[..., Any]]:
    return {name: method for name, method in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_"}


def parameters(method: Callable[..., Any]) -> List[Tuple[str, Any, Any]]:
    return [(one.name, one.kind, one.default) for one in inspect.signature(method).parameters.values()]


def test_fake_has_the_methods_of_the_real_host_and_those_for_tests() -> None:
    assert sorted(methods(FakeHost)) == sorted([*methods(Host), *FOR_TESTS])


@pytest.mark.parametrize("name", sorted(methods(Host)))
@pytest.mark.parametrize("kind", FAKES, ids=lambda kind: kind.__name__)
def test_fake_takes_the_parameters_of_the_real_host(kind: Type[FakeHost], name: str) -> None:
    assert parameters(getattr(kind, name)) == parameters(getattr(Host, name))


@pytest.mark.parametrize("name", sorted(methods(Host)))
def test_fake_has_the_types_of_the_real_host(name: str) -> None:
    assert inspect.signature(getattr(FakeHost, name)) == inspect.signature(getattr(Host, name))


@pytest.mark.parametrize("kind", WRAPPERS, ids=lambda kind: kind.__name__)
def test_wrapper_has_the_signatures_of_the_real_host(kind: Type[Any]) -> None:
    own, real = methods(kind), methods(Host)
    assert set(own) - set(real) == WRAPPERS[kind]
    common = sorted(set(own) & set(real))
    assert common
    assert [inspect.signature(own[name]) for name in common] == [inspect.signature(real[name]) for name in common]
