# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator does who follows an advice, on a made-up machine; and which advices cannot be followed there."""

import json
import re
from typing import List, NamedTuple, Optional, Union

from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import PROOF, record_of
from ansible_collections.crashops.kdump.tests.unit.armed_host import JUDGED, UNIT
from ansible_collections.crashops.kdump.tests.unit.fake_boot import (
    PACKAGE_DROP_IN,
    PACKAGE_TEXT,
    DebianHost,
    GrubbyHost,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.changes import LOADED, SIZE, entries, unit
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Change, judge

SIZE_MIB = 512
KDUMP_CONF = "/etc/kdump.conf"
SYSCONFIG = "/etc/sysconfig/kdump"
DEFAULT = "/etc/default/kdump-tools"
CMDLINE = "/proc/cmdline"
PROVED = "success kdump_test_id=1700000050-123456789\n"


class Followed(NamedTuple):
    """An advice of some checks, by words of it, and what following it does to the machine."""

    checks: str
    words: str
    follow: Change


class NotFollowed(NamedTuple):
    """An advice that cannot be followed on a made-up machine, and why."""

    checks: str
    words: str
    why: str


def edit(path: str, pattern: str, by: str) -> Change:
    """Return an edit of a file."""

    def follow(host: FakeHost) -> None:
        host.files[path] = re.sub(pattern, by, host.files.get(path, ""), flags=re.MULTILINE)

    return follow


def append(host: FakeHost, path: str, line: str) -> None:
    """Add a line at the end of a file."""
    host.files[path] = host.files.get(path, "").rstrip("\n") + "\n" + line + "\n"


def reserve(host: FakeHost) -> None:
    """Set kdump_crashkernel, as setup does with the reboot that follows; a size of one's own is kept from updates."""
    words = "crashkernel=%dM" % SIZE_MIB
    if isinstance(host, DebianHost):
        host.files[PACKAGE_DROP_IN] = PACKAGE_TEXT.replace("crashkernel=384M-:128M", words)
        host.update_grub(host)
    else:
        for path in [path for path in host.files if path.startswith("/boot/loader/entries/")]:
            text = host.files[path] = re.sub(r" crashkernel=\S+", "", host.files[path])
            if "rescue" not in path and "$kernelopts" not in text:
                host.files[path] = re.sub(r"^(options .*)$", r"\1 " + words, text, flags=re.MULTILINE)
        grubenv = host.files.get("/boot/grub2/grubenv", "").strip()
        if "kernelopts=root" in grubenv:
            host.files["/boot/grub2/grubenv"] = re.sub(r" crashkernel=\S+", "", grubenv) + " %s\n" % words
        if "/etc/kernel/cmdline" in host.files:
            host.files["/etc/kernel/cmdline"] = "root=/dev/vda1 ro %s\n" % words
        if "auto_reset_crashkernel" in host.files.get("/usr/sbin/kdumpctl", ""):
            append(host, KDUMP_CONF, "auto_reset_crashkernel no")
    reboot(host)


def default_reservation(host: FakeHost) -> List[str]:
    """Return the crashkernel= words of the entry that grubby boots by default."""
    assert isinstance(host, GrubbyHost)
    default = host.names[int(host.default)] if int(host.default) < len(host.names) else host.names[0]
    args = host.field(default, "options").replace("$kernelopts", host.kernelopts())
    return re.findall(r"crashkernel=\S+", args)


def reboot(host: FakeHost) -> None:
    """Boot what is configured: with the memory that it asks for, and kdump armed where nothing forbids it."""
    if isinstance(host, DebianHost):
        configured = re.findall(r" ro .*(crashkernel=[^\s\"]+)", host.files["/boot/grub/grub.cfg"])[:1]
    else:
        configured = default_reservation(host)
    others = [word for word in host.files[CMDLINE].split() if not word.startswith("crashkernel=")]
    host.files[CMDLINE] = " ".join(others + configured) + "\n"
    sizes = re.findall(r"(\d+)([MG])(?:$|,)", configured[-1]) if configured else [("0", "M")]
    largest = max([int(size) * (1024 if unit_of == "G" else 1) for size, unit_of in sizes] or [SIZE_MIB])
    host.files[SIZE] = "%d\n" % (largest << 20)
    host.files[LOADED] = "0\n"
    arm(host)


def arm(host: FakeHost) -> None:
    """Run setup on a host that can be armed: the image is built, the unit enabled, the capture kernel loaded."""
    forbidden = "1" in host.files.get("/proc/sys/kernel/kexec_load_disabled", "0")
    installed = host.which("kdumpctl") or host.which("kdump-config")
    if LOADED not in host.files or forbidden or not installed or host.files.get(SIZE, "0\n") == "0\n":
        return
    unit(UNIT + JUDGED)(host)
    host.files[LOADED] = "1\n"
    build(host)


def build(host: FakeHost) -> None:
    """Build the capture initramfs anew."""
    release = host.files["/proc/sys/kernel/osrelease"].strip()
    path = "/var/lib/kdump/initrd.img-" + release
    if not isinstance(host, DebianHost):
        in_var = "/boot ro" in host.files.get("/proc/self/mountinfo", "")
        path = "%s/initramfs-%skdump.img" % ("/var/lib/kdump" if in_var else "/boot", release)
    host.files.setdefault(path, "image")
    host.links.update({"/var/lib/kdump/vmlinuz": "/boot/vmlinuz-" + release, "/var/lib/kdump/initrd.img": path})
    host.mtimes[path] = 1700000050.0


def install(host: FakeHost) -> None:
    """Install what is missing, as setup does."""
    debian = isinstance(host, DebianHost)
    wanted = ["kdump-config", "mkinitramfs"] if debian else ["kdumpctl", "dracut"]
    host.programs = list(host.programs) + wanted + ["makedumpfile", "systemctl"]
    if not debian:
        host.files.setdefault("/usr/sbin/kdumpctl", "kdump_emergency auto_reset_crashkernel failure_action")
        host.files.setdefault(KDUMP_CONF, "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\n")
        host.files.setdefault(SYSCONFIG, 'KDUMP_IMG="vmlinuz"\nKDUMP_COMMANDLINE_APPEND="nr_cpus=1 reset_devices"\n')
    update_makedumpfile(host)
    if "panic=" not in host.files.get(DEFAULT if debian else SYSCONFIG, ""):
        restart_by_panic(host)
    arm(host)


def make_directory(host: FakeHost) -> None:
    """Make the dump directory, as setup does."""
    text = host.files.get(DEFAULT) if isinstance(host, DebianHost) else host.files.get(KDUMP_CONF)
    found = re.search(r"^(?:KDUMP_COREDIR=|path )(\S+)", text or "", re.MULTILINE)
    path = found.group(1) if found else "/var/crash"
    host.directories[path] = 0o700
    host.free.setdefault(path, 4 << 30)


def private(host: FakeHost) -> None:
    """Let only root into the dump directory."""
    host.directories.update({path: 0o700 for path in host.directories if path.endswith("/crash")})


def roomy(host: FakeHost) -> None:
    """Give every file system room."""
    host.free.update(dict.fromkeys(host.free, 4 << 40))


def prove(host: FakeHost) -> None:
    """Crash the host; a dump is left."""
    host.files["/var/lib/kdump/vmcore-creation.status"] = PROVED


def prove_again(host: FakeHost) -> None:
    """Let a crash test replace its record with one of the setup as it is now."""
    record = json.loads(host.files[PROOF])
    info = judge(host)
    dump = dict(record["dump"], kernel=info["kernel"], crash_time=host.clock, panic=None)
    host.files[PROOF] = json.dumps(record_of(info, record["image"]["mtime"], dump))


def update_makedumpfile(host: FakeHost) -> None:
    """Install a makedumpfile that knows every kernel of these hosts."""
    host.answers["makedumpfile -v"] = "makedumpfile: version 1.7.8 (x)\nlzo\tenabled\nsnappy\tenabled\nzstd\tenabled\n"


def restart_by_panic(host: FakeHost) -> None:
    """Give the capture kernel panic=10."""
    if isinstance(host, DebianHost):
        if re.search(r"^KDUMP_CMDLINE_APPEND=", host.files.get(DEFAULT, ""), re.MULTILINE):
            edit(DEFAULT, r'^KDUMP_CMDLINE_APPEND="?([^"\n]*)"?$', r'KDUMP_CMDLINE_APPEND="\1 panic=10"')(host)
            return
        words = "systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll panic=10"
        append(host, DEFAULT, 'KDUMP_CMDLINE_APPEND="%s"' % words)
    else:
        edit(SYSCONFIG, r'^KDUMP_COMMANDLINE_APPEND="?([^"\n]*)"?$', r'KDUMP_COMMANDLINE_APPEND="\1 panic=10"')(host)


def one_path(host: FakeHost) -> None:
    """Name one directory in kdump.conf. No dump server is made up there, so the dump stays on the host."""
    edit(KDUMP_CONF, r"^path .*$", "path /var/crash")(host)
    edit(KDUMP_CONF, r"^ssh .*\n", "")(host)


def allow_kexec(host: FakeHost) -> None:
    """Take the keys out of sysctl.d, and boot."""
    for path in [path for path in host.files if "/sysctl.d/" in path]:
        edit(path, r"^kernel.kexec_load_(disabled|limit_panic|limit_\*).*$", "")(host)
    host.files["/proc/sys/kernel/kexec_load_disabled"] = "0\n"
    host.files.pop("/proc/sys/kernel/kexec_load_limit_panic", None)
    arm(host)


def list_and_mount(host: FakeHost) -> None:
    """Write the target of kdump.conf into fstab, and mount it at a directory of its own."""
    kind, source = re.findall(r"^(ext[234]|xfs|btrfs) (\S+)", host.files[KDUMP_CONF], re.MULTILINE)[0]
    path = re.findall(r"^path (\S+)", host.files[KDUMP_CONF], re.MULTILINE) or ["/var/crash"]
    append(host, "/etc/fstab", "%s /kdump %s defaults 0 2" % (source, kind))
    append(host, "/proc/mounts", "%s /kdump %s rw 0 0" % (source, kind))
    append(host, "/proc/self/mountinfo", "41 22 254:9 / /kdump rw - %s %s rw" % (kind, source))
    host.directories["/kdump" + path[0]] = 0o700
    host.free["/kdump" + path[0]] = 4 << 30


def list_target(host: FakeHost) -> None:
    """Write the target of kdump.conf into fstab, as it is mounted."""
    append(host, "/etc/fstab", "/dev/vdb1 /mnt/dumps ext4 defaults 0 2")


def mount_all(host: FakeHost) -> None:
    """Mount what fstab names."""
    for line in host.files.get("/etc/fstab", "").splitlines():
        host.files["/proc/self/mountinfo"] += "40 22 254:9 / %s rw - ext4 /dev/vdz rw\n" % line.split()[1]


def less_cma(host: FakeHost) -> None:
    """Ask for no more than what the kernel could set aside."""
    for path in (CMDLINE, "/boot/grub/grub.cfg"):
        edit(path, "=320M,cma", "=64M,cma")(host)


def wait(host: FakeHost) -> None:
    """Look again when the capture kernel has rebooted."""
    host.files.pop("/proc/vmcore", None)


def one_value(host: FakeHost) -> None:
    """Run setup, which sets one value for all kernels, by what the default entry has."""
    words = " ".join(default_reservation(host))
    if not words:
        reserve(host)
        return
    entries(" " + words)(host)
    if "/etc/kernel/cmdline" in host.files:
        host.files["/etc/kernel/cmdline"] = "root=/dev/vda1 ro %s\n" % words
    if "kernelopts=root" in host.files["/boot/grub2/grubenv"]:
        host.files["/boot/grub2/grubenv"] = "kernelopts=root=/dev/vda1 ro %s\n" % words


def keep_value(host: FakeHost) -> None:
    """Set kdump_auto_reset_crashkernel: false."""
    append(host, KDUMP_CONF, "auto_reset_crashkernel no")


def unmask(host: FakeHost) -> None:
    """Run setup with kdump_masked: false."""
    unit(UNIT + JUDGED)(host)
    arm(host)


def remove_sysctls(host: FakeHost) -> None:
    """Take what the advice names out of sysctl.d, and set it where the capture kernel does not read it."""
    for path in [path for path in host.files if "/sysctl.d/" in path or path == "/etc/kdump/sysctl.conf"]:
        host.files.pop(path)


def plain_command_line(host: FakeHost) -> None:
    """Give the capture kernel the words that it needs, and boot without those that harm it."""
    kept = [word for word in host.files[CMDLINE].split() if word.startswith(("crashkernel=", "root=", "ro"))]
    host.files[CMDLINE] = " ".join(kept) + "\n"
    if isinstance(host, DebianHost):
        edit(DEFAULT, r"^KDUMP_CMDLINE.*\n?", "")(host)
        restart_by_panic(host)
    else:
        host.files[SYSCONFIG] = 'KDUMP_IMG="vmlinuz"\nKDUMP_COMMANDLINE_APPEND="nr_cpus=1 reset_devices panic=10"\n'


def let_drivers_in(host: FakeHost) -> None:
    """Take what keeps drivers out of dracut's, modprobe's and kdump's configuration."""
    for path in [path for path in host.files if "dracut.conf" in path or "modprobe.d" in path]:
        host.files.pop(path)
    edit(KDUMP_CONF, "^dracut_args.*\n", "")(host) if KDUMP_CONF in host.files else None
    plain_command_line(host)


def dump_to_root_file_system(host: FakeHost) -> None:
    """Set kdump_path to a directory of the root file system."""
    path = "/dumps"
    if isinstance(host, DebianHost):
        edit(DEFAULT, r"^KDUMP_COREDIR=.*\n?", "")(host)
        append(host, DEFAULT, "KDUMP_COREDIR=" + path)
    else:
        edit(KDUMP_CONF, r"^path .*\n?", "")(host)
        append(host, KDUMP_CONF, "path " + path)
    host.directories[path] = 0o700
    host.free[path] = 4 << 30


def dump_to_own_directory(host: FakeHost) -> None:
    """Run setup with the default kdump_own_path."""
    append(host, DEFAULT, "KDUMP_COREDIR=/var/kdump")
    host.directories["/var/kdump"], host.free["/var/kdump"] = 0o700, host.free["/var/crash"]
    arm(host)


def readable_by_root(host: FakeHost) -> None:
    """Run it as root."""
    host.root = True


def writable(host: FakeHost) -> None:
    """Mount the dump directory's file system for writing."""
    host.files["/proc/self/mountinfo"] = (
        host.files["/proc/self/mountinfo"].replace(" ro - ", " rw - ").replace("/dev/vdb1 ro", "/dev/vdb1 rw")
    )


def sysctl(name: str, value: str) -> Change:
    """Return the setting of a key."""

    def follow(host: FakeHost) -> None:
        host.files["/proc/sys/kernel/" + name] = value + "\n"

    return follow


def lengthen_watchdog(host: FakeHost) -> None:
    """Give the watchdog ten minutes."""
    host.files.update({path: "600\n" for path in host.files if path.endswith("/timeout") and "watchdog" in path})


def dump_to_target_root(host: FakeHost) -> None:
    """Set kdump_path to /."""
    edit(KDUMP_CONF, r"^path .*$", "path /")(host)


def remove_beside(*ends: str) -> Change:
    """Return the removal of files by the ends of their names."""

    def follow(host: FakeHost) -> None:
        for path in [path for path in host.files if path.endswith(ends)]:
            host.files.pop(path)

    return follow


def remove_dumps(host: FakeHost) -> None:
    """Remove dumps and what else lies beside them."""
    for path in [path for path in list(host.files) + list(host.directories) if path.startswith("/var/crash/2")]:
        host.files.pop(path, None)
        host.directories.pop(path, None)


FOLLOWED: List[Followed] = [
    Followed("kexec_allowed", "Take kernel.kexec_load_disabled out", allow_kexec),
    Followed("kexec_allowed kexec_loads_left", "Take kernel.kexec_load_limit_panic out", allow_kexec),
    Followed("not_capture_kernel", "Wait until", wait),
    Followed("collector_kernel", "makedumpfile", update_makedumpfile),
    Followed("*", "Set kdump_crashkernel, and run", reserve),
    Followed("reserved_enough vendor_default", "Set kdump_crashkernel: ", reserve),
    Followed("reboot_not_pending", "Reboot the host", reboot),
    Followed("crashkernel_value", "Set GRUB_DEFAULT=0", edit("/boot/grub/grub.cfg", "^set default=.*", "")),
    Followed("reserved_as_booted", "Ask for less", less_cma),
    Followed("reserved_as_booted", "and reboot", reboot),
    Followed("cma_user_pages", "-d 31", edit(DEFAULT, r"-d \d+", "-d 31")),
    Followed("*", "Find out what the firmware starts", reboot),
    Followed("*", "Reboot through the firmware", reboot),
    Followed("*", "Set GRUB_ENABLE_BLSCFG=true", reboot),
    Followed("*", "what boots this host", reboot),
    Followed("*", "where the virtual machine is defined", reboot),
    Followed("entries_alike new_kernels", "sets one value for all", one_value),
    Followed("entries_alike", "Set kdump_crashkernel to a size", reserve),
    Followed("value_stays", "kdump_auto_reset_crashkernel: false", keep_value),
    Followed("installed", "which installs it", install),
    Followed("collector_installed", "Install", install),
    Followed("armed unit_active unit_enabled image_exists image_fresh loaded_fresh", "crashops.kdump.setup", arm),
    Followed("reservation_used", "crashops.kdump.setup", arm),
    Followed("image_links", "Run systemctl restart", build),
    Followed("panic_timeout", "kernel.panic = 10", sysctl("panic", "10")),
    Followed("panic_on_warn", "kernel.panic_on_warn = 0", sysctl("panic_on_warn", "0")),
    Followed("panic_on_oops", "kdump_panic_policy", sysctl("panic_on_oops", "1")),
    Followed("unit_unmasked", "kdump_masked: false", unmask),
    Followed("capture_restarts", "panic=10", restart_by_panic),
    Followed("dump_directory", "which makes it", make_directory),
    Followed("dump_directory_private", "kdump_own_path", dump_to_own_directory),
    Followed("dump_directory_private dumps_private", "private", private),
    Followed("space space_to_keep", "add room", roomy),
    Followed("boot_space", "Remove old kernels", roomy),
    Followed("dumps_complete dumps_space dumps_purged", "", remove_dumps),
    Followed("target_mounted", "Mount it", mount_all),
    Followed("dump_directory", "Write it into /etc/fstab", list_and_mount),
    Followed("target_at_boot", "Write it into /etc/fstab.", list_target),
    Followed("target_writable", "Remount it", writable),
    Followed("path_meaning", "kdump_path to /", dump_to_target_root),
    Followed("watchdog", "Make its timeout longer", lengthen_watchdog),
    Followed("image_not_frozen", "force_no_rebuild: null", edit(KDUMP_CONF, "^force_no_rebuild.*\n", "")),
    Followed("hooks", "or remove the line", edit(KDUMP_CONF, "^kdump_post.*\n", "")),
    Followed("hooks", "or take it out", edit(KDUMP_CONF, "^extra_bins.*\n", "")),
    Followed("unmerged_configuration", "remove it", remove_beside(".rpmnew", ".rpmsave", ".dpkg-dist")),
    Followed("switched_on", "Write 1", edit(DEFAULT, "^USE_KDUMP=.*$", "USE_KDUMP=1")),
    Followed("configuration_valid", "Name one directory", one_path),
    Followed("configuration_valid", "KDUMP_CMDLINE_APPEND=", edit(DEFAULT, r"^KDUMP_CMDLINE_APPEND\+=.*\n", "")),
    Followed("configuration_valid", 'USE_KDUMP="value"', edit(DEFAULT, r" = ", "=")),
    Followed("configuration_valid", "Write -d 31", edit(DEFAULT, r"-d 99", "-d 31")),
    Followed("configuration_valid", "Run ansible-playbook crashops.kdump.setup.", install),
    Followed("collector_compression", "with -c", edit(KDUMP_CONF, "makedumpfile -z", "makedumpfile -c")),
    Followed("all_seen", "Run it as root", readable_by_root),
    Followed("capture_settings capture_sysctls", "kdump_commandline_remove", plain_command_line),
    Followed("capture_command_line", "", plain_command_line),
    Followed("capture_settings capture_sysctls", "Take it out of /", remove_sysctls),
    Followed("capture_restarts", "Take kernel.panic out", remove_sysctls),
    Followed("target_at_boot target_in_capture target_disk_kept", "kdump_path", dump_to_root_file_system),
    Followed("target_drivers", "", let_drivers_in),
    Followed("configuration_warnings", "Write KDUMP_IMG=", plain_command_line),
    Followed("configuration_warnings", "take it out", edit(KDUMP_CONF, "^extra_modules.*\n", "")),
    Followed("*", "by a crash test", prove),
    Followed("proof_exists", "Crash the host", prove),
    Followed("proof_current", "Crash the host", prove_again),
]
NOT_FOLLOWED: List[NotFollowed] = [
    NotFollowed("nfs_server ssh_server ssh_key target_writable", "crashops.kdump.setup", "needs another machine"),
    NotFollowed("not_container", "", "needs another machine"),
    NotFollowed("kernel_support memory_reserved secure_boot lockdown", "Boot a", "needs another kernel"),
    NotFollowed("fips", "", "needs a package with another kernel"),
    NotFollowed("early_kdump", "", "needs dracut, which builds the initramfs of the system"),
    NotFollowed("capture_kernel_installed", "", "needs another kernel"),
    NotFollowed(
        "target_supported device_name password_in_clear", "", "needs another target, which the operator chooses"
    ),
    NotFollowed("selinux_label", "", "needs restorecon and the policy of the distribution"),
    NotFollowed("capture_network", "Export it with sec=sys", "needs another machine"),
    NotFollowed("cluster_fencing", "", "needs another machine"),
    NotFollowed("configuration_warnings", "Keep one of them", "needs another machine"),
    NotFollowed("panic_notifiers", "", "needs a look at what has set it"),
    NotFollowed("proof_exists", "Run it as root", "root finds that these hosts have no proof"),
    NotFollowed("*", "Mend what the reason names", "only who looks at the machine knows how"),
    NotFollowed("target_supported", "findmnt", "needs a look at the machine"),
    NotFollowed("*", "ook again", "says that time has to pass"),
    NotFollowed("*", "Run it where systemctl answers", "needs systemd"),
    NotFollowed("*", "crm_verify", "needs another machine"),
    NotFollowed("all_seen", "See unseen", "says where the reasons are"),
]


def row_for(check: str, advice: str) -> Optional[Union[Followed, NotFollowed]]:
    """Return the row of an advice, None where neither table has one."""
    rows: List[Union[Followed, NotFollowed]] = [*FOLLOWED, *NOT_FOLLOWED]
    fitting = [row for row in rows if row.words in advice and (row.checks == "*" or check in row.checks.split())]
    return fitting[0] if fitting else None
