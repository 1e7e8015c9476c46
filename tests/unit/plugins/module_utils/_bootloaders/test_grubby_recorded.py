# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planned for grubby, beside what the real one said before and after that very call.

recorded/grubby.json names the releases that were run and their commits; its entries are what they printed.
"""

import json
import os
from typing import Any, Dict, List, Union

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import Bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grubby_output import parse_info
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values, without, words
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

with open(os.path.join(os.path.dirname(__file__), "..", "recorded", "grubby.json"), encoding="utf-8") as stream:
    RECORDED = json.load(stream)


def printed(name: str) -> str:
    return "".join("%s\n" % line for line in RECORDED["entries"][name])


def bootloader(call: Dict[str, Any]) -> Bootloader:
    """Return the boot loader of a host that says what was recorded before a call."""
    files = {"/proc/cmdline": "ro\n"}
    for name in ("memtest", "uki"):
        files["/boot/loader/entries/%s.conf" % name] = "title without arguments\n"
    commands = {"grubby --info=ALL": printed(call["before"]), "grubby --default-index": call["default_index"] + "\n"}
    return find_bootloader(FakeHost(files, commands, programs=["grubby"]))


@pytest.mark.parametrize("call", RECORDED["calls"], ids=lambda call: "%s %s" % (call["before"], call["argv"][1:3]))
def test_the_real_grubby_does_what_was_planned(call: Dict[str, Any]) -> None:
    plan = bootloader(call).plan(call["wanted"], call["kernels"])
    assert plan.commands == [call["argv"]]
    seen = {entry.id: entry for entry in parse_info(printed(call["after"]), call["default_index"])}
    for entry in plan.after:
        assert words(without(seen[entry.id].cmdline)) == words(without(entry.cmdline))
        assert values(seen[entry.id].cmdline) == values(entry.cmdline)
        assert seen[entry.id].default == entry.default


@pytest.mark.parametrize("call", RECORDED["calls"], ids=lambda call: "%s %s" % (call["before"], call["argv"][1:3]))
def test_after_the_real_grubby_nothing_is_left_to_do(call: Dict[str, Any]) -> None:
    plan = bootloader(dict(call, before=call["after"])).plan(call["wanted"], call["kernels"])
    assert plan.commands == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("el8", [["auto"]] * 3),
        ("el8-detached", [["auto"]] * 3),
        ("el8-nokernelopts", [[]] * 3),
        ("el9", [["1G-4G:192M,4G-64G:256M,64G-:512M"]] * 3),
        ("fedora-pair", [["512M,high", "128M,low"]] * 3),
    ],
)
def test_what_each_release_prints_is_read(name: str, expected: List[List[str]]) -> None:
    entries = parse_info(printed(name), "0\n")
    assert [values(entry.cmdline) for entry in entries] == expected
    assert [entry.default for entry in entries] == [True, False, False]
    assert all(entry.kernel.startswith("/boot/vmlinuz-") for entry in entries)
    assert entries[2].id == "0123456789abcdef0123456789abcdef-0-rescue"


@pytest.mark.parametrize("kernels", ["all", "default", ["/boot/vmlinuz-4.18.0-513.el8.x86_64"]])
def test_a_grubenv_without_kernelopts_is_found_out_before_grubby_runs(kernels: Union[str, List[str]]) -> None:
    call = {"before": "el8-nokernelopts", "default_index": "0"}
    with pytest.raises(Failure, match="run grub2-mkconfig"):
        bootloader(call).plan(["256M"], kernels)
