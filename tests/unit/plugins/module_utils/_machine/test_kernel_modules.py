# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of the kernel: what is loaded, and what a kernel has at all."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import (
    Loaded,
    loaded_modules,
    unknown_modules,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

PROC_MODULES = """\
ext4 940000 1 - Live 0x0
virtio 16384 3 virtio_net,virtio_blk,virtio_pci, Live 0x0
nouveau 2400000 0 - Loading 0x0 (OE)
half a line
"""


def test_each_line_is_a_module() -> None:
    assert loaded_modules(FakeHost(files={"/proc/modules": PROC_MODULES})) == {
        "ext4": Loaded(940000, 1, ()),
        "virtio": Loaded(16384, 3, ("virtio_net", "virtio_blk", "virtio_pci")),
        "nouveau": Loaded(2400000, 0, ()),
    }


def test_kernel_without_modules_has_none_loaded() -> None:
    assert loaded_modules(FakeHost()) == {}


HAS = {
    "/lib/modules/6.1/modules.dep": "kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio.ko.xz\n"
    "kernel/drivers/virtio/virtio.ko.xz:\nextra/hpsa-new.ko:\n",
    "/lib/modules/6.1/modules.builtin": "kernel/fs/ext4/ext4.ko\nkernel/block/mq-deadline.ko\n",
    "/lib/modules/6.1/modules.alias": "# Aliases\nalias fs-xfs xfs\nalias virtio:d00000002v* virtio_blk\n",
    "/lib/modules/6.1/modules.builtin.modinfo": "ext4.license=GPL\0ext4.alias=fs-ext4\0ext4.alias=ext3\0",
    "/etc/modprobe.d/own.conf": "# alias no such\nalias mydisk virtio_blk\ninstall bridge /sbin/modprobe -i bridge\n",
}
KNOWN = ["virtio_blk", "virtio-blk", "virtio_blk.ko", "virtio_blk.ko.xz", "hpsa_new", "ext4", "mq_deadline"]
KNOWN += ["fs-xfs", "fs_ext4", "ext3", "virtio:d00000002v00001AF4", "mydisk", "bridge", "=drivers/net", "/opt/own.ko"]


@pytest.mark.parametrize("name", KNOWN)
def test_name_that_dracut_finds_is_known(name: str) -> None:
    assert unknown_modules(FakeHost(files=HAS), "6.1", [name]) == []


@pytest.mark.parametrize("name", ["virtio_blok", "virtio", "blk", "xfs", "kernel", "no", "ext", "virtio_blk.so"])
def test_name_that_dracut_does_not_find_is_unknown(name: str) -> None:
    files = dict(
        HAS, **{"/lib/modules/6.1/modules.dep": "kernel/drivers/block/virtio_blk.ko.xz: kernel/virtio.ko.xz\n"}
    )
    assert unknown_modules(FakeHost(files=files), "6.1", ["ext4", name]) == [name]


def test_kernel_whose_list_is_missing_is_not_judged() -> None:
    assert unknown_modules(FakeHost(files=HAS), "6.2", ["virtio_blk"]) is None
