# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role sets unasked leaves no warning that it could have mended."""

import pathlib

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.modules import kdump_config
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge

ROLE = pathlib.Path(__file__).parents[4] / "roles" / "kdump"
MAKERS = (armed_debian, armed_ubuntu, armed_el8, armed_el9, armed_el10)
# only a newer makedumpfile, or a crash, takes these away
BEYOND_SETUP = {"collector_kernel", "proof_exists"}


def seconds():
    """Return the role's default time."""
    return yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())["kdump_capture_panic"]


@pytest.mark.parametrize("make", MAKERS)
def test_a_default_setup_leaves_no_warning_that_it_could_mend(make):
    host = make({})
    kdump_config.ensure(host, {"commandline_default": ["panic=%d" % seconds()], "backup": False}, False)
    result = judge(host)
    complaints = {check["id"] for check in result["checks"] if check["status"] in ("warn", "fail", "unknown")}
    assert complaints - BEYOND_SETUP == set()
    assert result["verdict"] == "ready_unproven"


@pytest.mark.parametrize("make", MAKERS)
def test_what_the_role_switches_off_is_a_warning(make):
    result = judge(make({}))
    assert "capture_restarts" in {check["id"] for check in result["checks"] if check["status"] == "warn"}
