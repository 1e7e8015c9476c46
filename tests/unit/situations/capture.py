# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of what acts in the capture kernel: sysctl keys of the running system, and words of its command line."""

from typing import Dict

from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

SCRIPT = "/usr/share/initramfs-tools/scripts/local-bottom/kdump-sysctl"
# as kdump-tools 1.6.10 to 1.10.9 have it, and as it works
BROKEN = (
    "FNAME=\"$(find \"${RT}/etc/${SYSD}\" -maxdepth=1 -name '*.conf' -printf '%f\\n' 2>/dev/null | sort | tail -n1)\"\n"
)
WORKING = BROKEN.replace("-maxdepth=1", "-maxdepth 1")
OWN = "/etc/kdump/sysctl.conf"
LARGE = "vm.min_free_kbytes = 262144\n"
DIES = ("fail", "vm.min_free_kbytes = 262144 acts in the capture kernel too, and leaves it 0 MiB of 128 MiB")
# a check that fails for memory leaves the one for doubts in doubt
HOPELESS = {"capture_sysctls": DIES, "capture_settings": ("warn", "may leave too little memory")}
WORDS = "reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll usbcore.nousb"
SILENT = "ready_unproven, no word"
SEEN = "a panic of a guest with Debian 12 and 128M reserved"


def words(more: str) -> Dict[str, str]:
    """Return the files of a Debian host whose capture kernel gets some words more."""
    return {"/etc/default/kdump-tools": 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="%s %s"\n' % (WORDS, more)}


def masked(host: FakeHost) -> None:
    """Mask 99-big.conf by a link to /dev/null."""
    host.links["/etc/sysctl.d/99-big.conf"] = "/dev/null"


def without_sysctl(host: FakeHost) -> None:
    """Mask the unit that applies sysctl.d."""
    host.links["/etc/systemd/system/systemd-sysctl.service"] = "/dev/null"


SITUATIONS = [
    Situation(
        "sysctl.d keeps more memory free than the capture kernel has",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": LARGE},
        says=HOPELESS,
        verdict="not_ready",
        source=SEEN + ": out of memory, no dump, the machine stood still",
        before=SILENT,
    ),
    Situation(
        "sysctl.d keeps half of the capture kernel's memory free",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": "vm.min_free_kbytes=65536"},
        says={"capture_sysctls": ("fail", "leaves it 64 MiB of 128 MiB"), "capture_settings": ("warn", "65536")},
        verdict="not_ready",
        source=SEEN + ": out of memory, no dump",
        before=SILENT,
    ),
    Situation(
        "sysctl.d keeps a quarter of the capture kernel's memory free",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": "vm/min_free_kbytes = 32768"},
        says={"capture_settings": ("warn", "vm.min_free_kbytes = 32768 acts in the capture kernel too")},
        source=SEEN + ": makedumpfile started and stood still",
        before=SILENT,
    ),
    Situation(
        "sysctl.d keeps little memory free",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": "vm.min_free_kbytes = 16384\n"},
        source=SEEN + ", which left a dump",
    ),
    Situation(
        "sysctl.d keeps much memory free, and much is reserved",
        armed_ubuntu,
        {"/etc/sysctl.d/99-big.conf": "vm.min_free_kbytes = 65536\n"},
        source="Ubuntu 24.04's default of 320M",
    ),
    Situation(
        "kdump-tools' own file says less, and its script has it sorted first",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": LARGE, OWN: "vm.min_free_kbytes=4096\n", SCRIPT: BROKEN},
        says=HOPELESS,
        verdict="not_ready",
        source=SEEN + "; kdump-tools 1.8.1 to 1.10.9 call find -maxdepth=1",
        before=SILENT,
    ),
    Situation(
        "kdump-tools' own file says less, and its script was mended",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": LARGE, OWN: "vm.min_free_kbytes=4096\n", SCRIPT: WORKING},
        source="the script's purpose",
    ),
    Situation(
        "kdump-tools' own file alone keeps too much memory free",
        armed_debian,
        {OWN: LARGE, SCRIPT: BROKEN},
        says=HOPELESS,
        verdict="not_ready",
        source="kdump-tools' script, which copies the file to /run/sysctl.d",
        before=SILENT,
    ),
    Situation(
        "a later file takes the large value back",
        armed_debian,
        {"/etc/sysctl.d/50-big.conf": LARGE, "/usr/lib/sysctl.d/99-small.conf": "vm.min_free_kbytes = 4096\n"},
        source="sysctl.d(5): files are sorted by name, whatever their directory",
    ),
    Situation(
        "an earlier file of a higher directory does not take the large value back",
        armed_debian,
        {"/usr/lib/sysctl.d/50-big.conf": LARGE, "/etc/sysctl.d/10-small.conf": "vm.min_free_kbytes = 4096\n"},
        says=HOPELESS,
        verdict="not_ready",
        source="sysctl.d(5)",
        before=SILENT,
    ),
    Situation(
        "a file of the same name in /etc hides the large value",
        armed_debian,
        {"/usr/lib/sysctl.d/99-big.conf": LARGE, "/etc/sysctl.d/99-big.conf": "# nothing\n"},
        source="sysctl.d(5)",
    ),
    Situation(
        "a link to /dev/null hides the large value",
        armed_debian,
        {"/usr/lib/sysctl.d/99-big.conf": LARGE, "/etc/sysctl.d/99-big.conf": "link"},
        change=masked,
        source="sysctl.d(5)",
    ),
    Situation(
        "the large value stands in /run, which the capture kernel has anew",
        armed_debian,
        {"/run/sysctl.d/99-big.conf": LARGE},
        source="a tmpfs is empty after a boot",
    ),
    Situation(
        "the large value stands in /etc/sysctl.conf, which systemd does not read",
        armed_debian,
        {"/etc/sysctl.conf": LARGE},
        source="Debian 13, which has no link 99-sysctl.conf",
    ),
    Situation(
        "the unit that applies sysctl.d is masked",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": LARGE},
        change=without_sysctl,
    ),
    Situation(
        "the large value is in a comment, and one may fail",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": "#vm.min_free_kbytes = 262144\n;vm.min_free_kbytes = 262144\n-vm.swappiness=5\n"},
    ),
    Situation(
        "a pattern sets the large value",
        armed_debian,
        {"/etc/sysctl.d/99-big.conf": "-vm.min_free_* = 262144\n"},
        says=HOPELESS,
        verdict="not_ready",
        source="sysctl.d(5)",
        before=SILENT,
    ),
    Situation(
        "the command line keeps more memory free than there is",
        armed_debian,
        words("sysctl.vm.min_free_kbytes=262144"),
        says=HOPELESS,
        verdict="not_ready",
        source=SEEN,
        before=SILENT,
    ),
    Situation(
        "a kernel before 5.8 does not know sysctl words",
        armed_el8,
        {"/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro crashkernel=auto sysctl.vm.min_free_kbytes=262144"},
        source="fs/proc/proc_sysctl.c, Linux 5.8",
    ),
    Situation(
        "the booted command line of EL 9 keeps more memory free than there is",
        armed_el9,
        {
            "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M "
            "sysctl.vm.min_free_kbytes=262144"
        },
        says={"capture_sysctls": ("fail", "leaves it 0 MiB of 192 MiB"), "capture_settings": ("warn", "262144")},
        verdict="not_ready",
        source="kdumpctl takes the booted command line over",
        before=SILENT,
    ),
    Situation(
        "sysctl.d of EL 10 keeps more memory free than there is, and kdumpctl leaves it out",
        armed_el10,
        {
            "/etc/sysctl.d/99-big.conf": LARGE + "kernel.hung_task_panic = 1\n",
            "/usr/lib/dracut/modules.d/99kdumpbase/module-setup.sh": "remove_sysctl_conf() {\n}\n",
        },
        source="kdump-utils' module-setup.sh",
        before="degraded: kernel.hung_task_panic would act in the capture kernel as well",
    ),
    Situation(
        "sysctl.d of EL 9 turns hangs into panics, and kdumpctl leaves it out",
        armed_el9,
        {"/etc/sysctl.d/99-hang.conf": "kernel.hung_task_panic = 1\nkernel.softlockup_panic=1\n"},
        source="kexec-tools of EL 9",
        before="degraded: kernel.hung_task_panic, kernel.softlockup_panic would act in the capture kernel as well",
    ),
    Situation(
        "sysctl.d of a host whose dracut module leaves it in the image",
        armed_el8,
        {
            "/etc/sysctl.d/99-hang.conf": "kernel.hung_task_panic = 1\n",
            "/usr/lib/dracut/modules.d/99kdumpbase/module-setup.sh": "install() {\n}\n",
        },
        says={"capture_sysctls": ("warn", "kernel.hung_task_panic would act")},
        verdict="degraded",
        source="kexec-tools before 2014",
    ),
    Situation(
        "sysctl.d of Debian turns hangs into panics",
        armed_debian,
        {"/etc/sysctl.d/99-hang.conf": "kernel.hung_task_panic = 1\n"},
        says={"capture_sysctls": ("warn", "kernel.hung_task_panic would act in the capture kernel as well")},
        verdict="degraded",
    ),
    Situation(
        "a hang is to be a panic, and its detector is off",
        armed_debian,
        {"/etc/sysctl.d/99-hang.conf": "kernel.hung_task_panic = 1\nkernel.hung_task_timeout_secs = 0\n"},
        source="Documentation/admin-guide/sysctl/kernel.rst",
        before="degraded",
    ),
    Situation(
        "words turn hangs into panics",
        armed_debian,
        words("softlockup_panic=1 sysctl.kernel.hung_task_panic=1"),
        says={"capture_sysctls": ("warn", "kernel.hung_task_panic, kernel.softlockup_panic would act")},
        verdict="degraded",
        source="Documentation/admin-guide/kernel-parameters.txt",
        before=SILENT,
    ),
    Situation(
        "running out of memory is to be a panic",
        armed_debian,
        {"/etc/sysctl.d/99-oom.conf": "vm.panic_on_oom = 1\n"},
        says={"capture_settings": ("warn", "vm.panic_on_oom would end the dump at the first trouble")},
        before=SILENT,
    ),
    Situation(
        "programs may ask for half of the capture kernel's memory",
        armed_debian,
        {"/etc/sysctl.d/99-strict.conf": "vm.overcommit_memory = 2\n"},
        source=SEEN + ", which left a dump",
    ),
    Situation(
        "programs may ask for a tenth of the capture kernel's memory only",
        armed_debian,
        {"/etc/sysctl.d/99-strict.conf": "vm.overcommit_memory = 2\nvm.overcommit_ratio = 10\n"},
        says={"capture_settings": ("warn", "vm.overcommit_memory = 2 (programs get 12 MiB)")},
        source="Documentation/mm/overcommit-accounting.rst",
        before=SILENT,
    ),
    Situation(
        "a log buffer takes a third of the capture kernel's memory",
        armed_debian,
        words("log_buf_len=8M"),
        says={
            "capture_command_line": ("fail", "log_buf_len=8M, whose buffer and index take 36 MiB of its 128 MiB"),
            "capture_settings": ("warn", "log_buf_len=8M"),
        },
        verdict="not_ready",
        source=SEEN + ': "System is deadlocked on memory"; kernel/printk/printk.c has an index of 3.5 times its size',
        before=SILENT,
    ),
    Situation(
        "a log buffer takes little of the capture kernel's memory",
        armed_debian,
        words("log_buf_len=2M"),
    ),
    Situation(
        "a log buffer of a kernel that has no index takes little",
        armed_el8,
        {
            "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro crashkernel=auto log_buf_len=8M",
            "/etc/sysconfig/kdump": 'KDUMP_IMG="vmlinuz"\nKDUMP_COMMANDLINE_APPEND="nr_cpus=1 reset_devices"\n',
        },
        source="Linux 5.10 added the index",
    ),
    Situation(
        "a log buffer is larger than the capture kernel can give, which then keeps its own",
        armed_debian,
        words("log_buf_len=64M"),
        source=SEEN + ', which said "log_buf_len: 67108864 text bytes not available" and left a dump',
    ),
    Situation(
        "the booted command line has huge pages, which kdump-tools takes out",
        armed_debian,
        {"/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro hugepagesz=2M hugepages=512 crashkernel=384M-:128M"},
        source="kdump-config 1.8.1",
    ),
    Situation(
        "the size of huge pages is set, and none are asked for",
        armed_debian,
        {"/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro default_hugepagesz=1G crashkernel=384M-:128M"},
        source="Documentation/admin-guide/kernel-parameters.txt",
        before="degraded: The capture kernel takes over default_hugepagesz=1G from the running one, which takes memory",
    ),
    Situation(
        "kdump-tools' configuration adds huge pages, which nothing takes out",
        armed_debian,
        words("hugepages=512"),
        says={"capture_settings": ("warn", "hugepages=512")},
        source="kdump-config 1.8.1",
        before=SILENT,
    ),
    Situation(
        "sysctl.d asks for huge pages, of which the kernel takes what it gets",
        armed_debian,
        {"/etc/sysctl.d/99-huge.conf": "vm.nr_hugepages = 1024\n"},
        says={"capture_settings": ("warn", "vm.nr_hugepages = 1024")},
        source=SEEN + ": 13 pages were taken, 5 MiB were free, and it left a dump",
        before=SILENT,
    ),
    Situation(
        "kdump-tools' own file takes no huge pages, and its script was mended",
        armed_debian,
        {
            "/etc/sysctl.d/99-huge.conf": "vm.nr_hugepages = 1024\n",
            OWN: "vm.nr_hugepages=0\nvm.nr_hugepages_mempolicy=0\n",
            SCRIPT: WORKING,
        },
        source="the file as kdump-tools ships it",
    ),
    Situation(
        "an oops is a panic on EL 9, by a word beside the kernel's own default",
        armed_el9,
        {
            "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro oops=panic "
            "crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M"
        },
        source="CONFIG_PANIC_ON_OOPS of EL's kernels",
    ),
    Situation(
        "an oops is to be a panic on Debian, by sysctl.d",
        armed_debian,
        {"/etc/sysctl.d/99-oops.conf": "kernel.panic_on_oops = 1\n"},
        says={"capture_settings": ("warn", "kernel.panic_on_oops would end the dump at the first trouble")},
        source="hardening guides",
        before=SILENT,
    ),
    Situation(
        "the booted command line of EL 9 switches a debugger of memory on, which kdumpctl takes out",
        armed_el9,
        {
            "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro slub_debug=FZPU panic_on_warn=1 "
            "crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M"
        },
        source="kdumpctl's own KDUMP_COMMANDLINE_REMOVE",
    ),
    Situation(
        "the booted command line of EL 9 keeps the owner of each page",
        armed_el9,
        {
            "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro page_owner=on "
            "crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M"
        },
        says={"capture_settings": ("warn", "page_owner=on")},
        before=SILENT,
    ),
    Situation(
        "a word after the unit boots the capture kernel into something else",
        armed_debian,
        words("systemd.unit=multi-user.target"),
        says={"capture_command_line": ("fail", "systemd.unit=multi-user.target")},
        verdict="not_ready",
        source="systemd takes the last",
        before=SILENT,
    ),
    Situation(
        "the host was booted for rescue, and the unit of the dump comes later on the line",
        armed_debian,
        {"/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro single crashkernel=384M-:128M"},
        source="systemd takes the last",
    ),
    Situation(
        "the capture kernel starts a shell in place of systemd",
        armed_debian,
        words("init=/bin/bash"),
        says={"capture_command_line": ("fail", "init=/bin/bash")},
        verdict="not_ready",
        before=SILENT,
    ),
    Situation(
        "dracut stops in a shell before the dump is saved",
        armed_el9,
        {
            "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro rd.break=pre-mount "
            "crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M"
        },
        says={"capture_command_line": ("fail", "rd.break=pre-mount")},
        verdict="not_ready",
        source="dracut.cmdline(7)",
        before=SILENT,
    ),
    Situation(
        "the capture kernel restarts after a panic",
        armed_debian,
        words("panic=10"),
        says={"capture_restarts": ("pass", "panic=10")},
    ),
]
