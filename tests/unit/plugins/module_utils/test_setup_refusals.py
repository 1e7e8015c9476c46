# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that setup judges beforehand are those that it hands to the modules, and those that the modules have."""

import os
import re

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils import _setup_refusals
from ansible_collections.crashops.kdump.plugins.modules import crashkernel_reserve, kdump_config

ROLE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "..", "roles", "kdump")
# made of kdump_capture_panic, which is no option of kdump_config
MADE = "commandline_default"


def task(module):
    """Return the arguments that setup hands to a module."""
    with open(os.path.join(ROLE, "tasks", "setup.yml")) as stream:
        (found,) = [one[module] for one in yaml.safe_load(stream) if module in one]
    return found


def options(module):
    """Return the documented options of a module."""
    return set(yaml.safe_load(module.DOCUMENTATION)["options"])


def variables():
    """Return the variables that the role documents for setup."""
    with open(os.path.join(ROLE, "meta", "argument_specs.yml")) as stream:
        return set(yaml.safe_load(stream)["argument_specs"]["setup"]["options"])


def test_setup_judges_every_option_of_kdump_config_that_it_sets():
    assert set(task("crashops.kdump.kdump_config")) - {MADE} == set(_setup_refusals.CONFIG)
    assert options(kdump_config) - {MADE} == set(_setup_refusals.CONFIG)


@pytest.mark.parametrize("option", _setup_refusals.CONFIG)
def test_each_option_of_kdump_config_comes_from_its_own_variable(option):
    named = set(re.findall(r"__kdump_given\.(kdump_\w+)", task("crashops.kdump.kdump_config")[option]))
    if option == "target":
        named = {"kdump_target"}  # with the key of the role's own put in
    assert named == {_setup_refusals.variable(option)} and named <= variables()


def test_the_made_option_comes_from_the_variable_that_is_judged():
    template = task("crashops.kdump.kdump_config")[MADE]
    assert set(re.findall(r"__kdump_given\.(kdump_\w+)", template)) == {"kdump_capture_panic"}
    judged = _setup_refusals.config_options({"kdump_capture_panic": 10})
    assert judged[MADE] == ["panic=10"]


def test_setup_judges_every_option_of_crashkernel_reserve_that_it_sets():
    handed = task("crashops.kdump.crashkernel_reserve")
    assert set(handed) == set(_setup_refusals.NAMES) and set(handed) <= options(crashkernel_reserve)
    for option, template in handed.items():
        assert re.findall(r"__kdump_given\.(kdump_\w+)", template) == [_setup_refusals.NAMES[option]]
    assert set(_setup_refusals.NAMES.values()) <= variables()
