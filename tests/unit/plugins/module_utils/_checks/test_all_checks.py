# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each check: one thing is broken on a host that is right in every respect, and that very check says so."""

import json
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import CHECKS, IDS
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import JudgeOptions, Thresholds
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import STATUSES
from ansible_collections.crashops.kdump.plugins.module_utils._facts.look_options import LookOptions
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import (
    KDUMPCTL_STATUS,
    PROOF,
    TESTS_WITHOUT_DUMP,
)
from ansible_collections.crashops.kdump.plugins.module_utils._kdump_info import read_facts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import PROPERTIES
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    EL9_IMAGE,
    EL9_RELEASE,
    IMAGE,
    MOUNTS,
    RELEASE,
    STARTED,
    UNIT,
    armed_debian,
    armed_el9,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.dump_builder import (
    CRASH_TIME,
    KERNEL,
    DeadKernel,
    flattened,
    kdump_compressed,
)
from ansible_collections.crashops.kdump.tests.unit.fake_boot import (
    PACKAGE_DROP_IN,
    PACKAGE_TEXT,
    DebianHost,
    GrubbyHost,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

GIB = 1 << 30
NFS_MOUNT = "30 22 0:40 / /srv rw - nfs4 store:/dumps rw\n"
RO_MOUNT = "30 22 254:2 / /var/crash ro - ext4 /dev/vdb1 ro\n"
DEFAULT_ROUTE = "Iface\tDestination\tGateway\nbond0\t00000000\t0100000A\t0003\n"
PLAIN_SSH = "user k\nhostname 10.0.0.9\nport 22\nproxyusefdpass no\n"
ASKED_SSH = {"ssh -G k@10.0.0.9": PLAIN_SSH, "ssh -G -F none k@10.0.0.9": PLAIN_SSH}
PANIC_10 = 'USE_KDUMP=1\nKDUMP_CMDLINE_APPEND="systemd.unit=kdump-tools-dump.service panic=10"\n'
UNPROVEN = ("proof_exists", "collector_kernel", "capture_restarts")


def debian(files: Optional[Dict[str, Any]] = None, **more: str) -> Callable[[], DebianHost]:
    return lambda: armed_debian(files, **more)


def el9(files: Optional[Dict[str, Any]] = None, **more: str) -> Callable[[], GrubbyHost]:
    return lambda: armed_el9(files, **more)


def defaults(text: str) -> Callable[[], DebianHost]:
    return debian({"/etc/default/kdump-tools": "USE_KDUMP=1\n" + text})


def conf(text: str) -> Callable[[], GrubbyHost]:
    return el9({"/etc/kdump.conf": text})


def with_(make: Callable[[], FakeHost], **changes: Any) -> Callable[[], FakeHost]:
    """Return a maker of a host whose attributes differ: dictionaries are updated, anything else is set."""

    def made() -> FakeHost:
        host = make()
        for name, value in changes.items():
            if isinstance(value, dict):
                getattr(host, name).update(value)
            else:
                setattr(host, name, value)
        return host

    return made


def disk(name: str, kinds: Dict[str, str]) -> Dict[str, str]:
    """Return the files by which /sys tells that a disk holds something."""
    return {"/sys/class/block/" + path: text for path, text in kinds.items()}


def later(*paths: str) -> Dict[str, float]:
    return dict.fromkeys(paths, 1700000010.0)


# id of the check, what it then says, words of its reason or value, a maker of the host
BROKEN = [
    ("kernel_support", "fail", "CONFIG_CRASH_DUMP", debian({"/sys/kernel/kexec_crash_loaded": None})),
    ("not_capture_kernel", "fail", "writes a dump and reboots", debian({"/proc/vmcore": "x"})),
    ("not_container", "fail", "container (lxc)", debian({"/run/systemd/container": "lxc\n"})),
    ("not_container", "fail", "container (podman)", el9({"/run/.containerenv": ""})),
    ("kexec_allowed", "warn", "before the next boot", debian({"/proc/sys/kernel/kexec_load_disabled": "1\n"})),
    (
        "kexec_allowed",
        "fail",
        "forbids that a capture kernel is loaded",
        debian({"/proc/sys/kernel/kexec_load_disabled": "1\n", "/sys/kernel/kexec_crash_loaded": "0\n"}),
    ),
    ("kexec_loads_left", "warn", "kexec_load_limit_panic", debian({"/proc/sys/kernel/kexec_load_limit_panic": "0\n"})),
    ("kexec_loads_left", "warn", "limit_panic = 1: what", debian({"/proc/sys/kernel/kexec_load_limit_panic": "1\n"})),
    (
        "secure_boot",
        "warn",
        "only a signed kernel",
        el9(
            {
                "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": b"\6\0\0\0\1",
                "/sys/kernel/kexec_crash_loaded": "0\n",
            }
        ),
    ),
    (
        "lockdown",
        "warn",
        "locked down (integrity)",
        debian(
            {
                "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
                "/sys/kernel/kexec_crash_loaded": "0\n",
            }
        ),
    ),
    ("confidential_guest", "warn", "AMD SEV-SNP", el9({"/dev/sev-guest": ""})),
    ("collector_kernel", "warn", "kernels up to 6.0", debian()),
    (
        "collector_kernel",
        "warn",
        "takes free pages for used ones",
        with_(
            debian({"/proc/sys/kernel/osrelease": "6.12.1-amd64\n"}),
            answers={"makedumpfile -v": "makedumpfile: version 1.7.6 (x)\n"},
        ),
    ),
    ("fips", "warn", ".hmac", el9({"/proc/sys/crypto/fips_enabled": "1\n"})),
    (
        "crashkernel_booted",
        "fail",
        "without crashkernel=",
        debian({"/proc/cmdline": "ro", "/sys/kernel/kexec_crash_size": "0\n"}),
    ),
    ("memory_reserved", "fail", "No memory is reserved", debian({"/sys/kernel/kexec_crash_size": "0\n"})),
    ("memory_reserved", "fail", "kexec_crash_size is not there", debian({"/sys/kernel/kexec_crash_size": None})),
    (
        "crashkernel_single",
        "warn",
        "takes the last",
        debian({PACKAGE_DROP_IN: PACKAGE_TEXT[:-2] + ' crashkernel=1G"\n'}),
    ),
    ("crashkernel_auto", "fail", "RHEL 8 only", debian({PACKAGE_DROP_IN: PACKAGE_TEXT.replace("384M-:128M", "auto")})),
    ("crashkernel_value", "fail", "The next boot reserves nothing", debian({PACKAGE_DROP_IN: None})),
    (
        "crashkernel_value",
        "fail",
        "reserves nothing on this machine",
        debian({PACKAGE_DROP_IN: PACKAGE_TEXT.replace("384M-:128M", "64G-:1G")}),
    ),
    ("reserved_as_booted", "warn", "less than the 128 MiB", debian({"/sys/kernel/kexec_crash_size": str(100 << 20)})),
    ("reserved_enough", "warn", "counted as needed", debian({"/proc/modules": "big 60000000 0 - Live 0x0\n"})),
    ("reserved_enough", "fail", "counted as needed", debian({"/proc/modules": "big 600000000 0 - Live 0x0\n"})),
    ("vendor_default", "warn", "vendor's default", debian({"/sys/kernel/kexec_crash_size": str(100 << 20)})),
    ("memory_extras", "warn", "the driver mlx5_core", el9({"/proc/modules": "mlx5_core 2000000 0 - Live 0x0\n"})),
    ("memory_extras", "warn", "memory encryption", el9({"/proc/cmdline": "mem_encrypt=on crashkernel=256M"})),
    (
        "reboot_not_pending",
        "warn",
        "A reboot is pending",
        debian({PACKAGE_DROP_IN: PACKAGE_TEXT.replace("128M", "256M")}),
    ),
    (
        "entries_alike",
        "warn",
        "The boot entries differ",
        el9(
            {
                "/boot/loader/entries/%s-%s.conf"
                % (
                    "0123456789abcdef" * 2,
                    "5.14.0-362.el9.x86_64",
                ): "title x\nlinux /vmlinuz-5.14.0-362.el9.x86_64\noptions root=/dev/a crashkernel=1G\n"
            }
        ),
    ),
    ("new_kernels", "warn", "/etc/kernel/cmdline", el9({"/etc/kernel/cmdline": "ro\n"})),
    ("value_stays", "warn", "next update", el9({"/usr/lib/kdump/kdump-lib.sh": 'x86_64 _ck_cmdline="2G-:256M"'})),
    (
        "early_kdump",
        "warn",
        "older than the capture initramfs",
        with_(el9({"/proc/cmdline": "rd.earlykdump crashkernel=256M"}), mtimes=later(EL9_IMAGE)),
    ),
    ("configuration_valid", "fail", "line 2", defaults("MAKEDUMP_ARGS='-c -d 99'\n")),
    ("configuration_valid", "fail", "is not there", el9({"/etc/kdump.conf": None})),
    ("configuration_warnings", "warn", "dumps to both", defaults("NFS=10.0.0.9:/b\nSSH=a@b\n")),
    ("hooks", "fail", "/no/hook", conf("kdump_post /no/hook\n")),
    ("capture_command_line", "fail", "kdump-tools-dump", defaults('KDUMP_CMDLINE_APPEND="nr_cpus=1"\n')),
    ("capture_command_line", "warn", "isolcpus=1", el9({"/proc/cmdline": "isolcpus=1 crashkernel=256M"})),
    ("capture_command_line", "warn", "isolcpus=1", defaults("KDUMP_CMDLINE='root=/dev/vda1 isolcpus=1'\n")),
    ("capture_restarts", "warn", "stands still", defaults("")),
    (
        "capture_restarts",
        "warn",
        "9.conf sets kernel.panic = 0",
        debian({"/etc/default/kdump-tools": PANIC_10, "/etc/sysctl.d/9.conf": "kernel.panic = 0\n"}),
    ),
    ("capture_restarts", "warn", "stands still", defaults('KDUMP_CMDLINE_APPEND="panic=10 panic=0"\n')),
    ("capture_restarts", "warn", "stands still", el9({"/etc/sysconfig/kdump": "KDUMP_COMMANDLINE_APPEND=nr_cpus=1\n"})),
    ("image_not_frozen", "warn", "force_no_rebuild 1", conf("force_no_rebuild 1\n")),
    ("unmerged_configuration", "warn", "/etc/kdump.conf.rpmnew", el9({"/etc/kdump.conf.rpmnew": ""})),
    (
        "collector_installed",
        "fail",
        "makedumpfile is not installed",
        with_(debian(), programs=["kdump-config", "dpkg"]),
    ),
    (
        "collector_installed",
        "fail",
        "mkinitramfs (package initramfs-tools-core) is not installed",
        with_(
            debian({"/var/lib/kdump/initrd.img-" + RELEASE: None}),
            programs=["kdump-config", "dpkg", "systemctl", "makedumpfile", "dracut"],
        ),
    ),
    ("collector_compression", "warn", "built without it", conf("core_collector makedumpfile -z -d 31\n")),
    ("cluster_fencing", "warn", "fence_kdump_nodes is missing", el9({"/etc/corosync/corosync.conf": ""})),
    ("dump_directory", "warn", "/d does not exist", defaults("KDUMP_COREDIR=/d\n")),
    ("dump_directory", "fail", "/d", conf("path /d\n")),
    ("space", "fail", "it would take", with_(debian(), free={"/var/crash": 1 << 20})),
    ("space_to_keep", "warn", "should be free", with_(debian(), free={"/var/crash": 700 << 20})),
    ("target_writable", "fail", "for reading only", debian({"/proc/self/mountinfo": MOUNTS + RO_MOUNT})),
    ("target_writable", "warn", "for reading only", el9({"/proc/self/mountinfo": MOUNTS + RO_MOUNT})),
    ("device_name", "warn", "/etc/kdump.conf", conf("ext4 /dev/sdb1\n")),
    (
        "target_supported",
        "fail",
        "gone with the crash",
        debian({"/proc/self/mountinfo": MOUNTS + "30 22 0:9 / /var/crash rw - tmpfs tmpfs rw\n"}),
    ),
    (
        "target_supported",
        "warn",
        "does not support it",
        el9({"/proc/self/mountinfo": MOUNTS + "30 22 0:9 / /var/crash rw - btrfs /dev/vdb rw\n"}),
    ),
    ("encrypted_target", "warn", "encrypted disk (vda1)", debian(disk("vda1", {"vda1/dm/uuid": "CRYPT-LUKS2-aa-x\n"}))),
    ("network_storage", "warn", "multipath", el9(disk("vda1", {"vda1/dm/uuid": "mpath-3600\n"}))),
    (
        "target_mounted",
        "fail",
        "fstab mounts /var/crash",
        debian({"/etc/fstab": "LABEL=d /var/crash ext4 defaults 0 2\n"}),
    ),
    (
        "path_meaning",
        "warn",
        "/var/crash/var/crash",
        with_(
            el9(
                {
                    "/etc/kdump.conf": "ext4 /dev/vdb1\npath /var/crash\n",
                    "/proc/mounts": "/dev/vdb1 /var/crash ext4 rw 0 0\n",
                }
            ),
            directories={"/var/crash/var/crash": 0o700},
        ),
    ),
    (
        "nfs_server",
        "fail",
        "TCP port 2049",
        with_(defaults("NFS=10.0.0.9:/dumps\n"), refused={"10.0.0.9": "timed out"}),
    ),
    ("ssh_server", "fail", "TCP port 22", with_(defaults("SSH=k@10.0.0.9\n"), refused={"10.0.0.9": "timed out"})),
    (
        "ssh_key",
        "fail",
        "does not exist",
        with_(defaults("SSH=k@10.0.0.9\n"), programs=["kdump-config", "ssh", "dpkg"], answers=ASKED_SSH),
    ),
    (
        "capture_network",
        "warn",
        "bond0 (bond)",
        debian(
            {
                "/etc/default/kdump-tools": "USE_KDUMP=1\nSSH=k@10.0.0.9\n",
                "/proc/net/route": DEFAULT_ROUTE,
                "/sys/class/net/bond0/uevent": "DEVTYPE=bond\nINTERFACE=bond0\n",
            }
        ),
    ),
    ("image_exists", "fail", "does not exist", debian({IMAGE: None})),
    ("image_fresh", "warn", "must be built again", with_(debian(), mtimes=later("/boot/vmlinuz-" + RELEASE))),
    ("image_fresh", "warn", "must be built again", with_(el9(), mtimes=later("/boot/vmlinuz-" + EL9_RELEASE))),
    (
        "loaded_fresh",
        "warn",
        "older than /etc/default",
        with_(debian(unit=UNIT + STARTED), mtimes=later("/etc/default/kdump-tools")),
    ),
    (
        "image_links",
        "fail",
        "leads to /boot/vmlinuz-6.1.0-9-amd64",
        with_(debian(), links={"/var/lib/kdump/vmlinuz": "/boot/vmlinuz-6.1.0-9-amd64"}),
    ),
    ("capture_kernel_installed", "warn", "cannot be loaded again", debian({"/boot/vmlinuz-" + RELEASE: None})),
    ("boot_space", "warn", "the next one takes", with_(debian(), free={"/var/lib/kdump": 2})),
    (
        "watchdog",
        "warn",
        "may reset the machine",
        debian(
            {
                "/sys/class/watchdog/watchdog0": "",
                "/sys/class/watchdog/watchdog0/state": "active\n",
                "/sys/class/watchdog/watchdog0/timeout": "30\n",
                "/sys/class/watchdog/watchdog0/identity": "iTCO_wdt\n",
            }
        ),
    ),
    ("installed", "fail", "there is no kdump-config", with_(debian(), programs=["dpkg", "update-grub"])),
    ("armed", "fail", "No capture kernel is loaded", debian({"/sys/kernel/kexec_crash_loaded": "0\n"})),
    ("unit_enabled", "fail", "is not enabled", debian(unit=UNIT.replace("=enabled", "=disabled"))),
    ("unit_active", "warn", "ended well without loading", debian({"/sys/kernel/kexec_crash_loaded": "0\n"})),
    ("unit_active", "warn", "reload nothing", debian(unit=UNIT.replace("=active", "=inactive"))),
    ("unit_condition", "fail", "passed over", el9(unit=UNIT + "ConditionResult=no\nConditionTimestampMonotonic=7\n")),
    ("unit_unmasked", "fail", "STIG", debian(unit="LoadState=masked\nUnitFileState=masked\nActiveState=inactive\n")),
    ("switched_on", "fail", "USE_KDUMP", debian({"/etc/default/kdump-tools": "USE_KDUMP=true\n"})),
    ("switched_on", "fail", "switches kdump off", debian({"/etc/default/kdump-tools": "USE_KDUMP=0\n"})),
    (
        "reservation_used",
        "warn",
        "nothing loads one",
        debian(
            {"/sys/kernel/kexec_crash_loaded": "0\n"},
            unit="LoadState=loaded\nUnitFileState=disabled\nActiveState=inactive\n",
        ),
    ),
    ("panic_timeout", "warn", "stands still", debian({"/sys/kernel/kexec_crash_loaded": "0\n"})),
    ("panic_on_oops", "warn", "goes on, damaged", el9({"/proc/sys/kernel/panic_on_oops": "0\n"})),
    ("panic_on_warn", "warn", "each warning", debian({"/proc/sys/kernel/panic_on_warn": "1\n"})),
    ("panic_notifiers", "warn", "may hang", el9({"/proc/cmdline": "crash_kexec_post_notifiers crashkernel=256M"})),
    (
        "capture_sysctls",
        "warn",
        "kernel.hung_task_panic",
        debian({"/etc/sysctl.d/9.conf": "kernel.hung_task_panic = 1\n"}),
    ),
    ("capture_settings", "warn", "vm.panic_on_oom", debian({"/etc/sysctl.d/9.conf": "vm.panic_on_oom = 1\n"})),
    ("dump_directory_private", "warn", "passwords and keys", with_(debian(), directories={"/var/crash": 0o755})),
    ("dump_directory_private", "warn", "0755, owner 0", with_(debian(), directories={"/var/crash": 0o755})),
    ("dump_directory_private", "warn", "passwords and keys", with_(debian(), directories={"/var/crash": 0o750})),
    (
        "dumps_private",
        "warn",
        "Everybody may read 1",
        with_(
            debian({"/var/crash/202601010101/dump.202601010101": "x"}),
            directories={"/var/crash": 0o755, "/var/crash/202601010101": 0o755},
        ),
    ),
    (
        "selinux_label",
        "warn",
        "unlabeled_t",
        with_(
            el9(
                {"/sys/fs/selinux/enforce": "1", "/proc/self/mountinfo": MOUNTS.replace("vda1 rw", "vda1 rw,seclabel")}
            ),
            labels={"/var/crash": "system_u:object_r:unlabeled_t:s0"},
        ),
    ),
    ("all_seen", "unknown", "Without root", with_(debian(), root=False)),
    ("password_in_clear", "warn", "FTP server", defaults("FTP=ftp.example.com\n")),
    (
        "dumps_complete",
        "warn",
        "1 of 1 dumps are not complete",
        with_(
            debian({"/var/crash/202601010101/dump.202601010101": b"makedumpfile\0\0\0\0" + b"x" * 5000}),
            directories={"/var/crash/202601010101": 0o755},
        ),
    ),
    (
        "dumps_space",
        "warn",
        "11 dumps",
        with_(
            debian({"/var/crash/2026010101%02d/dump.2026010101%02d" % (n, n): "x" for n in range(11)}),
            directories={"/var/crash/2026010101%02d" % n: 0o755 for n in range(11)},
        ),
    ),
    (
        "dumps_purged",
        "warn",
        "/var/crash/2-reports",
        with_(
            debian({"/etc/default/kdump-tools": "USE_KDUMP=1\nKDUMP_NUM_DUMPS=3\n", "/var/crash/2-reports/a": "x"}),
            directories={"/var/crash/2-reports": 0o755},
        ),
    ),
    ("proof_exists", "warn", "No crash has proved", debian()),
    ("proof_exists", "unknown", "cannot be read", debian({PROOF: '{"version": 2, "time": "tomorr'})),
]
BOTH_STACKS = [armed_debian, armed_el9]


def checks(host: FakeHost, limits: Optional[Thresholds] = None, **options: Any) -> Dict[str, Any]:
    facts = read_facts(host, LookOptions(**options), JudgeOptions(limits or Thresholds()))
    return {check["id"]: check for check in facts["checks"]}


@pytest.mark.parametrize(("name", "status", "words", "make"), BROKEN)
def test_what_is_broken_is_found_by_its_check(name: str, status: str, words: str, make: Callable[[], FakeHost]) -> None:
    found = checks(make())[name]
    assert (found["status"], words in "%s %s" % (found["reason"], found["value"])) == (status, True), found
    assert found["advice"] or status == "skip"


@pytest.mark.parametrize("make", BOTH_STACKS)
def test_where_nothing_is_broken_no_check_complains(make: Callable[..., FakeHost]) -> None:
    complaints = [check for check in checks(make()).values() if check["status"] not in ("pass", "skip")]
    assert [check["id"] for check in complaints if check["id"] not in UNPROVEN] == []


@pytest.mark.parametrize("make", BOTH_STACKS)
def test_every_answer_is_whole(make: Callable[..., FakeHost]) -> None:
    for check in checks(make()).values():
        assert check["status"] in STATUSES
        assert (check["reason"] is not None) or check["status"] == "pass"
        assert check["reference"].endswith("docs/checks.md#%s" % check["id"])
        assert all(isinstance(check[key], (str, type(None))) for key in ("value", "wanted", "reason", "advice"))


def test_every_check_is_broken_by_some_test() -> None:
    # these are told, never complained of; or they need what the other tables of this file make
    elsewhere = {"hibernation", "sysrq", "reservation_readable", "ssh_host_key", "ssh_name", "raw_device", "inodes"}
    elsewhere |= {"file_system_type", "thin_pool", "hang_policy", "proof_current", "proof_young", "machine_unchanged"}
    # situations/target.py breaks these, each in several ways
    elsewhere |= {"target_drivers", "target_in_capture", "target_at_boot", "target_disk_kept"}
    # a situation breaks these
    elsewhere |= {"cma_user_pages", "entries_read"}
    assert set(IDS) - {row[0] for row in BROKEN} == elsewhere
    assert len(IDS) == len(set(IDS)) == len(CHECKS)


def test_a_block_that_only_root_sees_is_not_missing() -> None:
    words = "root=/dev/vda1 ro crashkernel=512M,high crashkernel=128M,low\n"
    zeros = "00000000-00000000 : System RAM\n  00000000-00000000 : Crash kernel\n"
    files = {"/proc/cmdline": words, "/proc/iomem": zeros * 2, "/proc/meminfo": "MemTotal:       16000000 kB\n"}
    host = armed_el9(dict(files, **{"/sys/kernel/kexec_crash_size": "%d\n" % (512 << 20)}))
    host.root = False
    found = checks(host)["reserved_as_booted"]
    assert (found["status"], found["advice"]) == ("unknown", "Run it as root (become: true).")
    assert "512 MiB are reserved above 4 GiB" in found["reason"] and "640 MiB were asked for" in found["reason"]
    host.files["/proc/iomem"] = zeros
    assert checks(host)["reserved_as_booted"]["status"] == "warn"


def ssh_host(said: Tuple[int, str, str]) -> DebianHost:
    """Return a host whose ssh says something when it logs in."""
    host = armed_debian({"/etc/default/kdump-tools": "USE_KDUMP=1\nSSH=k@10.0.0.9\n", "/root/.ssh/kdump_id_rsa": "key"})
    host.programs.append("ssh")
    host.modes["/root/.ssh/kdump_id_rsa"] = 0o600
    host.files["/root/.ssh/kdump_id_rsa.pub"] = "ssh-ed25519 AAAA kdump"
    host.answers.update(ASKED_SSH)
    plain = host.run

    def run(argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        if argv[0] == "ssh" and argv[1] != "-G":
            host.answers[" ".join(argv)] = said
        return plain(argv, timeout_s, check)

    host.replace_methods(run=run)
    return host


@pytest.mark.parametrize(
    ("said", "name", "words"),
    [
        ((255, "", "Host key verification failed."), "ssh_host_key", "no host key of 10.0.0.9"),
        ((255, "", "k@10.0.0.9: Permission denied (publickey)."), "ssh_server", "does not let k in"),
        ((255, "", 'Load key "x": error in libcrypto'), "ssh_key", "passphrase"),
        ((22, "step=make\n", ""), "target_writable", "cannot be written to"),
    ],
)
def test_what_a_login_says_belongs_to_one_check(said: Tuple[int, str, str], name: str, words: str) -> None:
    found = checks(ssh_host(said))
    assert [found[name]["status"], words in found[name]["reason"]] == ["fail", True]
    others = [one for one in ("ssh_server", "ssh_key", "ssh_host_key", "target_writable") if one != name]
    assert all(found[one]["status"] in ("skip", "pass") for one in others)


def test_a_directory_of_a_server_that_holds_other_things_too_can_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("")
    tmp_path.chmod(0o755)
    host = ssh_host((0, "", ""))
    host.files["/etc/default/kdump-tools"] += "KDUMP_COREDIR=%s\n" % tmp_path
    read_facts(host, LookOptions())
    (line,) = [argv[-1] for argv in host.commands if argv[:2] == ["ssh", "-i"]]
    assert subprocess.call(["sh", "-c", line], stdout=subprocess.DEVNULL) == 0


def test_a_login_that_works_tells_the_room_on_the_server() -> None:
    said = "existed=1\nbefore=700\nstep=space\n/dev/vda1 8000000 1000000 7000000 13% /\n"
    facts = read_facts(ssh_host((0, said, "")), LookOptions())
    assert facts["space"]["free_bytes"] == 7000000 * 1024
    assert facts["probe"]["tried"]
    assert {check["status"] for check in facts["checks"] if check["id"].startswith("ssh_")} == {"pass"}


def test_a_probe_can_be_switched_off() -> None:
    host = ssh_host((255, "", "never asked"))
    found = checks(host, probe=False)
    assert {found[name]["status"] for name in ("ssh_server", "ssh_key", "ssh_host_key", "space")} == {"skip"}
    assert not any(argv[0] == "ssh" for argv in host.commands)
    assert host.connected == []


def known_as(*addresses: str) -> str:
    """Return what getent says of a name with these addresses."""
    return "".join("%s STREAM store\n%s DGRAM\n%s RAW\n" % (one, one, one) for one in addresses)


def nfs_store(*addresses: str) -> DebianHost:
    """Return a host that dumps to an NFS server with these addresses, and that cannot mount anything."""
    host = defaults("NFS=store:/dumps\n")()
    host.answers["getent ahosts store"] = known_as(*addresses)
    return host


def test_a_server_is_there_where_any_of_its_addresses_answers() -> None:
    host = nfs_store("fd00::9", "10.0.0.9", "10.0.0.8")
    host.refused["fd00::9"] = "No route to host"
    assert read_facts(host, LookOptions())["probe"]["trouble"] == "program_missing"
    assert host.connected == [("fd00::9", 2049), ("10.0.0.9", 2049)]


@pytest.mark.parametrize(
    ("addresses", "limit", "limits", "why"),
    [
        (["10.0.0.9"], 5, [5], "timed out"),
        (["fd00::9", "10.0.0.9"], 5, [2.5, 2.5], "timed out at fd00::9, and none of the 2 addresses tried answers"),
        (
            ["10.0.0.%d" % number for number in range(6)],
            5,
            [1.25] * 4,
            "timed out at 10.0.0.0, and none of the 4 addresses tried answers",
        ),
        (
            ["10.0.0.%d" % number for number in range(6)],
            2,
            [1, 1],
            "timed out at 10.0.0.0, and none of the 2 addresses tried answers",
        ),
        (["fd00::9", "10.0.0.9"], 1, [1], "timed out"),
    ],
)
def test_a_server_that_is_gone_costs_the_limit_however_many_addresses_it_has(
    addresses: List[str], limit: int, limits: List[float], why: str
) -> None:
    host, given = nfs_store(*addresses), []
    began = host.clock

    def refuses(address: str, port: int, timeout_s: float) -> Optional[str]:
        given.append(timeout_s)
        host.clock += timeout_s
        return "timed out"

    host.replace_methods(refuses=refuses)
    facts = read_facts(host, LookOptions(probe_timeout_s=limit))
    assert (given, host.clock - began) == (limits, limit)
    words = "store does not answer on TCP port 2049 (%s); see to its address, its state and the firewalls."
    assert facts["probe"]["msg"] == words % why


def test_a_limit_that_an_address_does_not_use_up_is_for_the_others() -> None:
    host = nfs_store("fd00::9", "10.0.0.9")
    given: List[float] = []

    def refuses(address: str, port: int, timeout_s: float) -> str:
        given.append(timeout_s)
        return "refused"

    host.replace_methods(refuses=refuses)
    read_facts(host, LookOptions())
    assert given == [2.5, 5]


def stopped(host: DebianHost) -> None:
    raise Failure("ssh did not end within 5 seconds and was stopped")


@pytest.mark.parametrize(
    ("configured", "knocked", "trouble"),
    [
        ("user k\nhostname 10.0.0.7\nport 2222\nproxyusefdpass no\n", [("10.0.0.7", 2222)], "login_refused"),
        ("hostname 10.0.0.9\nport 22\nproxyjump none\nproxycommand none\n", [("10.0.0.9", 22)], "login_refused"),
        ("hostname 10.0.0.9\nport 22\nproxyjump me@gate:22\n", [], "login_refused"),
        ("hostname 10.0.0.9\nport 22\nproxycommand nc gate %p\n", [], "login_refused"),
        ("port x\n", [("10.0.0.9", 22)], "login_refused"),
        # ssh itself then ends in the same way, now and at a crash
        ((255, "hostname 10.0.0.7\n", "Bad configuration option"), [("10.0.0.9", 22)], "login"),
        (stopped, [("10.0.0.9", 22)], "login"),
    ],
)
def test_an_ssh_server_is_knocked_at_where_ssh_goes_and_logged_in_to_by_a_proxy_unasked(
    configured: Any, knocked: List[Tuple[str, int]], trouble: str
) -> None:
    host = ssh_host((255, "", "k@10.0.0.9: Permission denied (publickey)."))
    host.answers["ssh -G k@10.0.0.9"] = configured
    assert read_facts(host, LookOptions())["probe"]["trouble"] == trouble
    assert host.connected == knocked


def test_an_ssh_server_that_is_gone_is_told_by_the_name_and_the_port_that_ssh_has_for_it() -> None:
    host = ssh_host((255, "", "never asked"))
    host.answers["ssh -G k@10.0.0.9"] = "hostname store\nport 2222\n"
    host.answers["getent ahosts store"] = known_as("10.0.0.7")
    host.refused["10.0.0.7"] = "timed out"
    words = "10.0.0.9 (store by the configuration of ssh) does not answer on TCP port 2222 (timed out); see to"
    assert read_facts(host, LookOptions())["probe"]["msg"].startswith(words)


def test_only_root_asks_ssh_for_its_configuration() -> None:
    host = ssh_host((255, "", "never asked"))
    host.root = False
    host.programs.append("ip")
    host.answers["ip -o route get 10.0.0.9"] = "10.0.0.9 dev eth0 src 10.0.0.2 uid 1000 \\    cache \n"
    checks(host)
    assert not any(argv[0] == "ssh" for argv in host.commands)


VLAN = {"/sys/class/net/lan.7/uevent": "DEVTYPE=vlan\nINTERFACE=lan.7\n"}
BOND = {"/proc/net/route": DEFAULT_ROUTE, "/sys/class/net/bond0/uevent": "DEVTYPE=bond\nINTERFACE=bond0\n"}
IPV6_ROUTES = "".join(
    "%s %s %s 00 %s 00000400 00000003 00000000 00000003 %8s\n" % (place, prefix, "0" * 32, "0" * 32, name)
    for place, prefix, name in (
        ("fd" + "0" * 30, "40", "eth0"),
        ("0" * 32, "00", "lan.7"),
        ("0" * 31 + "1", "80", "lo"),
        ("0" * 32, "00", "lo"),
    )
)
OVER_VLAN = "%s via 10.1.0.1 dev lan.7 src 10.1.0.2 uid 0 \\    cache \n"
OVER_ETH0 = "%s dev eth0 src 10.0.0.2 uid 0 \\    cache \n"
STORE = {"getent ahosts store": known_as("fd00::9", "10.0.0.9")}


def way_to(
    target: str, answers: Dict[str, Any], files: Optional[Dict[str, str]] = None, **options: Any
) -> Tuple[Dict[str, Any], List[str]]:
    """Return what capture_network says of a target, and the commands that it took to ask for names and routes."""
    host = debian(dict({"/etc/default/kdump-tools": "USE_KDUMP=1\n" + target}, **VLAN, **(files or {})))()
    host.programs += ["ip", "ssh"]
    host.answers.update({"ssh -G k@10.0.0.9": "", **answers})
    found = checks(host, **options)["capture_network"]
    return found, [argv[0] for argv in host.commands if argv[0] in ("ip", "getent")]


@pytest.mark.parametrize(
    ("target", "answers", "asked"),
    [
        ("NFS=10.0.0.9:/d\n", {"ip -o route get 10.0.0.9": OVER_VLAN}, ["ip"]),
        ("NFS=[fd00::9]:/d\n", {"ip -o route get fd00::9": OVER_VLAN}, ["ip"]),
        ("NFS=store:/d\n", {"ip -o route get fd00::9": OVER_VLAN, **STORE}, ["getent", "ip"]),
        ("FTP=store:/d\n", {"ip -o route get fd00::9": OVER_VLAN, **STORE}, ["getent", "ip"]),
        ("FTP=10.0.0.9\n", {"ip -o route get 10.0.0.9": OVER_VLAN}, ["ip"]),
        ("SSH=k@10.0.0.9\n", {"ip -o route get 10.0.0.9": OVER_VLAN}, ["ip"]),
        (
            "SSH=k@10.0.0.9\n",
            {"ssh -G k@10.0.0.9": "hostname 10.1.0.9\nport 22\n", "ip -o route get 10.1.0.9": OVER_VLAN},
            ["ip"],
        ),
    ],
)
def test_the_way_to_the_server_is_that_of_its_own_route(target: str, answers: Dict[str, str], asked: List[str]) -> None:
    found, commands = way_to(target, answers)
    assert (found["status"], found["value"], commands) == ("warn", "lan.7 (vlan)", asked)


def test_a_default_route_that_does_not_lead_to_the_server_does_not_count() -> None:
    found, dummy = way_to("NFS=10.0.0.9:/d\n", {"ip -o route get 10.0.0.9": OVER_ETH0}, BOND)
    assert (found["status"], found["value"]) == ("pass", "an ordinary interface")


def test_without_a_probe_only_an_address_that_stands_in_the_target_is_asked_for() -> None:
    answers = {"ip -o route get 10.0.0.9": OVER_VLAN}
    found, commands = way_to("SSH=k@10.0.0.9\n", answers, BOND, probe=False)
    assert (found["value"], commands) == ("lan.7 (vlan)", ["ip"])
    found, commands = way_to("NFS=store:/d\n", {}, BOND, probe=False)
    assert (found["value"], commands) == ("bond0 (bond)", [])


@pytest.mark.parametrize(
    ("target", "answers", "asked"),
    [
        ("NFS=10.0.0.9:/d\n", {"ip -o route get 10.0.0.9": (2, "", "RTNETLINK answers: no route")}, ["ip"]),
        ("NFS=10.0.0.9:/d\n", {"ip -o route get 10.0.0.9": stopped}, ["ip"]),
        ("NFS=10.0.0.9:/d\n", {"ip -o route get 10.0.0.9": "\0"}, ["ip"]),
        ("NFS=store:/d\n", {"getent ahosts store": (2, "", "")}, ["getent"]),
        ("SSH=k@10.0.0.9\n", {"ssh -G k@10.0.0.9": "hostname 10.0.0.9\nproxyjump gate\n"}, []),
    ],
)
def test_where_the_route_is_not_known_the_way_is_the_default_one(
    target: str, answers: Dict[str, Any], asked: List[str]
) -> None:
    found, commands = way_to(target, answers, BOND)
    assert (found["value"], commands) == ("bond0 (bond)", asked)
    found = way_to(target, answers, {"/proc/net/ipv6_route": IPV6_ROUTES})[0]
    assert found["value"] == "lan.7 (vlan)"
    found = way_to(target, answers, dict(BOND, **{"/proc/net/ipv6_route": IPV6_ROUTES}))[0]
    assert found["value"] == "bond0 (bond)"
    for routes in ("", "\0", "Iface\tDestination\tGateway\n"):
        found = way_to(target, answers, {"/proc/net/route": routes, "/proc/net/ipv6_route": routes})[0]
        assert (found["status"], found["value"]) == ("unknown", None)
        assert "No route from this host to the server" in found["reason"]


def test_the_way_to_an_export_that_is_mounted_is_asked_for_as_well() -> None:
    mounts = "/dev/vda1 / ext4 rw 0 0\nstore:/d /nfs nfs4 rw 0 0\n"
    host = armed_el9(dict({"/etc/kdump.conf": "nfs store:/d\n", "/proc/mounts": mounts}, **VLAN))
    host.programs.append("ip")
    host.answers.update({"ip -o route get fd00::9": OVER_VLAN, **STORE})
    facts = read_facts(host, LookOptions())
    assert facts["probe"]["tried"] is False
    assert {one["id"]: one["value"] for one in facts["checks"]}["capture_network"] == "lan.7 (vlan)"


@pytest.mark.parametrize("make", BOTH_STACKS)
def test_no_way_is_looked_for_where_the_dumps_cross_no_network(make: Callable[..., FakeHost]) -> None:
    host = make()
    host.programs += ["ip", "ssh"]
    looked = host.watch("read_bytes")
    checks(host)
    assert "/proc/cmdline" in looked
    assert not any(argv[0] in ("ip", "ssh", "getent") for argv in host.commands)
    assert not any(path.startswith("/proc/net/") for path in looked)


def test_a_directory_on_a_server_that_is_gone_costs_one_command_and_no_stat() -> None:
    host = armed_debian(
        {"/proc/self/mountinfo": MOUNTS + NFS_MOUNT, "/etc/default/kdump-tools": "USE_KDUMP=1\nKDUMP_COREDIR=/srv/c\n"}
    )
    argv = ["stat", "-f", "-c", "%T", "/srv"]
    host.answers[" ".join(argv)] = (1, "", "stat: cannot read file system information for '/srv/c': Stale file handle")
    looked = host.watch("stat")
    found = checks(host)
    assert found["space"]["status"] == "fail"
    assert not any(path.startswith("/srv") for path in looked)
    assert host.commands.count(argv) == 1


PROOF_RECORD = {
    "version": 2,
    "time": 1699990000.0,
    "kernel": RELEASE,
    "crashkernel": ["384M-:128M"],
    "image": {"path": IMAGE, "mtime": 1700000000.0},
    "settings": {"target_type": "local", "target_location": None, "path": "/var/crash"},
    "ram_bytes": 2 << 30,
    "collector_mtime": None,
    "dump": {"size_bytes": 40 << 20},
    "panic": "Kernel panic - not syncing: sysrq triggered crash",
}


def proved(**changes: Any) -> DebianHost:
    return armed_debian({PROOF: json.dumps(dict(PROOF_RECORD, **changes))})


SYSCONFIG = "KDUMP_COMMANDLINE_REMOVE='panic quiet'\nKDUMP_COMMANDLINE_APPEND='nr_cpus=1%s'\n"
BOOTED = {"/proc/cmdline": "ro panic=30 crashkernel=256M\n"}


@pytest.mark.parametrize(
    ("make", "status", "value"),
    [
        (debian(BOOTED), "pass", "panic=30"),
        (debian(dict(BOOTED, **{"/etc/default/kdump-tools": "USE_KDUMP=1\nKDUMP_CMDLINE='ro'\n"})), "warn", "none"),
        (defaults("KDUMP_CMDLINE='ro panic=5'\n"), "pass", "panic=5"),
        (el9(dict(BOOTED, **{"/etc/sysconfig/kdump": SYSCONFIG % ""})), "warn", "none"),
        (el9(dict(BOOTED, **{"/etc/sysconfig/kdump": SYSCONFIG % " panic=10"})), "pass", "panic=10"),
        (el9({"/etc/sysconfig/kdump": "KDUMP_COMMANDLINE='ro panic=-1'\n"}), "pass", "panic=-1"),
    ],
)
def test_the_capture_kernels_own_panic_is_read_where_its_command_line_comes_from(
    make: Callable[[], FakeHost], status: str, value: str
) -> None:
    found = checks(make())["capture_restarts"]
    assert (found["status"], found["value"] or "none") == (status, value)


DOUBTS = {"collector_kernel": ["warn", "x"], "capture_restarts": ["unknown", None]}


@pytest.mark.parametrize("known", [{}, {"doubts": DOUBTS}, {"doubts": None}], ids=repr)
def test_a_proof_makes_a_host_ready_and_settles_every_doubt_of_that_time(known: Dict[str, Any]) -> None:
    facts = read_facts(proved(**known), LookOptions())
    assert (facts["verdict"], facts["proof"]["state"], facts["proof"]["age_seconds"]) == ("ready", "proven", 10000)
    doubt = next(check for check in facts["checks"] if check["id"] == "collector_kernel")
    assert doubt["status"] == "pass"
    assert "A crash has left a dump with this very setup all the same." in doubt["reason"]
    assert doubt["doubt"] == "warn"


def test_what_is_counted_of_the_modules_that_are_loaded_now_is_no_doubt_that_came_later() -> None:
    host = proved(doubts={})
    host.files["/proc/modules"] = "".join("m%d 2097152 0 - Live 0x0\n" % number for number in range(60))
    found = checks(host)["reserved_enough"]
    assert (found["status"], found["doubt"]) == ("pass", "warn")


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ({"doubts": {"reserved_enough": ["fail", "128 MiB"]}}, "pass"),
        ({"doubts": {"reserved_enough": ["fail", "256 MiB"]}}, "fail"),
        ({"doubts": {}}, "fail"),
        ({"doubts": None}, "fail"),
    ],
)
def test_a_reservation_that_is_far_too_small_is_settled_by_a_crash_with_the_same_one(
    known: Dict[str, Any], status: str
) -> None:
    host = proved(**known)
    host.files["/proc/modules"] = "".join("m%d 2097152 0 - Live 0x0\n" % number for number in range(200))
    found = checks(host)["reserved_enough"]
    assert (found["status"], found["value"], found["doubt"]) == (status, "128 MiB", "fail")


def test_a_doubt_that_came_after_the_proof_stays() -> None:
    found = checks(proved(doubts={"capture_restarts": ["warn", None]}))
    assert (found["collector_kernel"]["status"], found["capture_restarts"]["status"]) == ("warn", "pass")


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ({"doubts": {"target_supported": ["fail", "tmpfs"]}}, "pass"),
        ({"doubts": {"target_supported": ["fail", "ramfs"]}}, "fail"),
        ({"doubts": {"target_supported": ["warn", "tmpfs"]}}, "fail"),
        ({"doubts": {}}, "fail"),
        ({}, "fail"),
    ],
)
def test_a_proof_settles_a_failure_only_if_the_host_crashed_with_the_same_one(
    known: Dict[str, Any], status: str
) -> None:
    host = proved(**known)
    host.files["/proc/self/mountinfo"] = MOUNTS + "31 22 0:30 / /var/crash rw - tmpfs tmpfs rw\n"
    assert checks(host)["target_supported"]["status"] == status


def test_a_dump_that_is_older_than_fstab_proves_nothing_where_the_capture_kernel_boots_the_real_root() -> None:
    host = crashed("384M-:128M", 1700000100)
    host.files["/etc/fstab"] = "/dev/vda1 / ext4 defaults 0 1\n"
    assert read_facts(host, LookOptions())["proof"]["source"] == "dump"
    host.ctimes["/etc/fstab"] = 1700000200
    assert read_facts(host, LookOptions())["proof"]["state"] == "never"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kernel": "6.1.0-40-amd64"}, "the kernel was 6.1.0-40-amd64 and is 6.1.0-41-amd64"),
        ({"crashkernel": ["256M"]}, "crashkernel= was 256M and is 384M-:128M"),
        ({"image": {"path": IMAGE, "mtime": 1600000000.0}}, "the capture initramfs was built again"),
        ({"settings": {"target_type": "nfs"}}, "target type was nfs and is local"),
        ({"collector_mtime": 5.0}, "makedumpfile was updated"),
        ({"firmware": "SeaBIOS 1.15"}, "the firmware was SeaBIOS 1.15 and is SeaBIOS 1.16"),
        ({"settings": {"loading": {"KDUMP_KEXEC_ARGS": "-d"}}}, "KDUMP_KEXEC_ARGS was -d and is none"),
    ],
)
def test_a_proof_of_something_else_is_stale(changes: Dict[str, Any], words: str) -> None:
    host = proved(**changes)
    host.files["/sys/class/dmi/id/bios_vendor"], host.files["/sys/class/dmi/id/bios_version"] = "SeaBIOS\n", "1.16\n"
    facts = read_facts(host, LookOptions())
    assert (facts["proof"]["state"], facts["verdict"]) == ("stale", "ready_unproven")
    found = next(check for check in facts["checks"] if check["id"] == "proof_current")
    assert (found["status"], words in found["reason"]) == ("warn", True)
    assert words in facts["summary"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time", 1e18),
        ("time", float("inf")),
        ("time", float("nan")),
        ("time", -1),
        ("time", True),
        ("dump", {"size_bytes": "40M"}),
        ("dump", []),
        ("ram_bytes", "2G"),
        ("ram_bytes", 1e300),
        ("settings", [1]),
        ("image", {"path": IMAGE, "mtime": "then"}),
    ],
)
def test_rubbish_in_a_proof_is_unknown_and_no_traceback(name: str, value: Any) -> None:
    facts = read_facts(proved(**{name: value}), LookOptions())
    assert (facts["proof"]["state"], facts["verdict"]) == ("unknown", "ready_unproven")


def test_a_proof_that_is_deeper_than_anybody_writes_is_unknown() -> None:
    facts = read_facts(armed_debian({PROOF: '{"version": 2, "time": %s' % ("[" * 100000)}), LookOptions())
    assert facts["proof"]["state"] == "unknown"


BOOT_LOG = "[    0.000000] Linux version %s (x)\n[    0.000000] Command line: ro crashkernel=%s\n"
CRASHED = "/var/crash/202311150000"


def crashed(reserved: str, crash_time: int, record: Optional[Dict[str, Any]] = None) -> DebianHost:
    """Return a host with a complete dump of a crash, and perhaps crash_test's record of it."""
    pad = len(KERNEL) - len(RELEASE)
    dump = kdump_compressed().replace(KERNEL.encode(), RELEASE.encode() + bytes(pad), 1)
    dump = dump.replace(KERNEL.encode(), RELEASE.encode() + b"\n" * pad, 1)
    dump = flattened(dump.replace(b"%d" % CRASH_TIME, b"%d" % crash_time), piece=1 << 20)
    files = {CRASHED + "/dump.202311150000": dump, CRASHED + "/dmesg.202311150000": BOOT_LOG % (RELEASE, reserved)}
    host = armed_debian(dict(files, **({PROOF: json.dumps(record)} if record else {})))
    host.directories[CRASHED] = 0o700
    host.clock = 1700000300.0
    return host


@pytest.mark.parametrize(
    ("reserved", "crash_time", "state"),
    [
        ("384M-:128M", 1700000100, "proven"),
        ("512M", 1700000100, "never"),
        ("384M-:128M", 1699999000, "never"),
    ],
)
def test_a_dump_proves_the_setup_that_made_it(reserved: str, crash_time: int, state: str) -> None:
    assert read_facts(crashed(reserved, crash_time), LookOptions())["proof"]["state"] == state


def test_a_dump_from_before_a_failed_crash_test_proves_nothing() -> None:
    host = crashed("384M-:128M", 1700000100)
    host.files[TESTS_WITHOUT_DUMP] = "1700000200 a1\n"
    facts = read_facts(host, LookOptions())
    assert (facts["proof"]["state"], facts["verdict"]) == ("never", "ready_unproven")
    host.files[TESTS_WITHOUT_DUMP] = "1700000099 a1\n"
    assert read_facts(host, LookOptions())["proof"]["source"] == "dump"


@pytest.mark.parametrize(
    "changes",
    [{"crashkernel": ["512M"]}, {"settings": {"path": "/srv"}}, {"collector_mtime": 5.0}, {"kernel": "6.1.0-40"}],
)
def test_the_dump_of_a_crash_test_does_not_make_its_stale_record_good(changes: Dict[str, Any]) -> None:
    record = dict(PROOF_RECORD, time=1700000100.0, **changes)
    assert read_facts(crashed("384M-:128M", 1700000100, record), LookOptions())["proof"]["state"] == "stale"
    later_crash = crashed("384M-:128M", 1700000200, record)
    assert read_facts(later_crash, LookOptions())["proof"]["source"] == "dump"


def test_a_dump_proves_nothing_where_a_file_of_an_older_date_took_the_place_of_the_configuration() -> None:
    host = crashed("384M-:128M", 1700000100)
    host.ctimes["/etc/default/kdump-tools"] = 1700000200.0
    assert read_facts(host, LookOptions())["proof"]["state"] == "never"


def test_a_dump_that_names_another_host_proves_nothing() -> None:
    host = crashed("384M-:128M", 1700000100)
    host.files["/proc/sys/kernel/hostname"] = "web2\n"
    assert read_facts(host, LookOptions())["proof"]["state"] == "never"


def owned(path: str, uid: int) -> Callable[[DebianHost], None]:
    """Return a change of a host on which a path belongs to a user."""
    return lambda host: host.owners.update({path: uid})


def opened(path: str, mode: int) -> Callable[[DebianHost], None]:
    """Return a change of a host on which a directory has a mode."""
    return lambda host: host.directories.update({path: mode})


def linked(host: DebianHost) -> None:
    """Make the dump's folder a link that lies where everybody may make one."""
    opened("/var/crash", 0o1777)(host)
    host.links[CRASHED] = CRASHED
    host.directories["/var/crash"] = 0o1777


@pytest.mark.parametrize(
    "change",
    [
        owned(CRASHED + "/dump.202311150000", 1000),
        owned(CRASHED + "/dump.202311150000", 65534),
        owned(CRASHED, 1000),
        owned("/var/crash", 1000),
        opened(CRASHED, 0o777),
        opened(CRASHED, 0o1777),
        opened(CRASHED, 0o3777),
        opened("/var/crash", 0o777),
        opened("/var/crash", 0o757),
        lambda host: host.modes.update({CRASHED + "/dump.202311150000": 0o666}),
        linked,
    ],
)
def test_a_dump_that_others_than_root_could_have_put_there_proves_nothing(change: Callable[[DebianHost], None]) -> None:
    host = crashed("384M-:128M", 1700000100)
    change(host)
    assert read_facts(host, LookOptions())["proof"]["state"] == "never"


def test_a_dump_of_root_proves_the_setup_in_a_directory_where_users_may_make_their_own_files() -> None:
    host = crashed("384M-:128M", 1700000100)
    host.directories["/var/crash"] = 0o3777
    assert read_facts(host, LookOptions())["proof"]["source"] == "dump"


def test_a_crash_in_the_future_proves_nothing_and_hides_no_real_one() -> None:
    host = crashed("384M-:128M", 3786912000)
    host.mtimes[CRASHED + "/dump.202311150000"] = 1699990000.0
    facts = read_facts(host, LookOptions())
    assert (facts["proof"]["state"], facts["dumps"]["newest_time"]) == ("never", 1699990000.0)


def test_a_dump_whose_pages_were_not_read_proves_nothing() -> None:
    host = crashed("384M-:128M", 1700000100)
    clock = host.clock
    reads: List[str] = []
    host.replace_methods(now=lambda: clock + (100 if len(reads) > 20 else 0))
    plain = host.read_bytes

    def read_bytes(path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        if path == CRASHED + "/dump.202311150000":
            reads.append(path)
        return plain(path, offset, size)

    host.replace_methods(read_bytes=read_bytes)
    assert read_facts(crashed("384M-:128M", 1700000100), LookOptions())["proof"]["state"] == "proven"
    assert read_facts(host, LookOptions())["proof"]["state"] == "never"


@pytest.mark.parametrize(("hole", "state"), [(None, "proven"), (range(0x208, 0x228), "never")])
def test_an_elf_core_proves_the_setup_if_its_memory_names_the_kernel_and_shows_no_hole(
    hole: Optional[range], state: str
) -> None:
    dead = DeadKernel(release=RELEASE, logged=RELEASE)
    dead.info = dead.info.replace(KERNEL, RELEASE).replace(str(CRASH_TIME), "1700000100")
    dead.pages.update({frame: bytes(4096) for frame in hole or ()})
    host = crashed("384M-:128M", 1700000100)
    host.files[CRASHED + "/dump.202311150000"] = flattened(dead.core(), piece=32764)
    assert read_facts(host, LookOptions())["proof"]["state"] == state


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"time": 3786912000.0}, "lies in the future, by this host's clock"),
        ({"time": 1600000000.0}, "lies before its capture initramfs was built"),
        ({"dump": {"size_bytes": 40 << 20, "kernel": None}}, "its dump was of the kernel none"),
        ({"dump": {"size_bytes": 40 << 20, "kernel": "5.10.0-9"}}, "its dump was of the kernel 5.10.0-9"),
    ],
)
def test_a_record_of_a_crash_that_cannot_be_is_no_proof(record: Dict[str, Any], words: str) -> None:
    facts = read_facts(proved(**record), LookOptions())
    assert (facts["proof"]["state"], facts["verdict"]) == ("stale", "ready_unproven")
    assert words in facts["proof"]["stale_because"][0]


@pytest.mark.parametrize(("path", "uid"), [(PROOF, 1000), ("/var/lib/crashops-kdump", 1000)])
def test_a_record_that_others_than_root_could_have_written_is_no_proof(path: str, uid: int) -> None:
    host = proved()
    host.directories["/var/lib/crashops-kdump"] = 0o700
    host.owners[path] = uid
    facts = read_facts(host, LookOptions())
    assert (facts["proof"]["state"], facts["verdict"]) == ("unknown", "ready_unproven")


def test_kdumpctls_record_that_others_than_root_could_have_written_is_no_proof() -> None:
    host = armed_el9({KDUMPCTL_STATUS: "success kdump_test_id=1700000050-5\n"})
    host.owners[KDUMPCTL_STATUS] = 1000
    assert read_facts(host, LookOptions())["proof"]["state"] == "never"


def test_what_a_user_has_put_there_counts_neither_for_a_host_nor_against_it() -> None:
    host = crashed("384M-:128M", 1700000100)
    planted = "/var/crash/202311150001"
    host.files[planted + "/dump.202311150001"] = flattened(kdump_compressed())[:9000]
    host.directories[planted] = 0o755
    host.owners.update({planted: 1000, planted + "/dump.202311150001": 1000})
    facts = read_facts(host, LookOptions())
    assert (facts["proof"]["source"], facts["dumps"]["complete"], facts["dumps"]["unjudged"]) == ("dump", 1, 1)
    found = next(check for check in facts["checks"] if check["id"] == "dumps_complete")
    assert (found["status"], found["value"]) == (
        "pass",
        "1 dumps, none broken off; 1 more of users or other hosts, not judged",
    )


def test_a_dump_that_a_user_has_made_up_is_no_panic_of_this_host_and_opens_no_dump() -> None:
    host = crashed("384M-:128M", 1700000100)
    host.directories["/var/crash"] = 0o3777
    plain = checks(host)["dumps_private"]
    host.owners[CRASHED + "/dump.202311150000"] = 1000
    facts = read_facts(host, LookOptions())
    assert (facts["dumps"]["newest_time"], facts["dumps"]["newest_panic"]) == (None, None)
    assert (plain["status"], checks(host)["dumps_private"]["status"]) == ("warn", "skip")


def test_a_file_that_changed_since_a_crash_takes_its_proof_away() -> None:
    host = crashed("384M-:128M", 1700000100)
    host.mtimes["/etc/default/kdump-tools"] = 1700000150.0
    assert read_facts(host, LookOptions())["proof"]["state"] == "never"


def test_a_proof_ages_and_is_of_one_size_of_machine() -> None:
    found = checks(proved(time=1600000000.0, ram_bytes=1 << 30))
    assert found["proof_young"]["reason"] == "The last proof is 1157 days old."
    assert (
        found["machine_unchanged"]["reason"] == "The machine had 1024 MiB of RAM when it was proved, and has 2048 MiB."
    )
    assert checks(proved(time=1600000000.0), limits=Thresholds(proof_age_days=2000))["proof_young"]["status"] == "pass"


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("success kdump_test_id=1700000050-5\n", "proven"),
        ("success kdump_test_id=3786912000-5\n", "never"),
        ("success kdump_test_id=1600000000-5\n", "never"),
        ("fail kdump_test_id=1700000100-5\n", "never"),
        ("what?\n", "never"),
    ],
)
def test_kdumpctls_own_test_is_a_proof_unless_the_image_is_younger(line: str, state: str) -> None:
    proof = read_facts(armed_el9({KDUMPCTL_STATUS: line}), LookOptions())["proof"]
    assert (proof["state"], proof["source"]) == (state, "kdumpctl" if state == "proven" else None)


def test_an_interrupted_read_of_the_reservation_is_unknown_and_no_traceback() -> None:
    host = armed_debian()
    plain = host.read_bytes

    def read_bytes(path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        if path == "/sys/kernel/kexec_crash_size":
            raise Failure("cannot read %s: Device or resource busy" % path)
        return plain(path, offset, size)

    host.replace_methods(read_bytes=read_bytes)
    found = checks(host)
    assert (found["reservation_readable"]["status"], found["memory_reserved"]["status"]) == ("unknown", "pass")
    host.files["/sys/kernel/kexec_crash_loaded"] = "0\n"
    unarmed = checks(host)["memory_reserved"]
    assert (unarmed["status"], "busy" in unarmed["reason"]) == ("unknown", True)


def test_words_that_the_capture_kernel_does_not_get_are_none_that_harm_it() -> None:
    booted = {"/proc/cmdline": "isolcpus=1 crashkernel=256M"}
    sysconfig = "KDUMP_IMG=vmlinuz\nKDUMP_COMMANDLINE_REMOVE='isolcpus'\nKDUMP_COMMANDLINE_APPEND='%s'\n"
    vendor = "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory panic=10 rootflags=nofail"
    removed = armed_el9(dict(booted, **{"/etc/sysconfig/kdump": sysconfig % vendor}))
    own = "USE_KDUMP=1\nKDUMP_CMDLINE='root=/dev/vda1'\n"
    replaced = armed_debian(dict(booted, **{"/etc/default/kdump-tools": own}))
    assert checks(removed)["capture_command_line"]["value"] == "nothing that harms"
    assert checks(replaced)["capture_command_line"]["value"] == "nothing that harms"


def test_a_directory_that_is_open_to_all_on_purpose_is_not_to_be_closed() -> None:
    host = armed_debian({"/etc/default/kdump-tools": "USE_KDUMP=1\nKDUMP_COREDIR=/srv/crash\n"})
    host.directories["/srv/crash"] = 0o3777
    host.free["/srv/crash"] = 4 << 30
    assert "Set kdump_path to a directory" in checks(host)["dump_directory_private"]["advice"]
    other = armed_el9()
    other.directories["/var/crash"] = 0o3777
    assert "Set kdump_path to a directory" in checks(other)["dump_directory_private"]["advice"]


def test_a_default_directory_that_apport_opens_is_left_by_setup() -> None:
    host = armed_ubuntu()
    host.directories["/var/crash"] = 0o1777
    assert "crashops.kdump.setup" in checks(host)["dump_directory_private"]["advice"]


def test_firmware_assisted_dump_keeps_its_memory_elsewhere() -> None:
    fadump = {
        "/sys/kernel/fadump/enabled": "1\n",
        "/sys/kernel/fadump/registered": "1\n",
        "/sys/kernel/fadump/mem_reserved": "268435456\n",
        "/sys/kernel/kexec_crash_size": "0\n",
    }
    facts = read_facts(armed_el9(fadump), LookOptions())
    assert (facts["armed"], facts["memory"]["reserved_bytes"], facts["ready"]) == (True, 256 << 20, True)


def test_without_root_dumps_that_cannot_be_seen_are_not_none() -> None:
    host = armed_debian()
    host.root, host.closed = False, {"/var/crash"}
    facts = read_facts(host, LookOptions())
    assert "only root may look into it" in next(one["reason"] for one in facts["unseen"] if one["what"] == "/var/crash")
    assert checks(host)["dumps_complete"]["status"] == "unknown"


def test_a_policy_that_was_asked_for_is_compared_with_the_kernel() -> None:
    host = armed_debian({"/proc/sys/kernel/softlockup_panic": "0\n"})
    found = checks(host, panic_policy=("lockups",))["hang_policy"]
    assert (found["status"], found["value"], found["wanted"]) == (
        "warn",
        "kernel.softlockup_panic = 0",
        "kernel.softlockup_panic = 1",
    )
    assert checks(host)["hang_policy"]["status"] == "skip"


@pytest.mark.parametrize(("used", "status"), [(50, "pass"), (95, "warn")])
def test_a_thin_pool_is_asked_how_full_it_is(used: int, status: str) -> None:
    sys = {"vda1/slaves/dm-3": "", "vda1/dm/uuid": "LVM-aabb\n", "dm-3": "", "dm-3/dm/uuid": "LVM-ccdd-tpool\n"}
    host = armed_el9(
        {"/sys/class/block/" + path: text for path, text in dict(sys, **{"dm-3/dm/name": "vg-pool\n"}).items()}
    )
    host.programs.append("dmsetup")
    host.answers["dmsetup status vg-pool"] = (
        "0 2097152 thin-pool 1 406/4161600 %d/100 - rw no_discard_passdown\n" % used
    )
    assert checks(host)["thin_pool"]["status"] == status


def test_few_inodes_are_told() -> None:
    host = armed_debian()
    assert checks(host, limits=Thresholds(free_inodes=5000))["inodes"]["status"] == "warn"


def test_nothing_is_run_but_what_only_reads() -> None:
    host = armed_el9()
    checks(host)
    unit = ["systemctl", "show", "-p", PROPERTIES, "kdump.service"]
    assert host.commands == [["grubby", "--info=ALL"], ["grubby", "--default-index"], unit, ["makedumpfile", "-v"]]
    assert (host.written, host.removed) == ([], [])


RUBBISH = ["\0\1\2", "=" * 5000, "{", "\udcff\udcfe", "crashkernel=crashkernel=", "-1", "[x", "99999999999999999999999"]
READ = [
    "/etc/default/kdump-tools",
    "/etc/kdump.conf",
    "/etc/sysconfig/kdump",
    "/boot/grub/grub.cfg",
    "/proc/iomem",
    "/proc/cmdline",
    "/proc/modules",
    "/proc/self/mountinfo",
    "/proc/net/route",
    "/etc/fstab",
    "/etc/kernel/cmdline",
    "/sys/kernel/kexec_crash_size",
    "/sys/kernel/security/lockdown",
    "/proc/sys/kernel/panic",
    "/proc/sys/kernel/osrelease",
    KDUMPCTL_STATUS,
    PROOF,
    TESTS_WITHOUT_DUMP,
    "/usr/lib/kdump/kdump-lib.sh",
    "/var/crash/202601010101/dump.202601010101",
]


@pytest.mark.parametrize("text", RUBBISH)
@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("make", BOTH_STACKS)
def test_rubbish_in_a_file_gives_a_verdict_and_no_traceback(
    make: Callable[..., FakeHost], path: str, text: str
) -> None:
    host = make()
    host.files[path] = text
    host.directories["/var/crash/202601010101"] = 0o755
    host.answers["systemctl show -p %s kdump-tools.service" % PROPERTIES] = text
    host.answers["makedumpfile -v"] = text
    facts = read_facts(host, LookOptions())
    assert len(facts["checks"]) == len(IDS)
    json.dumps(facts["checks"])
