# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of either stack that are right in every respect, for tests that break one thing at a time."""

from typing import Any, Dict, Optional, TypeVar

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import PROPERTIES
from ansible_collections.crashops.kdump.tests.unit.fake_boot import (
    EL8_ENTRIES,
    EL8_KERNELOPTS,
    MACHINE_ID,
    PACKAGE_DROP_IN,
    PACKAGE_TEXT,
    RHEL,
    DebianHost,
    GrubbyHost,
    kernel_files,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

Some = TypeVar("Some", bound=FakeHost)

RELEASE = "6.1.0-41-amd64"
IMAGE = "/var/lib/kdump/initrd.img-" + RELEASE
EL9_RELEASE = "5.14.0-503.el9.x86_64"
EL9_IMAGE = "/boot/initramfs-%skdump.img" % EL9_RELEASE
EL8_RELEASE = "4.18.0-553.el8_10.x86_64"
EL10_RELEASE = "6.12.0-55.el10.x86_64"
EL10 = "2G-64G:256M,64G-:512M"
EL10_ENTRIES = (
    (
        "%s-%s" % (MACHINE_ID, EL10_RELEASE),
        "/vmlinuz-" + EL10_RELEASE,
        "root=/dev/mapper/rhel-root ro crashkernel=%s rd.lvm.lv=rhel/root $tuned_params" % EL10,
    ),
)
UBUNTU_RELEASE = "6.8.0-60-generic"
UBUNTU = "2G-4G:320M,4G-32G:512M,32G-64G:1024M,64G-128G:2048M,128G-:4096M"
UNIT = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n"
STARTED = "InactiveExitTimestampMonotonic=5000000\nActiveEnterTimestampMonotonic=6000000\n"
JUDGED = "ConditionResult=yes\nConditionTimestampMonotonic=4000000\n"
DISK = "/sys/devices/pci0000:00/virtio1/block/vda/vda1"
MOUNTS = "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
KERNEL_PARTS = """\
  01000000-01ffffff : Kernel code
  02000000-027fffff : Kernel rodata
  02800000-02ffffff : Kernel data
  69000000-74ffffff : Crash kernel
"""
SYSCTLS = {"kexec_load_disabled": 0, "panic": 0, "panic_on_oops": 1, "panic_on_warn": 0, "sysrq": 438}
VERSION = "makedumpfile: version 1.7.2 (released on 20 Oct 2022)\nlzo\tenabled\nsnappy\tdisabled\nzstd\tdisabled\n"


def _common(release: str, booted: str, reserved: int) -> Dict[str, Any]:
    """Return the files of a machine with 2 GiB that is armed."""
    files: Dict[str, Any] = kernel_files(release, booted, reserved)
    files["/proc/iomem"] = files["/proc/iomem"].replace(
        "  01000000-01ffffff : Kernel code\n  69000000-74ffffff : Crash kernel\n", KERNEL_PARTS
    )
    files["/proc/modules"] = "virtio_net 65536 0 - Live 0x0\next4 940000 1 - Live 0x0\n"
    files["/proc/self/mountinfo"] = MOUNTS
    files["/sys/kernel/kexec_crash_loaded"] = "1\n"
    files["/proc/sys/kernel/hostname"] = "web1\n"
    files["/boot/vmlinuz-" + release] = "kernel"
    files[DISK] = files["/sys/class/block/vda1"] = ""
    files["/sys/class/block/vda1/partition"] = "1\n"
    files.update({"/proc/sys/kernel/" + name: "%d\n" % value for name, value in SYSCTLS.items()})
    return files


def armed_debian(files: Optional[Dict[str, Any]] = None, unit: str = UNIT + JUDGED, **more: Any) -> DebianHost:
    """Return a Debian 12 host that is ready but for a proof; `files` differ from that, None takes one away."""
    return _armed_kdump_tools(RELEASE, "384M-:128M", 128, files, unit, **more)


def armed_ubuntu(files: Optional[Dict[str, Any]] = None, unit: str = UNIT + JUDGED, **more: Any) -> DebianHost:
    """Return an Ubuntu 24.04 host that is ready but for a proof; `files` differ from that, None takes one away."""
    system = {"/etc/os-release": 'ID=ubuntu\nVERSION_ID="24.04"\n', "/usr/share/kdump-tools/kdump_mem_estimator": "x"}
    more.setdefault("releases", (UBUNTU_RELEASE, "6.8.0-59-generic"))
    return _armed_kdump_tools(UBUNTU_RELEASE, UBUNTU, 320, dict(system, **(files or {})), unit, **more)


def armed_el9(files: Optional[Dict[str, Any]] = None, unit: str = UNIT + JUDGED, **more: Any) -> GrubbyHost:
    """Return an EL 9 host that is ready but for a proof; `files` differ from that, None takes one away."""
    system = {
        "/usr/sbin/kdumpctl": "auto_reset_crashkernel failure_action",
        "/usr/lib/kdump/kdump-lib.sh": '[[ $_arch == "x86_64" ]]\n_ck_cmdline="%s"\n' % RHEL,
        "/etc/kernel/cmdline": "root=/dev/mapper/rhel-root ro crashkernel=%s\n" % RHEL,
    }
    return _armed_kdumpctl(EL9_RELEASE, RHEL, 192, dict(system, **(files or {})), unit, **more)


def armed_el10(files: Optional[Dict[str, Any]] = None, unit: str = UNIT + JUDGED, **more: Any) -> GrubbyHost:
    """Return an EL 10 host that is ready but for a proof; `files` differ from that, None takes one away."""
    system = {
        "/usr/sbin/kdumpctl": "kdump_emergency auto_reset_crashkernel failure_action",
        "/usr/lib/kdump/kdump-lib.sh": '[[ $_arch == "x86_64" ]]\n_ck_cmdline="%s"\n' % EL10,
        "/etc/kernel/cmdline": "root=/dev/mapper/rhel-root ro crashkernel=%s\n" % EL10,
    }
    more.setdefault("entries", EL10_ENTRIES)
    return _armed_kdumpctl(EL10_RELEASE, EL10, 256, dict(system, **(files or {})), unit, **more)


def armed_el8(files: Optional[Dict[str, Any]] = None, unit: str = UNIT + JUDGED, **more: Any) -> GrubbyHost:
    """Return an EL 8 host that is ready but for a proof; `files` differ from that, None takes one away."""
    system = {"/usr/sbin/kdumpctl": "failure_action", "/usr/lib/kdump/kdump-lib.sh": "kdump_get_arch_recommend_size()"}
    more.setdefault("entries", EL8_ENTRIES)
    more.setdefault("kernelopts", EL8_KERNELOPTS)
    return _armed_kdumpctl(EL8_RELEASE, "auto", 160, dict(system, **(files or {})), unit, **more)


def _armed_kdump_tools(
    release: str, crashkernel: str, reserved_mib: int, files: Optional[Dict[str, Any]], unit: str, **more: Any
) -> DebianHost:
    """Return an armed host of kdump-tools."""
    seen = _common(release, "crashkernel=" + crashkernel, reserved_mib * MIB)
    image = "/var/lib/kdump/initrd.img-" + release
    seen["/etc/default/kdump-tools"] = "USE_KDUMP=1\n"
    seen[PACKAGE_DROP_IN] = PACKAGE_TEXT.replace("384M-:128M", crashkernel)
    seen[image] = "image"
    seen["/var/lib/kdump/vmlinuz"] = seen["/var/lib/kdump/initrd.img"] = "links"
    seen.update(files or {})
    host = DebianHost(
        files=seen,
        programs=["kdump-config", "systemctl", "makedumpfile", "mkinitramfs"],
        commands={"systemctl show -p %s kdump-tools.service" % PROPERTIES: unit, "makedumpfile -v": VERSION},
        directories={"/var/crash": 0o700},
        **more,
    )
    host.links["/var/lib/kdump/vmlinuz"] = "/boot/vmlinuz-" + release
    host.links["/var/lib/kdump/initrd.img"] = image
    return _finished(host)


def _armed_kdumpctl(
    release: str, crashkernel: str, reserved_mib: int, files: Optional[Dict[str, Any]], unit: str, **more: Any
) -> GrubbyHost:
    """Return an armed host of kdumpctl."""
    seen = _common(release, "crashkernel=" + crashkernel, reserved_mib * MIB)
    seen["/etc/kdump.conf"] = "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\n"
    seen["/etc/sysconfig/kdump"] = 'KDUMP_IMG="vmlinuz"\nKDUMP_COMMANDLINE_APPEND="nr_cpus=1 reset_devices"\n'
    seen["/boot/initramfs-%s.img" % release] = "initramfs"
    seen["/boot/initramfs-%skdump.img" % release] = "image"
    seen.update(files or {})
    host = GrubbyHost(
        default="0",
        files=seen,
        programs=["kdumpctl", "systemctl", "makedumpfile", "dracut"],
        commands={
            "systemctl show -p %s kdump.service" % PROPERTIES: unit,
            "makedumpfile -v": VERSION,
            "kdumpctl get-default-crashkernel": crashkernel,
        },
        directories={"/var/crash": 0o700},
        **more,
    )
    return _finished(host)


def _finished(host: Some) -> Some:
    """Return a host without the files that a test takes away, with room for dumps and its entries written."""
    host.files = {path: text for path, text in host.files.items() if text is not None}
    host.links["/sys/class/block/vda1"] = DISK
    host.free.update({"/var/crash": 4 << 30, "/boot": 1 << 30, "/var/lib/kdump": 1 << 30})
    if isinstance(host, DebianHost):
        host.update_grub(host)
    return host
