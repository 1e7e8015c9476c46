# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of the example for Molecule, which users copy, fail where something is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.crashops.kdump.tests.roles.made_up import ROOT, Done, Fleet

(PLAY,) = yaml.safe_load((ROOT / "extensions/molecule/default/verify.yml").read_text(encoding="utf-8"))
TASKS = {task["name"]: task for task in PLAY["tasks"]}
GRUB = """
menuentry 'Debian' {
\tlinux\t/boot/vmlinuz-6.1.0-43-amd64 root=/dev/vda1 ro console=ttyS0 quiet crashkernel=256M
\tlinux\t/boot/vmlinuz-6.1.0-43-amd64 root=/dev/vda1 ro single console=ttyS0
\tlinux\t/boot/vmlinuz-6.1.0-41-amd64 root=/dev/vda1 ro console=ttyS0 quiet crashkernel=256M
"""
BLS = """
blscfg
linux /boot/vmlinuz-5.14.0-100.el9.x86_64
options root=/dev/vda2 ro crashkernel=256M $tuned_params
linux /boot/vmlinuz-5.14.0-200.el9.x86_64
options root=/dev/vda2 ro $tuned_params crashkernel=256M
"""
EL8 = """
linux /boot/vmlinuz-4.18.0-100.el8.x86_64
options $kernelopts $tuned_params
# GRUB Environment Block
kernelopts=root=/dev/vda2 ro crashkernel=256M
"""


def run(collections: str, folder: Path, name: str, **variables: Any) -> Done:
    """Run one task of the example on this machine, in check mode."""
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": variables,
        "tasks": [TASKS[name]],
    }
    return Fleet(folder, {}).play(collections, [play])


@pytest.mark.parametrize(
    ("text", "succeeds"),
    [
        (GRUB, True),
        (GRUB.replace("quiet crashkernel=256M", "quiet", 1), False),
        (BLS, True),
        (BLS.replace("ro crashkernel=256M", "ro"), False),
        (BLS + "options root=/dev/vda2 crashkernel=256M crashkernel=1G\n", False),
        (EL8, True),
        (EL8.replace(" crashkernel=256M", "") + BLS, False),
        ("", False),
    ],
)
def test_every_boot_entry_has_to_reserve_the_memory(
    collections: str, tmp_path: Path, text: str, succeeds: bool
) -> None:
    entries = {"stdout": text, "stdout_lines": text.splitlines()}
    done = run(collections, tmp_path, "Every boot entry reserves the memory that converge.yml names", entries=entries)
    assert (done.rc == 0) is succeeds, done.output


def test_unit_that_is_not_there_fails(collections: str, tmp_path: Path) -> None:
    kdump = {"service": {"unit": "no-such-unit-of-kdump.service"}}
    done = run(collections, tmp_path, "The next boot starts kdump", kdump=kdump)
    assert done.rc == 2, done.output
