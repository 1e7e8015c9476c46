# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The capture kernel and its initramfs are where kdumpctl itself found them: its answers are recorded, case by case."""

import json
import os
from pathlib import Path
from typing import Any, Dict

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.mounts import MOUNTINFO
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.boot_files import STUB
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack import SYSCONFIG, KdumpctlStack
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

RECORDED = json.loads((Path(__file__).parents[2] / "recorded" / "kdumpctl_boot.json").read_text())
# the text of a kdumpctl of each generation, as far as that is told by it
SCRIPTS = {"el8": "", "el9": "auto_reset_crashkernel", "current": "kdump_emergency"}
CASES = [(row, generation) for row in RECORDED["rows"] for generation in SCRIPTS]
MOUNT = "%d 1 254:%d / %s %s,relatime - ext4 /dev/vda%d rw\n"


def stack_of(row: Dict[str, Any], generation: str) -> KdumpctlStack:
    """Return the stack on a host as it was when kdumpctl was asked."""
    files = dict.fromkeys(row["files"], "")
    files["/usr/sbin/kdumpctl"] = SCRIPTS[generation]
    files["/etc/machine-id"] = RECORDED["machine_id"] + "\n"
    files["/proc/cmdline"] = row["cmdline"] + "\n"
    files[SYSCONFIG] = "".join('%s="%s"\n' % pair for pair in row["variables"].items())
    places = [("/", "rw")] + [(place, "ro") for place in row["read_only"]]
    files[MOUNTINFO] = "".join(MOUNT % (n, n, place, how, n) for n, (place, how) in enumerate(places, 30))
    if "stub" in row:
        files[STUB] = b"\x06\0\0\0" + row["stub"].encode("utf-16-le") + b"\0\0"
    directories = {os.path.dirname(path): 0o755 for path in row["files"]}
    return KdumpctlStack(FakeHost(files, directories=directories, programs=["kdumpctl"]))


@pytest.mark.parametrize(
    ("row", "generation"), CASES, ids=["%s, %s" % (row["what"], generation) for row, generation in CASES]
)
def test_kernel_and_initramfs_are_where_kdumpctl_finds_them(row: Dict[str, Any], generation: str) -> None:
    stack, theirs = stack_of(row, generation), row[generation]
    kernel = stack.details(row["release"]).capture_kernel
    if "said" in theirs:
        assert theirs["said"] == ["ERROR Failed to detect kdump kernel location"]
        assert stack.host.stat(kernel) is None
        return
    assert kernel == theirs["kernel"]
    assert stack.image(row["release"]).path == theirs["image"].replace("//", "/")


def test_before_the_package_is_there_its_own_sysconfig_is_assumed() -> None:
    kernel = "/boot/vmlinuz-5.14.0-503.el9.x86_64"
    assert KdumpctlStack(FakeHost({kernel: ""})).details("5.14.0-503.el9.x86_64").capture_kernel == kernel
