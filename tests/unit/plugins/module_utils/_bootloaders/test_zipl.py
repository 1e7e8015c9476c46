# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""zipl by /etc/zipl.conf: Debian and Ubuntu on s390x."""

from typing import List, Tuple, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootPlan
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

ZIPL_CONF = "/etc/zipl.conf"
TEXT = """\
# This has been modified by the installer
[defaultboot]
default = old

:menu
target = /boot
1 = debian
default = 1

[debian]
target = /boot
image = /boot/vmlinuz
ramdisk = /boot/initrd.img
parameters = "crashkernel=512M-:192M root=/dev/disk/by-path/ccw-0.0.0100-part1 quiet"

[old]
target = /boot
parameters = root=/dev/disk/by-path/ccw-0.0.0100-part1
image = /boot/vmlinuz.old
"""


def zipl_host(answer: Union[str, Tuple[int, str, str]] = "", text: str = TEXT) -> FakeHost:
    return FakeHost({ZIPL_CONF: text}, {"zipl": answer}, programs=["zipl"])


def put(host: FakeHost, wanted: List[str]) -> BootPlan:
    bootloader = find_bootloader(host)
    plan = bootloader.plan(wanted, "all")
    bootloader.apply(plan)
    return plan


def test_every_section_with_parameters_is_an_entry() -> None:
    seen = find_bootloader(zipl_host()).entries()
    assert [(entry.id, entry.kernel, values(entry.cmdline), entry.default) for entry in seen] == [
        ("debian", "/boot/vmlinuz", ["512M-:192M"], False),
        ("old", "/boot/vmlinuz.old", [], True),
    ]


def test_the_first_section_is_the_default_where_none_is_named() -> None:
    seen = find_bootloader(zipl_host(text=TEXT.replace("default = old", "defaultmenu = menu"))).entries()
    assert [entry.default for entry in seen] == [True, False]


@pytest.mark.parametrize("wanted", [["256M"], ["512M,high", "128M,low"], []])
def test_every_section_gets_exactly_the_values_and_zipl_is_run_once(wanted: List[str]) -> None:
    host = zipl_host()
    put(host, wanted)
    assert [values(entry.cmdline) for entry in find_bootloader(host).entries()] == [wanted, wanted]
    assert not find_bootloader(host).plan(wanted, "all").changed()
    assert host.commands == [["zipl"]]


def test_all_but_the_parameters_stays_as_it_is() -> None:
    host = zipl_host()
    put(host, ["256M"])
    root = "root=/dev/disk/by-path/ccw-0.0.0100-part1"
    expected = TEXT.replace('"crashkernel=512M-:192M %s quiet"' % root, '"%s quiet crashkernel=256M"' % root)
    assert host.files[ZIPL_CONF] == expected.replace("= %s\n" % root, "= %s crashkernel=256M\n" % root)


def test_a_failed_zipl_puts_the_file_back() -> None:
    host = zipl_host((1, "", "Error: Could not open device"))
    with pytest.raises(Failure, match="Could not open device; .* was put back, but zipl failed again"):
        put(host, ["256M"])
    assert host.files[ZIPL_CONF] == TEXT


def test_a_file_without_parameters_is_a_failure() -> None:
    with pytest.raises(Failure, match="no section with parameters"):
        find_bootloader(zipl_host(text="[defaultboot]\ndefault = x\n")).entries()


def test_a_run_that_was_cut_off_before_zipl_is_finished() -> None:
    host = zipl_host()
    host.files["/boot/bootmap"] = ""
    put(host, ["256M"])
    host.mtimes[ZIPL_CONF] = host.clock + 1
    plan = find_bootloader(host).plan(["256M"], "all")
    assert (plan.files, plan.commands) == ([], [["zipl"]])


@pytest.mark.parametrize("kernels", ["default", ["/boot/vmlinuz"]])
def test_one_file_holds_for_all_kernels(kernels: Union[str, List[str]]) -> None:
    assert "whatever kernel is newest" in find_bootloader(zipl_host()).refusals(kernels)[0]
