# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab's own guests are made of: tables and texts, nothing that acts."""

from typing import NamedTuple

# changes when the build itself changes in a way that the other inputs of the cache key do not show
BUILD_VERSION = 1


class Recipe(NamedTuple):
    """One guest image that the lab can build."""

    name: str
    suite: str
    kernel_package: str


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("debian-12", "bookworm", "linux-image-cloud-amd64"),
        Recipe("debian-13", "trixie", "linux-image-cloud-amd64"),
        # not released yet: its packages change from day to day, and so does what an image of it holds
        Recipe("debian-14", "forky", "linux-image-cloud-amd64"),
    )
}

# Lists of a suite that is not released expire after a week, and a mirror that stands still has older ones. Their
# signatures are checked all the same.
UNRELEASED = ("forky",)
STANDING_STILL = 'Acquire::Check-Valid-Until "false"'

# package, and why the guest has it
PACKAGES = (
    ("systemd-sysv", "the init of every host that the collection manages"),
    ("udev", "device names; kdump-tools reloads on its events"),
    ("dbus", "systemctl and reboot talk over it"),
    ("openssh-server", "how Ansible comes in"),
    ("python3", "what Ansible runs modules with"),
    ("python3-apt", "the apt module needs it"),
    ("iproute2", "kdump-tools names remote dumps by address"),
    ("kmod", "loads drivers"),
    ("e2fsprogs", "checks the root file system; initramfs-tools wants its fsck"),
    ("initramfs-tools", "builds both initramfs"),
    ("zstd", "compresses them quickly"),
    ("grub2-common", "update-grub, which applies crashkernel="),
    ("grub-pc-bin", "the boot loader itself, for BIOS"),
    ("ca-certificates", "a guest may reach a mirror over TLS"),
)

# Put into apt's cache but not installed: a guest has no kdump until the playbooks bring it, and needs no network then.
# binutils, file, bzip2 and so on come along as what these depend on and recommend. The two of NFS make a guest a client
# or a server of dumps.
PREFETCHED = ("kdump-tools", "makedumpfile", "kexec-tools", "nfs-common", "nfs-kernel-server")

# The guest's second network card carries its number in the last byte of its MAC address.
PRIVATE_MAC = "52:54:00:4c:42:{number:02x}"
PRIVATE_ADDRESS = "10.77.0.{number}"
PRIVATE_GUESTS = range(1, 9)

# net.ifnames=0: eth0 is QEMU's user network, eth1 the private one
# tsc=unstable: where Linux 6.12 finds the clock stable it patches sched_clock_cpu as it runs, and the emulator of QEMU
# 7.2 may go on to run the breakpoint of that patch (Oops: int3). A capture kernel of Debian 13 died of it at once. That
# of Debian 12 finds the clock of an emulated machine unstable by itself.
# norandmaps: what the emulator has translated is found again where the next process has it at the same address; a
# program starts in a third of the time, and an initramfs is built by thousands of them.
KERNEL_ARGUMENTS = "console=ttyS0,115200 net.ifnames=0 tsc=unstable norandmaps"

# The initramfs that a guest builds for itself has its own drivers only, which takes a third of the time. Its first one,
# built in a chroot that does not show them, has all.
INITRAMFS = "MODULES=dep\nCOMPRESS=zstd\nCOMPRESSLEVEL=1\n"

DEFAULT_GRUB = f"""\
GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=""
GRUB_CMDLINE_LINUX="{KERNEL_ARGUMENTS}"
GRUB_TERMINAL="serial"
GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"
"""

# Only for the first boot: grub-mkconfig in a chroot takes the build's own disk for the root, so the first update-grub
# in the guest writes the lasting one.
FIRST_GRUB_CFG = """\
set timeout=0
menuentry_id_option="--id"
menuentry 'Debian GNU/Linux' --class debian --class gnu-linux --class os $menuentry_id_option 'gnulinux-simple-root' {{
\tsearch --no-floppy --label --set=root root
\tlinux\t/boot/vmlinuz-{release} root=LABEL=root ro  {arguments}
\tinitrd\t/boot/initrd.img-{release}
}}
"""

GRUB_MODULES = ("biosdisk", "part_msdos", "ext2", "search", "search_label", "normal", "linux", "serial", "terminal")


def private_networks() -> dict[str, str]:
    """Return the systemd-networkd files that give a guest's second card its address by its MAC address."""
    return {
        f"etc/systemd/network/20-private-{number}.network": (
            # required for being online, as it is by default: a capture kernel dumps over it as soon as it is
            f"[Match]\nMACAddress={PRIVATE_MAC.format(number=number)}\n\n"
            f"[Network]\nAddress={PRIVATE_ADDRESS.format(number=number)}/24\n"
        )
        for number in PRIVATE_GUESTS
    }


def guest_files(hostname: str, public_key: str) -> dict[str, str]:
    """Return the files that turn a bare root tree into a guest, by path below its root."""
    return {
        "etc/hostname": f"{hostname}\n",
        "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {hostname}\n",
        "etc/fstab": "LABEL=root / ext4 errors=remount-ro 0 1\n",
        # QEMU's user network answers for the machine's resolver here
        "etc/resolv.conf": "nameserver 10.0.2.3\n",
        "etc/default/grub": DEFAULT_GRUB,
        "etc/initramfs-tools/conf.d/lab": INITRAMFS,
        "etc/systemd/network/10-user.network": "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\n",
        "etc/ssh/sshd_config.d/lab.conf": "UseDNS no\nPermitRootLogin prohibit-password\n",
        "root/.ssh/authorized_keys": public_key,
        **private_networks(),
    }
