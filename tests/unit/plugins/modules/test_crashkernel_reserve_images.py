# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""crashkernel_reserve on hosts that boot images."""

from typing import Any, Dict

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.modules.crashkernel_reserve import ensure
from ansible_collections.crashops.kdump.tests.unit.fake_boot import RHEL, OstreeHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

KARGS_D = "/usr/lib/bootc/kargs.d/10-image.toml"
OPTIONS = {
    "size": "256M",
    "state": "present",
    "kernels": "all",
    "margin_percent": None,
    "minimum": None,
    "maximum": None,
    "timeout": 300,
}


def reserve(host: FakeHost, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    return ensure(host, dict(OPTIONS, **options), check_mode)


def test_a_value_is_set_on_the_deployment_that_boots_next() -> None:
    host = OstreeHost()
    predicted = reserve(host, check_mode=True)
    assert host.commands == [["rpm-ostree", "kargs"]]
    done = reserve(host)
    assert done == predicted
    assert (done["changed"], done["bootloader"], done["reboot_required"]) == (True, "rpm-ostree", True)
    assert done["configured"] == [{"id": "next deployment", "kernel": None, "args": ["256M"], "default": True}]
    assert not reserve(host)["changed"]


def test_every_value_is_taken_out_of_it() -> None:
    host = OstreeHost()
    assert reserve(host, state="absent")["configured"][0]["args"] == []
    assert ["rpm-ostree", "kargs", "--delete=crashkernel=" + RHEL] in host.commands


def test_no_update_is_warned_of_that_leaves_the_value_alone() -> None:
    assert reserve(OstreeHost(files={"/etc/kdump.conf": "path /var/crash\n"}))["messages"] == []


def test_an_image_that_brings_another_value_is_warned_of() -> None:
    host = OstreeHost(files={KARGS_D: 'kargs = ["crashkernel=512M"]\n'})
    assert KARGS_D in reserve(host)["messages"][0]
    assert reserve(host, size="512M")["messages"] == []


def test_a_host_that_can_set_nothing_is_told_what_its_image_needs() -> None:
    host = OstreeHost(only=[])
    with pytest.raises(Failure, match=r'put the line kargs = \["crashkernel=256M"\] into .*50-crashkernel.toml'):
        reserve(host, check_mode=True)
    assert not reserve(host, size=RHEL)["changed"]
