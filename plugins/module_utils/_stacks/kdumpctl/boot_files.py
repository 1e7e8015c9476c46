# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Where kdumpctl finds the capture kernel, and where it keeps the capture initramfs.

Both are found as prepare_kdump_kernel and prepare_kdump_bootinfo of kdump-lib.sh find them. These are the same in
kexec-tools 2.0.25 and 2.0.26 (EL 8 and EL 9) and in kdump-utils 1.0.61, unless a comment says otherwise.
"""

import re
from typing import Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.image_based import is_image_based

BOOT = "/boot"
DIRECTORIES = (BOOT, "/boot/efi", "/efi", "/")
STATE = "/var/lib/kdump"
# the name by which the firmware started a unified kernel image
STUB = "/sys/firmware/efi/efivars/StubImageIdentifier-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
BOOT_IMAGE = re.compile(r"^BOOT_IMAGE=(?:\([^ )]*\))?(\S+)")


class Capture(NamedTuple):
    """The path of the capture kernel, found or where kdumpctl looks first, and the path of its initramfs."""

    kernel: str
    image: str


def capture(host: Host, variables: Optional[Dict[str, str]], version: str, generation: str) -> Capture:
    """Return the paths of a release's capture kernel and initramfs.

    variables: those of /etc/sysconfig/kdump; None without that file.
    """
    chosen = {"KDUMP_IMG": "vmlinuz"} if variables is None else variables
    kernel = _kernel(host, chosen, version, generation)
    unified = kernel.endswith(".efi")
    # EL 9 looks for the initramfs of a unified image in /boot; 1.0.59 and later look next to the image, where none is
    directory = BOOT if unified and generation == "el9" else kernel.rpartition("/")[0]
    return Capture(kernel, _image(host, directory, version, generation))


def _kernel(host: Host, variables: Dict[str, str], version: str, generation: str) -> str:
    """Return the path of the first capture kernel that is there, or where kdumpctl looks for one first."""
    machine = (host.read("/etc/machine-id") or "").strip()
    image = variables.get("KDUMP_IMG", "")
    names = ["%s-%s%s" % (image, version, variables.get("KDUMP_IMG_EXT", "")), "%s/%s/%s" % (machine, version, image)]
    names += [] if generation == "el8" else [_unified(host, machine, version, generation)]
    booted = BOOT_IMAGE.match(host.read("/proc/cmdline") or "")
    if booted and booted.group(1).endswith(version):
        names.insert(0, booted.group(1))
    paths = _paths(host, variables, names)
    seen = ((path, host.stat(path)) for path in paths)
    return next((path for path, facts in seen if facts is not None and facts.kind == "file"), paths[0])


def _paths(host: Host, variables: Dict[str, str], names: List[str]) -> List[str]:
    """Return the paths where a kernel of each name may be, in kdumpctl's order."""
    directories = variables.get("KDUMP_BOOTDIR", "").split() or list(DIRECTORIES)
    if is_image_based(host):
        directories = host.glob(BOOT + "/ostree/*") + directories
    # each name once: a host may call its kernel anything, at any length
    starts = [re.sub("/+", "/", directory).rstrip("/") for directory in directories]
    ends = [re.sub("/+", "/", name).lstrip("/") for name in names]
    return ["%s/%s" % (start, end) for start in starts for end in ends]


def _unified(host: Host, machine: str, version: str, generation: str) -> str:
    """Return the name of the unified kernel image; kdump-utils 1.0.59 and later ask the firmware first."""
    told = host.read_bytes(STUB) if generation == "current" else None
    if told is None:
        return "EFI/Linux/%s-%s.efi" % (machine, version)
    # two bytes for each letter, behind four bytes of flags
    return "".join(chr(byte) for byte in told if 32 <= byte < 127).replace("\\", "/")


def _image(host: Host, directory: str, version: str, generation: str) -> str:
    """Return the path of the capture initramfs: next to that of the system, or in STATE if that is read-only."""
    systems = [name for name in ("initramfs-%s.img" % version, "initrd") if host.stat("%s/%s" % (directory, name))]
    own = "initramfs-%skdump.img" % version
    beside = "initrdkdump" if systems[:1] == ["initrd"] else own
    mount = mounts.holding(mounts.mounts_of(host), directory or "/")
    writable = mount is None or mount.writable
    if generation == "current":
        # since 1.0.59 it has the release in its name wherever it is not next to that of the system
        return "%s/%s" % ((directory, beside) if systems and writable else (STATE, own))
    return "%s/%s" % (directory if writable else STATE, beside)
