# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which entry of grub.cfg the next boot takes."""

from typing import List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.tests.unit.fake_boot import DebianHost

UUID = "5d7cf7d1-9a3b-4a6f-8a16-0f0a3f1b7c11"
SIMPLE = "gnulinux-simple-" + UUID
NEWER = "gnulinux-6.1.0-41-amd64-advanced-" + UUID
OLDER = "gnulinux-6.1.0-40-amd64-advanced-" + UUID
# what 00_header of GRUB 2.06 and 2.12 writes
HEADER = """\
if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
   save_env next_entry
   set boot_once=true
else
   set default="%s"
fi

if [ x"${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi

export menuentry_id_option

function savedefault {
  if [ -z "${boot_once}" ]; then
    saved_entry="${chosen}"
    save_env saved_entry
  fi
}
"""
CUSTOM = """\
menuentry --class rescue "Rescue > system" --id mine {
\tlinux /boot/vmlinuz-6.1.0-41-amd64 root=/dev/sda1 ro crashkernel=64M
}
menuentry 'Firmware' --id=firmware { fwsetup }
menuentry 'Not closed {
\tlinux /boot/vmlinuz-6.1.0-41-amd64 ro
}
"""


def host_with(default: Optional[str], grubenv: Optional[str] = None) -> DebianHost:
    host = DebianHost()
    header = "" if default is None else HEADER % default
    host.files["/boot/grub/grub.cfg"] = header + host.files["/boot/grub/grub.cfg"] + CUSTOM
    if grubenv is not None:
        host.files["/boot/grub/grubenv"] = "# GRUB Environment Block\n%s\n######" % grubenv
    return host


@pytest.mark.parametrize(
    ("default", "grubenv", "expected"),
    [
        (None, None, SIMPLE),
        ("0", None, SIMPLE),
        ("1", None, NEWER),
        ("1>2", None, OLDER),
        (SIMPLE, None, SIMPLE),
        ("Debian GNU/Linux", None, SIMPLE),
        ("gnulinux-advanced-%s>%s" % (UUID, OLDER), None, OLDER),
        ("Advanced options for Debian GNU/Linux>2", None, OLDER),
        ("Advanced options for Debian GNU/Linux>Debian GNU/Linux", None, NEWER),
        ("${saved_entry}", "saved_entry=1>2", OLDER),
        ("${saved_entry}", "saved_entry=", SIMPLE),
        ("${saved_entry}", None, SIMPLE),
        ("0", "saved_entry=1>2", SIMPLE),
        ("0", "next_entry=1>2", OLDER),
        ("${saved_entry}", "saved_entry=0\nnext_entry=1>2", OLDER),
        (None, "next_entry=1>2", SIMPLE),
        # what cannot be resolved
        ("99", None, SIMPLE),
        ("1>99", None, SIMPLE),
        ("gone", None, SIMPLE),
        ("${mine}", None, SIMPLE),
        ("", None, SIMPLE),
    ],
)
def test_the_entry_that_grub_boots_next_is_the_default(
    default: Optional[str], grubenv: Optional[str], expected: str
) -> None:
    bootloader = find_bootloader(host_with(default, grubenv))
    assert [entry.id for entry in bootloader.entries() if entry.default] == [expected]
    assert bootloader.boots_other() is None


@pytest.mark.parametrize(
    ("default", "title", "expected"),
    [
        ("1>1", "Debian GNU/Linux", []),
        ("mine", "Rescue > system", ["64M"]),
        ("Rescue >> system", "Rescue > system", ["64M"]),
        ("firmware", "Firmware", None),
        ("Other", "Other", None),
        ("3", "UEFI Firmware Settings", None),
    ],
)
def test_another_entry_that_grub_boots_next_is_named(default: str, title: str, expected: Optional[List[str]]) -> None:
    bootloader = find_bootloader(host_with(default))
    assert [entry.default for entry in bootloader.entries()] == [False, False, False]
    other = bootloader.boots_other()
    assert other is not None
    assert other.values == expected
    assert "GRUB boots the entry '%s' next" % title in other.reason
