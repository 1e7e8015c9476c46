# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image-based hosts: by rpm-ostree, and told what to put into the image where there is none."""

from typing import Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry, BootPlan, configured
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.bootc_kargs import (
    kargs_d_text,
    kargs_d_values,
)
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import replaced, values
from ansible_collections.crashops.kdump.tests.unit.fake_boot import RHEL, OstreeHost

KARGS_D = "/usr/lib/bootc/kargs.d/10-image.toml"
IMAGE_SAYS = '# crashkernel=1M in a comment\nkargs = ["console=ttyS0", "crashkernel=512M"]\n'


def entries(host: OstreeHost) -> List[BootEntry]:
    return find_bootloader(host).entries()


def put(host: OstreeHost, wanted: List[str]) -> BootPlan:
    bootloader = find_bootloader(host)
    plan = bootloader.plan(wanted, "all")
    bootloader.apply(plan)
    return plan


def test_rpm_ostree_is_used_whatever_else_is_there() -> None:
    assert find_bootloader(OstreeHost(programs=["grubby"])).name == "rpm-ostree"


def test_the_deployment_that_boots_next_is_read() -> None:
    assert configured(entries(OstreeHost())) == [
        {"id": "next deployment", "kernel": None, "args": [RHEL], "default": True}
    ]


@pytest.mark.parametrize(
    ("before", "wanted", "changes"),
    [
        ([RHEL], ["256M"], ["--delete=crashkernel=" + RHEL, "--append=crashkernel=256M"]),
        ([], ["512M,high", "128M,low"], ["--append=crashkernel=512M,high", "--append=crashkernel=128M,low"]),
        (["512M,high", "128M,low"], [], ["--delete=crashkernel=512M,high", "--delete=crashkernel=128M,low"]),
        (["1G", "1G"], ["1G"], ["--delete=crashkernel=1G", "--delete=crashkernel=1G", "--append=crashkernel=1G"]),
        (["256M"], ["256M"], None),
        ([], [], None),
    ],
)
def test_one_transaction_replaces_every_value(
    before: List[str], wanted: List[str], changes: Optional[List[str]]
) -> None:
    host = OstreeHost(before)
    plan = put(host, wanted)
    assert plan.commands == ([["rpm-ostree", "kargs"] + changes] if changes else [])
    assert values(entries(host)[0].cmdline) == wanted
    assert not find_bootloader(host).plan(wanted, "all").changed()
    assert host.written == []


def test_a_new_deployment_has_an_ostree_argument_of_its_own() -> None:
    host = OstreeHost()
    put(host, ["256M"])
    assert "ostree=/ostree/boot.0/" in host.cmdline


def test_a_transaction_that_is_refused_is_told_in_rpm_ostrees_words() -> None:
    host = OstreeHost()
    host.answer = (1, "", "error: Transaction in progress: upgrade")
    with pytest.raises(Failure, match="Transaction in progress: upgrade"):
        put(host, ["256M"])


def test_a_change_that_did_nothing_is_found_out() -> None:
    host = OstreeHost()
    host.answer = (0, "No changes.", "")
    with pytest.raises(Failure, match=r"has crashkernel=1G-4G.* instead of crashkernel=256M; they have .*, as before"):
        put(host, ["256M"])


@pytest.mark.parametrize(
    ("second", "words"),
    [(None, "crashkernel=1G was put back"), ((1, "", "error: no space"), "nor could crashkernel=1G be put back")],
)
def test_a_change_that_went_wrong_is_undone(second: Optional[Tuple[int, str, str]], words: str) -> None:
    host = OstreeHost(["1G"])
    host.cmdline += " odd=1"
    host.loses = "odd=1"
    host.second = second
    with pytest.raises(Failure, match="other arguments of an entry changed as well; " + words):
        put(host, ["256M"])


@pytest.mark.parametrize("programs", [["rpm-ostree"], []])
def test_a_list_of_kernels_is_refused(programs: List[str]) -> None:
    bootloader = find_bootloader(OstreeHost(only=programs))
    assert "each has one kernel" in bootloader.refusals(["/boot/vmlinuz-6.1"])[0]
    assert bootloader.refusals("default") == []


def test_a_file_of_the_image_with_another_value_is_reported() -> None:
    bootloader = find_bootloader(OstreeHost(files={KARGS_D: IMAGE_SAYS}))
    assert bootloader.notes(["512M"]) == []
    assert KARGS_D + " of the image says crashkernel=512M: change it" in bootloader.notes(["256M"])[0]


def test_without_rpm_ostree_the_deployments_are_read_in_the_order_of_the_menu() -> None:
    seen = entries(OstreeHost(["1G"], only=[]))
    assert [entry.id for entry in seen] == ["Fedora Linux 42 (ostree:0)", "Fedora Linux 42 (ostree:1)"]
    assert [entry.default for entry in seen] == [True, False]
    assert [values(entry.cmdline) for entry in seen] == [["1G"], ["128M"]]
    assert seen[0].kernel == "/ostree/fedora-0/vmlinuz-6.14.0-63.fc42.x86_64"


@pytest.mark.parametrize(
    ("files", "wanted", "words"),
    [
        (
            {},
            ["512M,high", "128M,low"],
            r'put the line kargs = \["crashkernel=512M,high", "crashkernel=128M,low"\] into '
            "/usr/lib/bootc/kargs.d/50-crashkernel.toml of the image",
        ),
        ({KARGS_D: IMAGE_SAYS}, ["256M"], "into %s of the image" % KARGS_D),
        ({KARGS_D: IMAGE_SAYS}, [], "take crashkernel= out of %s of the image" % KARGS_D),
        ({}, [], "take crashkernel= out of what installed this host"),
    ],
)
def test_without_rpm_ostree_it_is_said_what_the_image_needs(
    files: Dict[str, str], wanted: List[str], words: str
) -> None:
    bootloader = find_bootloader(OstreeHost(["1G"], only=[], files=files))
    with pytest.raises(Failure, match=words):
        bootloader.plan(wanted, "all")


def test_without_rpm_ostree_a_host_whose_image_is_right_is_left_alone() -> None:
    assert not find_bootloader(OstreeHost(["1G"], only=[])).plan(["1G"], "all").changed()


def test_an_image_without_entries_is_a_failure() -> None:
    host = OstreeHost(only=[])
    for path in host.glob("/boot/loader/entries/*"):
        host.remove(path)
    with pytest.raises(Failure, match="to read its arguments from"):
        entries(host)


@pytest.mark.parametrize("wanted", [[RHEL], ["512M,high", "128M,low"]])
def test_what_is_written_into_an_image_is_what_is_read_from_it(wanted: List[str]) -> None:
    assert kargs_d_values({"a": kargs_d_text(wanted), "b": 'kargs = ["quiet"]\n'}) == {"a": wanted}
    assert values(replaced("", wanted)) == wanted
