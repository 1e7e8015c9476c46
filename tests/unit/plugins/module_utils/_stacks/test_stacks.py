# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack is found by its tools, and says in one shape where dumps go and whether its initramfs is fresh."""

import pathlib
from typing import Any, List, Optional, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools.stack import KdumpToolsStack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack import KdumpctlStack
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, FakeHost

FIXTURES = pathlib.Path(__file__).parents[3] / "fixtures"
TOOLS_DEFAULT = (FIXTURES / "kdump-tools-1.8.1.default").read_text()
MOUNTS = (
    "/dev/sda1 / xfs rw 0 0\n/dev/sdb1 /mnt/dumps xfs rw 0 0\nh:/export /net nfs4 rw 0 0\ntag /vfs virtiofs rw 0 0\n"
)
KERNEL = "5.14.0-570.el9.x86_64"
ARGS = "-l --message-level 7 -d 31"
MODULES = "/lib/modules/%s/modules.dep" % KERNEL
BOOT = "/boot/initramfs-%s" % KERNEL
SSH_KEY = "/root/.ssh/kdump_id_rsa"


@pytest.mark.parametrize(
    ("programs", "name"),
    [
        (["kdumpctl"], "kdumpctl"),
        (["kdump-config", "dpkg"], "kdump-tools"),
        (["kdumpctl", "dpkg"], "kdumpctl"),
        (["dpkg"], "kdump-tools"),
        (["rpm"], "kdumpctl"),
    ],
)
def test_the_stack_is_known_by_its_tool_or_by_who_would_install_it(programs: List[str], name: str) -> None:
    stack = find_stack(FakeHost(programs=programs))
    assert stack.name == name
    assert stack.installed() == (stack.tool in programs)


@pytest.mark.parametrize(
    ("conf", "expected"),
    [
        ("", ("local", None, None, "/var/crash", "/var/crash", "makedumpfile " + ARGS, "reboot")),
        ("path /d/\n", ("local", None, None, "/d/", "/d", "makedumpfile " + ARGS, "reboot")),
        ("xfs UUID=1\npath /d\ncore_collector cp\n", ("xfs", "UUID=1", None, "/d", "/mnt/dumps/d", "cp", "reboot")),
        ("xfs /dev/sdc1\ncore_collector cp\n", ("xfs", "/dev/sdc1", None, "/var/crash", None, "cp", "reboot")),
        ("nfs h:/export\npath /d\ncore_collector cp\n", ("nfs", "h:/export", None, "/d", "/net/d", "cp", "reboot")),
        ("virtiofs tag\npath /\ncore_collector cp\n", ("virtiofs", "tag", None, "/", "/vfs", "cp", "reboot")),
        (
            "ssh u@h\nfailure_action shell\n",
            ("ssh", "u@h", "/root/.ssh/kdump_id_rsa", "/var/crash", None, "makedumpfile -F " + ARGS, "shell"),
        ),
        (
            "ssh u@h\nsshkey /k\ncore_collector scp\ndefault halt\n",
            ("ssh", "u@h", "/k", "/var/crash", None, "scp", "halt"),
        ),
        (
            'dracut_args --mount "/dev/sdb1 /m xfs defaults"\ncore_collector cp\n',
            ("xfs", "/dev/sdb1", None, "/var/crash", "/mnt/dumps/var/crash", "cp", "reboot"),
        ),
    ],
)
def test_kdumpctls_settings_have_defaults_filled_in(conf: str, expected: Tuple[Optional[str], ...]) -> None:
    host = FakeHost({"/etc/kdump.conf": conf, "/proc/mounts": MOUNTS}, programs=["kdumpctl"])
    host.links["/dev/disk/by-uuid/1"] = "/dev/sdb1"
    assert tuple(KdumpctlStack(host).settings())[:-2] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TOOLS_DEFAULT, ("local", None, None, "/var/crash", "/var/crash", "makedumpfile -F -c -d 31", "reboot")),
        (
            'NFS="h:/e"\nKDUMP_COREDIR=/d\nKDUMP_FAIL_CMD="halt -f"\nMAKEDUMP_ARGS="-l"\n',
            ("nfs", "h:/e", None, "/d", None, "makedumpfile -l -F", "halt"),
        ),
        (
            'SSH="u@h"\nKDUMP_FAIL_CMD="/x"\n',
            ("ssh", "u@h", "/root/.ssh/kdump_id_rsa", "/var/crash", None, "makedumpfile -F -c -d 31", "/x"),
        ),
        ('NFS=""\nFTP=f\n', ("ftp", "f", None, "/var/crash", None, "makedumpfile -F -c -d 31", "reboot")),
    ],
)
def test_kdump_tools_settings_have_the_same_shape(text: str, expected: Tuple[Optional[str], ...]) -> None:
    settings = KdumpToolsStack(FakeHost({"/etc/default/kdump-tools": text})).settings()
    assert tuple(settings)[:-2] == expected
    assert all(name in text for name in settings.loading)


def test_the_other_variables_of_kdump_tools_are_settings_without_their_secrets() -> None:
    text = "USE_KDUMP=1\nSSH=u@h\nKDUMP_COREDIR=/d\nKDUMP_KEXEC_ARGS=-d\nHOSTTAG=ip\nFTP=f\nFTP_PASSWORD=hunter2\n"
    settings = KdumpToolsStack(FakeHost({"/etc/default/kdump-tools": text})).settings()
    assert settings.variables == {"HOSTTAG": "ip", "FTP": "f", "FTP_PASSWORD": "(hidden)"}


@pytest.mark.parametrize(
    ("script", "generation"),
    [
        ("path | core_collector)", "el8"),
        ("auto_reset_crashkernel)", "el9"),
        ("kdump_emergency | auto_reset_crashkernel", "current"),
    ],
)
def test_the_generation_of_kdumpctl_is_read_from_kdumpctl(script: str, generation: str) -> None:
    host = FakeHost({"/usr/sbin/kdumpctl": script}, programs=["kdumpctl"])
    assert KdumpctlStack(host).generation() == generation


def kdumpctl_host(conf: str = "path /var/crash\n", **files: Any) -> FakeHost:
    texts = {
        "/etc/kdump.conf": conf,
        BOOT + ".img": "",
        BOOT + "kdump.img": "",
        "/etc/fstab": "",
        "/boot/vmlinuz-" + KERNEL: "",
    }
    return FakeHost(dict(texts, **files), programs=["kdumpctl", "makedumpfile"])


@pytest.mark.parametrize(
    ("conf", "newer", "expected"),
    [
        ("", None, None),
        ("", "/etc/kdump.conf", "it is older than /etc/kdump.conf"),
        ("", "/boot/vmlinuz-" + KERNEL, "it is older than /boot/vmlinuz-" + KERNEL),
        ("", "/etc/fstab", "it is older than /etc/fstab"),
        ("kdump_post /opt/post\n", "/opt/post", "it is older than /opt/post"),
        ("extra_bins /opt/a /opt/b\n", "/opt/b", "it is older than /opt/b"),
        ("", "/opt/b", None),
        ("", "/usr/sbin/makedumpfile", "it is older than /usr/sbin/makedumpfile"),
        ("core_collector cp\n", "/usr/sbin/makedumpfile", None),
        ("", "/etc/kdump/pre.d/run", "it is older than /etc/kdump/pre.d/run"),
        ("", "/etc/kdump/pre.d/README", None),
        ("extra_modules m\n", MODULES, "it is older than " + MODULES),
        ("", MODULES, None),
        ("", "/etc/sysconfig/kdump", None),
        ("force_no_rebuild 1\n", "/etc/kdump.conf", None),
        ("", "/etc/dracut.conf", "it is older than /etc/dracut.conf"),
        ("", "/etc/dracut.conf.d/a.conf", "it is older than /etc/dracut.conf.d/a.conf"),
        ("", "/etc/dracut.conf.d/README", None),
        ("", SSH_KEY, None),
        ("", "/root/.ssh/known_hosts", None),
        ("ssh u@h\n", SSH_KEY, "it is older than " + SSH_KEY),
        ("ssh u@h\nsshkey /k\n", "/k", "it is older than /k"),
        ("ssh u@h\nsshkey /none\n", SSH_KEY, "it is older than " + SSH_KEY),
        ("ssh u@h\n", "/root/.ssh/known_hosts", "it is older than /root/.ssh/known_hosts"),
        ("ssh u@h\n", "/etc/ssh/ssh_known_hosts", "it is older than /etc/ssh/ssh_known_hosts"),
        ("ssh u@h\n", "/root/.ssh/config", "it is older than /root/.ssh/config"),
        ("nfs h:/e\n", "/root/.ssh/known_hosts", None),
    ],
)
def test_kdumpctls_initramfs_is_stale_when_anything_in_it_is_newer(
    conf: str, newer: Optional[str], expected: Optional[str]
) -> None:
    host = kdumpctl_host(conf)
    if newer:
        host.files.setdefault(newer, "")
        host.modes[newer] = 0o644 if newer.endswith("README") else 0o755
        host.mtimes[newer] = START + 1
    assert KdumpctlStack(host).image(KERNEL) == (BOOT + "kdump.img", True, expected)


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        (None, None),
        ("/boot/vmlinuz-6.1", "it is older than /boot/vmlinuz-6.1"),
        ("/lib/modules/6.1/modules.dep", "it is older than /lib/modules/6.1/modules.dep"),
        ("/etc/initramfs-tools/conf.d/x", "it is older than /etc/initramfs-tools/conf.d/x"),
        ("/etc/default/kdump-tools", None),
    ],
)
def test_kdump_tools_initramfs_is_stale_when_what_it_is_built_from_is_newer(
    newer: Optional[str], expected: Optional[str]
) -> None:
    host = FakeHost({"/etc/default/kdump-tools": TOOLS_DEFAULT, "/var/lib/kdump/initrd.img-6.1": ""})
    if newer:
        host.files.setdefault(newer, "")
        host.mtimes[newer] = START + 1
    assert KdumpToolsStack(host).image("6.1") == ("/var/lib/kdump/initrd.img-6.1", True, expected)


def test_an_initramfs_of_ones_own_is_never_stale() -> None:
    host = FakeHost({"/etc/default/kdump-tools": "KDUMP_INITRD=/boot/mine\n", "/boot/mine": ""})
    assert KdumpToolsStack(host).image("6.1") == ("/boot/mine", True, None)


def test_a_missing_initramfs_says_so() -> None:
    host = FakeHost({"/etc/default/kdump-tools": TOOLS_DEFAULT})
    assert KdumpToolsStack(host).image("6.1") == ("/var/lib/kdump/initrd.img-6.1", False, "it does not exist")
