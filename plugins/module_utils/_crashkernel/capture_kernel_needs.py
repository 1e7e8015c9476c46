# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The memory that a capture kernel needs on this machine, counted from files: no kdump tool is asked.

kdumpctl 1.0.57 and later count the kernel, its modules, 16 MiB, and three times the initramfs: loaded, unpacked, and
the half of the memory that a tmpfs may take. Older ones count the initramfs once, and 64 MiB.
"""

import re
from typing import NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB, round_up
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import loaded_modules

IMAGE_FACTOR = 3
KERNEL_PARTS = re.compile(r"^ *([0-9a-f]{1,16})-([0-9a-f]{1,16}) : Kernel (?:code|rodata|data|bss)$", re.MULTILINE)


class Needed(NamedTuple):
    """The parts of what a capture kernel needs, in bytes; image is the path of the initramfs with image_bytes."""

    kernel: int
    modules: int
    image: str
    image_bytes: int
    runtime: int

    @property
    def total(self) -> int:
        """Return the bytes that a capture kernel needs in all."""
        return self.kernel + self.modules + IMAGE_FACTOR * self.image_bytes + self.runtime


def counted(host: Host, release: str, capture_image: str, runtime: int) -> Optional[Needed]:
    """Return what a capture kernel needs; None where its kernel (only root sees the size) or initramfs is not seen."""
    image, image_bytes = _image(host, release, capture_image)
    spans = KERNEL_PARTS.findall(host.read("/proc/iomem") or "")
    kernel = sum(int(end, 16) - int(start, 16) + 1 for start, end in spans)
    modules = sum(module.size for module in loaded_modules(host).values())
    return Needed(kernel, modules, image, image_bytes, runtime) if image_bytes and kernel >= MIB else None


def in_words(parts: Needed) -> str:
    """Return the parts of what a capture kernel needs, as a message lists them."""
    words = "kernel %s, loaded modules %s, three times %s of %s, and %s"
    sizes = [whole(size) for size in (parts.kernel, parts.modules, parts.image_bytes, parts.runtime)]
    return words % (sizes[0], sizes[1], parts.image, sizes[2], sizes[3])


def whole(size: int) -> str:
    """Return a needed size in whole MiB, rounded up, such as 12M."""
    return "%dM" % (round_up(size, MIB) // MIB)


def _image(host: Host, release: str, capture_image: str) -> Tuple[str, int]:
    """Return path and size of the initramfs that a capture kernel needs; before it is built, of the system's."""
    entry = "/boot/%s/%s/initrd" % ((host.read("/etc/machine-id") or "none").strip(), release)
    own = ("/boot/initramfs-%s.img" % release, "/boot/initrd.img-%s" % release, entry)
    for path in (capture_image,) + own:
        seen = host.stat(path)
        if seen is not None and seen.size:
            return path, seen.size
    return "", 0
