# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of the kernel: what is loaded."""

from ansible_collections.crashops.kdump.plugins.module_utils._kernel_modules import Loaded, loaded_modules
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

PROC_MODULES = """\
ext4 940000 1 - Live 0x0
virtio 16384 3 virtio_net,virtio_blk,virtio_pci, Live 0x0
nouveau 2400000 0 - Loading 0x0 (OE)
half a line
"""


def test_each_line_is_a_module():
    assert loaded_modules(FakeHost(files={"/proc/modules": PROC_MODULES})) == {
        "ext4": Loaded(940000, 1, []),
        "virtio": Loaded(16384, 3, ["virtio_net", "virtio_blk", "virtio_pci"]),
        "nouveau": Loaded(2400000, 0, []),
    }


def test_kernel_without_modules_has_none_loaded():
    assert loaded_modules(FakeHost()) == {}
