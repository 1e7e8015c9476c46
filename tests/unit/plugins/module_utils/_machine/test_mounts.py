# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts, and which of them holds a path."""

from typing import Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# lines of a machine with a disk for /srv, a bind mount of a part of it, a btrfs subvolume and an export
TEXT = """\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
23 22 0:21 / /proc rw,nosuid - proc proc rw
40 22 254:2 / /srv rw,relatime shared:9 - xfs /dev/mapper/vg-srv rw,attr2
41 22 254:2 /dumps /var/crash rw,relatime shared:9 - xfs /dev/mapper/vg-srv rw,attr2
42 22 0:33 /@home /home rw - btrfs /dev/vdb rw,subvol=/@home
43 22 0:44 / /mnt/with\\040blank\\303\\244 ro,relatime - nfs4 store:/export ro,vers=4.2
44 22 254:3 / /srv rw - ext4 /dev/vdc rw
half a line
"""
FOUND = mounts.mounts(TEXT)


def test_every_whole_line_is_a_mount() -> None:
    assert len(FOUND) == 7
    assert FOUND[0] == mounts.Mount("/", "/", "ext4", "/dev/vda1", True, "rw,errors=remount-ro")


def test_the_kernels_escapes_are_resolved() -> None:
    assert (FOUND[5].point, FOUND[5].source, FOUND[5].writable) == ("/mnt/with blank\u00e4", "store:/export", False)


HOLDING = [
    ("/var/lib/x", "/dev/vda1", "/var/lib/x"),
    ("/", "/dev/vda1", "/"),
    ("/var/crash", "/dev/mapper/vg-srv", "/dumps"),
    ("/var/crash/a/b", "/dev/mapper/vg-srv", "/dumps/a/b"),
    ("/var/crashes", "/dev/vda1", "/var/crashes"),
    ("/home/kdump", "/dev/vdb", "/@home/kdump"),
    ("/srv/crash", "/dev/vdc", "/crash"),
]


@pytest.mark.parametrize("path, device, inner", HOLDING)
def test_a_path_lies_on_the_last_mount_over_it_and_bind_mounts_are_resolved(path: str, device: str, inner: str) -> None:
    mount = mounts.holding(FOUND, path)
    assert mount is not None
    assert (mount.source, mounts.inner_path(mount, path)) == (device, inner)


def test_without_mounts_nothing_holds_a_path() -> None:
    assert mounts.holding([], "/srv") is None


WAYS = [
    ("/nfs", "/nfs"),
    ("/nfs/crash", "/nfs"),
    ("/nfsx/crash", None),
    ("/var/crash", None),
    ("/d/link/crash", "/nfs"),
    ("/d/../d/./link", "/nfs"),
    ("/d/back/x", "/nfs"),
    ("/d/loop/crash", None),
    ("/nfs/../var/crash", "/nfs"),
    ("crash", None),
    ("/", None),
]
LINKS = {"/d/link": "../nfs/here", "/d/loop": "loop", "/d/back": "/d/link/..", "/nfs/crash": "/var/crash"}


@pytest.mark.parametrize("path, point", WAYS)
def test_links_on_a_way_are_followed_up_to_the_first_server(path: str, point: Optional[str]) -> None:
    host = FakeHost()
    host.links.update(LINKS)
    read = host.watch("link")
    found = mounts.mounts(
        TEXT + "50 22 0:50 / /nfs rw - nfs4 store:/e rw\n51 50 254:9 / /nfs/own rw - xfs /dev/vdd rw\n"
    )
    mount = mounts.remote_on_way(host, found, path)
    assert (mount.point if mount else None) == point
    assert not [place for place in read if (place + "/").startswith("/nfs/")]


def test_a_root_on_a_server_is_on_every_way() -> None:
    found = mounts.mounts("22 1 0:9 / / rw - nfs store:/root rw\n")
    mount = mounts.remote_on_way(FakeHost(), found, "/")
    assert mount is not None and mount.source == "store:/root"


@pytest.mark.parametrize(
    ("kind", "remote"), [("nfs4", True), ("fuse.rclone", True), ("fuse.glusterfs", True), ("ext4", False)]
)
def test_file_system_of_a_server_may_be_gone(kind: str, remote: bool) -> None:
    assert mounts.is_remote(mounts.Mount("/", "/srv", kind, "any", True)) is remote


FSTAB = """\
# /dev/vdz /old ext4 defaults 0 0
UUID=1-a /srv/my\\040dumps xfs defaults,noauto 0 2
store:/dumps/ /nfs nfs defaults 0 0
/dev/vdc /half
"""


@pytest.mark.parametrize(
    ("location", "point"),
    [
        ("UUID=1-a", "/srv/my dumps"),
        ("/dev/vdb1", "/srv/my dumps"),
        ("/dev/disk/by-uuid/1-a", "/srv/my dumps"),
        ("store:/dumps", "/nfs"),
        ("/dev/vdz", None),
        ("/dev/vdc", None),
    ],
)
def test_row_of_fstab_is_found_by_any_name_of_its_source(location: str, point: Optional[str]) -> None:
    host = FakeHost(files={"/etc/fstab": FSTAB})
    host.links["/dev/disk/by-uuid/1-a"] = "/dev/vdb1"
    row = mounts.listed(host, location)
    assert (row and row[1]) == point


@pytest.mark.parametrize("member", ["vdb", "vdc"])
def test_btrfs_over_two_disks_keeps_its_name_whichever_of_them_is_named(member: str) -> None:
    host = FakeHost(files={"/sys/fs/btrfs/1-a/devices/%s" % name: "" for name in ("vdb", "vdc")})
    host.links["/dev/disk/by-uuid/1-a"] = "/dev/vdb"
    (mount,) = mounts.mounts("30 22 0:40 / /srv rw - btrfs /dev/%s rw\n" % member)
    assert mounts.lasting_source(host, mount) == "/dev/disk/by-uuid/1-a"
    assert mounts.lasting_source(FakeHost(), mount) is None


def test_a_mount_point_with_a_blank_and_letters_of_any_script_is_read() -> None:
    table = "30 22 0:40 / /mnt/日本\\040é\udcff\\777 rw - fuse x rw\n"
    assert mounts.mounts(table)[0].point == "/mnt/日本 é\udcff\udcff"


@pytest.mark.parametrize(
    ("point", "name"),
    [
        ("/var/crash", "var-crash.mount"),
        ("/srv/kernel-dumps", "srv-kernel\\x2ddumps.mount"),
        ("/.snapshots/a b", "\\x2esnapshots-a\\x20b.mount"),
        ("/mnt/\u00e4", "mnt-\\xc3\\xa4.mount"),
    ],
)
def test_a_mount_unit_is_named_as_systemd_escapes_paths(point: str, name: str) -> None:
    assert mounts.unit_name(point) == name
