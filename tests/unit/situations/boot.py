# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of boot entries: what stands in them is not always what the machine boots."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    EL8_RELEASE,
    EL9_RELEASE,
    armed_debian,
    armed_el8,
    armed_el9,
)
from ansible_collections.crashops.kdump.tests.unit.fake_boot import EL8_ENTRIES, EL9_ENTRIES, RHEL, GrubbyHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Change, Situation

CMDLINE = "/proc/cmdline"
LOADER_TYPE = "/proc/sys/kernel/bootloader_type"
BEFORE_BOOT = START - UPTIME - 3600
WITHOUT = "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-%s root=/dev/mapper/rhel-root ro rd.lvm.lv=rhel/root\n" % EL9_RELEASE
NOTHING = {
    CMDLINE: WITHOUT,
    "/sys/kernel/kexec_crash_loaded": "0\n",
    "/sys/kernel/kexec_crash_size": "0\n",
}
OWN_MENU = "menuentry 'Red Hat' {\n\tlinux /vmlinuz-%s root=/dev/mapper/rhel-root ro\n}\n" % EL9_RELEASE
UNARMED = {
    "memory_reserved": ("fail", ""),
    "reserved_as_booted": ("skip", ""),
    "reserved_enough": ("skip", ""),
    "vendor_default": ("skip", ""),
    "loaded_fresh": ("skip", ""),
    "reservation_used": ("skip", ""),
    "panic_timeout": ("warn", ""),
    "armed": ("fail", "No capture kernel is loaded"),
    "unit_active": ("warn", ""),
}
NEVER_BOOTED = dict(
    UNARMED,
    crashkernel_booted=("fail", "before this boot"),
    crashkernel_value=("skip", ""),
    new_kernels=("skip", ""),
)
# every kernel's entry is made of the same text there
NEVER_BOOTED_DEBIAN = {name: said for name, said in NEVER_BOOTED.items() if name != "new_kernels"}
PENDING = dict(
    UNARMED, crashkernel_booted=("fail", "without crashkernel"), reboot_not_pending=("fail", "A reboot is pending")
)
OLDER = "5.14.0-362.el9.x86_64"
OTHER_ENTRIES = {
    "/boot/loader/entries/%s.conf" % name: "title x\nlinux %s\noptions %s\n"
    % (kernel, options.replace("1G-4G:192M", "1G-4G:320M"))
    for name, kernel, options in EL9_ENTRIES
}
OTHER_ENTRIES["/etc/kernel/cmdline"] = "root=/dev/mapper/rhel-root ro crashkernel=%s\n" % RHEL.replace("192M", "320M")
OTHER_ENTRIES["/etc/kdump.conf"] = (
    "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\nauto_reset_crashkernel no\n"
)


def written_before_boot(host: FakeHost) -> None:
    """Let every boot entry be older than this boot."""
    for path in [*host.glob("/boot/loader/entries/*.conf"), "/boot/grub/grub.cfg"]:
        host.mtimes[path] = BEFORE_BOOT


EL9_ENTRY = "/boot/loader/entries/%s.conf" % EL9_ENTRIES[0][0]
EL8_ENTRY = "/boot/loader/entries/%s.conf" % EL8_ENTRIES[0][0]
EL8_AUTO = "title x\nlinux /vmlinuz-%s\noptions root=/dev/vda1 ro crashkernel=auto\n" % EL8_RELEASE
EL9_AUTO = "title x\nlinux /vmlinuz-%s\noptions root=/dev/mapper/rhel-root ro crashkernel=auto\n" % EL9_RELEASE
OWN_KERNEL = "title x\nlinux /vmlinuz-mine\noptions root=/dev/mapper/rhel-root ro crashkernel=%s\n"


def with_entry(name: str, text: str) -> Change:
    """Return what adds an entry behind the others."""

    def change(host: FakeHost) -> None:
        host.files["/boot/loader/entries/%s.conf" % name] = text
        assert isinstance(host, GrubbyHost)
        host.names = [*host.names, name]

    return change


CUSTOM = """\
menuentry "Rescue system" --id mine {
\tlinux /boot/vmlinuz-6.1.0-41-amd64 root=/dev/sda1 ro%s
}
"""


def grub_boots(default: str, custom: str = "") -> Change:
    """Return what makes GRUB of Debian boot another item of its menu by default, perhaps an entry of 40_custom."""

    def change(host: FakeHost) -> None:
        header = 'set default="%s"\n' % default
        host.files["/boot/grub/grub.cfg"] = header + host.files["/boot/grub/grub.cfg"] + custom

    return change


OTHER_RELEASES = [
    Situation(
        "EL 9 runs, and the default entry is that of the kernel of EL 8, which knows auto",
        armed_el9,
        {EL9_ENTRY: EL8_AUTO},
        says={
            "reboot_not_pending": ("warn", "crashkernel=auto is configured for the kernel " + EL8_RELEASE),
            "entries_alike": ("warn", "The boot entries differ"),
            "new_kernels": ("warn", ""),
            "value_stays": ("warn", "crashkernel=auto"),
        },
        verdict="reboot_pending",
        source="an upgrade by Leapp whose last step, the choice of the default entry, failed",
        before="not_ready: crashkernel=auto is known to the kernel of RHEL 8 only; this one reserves nothing for it",
    ),
    Situation(
        "EL 8 runs, and the default entry is that of the kernel of EL 9, which does not know auto",
        armed_el8,
        {EL8_ENTRY: EL9_AUTO},
        says={
            "crashkernel_auto": ("fail", "that of the next boot (%s) reserves nothing for it" % EL9_RELEASE),
            "crashkernel_value": ("fail", "crashkernel=auto reserves nothing on this machine"),
        },
        verdict="not_ready",
        source="a kernel of EL 9 that was installed on EL 8, as in the middle of an upgrade by Leapp",
        before="ready_unproven",
    ),
    Situation(
        "EL 8 runs, and the kernel of EL 9 has an entry that is not the default one",
        armed_el8,
        change=with_entry("zz-el9", EL9_AUTO),
        says={"entries_alike": ("warn", "/boot/vmlinuz-%s has crashkernel=auto, which reserves nothing" % EL9_RELEASE)},
        verdict="degraded",
        before="ready_unproven, no word",
    ),
    Situation(
        "the default entry names a kernel without its release, and kernels read its value differently",
        armed_el8,
        {EL8_ENTRY: OWN_KERNEL % "auto"},
        says={
            "reboot_not_pending": ("unknown", "cannot be seen"),
            "crashkernel_auto": ("unknown", "mine"),
            "crashkernel_value": ("unknown", "mine"),
        },
        verdict="ready_unproven",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: the default entry names a kernel without its release, and all kernels read its value alike",
        armed_el9,
        {EL9_ENTRY: OWN_KERNEL % RHEL},
    ),
]
SITUATIONS = [
    *OTHER_RELEASES,
    Situation(
        "GRUB has entries of its own and does not read those that grubby sets",
        armed_el9,
        dict(NOTHING, **{"/boot/grub2/grub.cfg": OWN_MENU}),
        written_before_boot,
        says=dict(NEVER_BOOTED, entries_read=("fail", "does not read those that grubby sets")),
        verdict="not_ready",
        source="GRUB_ENABLE_BLSCFG=false on EL 9, as in MAAS images",
        before="reboot_pending, for ever",
    ),
    Situation(
        "GRUB boots an entry of 40_custom by default, which has no crashkernel=",
        armed_debian,
        change=grub_boots("mine", CUSTOM % ""),
        says={
            "crashkernel_value": ("fail", "GRUB boots the entry 'Rescue system' next"),
            "reboot_not_pending": ("unknown", "GRUB boots the entry 'Rescue system' next"),
        },
        verdict="not_ready",
        source="GRUB_DEFAULT in /etc/default/grub",
        before="ready_unproven: the first entry counted as the next boot",
    ),
    Situation(
        "GRUB boots an entry of 40_custom by default, which has a crashkernel= of its own",
        armed_debian,
        change=grub_boots("mine", CUSTOM % " crashkernel=256M"),
        says={
            "crashkernel_value": ("unknown", "whose arguments this collection does not set"),
            "reboot_not_pending": ("unknown", "whose arguments this collection does not set"),
        },
        source="GRUB_DEFAULT in /etc/default/grub",
        before="ready_unproven: the first entry counted as the next boot",
    ),
    Situation(
        "GRUB boots a recovery entry by default",
        armed_debian,
        change=grub_boots("1>1"),
        says={
            "crashkernel_value": ("fail", "GRUB boots the entry 'Debian GNU/Linux' next"),
            "reboot_not_pending": ("unknown", "GRUB boots the entry 'Debian GNU/Linux' next"),
        },
        verdict="not_ready",
        source="grub-set-default, to mend something",
        before="ready_unproven: the first entry counted as the next boot",
    ),
    Situation(
        "looks wrong: GRUB boots the older kernel of its menu by default, which reserves the same",
        armed_debian,
        change=grub_boots("1>2"),
    ),
    Situation(
        "a package's file has no crashkernel= for new kernels, and /etc/kernel/cmdline is not there",
        armed_el9,
        {"/etc/kernel/cmdline": None, "/usr/lib/kernel/cmdline": "root=/dev/mapper/rhel-root ro\n"},
        says={"new_kernels": ("warn", "take their arguments from /usr/lib/kernel/cmdline")},
        verdict="degraded",
        source="20-grub.install of EL 9 and Fedora",
        before="ready_unproven: new_kernels passed by /proc/cmdline, which kernel-install does not read then",
    ),
    Situation(
        "looks wrong on EL 8: grubby left an /etc/kernel/cmdline, which new kernels do not read there",
        armed_el8,
        {"/etc/kernel/cmdline": "root=/dev/mapper/rhel-root ro crashkernel=512M\n"},
    ),
    Situation(
        "EL 8's kernelopts have no crashkernel= for new kernels, and /etc/kernel/cmdline has one",
        armed_el8,
        {
            "/etc/kernel/cmdline": "root=/dev/mapper/rhel-root ro crashkernel=auto\n",
            "/boot/grub2/grubenv": "kernelopts=root=/dev/mapper/rhel-root ro\n",
            EL8_ENTRY: EL8_AUTO,
        },
        says={"new_kernels": ("warn", "take their arguments from /boot/grub2/grubenv")},
        verdict="degraded",
        source="an entry that grubby detached from kernelopts",
        before="ready_unproven: new_kernels passed by /etc/kernel/cmdline",
    ),
    Situation(
        "the entries were set since the boot: a reboot is what is missing",
        armed_el9,
        NOTHING,
        says=PENDING,
        verdict="reboot_pending",
        source="every host after its first setup",
    ),
    Situation(
        "the entries had the value before the boot and nothing tells what was booted instead",
        armed_el9,
        NOTHING,
        written_before_boot,
        says=dict(NEVER_BOOTED, entries_read=("fail", "does not read this entry")),
        verdict="not_ready",
        source="another grub.cfg on the EFI partition",
        before="reboot_pending, for ever",
    ),
    Situation(
        "another kernel than that of the default entry was chosen in the boot menu",
        armed_el9,
        dict(
            NOTHING,
            **{
                "/proc/sys/kernel/osrelease": OLDER + "\n",
                "/boot/vmlinuz-" + OLDER: "kernel",
                "/boot/initramfs-%s.img" % OLDER: "initramfs",
                "/boot/initramfs-%skdump.img" % OLDER: "image",
            },
        ),
        written_before_boot,
        says=PENDING,
        verdict="reboot_pending",
        source="an operator at the console",
    ),
    Situation(
        "the rescue mode was chosen in the boot menu",
        armed_el9,
        dict(NOTHING, **{CMDLINE: WITHOUT.strip() + " single\n"}),
        written_before_boot,
        says=PENDING,
        verdict="reboot_pending",
        source="an operator at the console",
    ),
    Situation(
        "the kernel was started by kexec with the words of before",
        armed_el9,
        dict(NOTHING, **{LOADER_TYPE: "208\n"}),
        written_before_boot,
        says=dict(NEVER_BOOTED, entries_read=("fail", "started by kexec")),
        verdict="not_ready",
        source="systemctl reboot with a kernel loaded by kexec -l",
        before="reboot_pending",
    ),
    Situation(
        "the machine boots from the network",
        armed_debian,
        dict(NOTHING, **{CMDLINE: "BOOT_IMAGE=vmlinuz root=/dev/vda1 ro BOOTIF=01-52-54-00-12-34-56\n"}),
        written_before_boot,
        says=dict(NEVER_BOOTED_DEBIAN, entries_read=("fail", "started from the network")),
        verdict="not_ready",
        source="PXE",
        before="reboot_pending, for ever",
    ),
    Situation(
        "the hypervisor starts the kernel itself",
        armed_debian,
        dict(NOTHING, **{CMDLINE: "root=/dev/vda1 ro\n", LOADER_TYPE: "176\n"}),
        written_before_boot,
        says=dict(NEVER_BOOTED_DEBIAN, entries_read=("fail", "the hypervisor starts the kernel itself")),
        verdict="not_ready",
        source="direct kernel boot of libvirt",
        before="reboot_pending, for ever",
    ),
    Situation(
        "an older value is reserved and armed, and the entries that are not booted have another",
        armed_el9,
        dict(OTHER_ENTRIES, **{CMDLINE: "root=/dev/mapper/rhel-root ro crashkernel=%s\n" % RHEL}),
        written_before_boot,
        says={"entries_read": ("warn", "does not read this entry"), "new_kernels": ("skip", "")},
        verdict="degraded",
        source="GRUB_ENABLE_BLSCFG=false, where the image brought a value in grub.cfg",
        before="reboot_pending, for ever",
    ),
]
