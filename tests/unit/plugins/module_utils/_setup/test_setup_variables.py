# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that setup judges beforehand are those that it hands to the modules, and those that the modules have."""

import os
import re
from types import ModuleType
from typing import Any, Dict, Optional, Set

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._setup import variables as setup_variables
from ansible_collections.crashops.kdump.plugins.modules import crashkernel_reserve, kdump_config

ROLE = os.path.join(os.path.dirname(__file__), *[os.pardir] * 5, "roles", "kdump")
# made of kdump_capture_panic, which is no option of kdump_config
MADE = "commandline_default"
# depend on more than the variable of that name
BY_PLAN = ("target", "auto_reset_crashkernel")


def task(module: str) -> Any:
    """Return the arguments that setup hands to a module."""
    with open(os.path.join(ROLE, "tasks", "setup.yml")) as stream:
        (found,) = [one[module] for one in yaml.safe_load(stream) if module in one]
    return found


def options(module: ModuleType) -> Set[str]:
    """Return the documented options of a module."""
    return set(yaml.safe_load(module.DOCUMENTATION)["options"])


def variables() -> Set[str]:
    """Return the variables that the role documents for setup."""
    with open(os.path.join(ROLE, "meta", "argument_specs.yml")) as stream:
        return set(yaml.safe_load(stream)["argument_specs"]["setup"]["options"])


def test_setup_judges_every_option_of_kdump_config_that_it_sets() -> None:
    assert set(task("crashops.kdump.kdump_config")) - {MADE} == set(setup_variables.CONFIG)
    assert options(kdump_config) - {MADE} == set(setup_variables.CONFIG)


@pytest.mark.parametrize("option", setup_variables.CONFIG)
def test_each_option_of_kdump_config_comes_from_its_own_variable(option: str) -> None:
    template = task("crashops.kdump.kdump_config")[option]
    if option in BY_PLAN:
        assert template == "{{ __kdump_plan.options.%s | default(omit) }}" % option
    else:
        assert set(re.findall(r"__kdump_given\.(kdump_\w+)", template)) == {setup_variables.variable(option)}
    assert setup_variables.variable(option) in variables()


@pytest.mark.parametrize(
    ("given", "generation", "made"),
    [
        ({}, "el9", {}),
        ({"kdump_capture_panic": 10}, None, {"commandline_default": ["panic=10"]}),
        ({"kdump_capture_panic": 0}, None, {}),
        ({"kdump_auto_reset_crashkernel": False}, "el8", {"auto_reset_crashkernel": None}),
        ({"kdump_auto_reset_crashkernel": True}, "el8", {"auto_reset_crashkernel": True}),
        ({"kdump_auto_reset_crashkernel": False}, "el9", {"auto_reset_crashkernel": False}),
        ({"kdump_crashkernel": "default"}, "el9", {}),
        ({"kdump_crashkernel": "256M"}, "el9", {"auto_reset_crashkernel": False}),
        ({"kdump_crashkernel": "256M"}, "el8", {}),
        ({"kdump_crashkernel": "256M"}, None, {}),
        ({"kdump_crashkernel": "256M", "kdump_directives": {"auto_reset_crashkernel": "yes"}}, "el9", {}),
        (
            {"kdump_crashkernel": "256M", "kdump_auto_reset_crashkernel": True},
            "current",
            {"auto_reset_crashkernel": True},
        ),
        ({"kdump_auto_reset_crashkernel": False}, "el9", {"auto_reset_crashkernel": False}),
        ({"kdump_target": {"type": "local"}}, "el9", {"target": {"type": "local"}}),
    ],
)
def test_options_that_are_made_of_several_variables(
    given: Dict[str, Any], generation: Optional[str], made: Dict[str, Any]
) -> None:
    assert setup_variables.made_options(given, generation, None) == made


@pytest.mark.parametrize(
    ("asked", "own", "key"),
    [
        ("/root/.ssh/asked", "/root/.ssh/own", "/root/.ssh/asked"),
        (None, "/root/.ssh/own", "/root/.ssh/own"),
        (None, None, "/root/.ssh/kdump_id_ecdsa"),
    ],
)
def test_an_ssh_target_without_a_key_gets_that_of_the_host_or_the_one_that_is_made(
    asked: Optional[str], own: Optional[str], key: str
) -> None:
    target = {"type": "ssh", "location": "kdump@dumps"}
    given = {"kdump_target": dict(target, **({"ssh_key": asked} if asked else {})), "kdump_ssh_key_type": "ecdsa"}
    assert setup_variables.made_options(given, None, own) == {"target": dict(target, ssh_key=key)}


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("path: 'x' is refused: y; z.", "kdump_path: 'x' is refused: y; z."),
        ("target.location: 'x' is refused: y; z.", "kdump_target.location: 'x' is refused: y; z."),
        ("size: '1' is refused: y; z.", "kdump_crashkernel: '1' is refused: y; z."),
        ("/etc/kdump.conf line 3: x; y.", "/etc/kdump.conf line 3: x; y."),
    ],
)
def test_a_refusal_is_named_as_the_variable_is(sentence: str, named: str) -> None:
    assert setup_variables.named(sentence) == named


def test_setup_judges_every_option_of_crashkernel_reserve_that_it_sets() -> None:
    handed = task("crashops.kdump.crashkernel_reserve")
    assert set(handed) == set(setup_variables.NAMES) and set(handed) <= options(crashkernel_reserve)
    for option, template in handed.items():
        assert re.findall(r"__kdump_given\.(kdump_\w+)", template) == [setup_variables.NAMES[option]]
    assert set(setup_variables.NAMES.values()) <= variables()
