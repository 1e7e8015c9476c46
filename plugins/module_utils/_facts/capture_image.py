# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The capture initramfs and its kernel: where they lie, how large and how old they are."""

from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Details, Image


class CaptureImage(NamedTuple):
    """The capture initramfs and its kernel.

    stale_because: why the image must be built again, None where it is fresh. free_bytes: the free space in its
    directory. system_mtime: the time of the system's own initramfs. kernel_has_hmac: the kernel's FIPS checksum lies
    next to it. wrong_links: names kdump-tools' links to a kernel that is not running.
    """

    path: str
    exists: bool
    stale_because: Optional[str]
    mtime: Optional[float]
    size: Optional[int]
    free_bytes: Optional[int]
    system_mtime: Optional[float]
    kernel_path: str
    kernel_exists: bool
    kernel_has_hmac: bool
    wrong_links: List[str]


def read_capture_image(host: Host, image: Image, details: Details, release: str) -> CaptureImage:
    """Read size, age and freshness of the capture initramfs, and whether its kernel is there."""
    facts, space = host.stat(image.path), host.space(image.path.rpartition("/")[0])
    system = host.stat("/boot/initramfs-%s.img" % release)
    kernel = details.capture_kernel
    hmac = "%s/.%s.hmac" % tuple(kernel.rpartition("/")[::2])
    return CaptureImage(
        path=image.path,
        exists=image.exists,
        stale_because=image.stale_because,
        mtime=facts.mtime_ns / 1e9 if facts else None,
        size=facts.size if facts else None,
        free_bytes=space.free if space else None,
        system_mtime=system.mtime_ns / 1e9 if system else None,
        kernel_path=kernel,
        kernel_exists=host.stat(kernel) is not None,
        kernel_has_hmac=host.stat(hmac) is not None,
        wrong_links=details.wrong_links,
    )
