# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of the dump target: what it is made of, which drivers it needs, and whether the next boot has it."""

from typing import Any, Dict, Optional

from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    MOUNTS,
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Maker, Said, Situation

CRASH = "30 22 0:99 / /var/crash rw,relatime shared:9 - %s rw\n"
ROUTE = "Iface\tDestination\tGateway\n%s\t00000000\t0100000A\t0003\n"
QUIET = "ready_unproven, no word"


def crash_on(kind: str, source: str, table: bool = True) -> Dict[str, Any]:
    """Return the files of a host whose dump directory is a file system of its own, in fstab unless told otherwise."""
    files = {"/proc/self/mountinfo": MOUNTS + CRASH % ("%s %s" % (kind, source)), "/proc/net/route": ROUTE % "eth0"}
    return dict(files, **({"/etc/fstab": "%s /var/crash %s defaults 0 0\n" % (source, kind)} if table else {}))


def block(name: str, place: str, **attributes: str) -> Dict[str, Any]:
    """Return the files of a block device in /sys: attributes are its files, two underscores for a slash."""
    named = "/sys/class/block/%s" % name
    files = {named: "", place: ""}
    return dict(files, **{"%s/%s" % (named, path.replace("__", "/")): text for path, text in attributes.items()})


def answering(host: FakeHost) -> None:
    """Let the server of the dump directory answer."""
    host.answers["stat -f -c %T /var/crash"] = "UNKNOWN\n"


def made_of(
    name: str, kind: str, device: str, on: Maker = armed_debian, status: str = "warn", words: str = "", **more: Any
) -> Situation:
    """Return a situation in which the type of the file system is a doubt, or leaves no dump."""
    verdict = "not_ready" if status == "fail" else "ready_unproven"
    says = {"target_supported": (status, words or kind)}
    if kind in ("cifs", "ceph", "fuse.glusterfs"):
        says["capture_network"] = ("pass", "an ordinary interface")
    return Situation(name, on, crash_on(kind, device), answering, says, verdict, before=QUIET, **more)


TYPES = [
    made_of(
        "the dumps go to a data set of ZFS", "zfs", "tank/crash", source="https://github.com/openzfs/zfs/issues/6476"
    ),
    made_of("the dumps go to a Windows share", "cifs", "//store/dumps", armed_el10),
    made_of("the dumps go to Ceph's file system", "ceph", "10.0.0.9:6789:/dumps", armed_el9),
    made_of("the dumps go to GlusterFS", "fuse.glusterfs", "store:/dumps", armed_el9),
    made_of("the dumps go to a folder of the hypervisor over 9p", "9p", "hostshare", armed_ubuntu),
    made_of("the dumps go to f2fs", "f2fs", "/dev/vdb", armed_el10),
    made_of("the dumps go to a memory device's own file system", "devtmpfs", "udev", status="fail"),
    made_of("the dumps go to the initramfs", "rootfs", "rootfs", armed_el8, status="fail", words="memory"),
    made_of("the dumps go to a read-only image", "squashfs", "/dev/vdb", armed_el9, status="fail", words="written"),
    Situation(
        "apport of Ubuntu has opened the default dump directory to every user",
        armed_ubuntu,
        change=lambda host: host.directories.update({"/var/crash": 0o3777}),
        says={"dump_directory_private": ("warn", "3777, owner 0")},
        verdict="degraded",
        before=QUIET,
    ),
    Situation(
        "the root file system is ZFS, and the dumps go to a disk of their own",
        armed_ubuntu,
        {"/proc/self/mountinfo": MOUNTS.replace("ext4 /dev/vda1", "zfs rpool/ROOT") + CRASH % "ext4 /dev/vdb"},
        says={"target_supported": ("warn", "boots the root file system")},
        source="https://github.com/openzfs/zfs/issues/6476",
        before=QUIET,
    ),
    Situation(
        "the root is a read-only image of composefs, and /var lies on xfs",
        armed_el10,
        {
            "/proc/self/mountinfo": MOUNTS.replace("ext4 /dev/vda1", "overlay composefs")
            + "31 22 254:1 /ostree/deploy/default/var /var rw,relatime - xfs /dev/vda1 rw\n",
            "/etc/fstab": "",
            "/run/systemd/generator/var.mount": "[Mount]\n",
        },
        source="https://github.com/rhkdump/kdump-utils/pull/28",
    ),
    Situation(
        "the dump directory is a bind mount of a directory of the root file system",
        armed_el9,
        {
            "/proc/self/mountinfo": MOUNTS + "30 22 254:1 /srv/crash /var/crash rw,relatime - ext4 /dev/vda1 rw\n",
            "/etc/fstab": "/srv/crash /var/crash none bind 0 0\n",
        },
    ),
    Situation(
        "it cannot be seen what the dump directory lies on",
        armed_debian,
        {"/proc/self/mountinfo": None},
        says={"target_supported": ("unknown", "/var/crash"), "target_writable": ("skip", "")},
        before=QUIET,
    ),
]


def layered(
    name: str, device: str, files: Dict[str, Any], word: str, on: Maker = armed_debian, **more: Any
) -> Situation:
    """Return a situation in which a device below the dumps is a doubt; a word that begins with ! is no dump at all."""
    status, verdict = ("fail", "not_ready") if word.startswith("!") else ("warn", "ready_unproven")
    says = {"target_supported": (status, word.lstrip("!"))} if word else {}
    made = dict(crash_on("ext4", "/dev/" + device), **files)
    return Situation(name, on, made, says=says, verdict=verdict, before=QUIET, **more)


VIRTUAL = "/sys/devices/virtual/block/"
DEVICES = [
    layered("the dumps go to compressed memory", "zram0", block("zram0", VIRTUAL + "zram0"), "!memory"),
    layered("the dumps go to a RAM disk", "ram0", block("ram0", VIRTUAL + "ram0"), "!memory", armed_el9),
    layered("the dumps go to a file that is mounted by a loop", "loop3", block("loop3", VIRTUAL + "loop3"), "loop"),
    layered("the dumps go to a network block device", "nbd0", block("nbd0", VIRTUAL + "nbd0"), "nbd", armed_el9),
    layered("the dumps go to a block device of Ceph", "rbd0", block("rbd0", "/sys/devices/rbd/0/block/rbd0"), "rbd"),
    layered("the dumps go to a mirror of DRBD", "drbd1", block("drbd1", VIRTUAL + "drbd1"), "drbd", armed_el8),
    layered("the dumps go through a cache", "bcache0", block("bcache0", VIRTUAL + "bcache0"), "bcache"),
    layered(
        "the dumps go to a device that dmsetup made by hand",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="\n"),
        "mapped",
        armed_el9,
    ),
    layered(
        "the dumps go to a volume of VDO",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf-vpool\n"),
        "vdo",
        armed_el9,
    ),
    layered(
        "the dumps go to a snapshot",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf-cow\n"),
        "snapshot",
        armed_el9,
    ),
    layered(
        "the dumps go to a volume behind LVM's cache",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf-cdata\n"),
        "cache",
    ),
    layered(
        "the dumps go to a plain volume of LVM",
        "dm-4",
        block("dm-4", VIRTUAL + "dm-4", dm__uuid="LVM-aB3dEf\n"),
        "",
        armed_el9,
    ),
    layered(
        "the dumps go to an NVMe disk",
        "nvme0n1p2",
        block("nvme0n1p2", "/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1/nvme0n1p2", partition="2\n"),
        "",
        armed_el10,
    ),
]
SITUATIONS = [*TYPES, *DEVICES]


DISK = "/sys/devices/pci0000:00/virtio1"
MODULES = """\
virtio_net 65536 0 - Live 0x0
ext4 940000 1 - Live 0x0
virtio_blk 28672 2 - Live 0x0
virtio_pci 28672 0 - Live 0x0
virtio 16384 3 virtio_net,virtio_blk,virtio_pci, Live 0x0
mlx5_core 2097152 1 mlx5_ib, Live 0x0
mlx5_ib 458752 0 - Live 0x0
ib_core 524288 1 mlx5_ib, Live 0x0
nouveau 2400000 0 - Live 0x0
"""
# eth0 is a card of mlx5_core, eth1 one of virtio_net
LINKS = {
    "/sys/class/net/eth0": "/sys/devices/pci0000:00/0000:00:07.0/net/eth0",
    "/sys/devices/pci0000:00/0000:00:07.0/driver/module": "/sys/module/mlx5_core",
    "/sys/class/net/eth1": "/sys/devices/pci0000:00/virtio2/net/eth1",
    "/sys/devices/pci0000:00/virtio2/driver/module": "/sys/module/virtio_net",
    DISK + "/driver/module": "/sys/module/virtio_blk",
}
EXTRAS = ("warn", "the driver nouveau; the driver mlx5_core; the driver ib_core")


def wired(host: FakeHost) -> None:
    """Let the devices of a host lead to their drivers, and the server of an nfs target answer."""
    host.links.update(LINKS)
    answering(host)


def appended(words: str, stack: str = "kdumpctl") -> Dict[str, Any]:
    """Return the file by which the capture kernel gets some words more."""
    if stack == "kdump-tools":
        own = "reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 panic=10"
        return {"/etc/default/kdump-tools": 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="%s %s"\n' % (own, words)}
    text = 'KDUMP_IMG="vmlinuz"\nKDUMP_COMMANDLINE_APPEND="nr_cpus=1 reset_devices %s"\n'
    return {"/etc/sysconfig/kdump": text % words}


def driven(
    name: str, on: Maker, files: Dict[str, Any], said: Optional[Said], extras: Optional[Said] = EXTRAS, **more: Any
) -> Situation:
    """Return a situation of a host with MODULES; said is what target_drivers must say, None: what it always says."""
    says = dict({"memory_extras": extras} if extras else {}, **({"target_drivers": said} if said else {}))
    says.update(more.pop("says", {}))
    verdict = more.pop("verdict", "not_ready" if said and said[0] == "fail" else "ready_unproven")
    return Situation(name, on, dict({"/proc/modules": MODULES}, **files), wired, says, verdict, **more)


KEPT_OUT = [
    driven(
        "rd.driver.blacklist keeps the disk's driver out",
        armed_el9,
        appended("rd.driver.blacklist=virtio_blk"),
        ("fail", "virtio_blk (for vda1), which is kept out by rd.driver.blacklist"),
        before=QUIET,
    ),
    driven(
        "rd.driver.blacklist names the disk's driver with a hyphen",
        armed_el8,
        appended("rd.driver.blacklist=nouveau,virtio-blk"),
        ("fail", "virtio_blk"),
        ("warn", "mlx5_core; the driver ib_core"),
        before=QUIET,
    ),
    driven(
        "rd.driver.blacklist keeps the driver of the file system out",
        armed_el10,
        appended("rd.driver.blacklist=ext4"),
        ("fail", "ext4"),
        before=QUIET,
    ),
    driven(
        "module_blacklist names a module that the disk's driver uses",
        armed_el9,
        appended("module_blacklist=virtio"),
        ("fail", "virtio (for vda1), which is kept out by module_blacklist"),
        before=QUIET,
    ),
    driven(
        "rd.driver.blacklist names a module that the disk's driver loads by its name",
        armed_el9,
        appended("rd.driver.blacklist=virtio"),
        None,
    ),
    driven(
        "rd.driver.blacklist keeps only a graphics driver out",
        armed_el9,
        appended("rd.driver.blacklist=nouveau"),
        None,
        ("warn", "mlx5_core; the driver ib_core"),
    ),
    driven(
        "rd.driver.blacklist stands in a comment",
        armed_el9,
        {
            "/etc/sysconfig/kdump": 'KDUMP_IMG="vmlinuz"\n# rd.driver.blacklist=nouveau,virtio_blk\n'
            'KDUMP_COMMANDLINE_APPEND="nr_cpus=1 reset_devices"\n'
        },
        None,
        before="the driver nouveau counted as blocked",
    ),
    driven(
        "kdump-tools does not know rd.driver.blacklist",
        armed_debian,
        appended("rd.driver.blacklist=virtio_blk", "kdump-tools"),
        None,
        says={"capture_restarts": ("pass", "panic=10")},
        source="a panic on Debian 12 left a dump",
    ),
    driven(
        "modprobe.blacklist keeps the disk's driver out on kdump-tools",
        armed_debian,
        appended("modprobe.blacklist=virtio_blk", "kdump-tools"),
        ("fail", "virtio_blk"),
        says={"capture_restarts": ("pass", "panic=10")},
        before=QUIET,
    ),
    driven(
        "dracut_args leave the disk's driver out",
        armed_el9,
        {"/etc/kdump.conf": 'path /var/crash\ndracut_args --omit-drivers "nouveau virtio_blk"\n'},
        ("fail", "omit_drivers of dracut_args"),
        ("warn", "mlx5_core; the driver ib_core"),
        before=QUIET,
    ),
    driven(
        "dracut_args leave a driver out that extra_modules add",
        armed_el9,
        {"/etc/kdump.conf": "path /var/crash\ndracut_args --omit-drivers virtio_blk\nextra_modules virtio_blk\n"},
        None,
    ),
    driven(
        "a drop-in of dracut's leaves the disk's driver out",
        armed_el10,
        {"/etc/dracut.conf.d/small.conf": 'omit_drivers+=" nouveau virtio_blk "\n'},
        ("fail", "/etc/dracut.conf.d/small.conf"),
        ("warn", "mlx5_core; the driver ib_core"),
        before=QUIET,
    ),
    driven(
        "an empty drop-in masks the one that leaves the disk's driver out",
        armed_el10,
        {
            "/usr/lib/dracut/dracut.conf.d/small.conf": 'omit_drivers+=" virtio_blk "\n',
            "/etc/dracut.conf.d/small.conf": "# nothing\n",
        },
        None,
    ),
    driven(
        "dracut.conf leaves kdump's own module out",
        armed_el8,
        {"/etc/dracut.conf": 'omit_dracutmodules+=" plymouth kdumpbase "\n'},
        ("fail", "kdumpbase"),
        before=QUIET,
    ),
    driven(
        "dracut_args leave the module out that no target needs",
        armed_el9,
        {"/etc/kdump.conf": 'path /var/crash\ndracut_args --omit "plymouth lvm" --add-drivers xfs\n'},
        None,
    ),
    driven(
        "dracut_args build an image without any driver",
        armed_el9,
        {"/etc/kdump.conf": "path /var/crash\ndracut_args --no-kernel\n"},
        ("fail", "kernel-modules"),
        before=QUIET,
    ),
    driven(
        "a line of modprobe.d keeps the loaded driver of the disk out",
        armed_debian,
        {"/etc/modprobe.d/hardening.conf": "install virtio_blk /bin/false\nblacklist cramfs\n"},
        ("warn", "/etc/modprobe.d/hardening.conf"),
        before=QUIET,
    ),
    driven(
        "the dump directory lies on an export, and the driver of the card that leads there is kept out",
        armed_el9,
        dict(
            appended("rd.driver.blacklist=mlx5_core"),
            **crash_on("nfs4", "store:/dumps"),
        ),
        ("fail", "mlx5_core (for eth0)"),
        ("warn", "the driver nouveau; the driver ib_core"),
        says={"capture_network": ("pass", "ordinary")},
        before="ready_unproven, capture_network skipped as the target is local",
    ),
    driven(
        "the system boots from a USB disk, which kdump-tools' own words switch off",
        armed_debian,
        {
            "/proc/modules": "usb_storage 81920 1 uas, Live 0x0\nuas 32768 1 - Live 0x0\next4 940000 1 - Live 0x0\n",
            **block("sda1", "/sys/devices/pci0000:00/usb1/1-1/block/sda/sda1", partition="1\n"),
            "/proc/self/mountinfo": MOUNTS.replace("vda1", "sda1"),
        },
        ("fail", "usbcore.nousb"),
        None,
        before=QUIET,
    ),
]
KEPT_OUT[-1] = KEPT_OUT[-1]._replace(
    change=lambda host: host.links.update({"/sys/class/block/sda1": "/sys/devices/pci0000:00/usb1/1-1/block/sda/sda1"})
)
SITUATIONS += KEPT_OUT

MIXED = MODULES + "xfs 2000000 1 - Live 0x0\n"
NOT_NAMED = "of dracut_args in /etc/kdump.conf, which does not name it"


def dracut_args(words: str) -> Dict[str, Any]:
    """Return the file by which dracut gets some words more."""
    return {"/etc/kdump.conf": "path /var/crash\ndracut_args %s\n" % words}


def vendor(name: str) -> Dict[str, Any]:
    """Return the file by which dracut knows a guest of QEMU."""
    return {"/sys/class/dmi/id/sys_vendor": name + "\n"}


LISTED = [
    driven(
        "dracut_args list the drivers, without that of the file system",
        armed_el9,
        dict(dracut_args('--drivers "virtio_blk virtio_net"')),
        ("fail", "ext4, which is kept out by drivers " + NOT_NAMED),
        before=QUIET,
    ),
    driven(
        "dracut_args list the drivers, and both of the target are among them",
        armed_el9,
        dracut_args("--drivers=virtio-blk --drivers ext4"),
        None,
    ),
    driven(
        "dracut_args list the drivers, and the machine may be a guest of QEMU, whose disks dracut adds",
        armed_el9,
        dracut_args("--drivers ext4"),
        ("warn", "virtio_blk (for vda1), which is kept out by drivers " + NOT_NAMED),
        before=QUIET,
    ),
    driven(
        "dracut_args list the drivers of a guest of QEMU, to which dracut adds that of its disk",
        armed_el9,
        dict(dracut_args("-d ext4"), **vendor("QEMU")),
        None,
    ),
    driven(
        "dracut_args list the drivers of a machine of metal, without that of its disk",
        armed_el8,
        dict(dracut_args("--drivers ext4"), **{"/proc/cpuinfo": "flags\t\t: fpu vme\n"}),
        ("fail", "virtio_blk"),
        before=QUIET,
    ),
    driven(
        "dracut.conf lists the drivers, and a later file of its directory takes that back",
        armed_el9,
        {"/etc/dracut.conf": 'drivers="nbd"\n', "/etc/dracut.conf.d/20-x.conf": 'drivers=""\n'},
        None,
    ),
    driven(
        "a drop-in of dracut's adds to a list of drivers, which is empty before",
        armed_el10,
        {"/etc/dracut.conf.d/20-x.conf": 'drivers+=" virtio_blk "\n'},
        ("fail", "ext4, which is kept out by drivers of /etc/dracut.conf.d/20-x.conf"),
        before=QUIET,
    ),
    driven(
        "a drop-in of dracut's lists nothing but a blank",
        armed_el10,
        {"/etc/dracut.conf.d/20-x.conf": 'drivers=" "\n'},
        ("fail", "ext4, which is kept out by drivers"),
        before=QUIET,
    ),
    driven(
        "dracut lists the file systems: kdump builds for this host, whose own one comes in any case",
        armed_el9,
        dict(dracut_args("--filesystems xfs"), **{"/etc/dracut.conf.d/fs.conf": 'filesystems="vfat"\n'}),
        None,
    ),
    driven(
        "dracut_args build for any host, with a list of file systems that lacks the target's",
        armed_el9,
        dracut_args("--no-hostonly --filesystems xfs"),
        ("fail", "ext4, which is kept out by filesystems " + NOT_NAMED),
        before=QUIET,
    ),
    driven(
        "dracut_args list the modules of dracut, without the one that brings the drivers",
        armed_el9,
        dracut_args('-m "base kdumpbase"'),
        ("fail", "kernel-modules, which is kept out by dracutmodules"),
        before=QUIET,
    ),
    driven(
        "dracut_args list the modules of dracut, and add the one that brings the drivers",
        armed_el9,
        dracut_args("--modules base --add kernel-modules"),
        None,
    ),
    driven(
        "dracut_args build an image that holds nothing but drivers",
        armed_el10,
        dracut_args("--kernel-only"),
        ("fail", "base, which is kept out by kernel_only"),
        before=QUIET,
    ),
    driven(
        "kdump's own drop-in of dracut's takes back what an earlier one leaves out",
        armed_el10,
        {
            "/etc/dracut.conf.d/50-x.conf": 'omit_dracutmodules+=" kdumpbase "\n',
            "/lib/kdump/dracut.conf.d/99-kdump.conf": "omit_dracutmodules=' plymouth '\nomit_drivers+=' nouveau '\n",
        },
        None,
        ("warn", "the driver mlx5_core; the driver ib_core"),
        before="target_drivers: kdumpbase is kept out",
    ),
    driven(
        "a later drop-in of dracut's takes back which drivers an earlier one leaves out",
        armed_el9,
        {
            "/etc/dracut.conf.d/99-a.conf": 'omit_drivers+=" virtio_blk "\n',
            "/etc/dracut.conf.d/100-b.conf": 'omit_drivers=""\n',
        },
        None,
        before="target_drivers: virtio_blk is kept out",
    ),
    driven(
        "the way to the target is not known, and dracut lists the drivers",
        armed_el9,
        dict(dracut_args('--drivers "ext4"'), **crash_on("ext4", "/dev/mapper/gone")),
        ("unknown", "/dev/mapper/gone is not known"),
        before=QUIET,
    ),
]
INITCALLS = [
    driven(
        "the capture kernel does not start the driver of the disk",
        armed_el9,
        appended("initcall_blacklist=acpi_cpufreq_init,virtio_blk_init"),
        ("fail", "virtio_blk (for vda1), which is kept out by initcall_blacklist=virtio_blk_init"),
        before=QUIET,
    ),
    driven(
        "the capture kernel does not start the driver of the disk, which is built into the kernel",
        armed_ubuntu,
        dict(
            appended("initcall_blacklist=virtio_blk_init", "kdump-tools"),
            **{"/proc/modules": "mlx5_core 2097152 0 - Live 0x0\n"},
        ),
        ("fail", "virtio_blk"),
        ("warn", "the driver mlx5_core"),
        says={"capture_restarts": ("pass", "panic=10")},
        before=QUIET,
    ),
    driven(
        "the capture kernel does not start the file system of the target",
        armed_el10,
        dict(
            appended("initcall_blacklist=init_xfs_fs"),
            **{"/proc/modules": MIXED, "/proc/self/mountinfo": MOUNTS.replace("ext4", "xfs")},
        ),
        ("fail", "xfs"),
        before=QUIET,
    ),
    driven(
        "the capture kernel does not start what has nothing to do with a dump",
        armed_el9,
        appended("initcall_blacklist=sysfb_init"),
        None,
    ),
    driven(
        "the capture kernel does not start something, and which driver that is cannot be seen",
        armed_el9,
        appended("initcall_blacklist=init"),
        ("unknown", "initcall_blacklist=init"),
        before=QUIET,
    ),
    driven(
        "the running kernel was booted with the same blacklist of functions, and has the disk",
        armed_debian,
        dict(
            appended("quiet", "kdump-tools"),
            **{"/proc/cmdline": "root=/dev/vda1 ro crashkernel=384M-:128M initcall_blacklist=foo_init\n"},
        ),
        None,
        says={"capture_restarts": ("pass", "panic=10")},
    ),
]
RAID = {
    **block("dm-3", VIRTUAL + "dm-3", dm__uuid="LVM-aB3dEf\n", dm__name="vg-crash\n"),
    **block("dm-1", VIRTUAL + "dm-1", dm__uuid="LVM-aB3dE0\n", dm__name="vg-crash_rimage_0\n"),
    **block("dm-2", VIRTUAL + "dm-2", dm__uuid="LVM-aB3dE1\n", dm__name="vg-crash_rmeta_0\n"),
    "/sys/class/block/dm-3/slaves/dm-1": "",
    "/sys/class/block/dm-3/slaves/dm-2": "",
}
RAIDED = (
    MODULES
    + "dm_mod 200000 9 dm_raid, Live 0x0\ndm_raid 40000 1 - Live 0x0\n"
    + "md_mod 200000 4 raid1,raid0,dm_raid,raid456, Live 0x0\n"
    + "raid456 200000 1 dm_raid, Live 0x0\nraid1 60000 1 - Live 0x0\nraid0 30000 1 - Live 0x0\n"
)
ARRAY = {**block("md0", VIRTUAL + "md0", md__level="raid0\n")}


def on_raid(name: str, words: str, said: Optional[Said], **more: Any) -> Situation:
    """Return a situation of dumps on a volume of LVM's RAID, beside an array of mdadm of another level."""
    files = dict(crash_on("ext4", "/dev/dm-3"), **RAID)
    files.update(ARRAY, **{"/proc/modules": RAIDED})
    return driven(name, armed_el9, dict(files, **appended(words)), said, **more)


LVM_RAID = [
    on_raid("the dumps go to a volume of LVM's RAID", "quiet", None),
    on_raid(
        "the driver of LVM's RAID is kept from udev, and LVM loads it by its name",
        "rd.driver.blacklist=dm-raid",
        None,
    ),
    on_raid(
        "the dumps go to a volume of LVM's RAID, whose driver nothing may load",
        "module_blacklist=dm-raid",
        ("fail", "dm_raid (for dm-2), which is kept out by module_blacklist"),
        before=QUIET,
    ),
    on_raid(
        "the dumps go to a volume of LVM's RAID, whose level nothing may load",
        "module_blacklist=raid1",
        ("fail", "raid1 (for LVM RAID), which is kept out by module_blacklist"),
        before=QUIET,
    ),
    on_raid(
        "the dumps go to a volume of LVM's RAID, and only the level of another array is kept out",
        "module_blacklist=raid0",
        None,
    ),
]
SITUATIONS += [*LISTED, *INITCALLS, *LVM_RAID]


def standing(
    name: str, on: Maker, options: Optional[str], says: Dict[str, Said], kind: str = "ext4", **more: Any
) -> Situation:
    """Return a situation of a mounted dump directory; options are those of fstab, None where that does not have it."""
    source = "store:/dumps" if kind == "nfs4" else "/dev/vdb"
    files = dict(crash_on(kind, source, table=False), **{"/run/systemd/system": "", "/etc/fstab": "# nothing\n"})
    if options is not None:
        files["/etc/fstab"] = "%s /var/crash %s %s 0 2\n" % (source, kind, options)
    files.update(more.pop("files", {}))
    statuses = {status for status, dummy in says.values()}
    verdict = more.pop("verdict", "ready_unproven")
    verdict = "not_ready" if "fail" in statuses else more.pop("worse", verdict)
    return Situation(name, on, files, answering, says, verdict, **more)


AZURE = "defaults,nofail,x-systemd.requires=cloud-init.service,_netdev,comment=cloudconfig"
BELOW = "/var/crash (_netdev in /etc/fstab): the dump would land in the directory below it"
ROUTED = {"capture_network": ("pass", "an ordinary interface")}
STANDING = [
    standing(
        "cloud-init mounts the disk of the dumps over the network",
        armed_debian,
        AZURE,
        {"target_in_capture": ("fail", BELOW), "target_at_boot": ("pass", "")},
        source="https://github.com/canonical/cloud-init/pull/1213; a panic on Debian 12 left its dump below the mount",
        before=QUIET,
    ),
    standing("the image of kdumpctl mounts what cloud-init mounts", armed_el9, AZURE, {"target_at_boot": ("pass", "")}),
    standing(
        "older cloud-init mounts the disk of the dumps late",
        armed_ubuntu,
        "defaults,nofail,x-systemd.requires=cloud-init.service,comment=cloudconfig",
        {"target_in_capture": ("warn", "does not wait for /var/crash"), "target_at_boot": ("pass", "")},
        source="https://github.com/canonical/cloud-init/issues/2781",
        before=QUIET,
    ),
    standing(
        "the disk of the dumps may be missing at boot",
        armed_debian,
        "defaults,nofail",
        {"target_in_capture": ("warn", "nofail"), "target_at_boot": ("pass", "")},
        before=QUIET,
    ),
    standing(
        "the disk of the dumps is an ordinary one of fstab",
        armed_debian,
        "defaults",
        {"target_in_capture": ("pass", ""), "target_at_boot": ("pass", "")},
    ),
    standing(
        "the disk of the dumps was mounted by hand",
        armed_el9,
        None,
        {"target_at_boot": ("warn", "neither /etc/fstab nor a unit")},
        worse="degraded",
        before=QUIET,
    ),
    standing(
        "the disk of the dumps was mounted by hand, and the capture kernel boots the root",
        armed_debian,
        None,
        {"target_at_boot": ("warn", "neither"), "target_in_capture": ("fail", "does not have it")},
        before=QUIET,
    ),
    standing(
        "a unit mounts the disk of the dumps",
        armed_debian,
        None,
        {"target_at_boot": ("pass", ""), "target_in_capture": ("pass", "")},
        files={"/etc/systemd/system/var-crash.mount": "[Mount]\n"},
    ),
    standing(
        "fstab mounts the disk of the dumps on demand",
        armed_debian,
        "noauto",
        {"target_at_boot": ("warn", "noauto"), "target_in_capture": ("fail", "noauto")},
        before=QUIET,
    ),
    standing(
        "fstab mounts the disk of the dumps on demand, and kdumpctl's image mounts it by itself",
        armed_el9,
        "defaults,noauto",
        {"target_at_boot": ("warn", "noauto")},
        worse="degraded",
        before=QUIET,
    ),
    standing(
        "systemd mounts the disk of the dumps when it is looked at",
        armed_debian,
        "noauto,x-systemd.automount",
        {"target_at_boot": ("pass", ""), "target_in_capture": ("pass", "")},
    ),
    standing(
        "the local path of kdump-tools lies on an export",
        armed_debian,
        "defaults",
        dict(ROUTED, target_at_boot=("pass", ""), target_in_capture=("fail", "a server holds it")),
        kind="nfs4",
        before="ready_unproven, capture_network skipped as the target is local",
    ),
    standing(
        "the local path of kdumpctl lies on an export over a bond",
        armed_el9,
        "defaults",
        {"target_at_boot": ("pass", ""), "capture_network": ("warn", "bond0 (bond)")},
        kind="nfs4",
        files={"/proc/net/route": ROUTE % "bond0", "/sys/class/net/bond0/uevent": "DEVTYPE=bond\n"},
        before="ready_unproven, capture_network skipped as the target is local",
    ),
    standing(
        "the local path of kdumpctl lies on an export over a tunnel",
        armed_el10,
        "defaults",
        {"target_at_boot": ("pass", ""), "capture_network": ("warn", "wg0 (wireguard)")},
        kind="nfs4",
        files={"/proc/net/route": ROUTE % "wg0", "/sys/class/net/wg0/uevent": "DEVTYPE=wireguard\n"},
        before="ready_unproven, capture_network skipped as the target is local",
    ),
    standing(
        "the local path of kdumpctl lies on an export that wants Kerberos",
        armed_el9,
        "sec=krb5p",
        {"target_at_boot": ("pass", ""), "capture_network": ("fail", "sec=krb5p")},
        kind="nfs4",
        files={
            "/proc/self/mountinfo": MOUNTS + CRASH % "nfs4 store:/dumps" + "31 22 0:99 / /var/crash rw shared:9 - nfs4 "
            "store:/dumps rw,vers=4.2,sec=krb5p,addr=10.0.0.9\n"
        },
        before="ready_unproven, capture_network skipped as the target is local",
    ),
]
VDB = "/sys/devices/pci0000:00/0000:00:09.0/host0/target0:0:0/0:0:0:0/block/%s"


def losing(name: str, on: Maker, device: str, files: Dict[str, Any], word: str, **more: Any) -> Situation:
    """Return a situation of a disk that a cloud empties; an empty word is one that only looks like it."""
    made = dict(crash_on("ext4", "/dev/" + device), **block(device, VDB % device))
    says = {"target_disk_kept": ("warn", word)} if word else {}
    verdict = "degraded" if word else "ready_unproven"
    return Situation(name, on, dict(made, **files), None, says, verdict, before=QUIET if word else "", **more)


def azure(host: FakeHost) -> None:
    """Let Azure's name lead to the disk."""
    host.links["/dev/disk/cloud/azure_resource"] = "/dev/sdb"


LOSING = [
    losing(
        "the dumps go to an instance store of Amazon",
        armed_el9,
        "nvme1n1",
        {"/sys/class/block/nvme1n1/device/model": "Amazon EC2 NVMe Instance Storage        \n"},
        "Instance Storage",
    ),
    losing(
        "the dumps go to a volume of Amazon that stays",
        armed_el9,
        "nvme1n1",
        {"/sys/class/block/nvme1n1/device/model": "Amazon Elastic Block Store              \n"},
        "",
    ),
    losing(
        "the dumps go to a local SSD of Google",
        armed_debian,
        "nvme0n1",
        {"/sys/class/block/nvme0n1/device/model": "nvme_card0\n"},
        "nvme_card0",
    ),
    losing(
        "the dumps go to a disk of Google that stays",
        armed_debian,
        "nvme0n1",
        {"/sys/class/block/nvme0n1/device/model": "nvme_card-pd\n"},
        "",
    ),
    losing(
        "the dumps go to the disk in which Azure warns of data loss",
        armed_ubuntu,
        "sdb",
        {"/var/crash/DATALOSS_WARNING_README.txt": "WARNING: THIS IS A TEMPORARY DISK.\n"},
        "DATALOSS_WARNING_README.txt",
        source="https://github.com/osbuild/image-builder/issues/1426",
    ),
    losing(
        "the dumps go to the resource disk of Azure",
        armed_el8,
        "sdb",
        {},
        "/dev/disk/cloud/azure_resource",
        source="https://github.com/canonical/cloud-init/issues/3370",
    )._replace(change=azure),
]
SITUATIONS += [*STANDING, *LOSING]


def of_conf(
    name: str, table: str, said: Optional[Said] = None, conf: str = "ext4 LABEL=dumps", **more: Any
) -> Situation:
    """Return a situation of a disk that kdump.conf names as the target, and that is mounted; table is fstab's line."""
    files = {
        "/etc/kdump.conf": conf + "\npath /crash\ncore_collector makedumpfile -l -d 31\n",
        "/proc/mounts": "/dev/vda1 / ext4 rw 0 0\n/dev/vdb1 /mnt/dumps ext4 rw 0 0\n",
        "/proc/self/mountinfo": MOUNTS + CRASH.replace("/var/crash", "/mnt/dumps") % "ext4 /dev/vdb1",
        "/run/systemd/system": "",
        "/etc/fstab": "/dev/vda1 / ext4 defaults 0 1\n" + table,
        "/dev/vdb1": "",
    }
    files.update(block("vdb1", DISK + "/block/vdb/vdb1", partition="1\n"))
    files.update(more.pop("files", {}))
    says = dict({"path_meaning": ("pass", "")}, **more.pop("says", {}), **({"target_at_boot": said} if said else {}))
    return Situation(name, armed_el9, files, labelled, says, "degraded" if said else "ready_unproven", **more)


def labelled(host: FakeHost) -> None:
    """Let the disk's label lead to it, and give it a directory for dumps."""
    host.links["/dev/disk/by-label/dumps"] = "/dev/vdb1"
    host.kinds["/dev/vdb1"] = "block"
    host.answers["blkid -p -o export /dev/vdb1"] = "TYPE=ext4\nUSAGE=filesystem\n"
    host.directories["/mnt/dumps/crash"] = 0o700
    host.free["/mnt/dumps/crash"] = 4 << 30


BY_HAND = ("warn", "kdump does not start at the next boot")
OF_CONF = [
    of_conf("the disk that kdump.conf names was mounted by hand", "", BY_HAND, before=QUIET),
    of_conf("fstab has the disk that kdump.conf names", "LABEL=dumps /mnt/dumps ext4 defaults 0 2\n"),
    of_conf(
        "fstab has the disk that kdump.conf names by its device, on demand and elsewhere",
        "/dev/vdb1 /elsewhere ext4 defaults,noauto 0 2\n",
    ),
    of_conf(
        "a unit mounts the disk that kdump.conf names",
        "",
        files={"/etc/systemd/system/mnt-dumps.mount": "[Mount]\n"},
    ),
    of_conf(
        "the disk was mounted by hand, and dracut's own --mount names it",
        "",
        conf='dracut_args --mount "/dev/vdb1 /mnt/dumps ext4 defaults"',
    ),
    of_conf(
        "kdump.conf's disk in a thin pool was mounted by hand",
        "",
        files={"/sys/class/block/vdb1/slaves/dm-9": "", **block("dm-9", VIRTUAL + "dm-9", dm__uuid="LVM-aB3-tpool\n")},
        says={"thin_pool": ("unknown", "")},
    ),
]
SITUATIONS += OF_CONF


# an NVMe disk that its kernel reaches by two controllers, which the subsystem has links to
SUBSYSTEM = "/sys/devices/virtual/nvme-subsystem/nvme-subsys0"
CARD = "/sys/devices/pci0000:00/0000:00:0%d.0"
OVER_TCP = "/sys/devices/virtual/nvme-fabrics/ctl/nvme%d"


def of_two_controllers(
    name: str, places: str, on: Maker = armed_el9, files: Optional[Dict[str, Any]] = None, **more: Any
) -> Situation:
    """Return a situation of such a disk; places: where its controllers are."""
    made = dict(crash_on("ext4", "/dev/nvme0n1p2"), **block("nvme0n1p2", SUBSYSTEM + "/nvme0n1/nvme0n1p2"))
    made.update({"/sys/class/block/nvme0n1p2/partition": "2\n", "/sys/class/block/nvme0n1": ""})
    made.update(dict.fromkeys([SUBSYSTEM + "/nvme0", SUBSYSTEM + "/nvme1", SUBSYSTEM + "/nvme0n1"], ""))
    made["/proc/modules"] = "virtio_net 65536 0 - Live 0x0\next4 940000 1 - Live 0x0\nnvme 61440 3 - Live 0x0\n"

    def linked(host: FakeHost) -> None:
        for number in (0, 1):
            host.links["%s/nvme%d" % (SUBSYSTEM, number)] = places % number
            host.links[CARD % number + "/driver/module"] = "/sys/module/nvme"
        host.links["/sys/class/block/nvme0n1"] = SUBSYSTEM + "/nvme0n1"
        host.links["/sys/class/block/nvme0n1p2"] = SUBSYSTEM + "/nvme0n1/nvme0n1p2"

    return Situation(name, on, dict(made, **(files or {})), linked, **more)


NVME = [
    of_two_controllers(
        "the dumps go to an NVMe disk of an array, by several paths of TCP",
        OVER_TCP,
        says={"network_storage": ("warn", "nvme over fabrics")},
        before=QUIET,
    ),
    of_two_controllers("the dumps go to an NVMe disk with two ports", CARD, armed_debian),
    of_two_controllers(
        "rd.driver.blacklist keeps the driver of an NVMe disk with two ports out",
        CARD,
        files=appended("rd.driver.blacklist=nvme"),
        says={"target_drivers": ("fail", "nvme (for nvme0n1), which is kept out by rd.driver.blacklist")},
        verdict="not_ready",
        source="https://github.com/dracutdevs/dracut/pull/1785",
        before=QUIET,
    ),
]
SITUATIONS += NVME


def labelled_by_its_mount(host: FakeHost) -> None:
    """Give the dump directory the one label that its mount has, and let the server answer."""
    host.labels["/var/crash"] = "system_u:object_r:nfs_t:s0"
    answering(host)


LABELS = [
    Situation(
        "SELinux has one label for all that lies on the export with the dumps",
        armed_el9,
        dict(crash_on("nfs4", "store:/dumps"), **{"/sys/fs/selinux/enforce": "1"}),
        labelled_by_its_mount,
        ROUTED,
        before="degraded, and restorecon changes nothing there",
    ),
]
SITUATIONS += LABELS
