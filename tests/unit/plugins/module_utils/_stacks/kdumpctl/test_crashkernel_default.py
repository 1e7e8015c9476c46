# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's crashkernel= in kdumpctl's own files, and whether an update puts it back."""

from typing import Dict, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack import KdumpctlStack
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

LIB = '[[ $arch == "x86_64" ]] || [[ $arch == "s390x" ]] && _ck_cmdline="1G-4G:192M,4G-:256M"\n'
SCRIPTS = {"el8": "", "el9": "auto_reset_crashkernel", "current": "auto_reset_crashkernel kdump_emergency"}
OVERWRITTEN = "/etc/kdump.conf does not say auto_reset_crashkernel no"


@pytest.mark.parametrize(
    ("files", "machine", "expected"),
    [
        ({"/usr/lib/kdump/kdump-lib.sh": LIB}, "x86_64", "1G-4G:192M,4G-:256M"),
        ({"/lib/kdump/kdump-lib.sh": LIB}, "s390x", "1G-4G:192M,4G-:256M"),
        ({"/lib/kdump/kdump-lib.sh": LIB}, "aarch64", None),
        ({"/lib/kdump/kdump-lib.sh": "_ck_cmdline=$1\n"}, "x86_64", None),
        ({}, "x86_64", None),
    ],
)
def test_the_packaged_value_is_that_of_the_architecture(
    files: Dict[str, str], machine: str, expected: Optional[str]
) -> None:
    assert KdumpctlStack(FakeHost(files)).packaged_crashkernel(machine) == expected


@pytest.mark.parametrize(
    ("generation", "conf", "files", "expected"),
    [
        ("el9", "", {}, OVERWRITTEN),
        ("current", "auto_reset_crashkernel yes\n", {}, OVERWRITTEN),
        ("current", "auto_reset_crashkernel no\n", {}, None),
        ("el8", "", {}, None),
        ("el9", "", {"/run/ostree-booted": ""}, None),
        ("el9", None, {}, None),
    ],
)
def test_an_update_puts_the_default_back_unless_kdump_conf_forbids_it(
    generation: str, conf: Optional[str], files: Dict[str, str], expected: Optional[str]
) -> None:
    found = dict(files, **{"/usr/sbin/kdumpctl": SCRIPTS[generation]})
    if conf is not None:
        found["/etc/kdump.conf"] = conf
    assert KdumpctlStack(FakeHost(found, programs=["kdumpctl"])).puts_default_back() == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("kdumpctl estimate: kdump initramfs is not built yet", None),
        ("", "kdumpctl estimate may build the capture initramfs"),
    ],
)
def test_an_estimate_that_builds_says_so(script: str, expected: Optional[str]) -> None:
    host = FakeHost({"/usr/sbin/kdumpctl": script}, programs=["kdumpctl"])
    assert KdumpctlStack(host).estimate_changes() == expected
