# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is collected of a host: named tuples all the way down, and nothing is changed or read by a check later."""

from typing import Any, Callable, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import run_checks
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collect import collect
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# dictionaries whose keys are the host's: paths, sysctl keys, variables of kdump-tools, drivers
BY_NAMES_OF_THE_HOST = (
    "own_files",
    "unseen",
    "capture_settings.sysctls",
    "settings.loading",
    "settings.variables",
    "target_drivers.needed",
)
HOSTS = [armed_debian, armed_ubuntu, armed_el8, armed_el9, armed_el10]


def dictionaries(value: Any, path: str = "") -> List[str]:
    """Return where in a value there are dictionaries, by the names of the fields."""
    if isinstance(value, dict):
        return [path]
    if hasattr(value, "_fields"):
        named = [("%s.%s" % (path, name)).lstrip(".") for name in value._fields]
        return [found for name, one in zip(named, value) for found in dictionaries(one, name)]
    if isinstance(value, (list, tuple, set)):
        return [found for one in value for found in dictionaries(one, path)]
    return []


@pytest.mark.parametrize("make", HOSTS)
def test_every_fact_with_a_known_name_is_a_field(make: Callable[..., FakeHost]) -> None:
    evidence = collect(TolerantHost(make(), 5), LookOptions(panic_policy=("oops",)))
    assert sorted(dictionaries(evidence)) == sorted(BY_NAMES_OF_THE_HOST)


@pytest.mark.parametrize("make", HOSTS)
def test_checks_touch_no_machine(make: Callable[..., FakeHost]) -> None:
    host = make()
    evidence = collect(TolerantHost(host, 5), LookOptions())
    before = list(host.commands)
    host.files.clear()
    said = [one.status for one in run_checks(evidence, Thresholds())]
    assert "fail" not in said and (host.commands, host.written) == (before, [])
