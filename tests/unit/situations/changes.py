# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What situations have in common: states of a machine, changes that make them, and what follows for other checks."""

import re
from typing import Any, Dict, Optional

from ansible_collections.crashops.kdump.tests.unit.armed_host import EL9_RELEASE, KERNEL_PARTS
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Change

LOADED = "/sys/kernel/kexec_crash_loaded"
SIZE = "/sys/kernel/kexec_crash_size"
FAILED = "LoadState=loaded\nActiveState=failed\nUnitFileState=enabled\n"
EL9_CAPTURE_IMAGE = "/boot/initramfs-%skdump.img" % EL9_RELEASE
UNLOADED = {LOADED: "0\n"}
UNRESERVED = {LOADED: "0\n", SIZE: "0\n"}
# what checks say wherever nothing is loaded, and wherever nothing is reserved
NOT_LOADED = {
    "armed": ("fail", "No capture kernel is loaded"),
    "panic_timeout": ("warn", "stands still"),
    "loaded_fresh": ("skip", "nothing is loaded"),
}
NOT_STARTED = dict(NOT_LOADED, unit_condition=("skip", "not started yet"))
BUT_ACTIVE = dict(NOT_LOADED, unit_active=("warn", "no capture kernel is loaded"))
NOT_RESERVED = {
    "memory_reserved": ("fail", "No memory is reserved"),
    "reserved_as_booted": ("skip", ""),
    "reserved_enough": ("skip", ""),
    "vendor_default": ("skip", ""),
    "reservation_used": ("skip", "nothing is reserved"),
}
FALLS_SHORT = {"vendor_default": ("warn", "less than the"), "reserved_enough": ("warn", "counted as needed")}


def unit(text: str) -> Change:
    """Return a change after which systemd says this of the unit."""

    def change(host: FakeHost) -> None:
        asked = next(line for line in host.answers if line.startswith("systemctl show -p"))
        host.answers[asked] = text

    return change


def attributes(**changes: Any) -> Change:
    """Return a change of the host's attributes: dictionaries are updated, anything else is set."""

    def change(host: FakeHost) -> None:
        for name, value in changes.items():
            if isinstance(value, dict):
                getattr(host, name).update(value)
            else:
                setattr(host, name, value)

    return change


def entries(words: str, kernel: str = "") -> Change:
    """Return a change after which the boot entries of a kernel, or all, have these words in place of crashkernel=."""

    def change(host: FakeHost) -> None:
        for path in [path for path in host.files if path.startswith("/boot/loader/entries/") and kernel in path]:
            host.files[path] = re.sub(r" crashkernel=\S+", words, host.files[path])

    return change


def both(*changes: Change) -> Change:
    """Return several changes as one."""

    def change(host: FakeHost) -> None:
        for one in changes:
            one(host)

    return change


def booted(words: str, reserved_mib: Optional[int] = None) -> Dict[str, str]:
    """Return the files of a machine that was booted with these words; with nothing reserved, nothing is loaded."""
    files = {"/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro %s\n" % words}
    return dict(files, **({SIZE: "%d\n" % (reserved_mib << 20)} if reserved_mib else UNRESERVED))


def ram(mib: int, blocks: str = "") -> Dict[str, str]:
    """Return /proc/iomem of a machine with so much RAM, half of it above 4 GiB where it has more than 4 GiB."""
    low = min(mib, 2048) << 20
    lines = ["00001000-%08x : System RAM" % (low - 1)]
    lines += ["100000000-%x : System RAM" % ((4 << 30) + (mib << 20) - low - 1)] if mib > 2048 else []
    kernel = KERNEL_PARTS.replace("  69000000-74ffffff : Crash kernel\n", "")
    return {"/proc/iomem": "\n".join(lines) + "\n" + kernel + blocks}
