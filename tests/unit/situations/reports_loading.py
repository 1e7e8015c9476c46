# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations that people reported in public: what loads the capture kernel, what forbids it, what it is made of."""

from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    EL10_RELEASE,
    JUDGED,
    MOUNTS,
    STARTED,
    UNIT,
    armed_debian,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.situations.changes import (
    BUT_ACTIVE,
    EL9_CAPTURE_IMAGE,
    FAILED,
    NOT_STARTED,
    UNLOADED,
    attributes,
    both,
    unit,
)
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Situation

READ_ONLY_BOOT = MOUNTS + "30 22 254:2 / /boot ro - ext4 /dev/vda2 ro\n"
LOCKED_DOWN = {"/sys/kernel/security/lockdown": "none [integrity] confidentiality\n"}
SECURE_BOOT = {"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": b"\6\0\0\0\1"}

SITUATIONS = [
    Situation(
        "a hardening profile has forbidden kexec before kdump could load anything",
        armed_el9,
        dict(UNLOADED, **{"/proc/sys/kernel/kexec_load_disabled": "1\n"}),
        unit(FAILED),
        says=dict(NOT_STARTED, kexec_allowed=("fail", "forbids that a capture kernel is loaded")),
        verdict="disabled_by_policy",
        source="ComplianceAsCode/content#14558",
        before="disabled_by_policy, the same words",
    ),
    Situation(
        "a distribution's file forbids kexec at each boot, before kdump loads anything",
        armed_debian,
        {"/usr/lib/sysctl.d/10-void.conf": "kernel.kexec_load_disabled=1\n"},
        says={"kexec_allowed": ("fail", "/usr/lib/sysctl.d/10-void.conf) forbids kexec at the next boot")},
        verdict="not_ready",
        source="void-linux/void-packages#21491",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: a distribution's file forbids kexec, and an empty file of the same name in /etc hides it",
        armed_debian,
        {
            "/usr/lib/sysctl.d/10-void.conf": "kernel.kexec_load_disabled=1\n",
            "/etc/sysctl.d/10-void.conf": "# kdump must load after a boot\n",
        },
        source="CachyOS/CachyOS-Settings#180",
        before="ready_unproven, no word",
    ),
    Situation(
        "kdump-tools is masked by a hardening role",
        armed_ubuntu,
        UNLOADED,
        unit("LoadState=masked\nUnitFileState=masked\nActiveState=inactive\n"),
        says=dict(
            NOT_STARTED,
            unit_enabled=("skip", ""),
            unit_unmasked=("fail", "is masked"),
            reservation_used=("warn", "nothing loads one"),
        ),
        verdict="disabled_by_policy",
        source="konstruktoid/ansible-role-hardening#635",
        before="disabled_by_policy, the same words",
    ),
    Situation(
        "a minimal EL 10 has no kdump-utils, and enabling the service was taken for a success",
        armed_el10,
        dict(UNLOADED, **{"/usr/sbin/kdumpctl": None, "/etc/kdump.conf": None, "/etc/sysconfig/kdump": None}),
        both(
            attributes(programs=["grubby", "systemctl", "makedumpfile", "dracut"]),
            unit("LoadState=not-found\nActiveState=inactive\nUnitFileState=\n"),
        ),
        says=dict(
            NOT_STARTED,
            installed=("fail", "there is no kdumpctl"),
            configuration_valid=("skip", ""),
            collector_installed=("skip", ""),
            capture_restarts=("skip", ""),
            unit_enabled=("skip", ""),
            value_stays=("skip", ""),
            reservation_used=("warn", "nothing loads one"),
        ),
        verdict="not_ready",
        source="Linuxfabrik/lfops#359",
        before="not_ready, the same words",
    ),
    Situation(
        "makedumpfile has become a package of its own, and nothing installed it",
        armed_el10,
        {},
        attributes(programs=["grubby", "kdumpctl", "systemctl", "dracut"]),
        says={
            "collector_installed": ("fail", "makedumpfile is not installed"),
            "collector_kernel": ("skip", ""),
            "collector_compression": ("skip", ""),
        },
        verdict="not_ready",
        source="coreos/fedora-coreos-tracker#1692",
        before="not_ready, the same words",
    ),
    Situation(
        "/boot is mounted for reading only, so that no capture initramfs could be built",
        armed_el9,
        dict(UNLOADED, **{EL9_CAPTURE_IMAGE: None, "/proc/self/mountinfo": READ_ONLY_BOOT}),
        unit(FAILED),
        says=dict(
            NOT_STARTED,
            image_exists=("fail", "does not exist"),
            image_fresh=("skip", ""),
            boot_space=("skip", ""),
        ),
        verdict="not_ready",
        source="osbuild/rhel-for-edge-demo#2",
        before="not_ready, the same words",
    ),
    Situation(
        "looks wrong: /boot is mounted for reading only, and kdumpctl has built its initramfs in /var/lib/kdump",
        armed_el10,
        {
            "/boot/initramfs-%skdump.img" % EL10_RELEASE: None,
            "/var/lib/kdump/initramfs-%skdump.img" % EL10_RELEASE: "image",
            "/proc/self/mountinfo": READ_ONLY_BOOT,
        },
        source="coreos/fedora-coreos-config#936",
        before="ready_unproven, no word",
    ),
    Situation(
        "SELinux lets kexec not read the capture initramfs, so that the service failed",
        armed_el10,
        UNLOADED,
        unit(FAILED),
        says=NOT_STARTED,
        verdict="not_ready",
        source="fedora-selinux/selinux-policy#727",
        before="not_ready, the same words",
    ),
    Situation(
        "a kernel that is locked down refused to load in the old way",
        armed_debian,
        dict(LOCKED_DOWN, **UNLOADED),
        says=dict(BUT_ACTIVE, lockdown=("warn", "only a signed kernel can be loaded")),
        verdict="not_ready",
        source="microsoft/azurelinux#1027",
        before="not_ready, the same words",
    ),
    Situation(
        "looks wrong: the kernel is locked down, and has loaded a signed capture kernel",
        armed_debian,
        LOCKED_DOWN,
        says={"lockdown": ("pass", "a capture kernel is loaded")},
        source="openSUSE/kdump#10",
        before="ready_unproven, no word",
    ),
    Situation(
        "looks wrong: Secure Boot is on, where unloading in the old way fails, and a signed kernel is loaded",
        armed_el9,
        dict(LOCKED_DOWN, **SECURE_BOOT),
        says={
            "lockdown": ("pass", "a capture kernel is loaded"),
            "secure_boot": ("pass", "a capture kernel is loaded"),
        },
        source="sonic-net/sonic-utilities#3439",
        before="ready_unproven, no word",
    ),
    Situation(
        "the configuration was completed late in the first boot, after the capture kernel was loaded",
        armed_debian,
        {},
        both(unit(UNIT + JUDGED + STARTED), attributes(mtimes={"/etc/default/kdump-tools": 1700000010.0})),
        says={"loaded_fresh": ("warn", "/etc/default/kdump-tools")},
        verdict="degraded",
        source="sonic-net/sonic-buildimage#29344",
        before="degraded, the same words",
    ),
    Situation(
        "/etc/sysconfig/kdump was edited, and the service not restarted",
        armed_el9,
        {},
        both(unit(UNIT + JUDGED + STARTED), attributes(mtimes={"/etc/sysconfig/kdump": 1700000010.0})),
        says={"loaded_fresh": ("warn", "/etc/sysconfig/kdump")},
        verdict="degraded",
        source="open-power/op-test#955",
        before="degraded, the same words",
    ),
    Situation(
        "a capture kernel is loaded, and systemd calls the unit inactive",
        armed_el9,
        {},
        unit("LoadState=loaded\nUnitFileState=enabled\nActiveState=inactive\n"),
        says={
            "unit_active": ("warn", "is not active"),
            "loaded_fresh": ("unknown", "did not do it"),
            "unit_condition": ("skip", ""),
        },
        verdict="degraded",
        source="ryran/xsos#129",
        before="degraded, the same words",
    ),
    Situation(
        "a cluster's watchdog resets the machine five seconds after the panic",
        armed_el9,
        {
            "/sys/class/watchdog/watchdog0": "",
            "/sys/class/watchdog/watchdog0/state": "active\n",
            "/sys/class/watchdog/watchdog0/timeout": "5\n",
            "/sys/class/watchdog/watchdog0/identity": "iTCO_wdt\n",
        },
        says={"watchdog": ("warn", "may reset the machine")},
        source="ClusterLabs/sbd#86",
        before="ready_unproven, the same words",
    ),
    Situation(
        "looks wrong: no dump lies on the host, and kdumpctl test has recorded that one was made",
        armed_el10,
        {"/var/lib/kdump/vmcore-creation.status": "success kdump_test_id=1700000050-123456789\n"},
        says={
            "proof_exists": ("pass", ""),
            "proof_current": ("pass", ""),
            "proof_young": ("pass", ""),
            "collector_kernel": ("pass", "left a dump with this very setup"),
            "capture_restarts": ("pass", "left a dump with this very setup"),
        },
        verdict="ready",
        source="rhkdump/kdump-utils#53",
        before="ready, no word",
    ),
    Situation(
        "the shell runs KEY = value of a template as commands",
        armed_ubuntu,
        {"/etc/default/kdump-tools": "USE_KDUMP = 1\nKDUMP_COREDIR = /var/crash\n"},
        says={"configuration_valid": ("fail", "a shell runs USE_KDUMP as a command")},
        verdict="not_ready",
        source="linux-system-roles/kdump#265",
        before="not_ready, the same words",
    ),
    Situation(
        "words are added by += to KDUMP_CMDLINE_APPEND, which sh does not know",
        armed_debian,
        {
            "/etc/default/kdump-tools": (
                'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="nr_cpus=1 systemd.unit=kdump-tools-dump.service"\n'
                'KDUMP_CMDLINE_APPEND+=" panic=10"\n'
            )
        },
        says={"configuration_valid": ("fail", "sh has no +=")},
        verdict="not_ready",
        source="sonic-net/sonic-buildimage#7985",
        before="not_ready, the same words",
    ),
]
