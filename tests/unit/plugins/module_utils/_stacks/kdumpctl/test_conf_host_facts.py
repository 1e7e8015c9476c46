# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a host makes rules speak that otherwise say nothing; only what the file needs is asked for."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.stack import (
    CONF,
    SYSCONFIG,
    KdumpctlStack,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

SCRIPT = "kdump_emergency | auto_reset_crashkernel | failure_action; ssh -G"
MOUNTS = "/dev/sda1 / xfs rw 0 0\n/dev/sdb1 /mnt/dumps xfs rw 0 0\nh:/e /net nfs4 rw 0 0\n/dev/sdd1 /home ext4 rw 0 0\n"
MOUNTINFO = "21 1 8:1 / / rw - xfs /dev/sda1 rw\n22 21 8:2 / /var/crash rw - xfs /dev/sdb2 rw\n"
FSTAB = (
    "# /dev/x\nUUID=2 /mnt/more xfs defaults 0 0\nUUID=3 /mnt/never xfs defaults,noauto 0 0\n/dev/sdf1 /m ext4 x 0 0\n"
)
DIRECTORIES = dict.fromkeys(["/var/crash", "/mnt/dumps/var/crash", "/net/var/crash", "/net/web", "/d"], 0o700)
NAMES = {"hostname": "node1.example.com\n", "hostname -I": "10.0.0.5 2001:db8::5 \n"}


def host(
    conf: str,
    script: str = SCRIPT,
    commands: Optional[Dict[str, str]] = None,
    programs: Sequence[str] = (),
    **files: Any,
) -> FakeHost:
    texts = {
        CONF: conf,
        SYSCONFIG: "",
        "/usr/sbin/kdumpctl": script,
        "/proc/mounts": MOUNTS,
        "/proc/self/mountinfo": MOUNTINFO,
        "/etc/fstab": FSTAB,
        "/opt/hook": "",
        "/opt/text": "",
        "/root/.ssh/key": "",
        "/dev/sdb1": "",
        "/dev/sde1": "",
        "/dev/sdf1": "",
    }
    made = FakeHost(dict(texts, **files), commands, dict(DIRECTORIES), ["kdumpctl", *programs])
    made.modes["/opt/hook"] = 0o755
    made.links.update({"/dev/disk/by-uuid/1": "/dev/sdb1", "/dev/disk/by-uuid/2": "/dev/sde1"})
    made.links["/dev/disk/by-label/my\\x2fdumps"] = "/dev/sdb1"
    return made


def said(machine: FakeHost) -> List[Tuple[str, str]]:
    found = KdumpctlStack(machine).findings({})[CONF]
    return [(finding.rule, finding.severity) for finding in found]


@pytest.mark.parametrize(
    ("conf", "expected"),
    [
        ("", []),
        ("path /none\n", [("R20", "error")]),
        ("path /opt/hook\n", [("R20", "error")]),
        ("xfs UUID=1\n", []),
        ("xfs UUID=1\npath /none\n", [("R20", "error")]),
        ("ext4 LABEL=my/dumps\n", [("R38", "error")]),
        ("ext4 UUID=1\n", [("R38", "error")]),
        ("xfs UUID=2\n", [("R20", "error")]),
        ("xfs UUID=3\n", []),
        ("xfs /dev/sdf1\n", [("R20", "error"), ("R38", "error"), ("R39", "advice")]),
        ("xfs UUID=9\n", [("R20", "error")]),
        ("nfs h:/e/\npath /web\n", []),
        ("nfs h:/e\npath /none\n", [("R20", "error")]),
        ("nfs other:/e\npath /none\n", []),
        ("kdump_pre /opt/hook\nextra_bins /opt/hook\n", []),
        ("kdump_pre /opt/none\n", [("R26", "error")]),
        ("kdump_post /opt/text\n", [("R26", "error")]),
        ("extra_bins /opt/hook /opt/none\n", [("R27", "error")]),
        ("ssh u@h\nsshkey /root/.ssh/key\n", []),
        ("ssh u@h\nsshkey /root/.ssh/none\n", [("R18", "warning")]),
        ("raw /dev/sdd1\n", [("R39", "advice"), ("R40", "error")]),
        ("failure_action dump_to_rootfs\n", []),
        ("path /d\nfailure_action dump_to_rootfs\n", [("R42", "advice")]),
    ],
)
def test_what_files_and_mounts_tell_is_found_without_a_command(conf: str, expected: List[Tuple[str, str]]) -> None:
    machine = host(conf)
    assert said(machine) == expected
    assert machine.commands == []


@pytest.mark.parametrize(
    ("conf", "commands", "expected"),
    [
        ("ssh u@dumps\n", {"ssh -G u@dumps": "port 22\nhostname dumps.example.com\n"}, [("R15", "error")]),
        ("ssh u@dumps\n", {"ssh -G u@dumps": "hostname dumps\n"}, []),
        ("ssh u@dumps\n", {"ssh -G u@dumps": (255, "", "bad configuration")}, []),
        ("ssh -oProxyCommand=x@h\n", {}, [("R14", "error")]),
        ("fence_kdump_nodes a node1.example.com\n", NAMES, [("R28", "error")]),
        ("fence_kdump_nodes 10.0.0.5\n", NAMES, [("R28", "error")]),
        ("fence_kdump_nodes 0.0.5\n", NAMES, [("R29", "error")]),
        ("fence_kdump_nodes 10.0.0.6 node2\n", NAMES, []),
        ("raw /dev/sde1\n", {"lsblk --nodeps -npo FSTYPE /dev/sde1": "xfs\n"}, [("R39", "advice"), ("R40", "warning")]),
        ("raw /dev/sde1\n", {"lsblk --nodeps -npo FSTYPE /dev/sde1": "\n"}, [("R39", "advice")]),
        (
            "ext4 /dev/sde1\n",
            {"lsblk --nodeps -npo FSTYPE /dev/sde1": "xfs\n"},
            [("R20", "error"), ("R38", "error"), ("R39", "advice")],
        ),
    ],
)
def test_what_only_a_command_tells_is_asked_once(
    conf: str, commands: Dict[str, Any], expected: List[Tuple[str, str]]
) -> None:
    machine = host(conf, commands=commands, programs=["ssh", "hostname", "lsblk"], **{"/etc/fstab": ""})
    assert said(machine) == expected
    assert [" ".join(argv) for argv in machine.commands] == list(commands)


def test_a_kdumpctl_that_does_not_ask_ssh_takes_any_name() -> None:
    machine = host("ssh u@Dumps\n", script="auto_reset_crashkernel", programs=["ssh"])
    assert said(machine) == [] and machine.commands == []


@pytest.mark.parametrize(("script", "severity"), [("", "error"), (SCRIPT, "warning")])
def test_raw_on_opal_firmware_is_an_error_on_el8_alone(script: str, severity: str) -> None:
    machine = host("raw /dev/vg/dump\n", script=script)
    machine.directories["/proc/device-tree/ibm,opal/dump"] = 0o755
    assert said(machine) == [("R41", severity)]


def test_a_host_without_kdumpctl_is_not_asked() -> None:
    machine = FakeHost({CONF: "path /none\nkdump_pre /none\n"}, programs=["hostname", "ssh", "lsblk"])
    assert said(machine) == []


def test_what_another_task_may_still_make_refuses_nothing() -> None:
    machine = host("path /none\nkdump_pre /opt/none\nextra_bins /opt/text\nssh u@h\nsshkey /root/.ssh/none\n")
    assert KdumpctlStack(machine).refusals({}) == []
    wrong = KdumpctlStack(host("ext4 UUID=1\npath /none\n")).refusals({})
    assert wrong == [
        "/etc/kdump.conf line 1: 'ext4 UUID=1' is refused: the file system of the dump target is of the type xfs; "
        "write xfs instead of ext4."
    ]


def test_the_host_is_asked_once_for_refusals_and_findings() -> None:
    machine = host("ssh u@dumps\n", commands={"ssh -G u@dumps": "hostname dumps\n"}, programs=["ssh"])
    stack = KdumpctlStack(caching(machine))
    assert stack.refusals({}) == [] and stack.findings({})[CONF] == []
    assert machine.commands == [["ssh", "-G", "u@dumps"]]


RELEASE = "5.14.0-503.el9.x86_64"
MODULES_DEP: Dict[str, Any] = {
    "/proc/sys/kernel/osrelease": RELEASE + "\n",
    "/lib/modules/%s/modules.dep" % RELEASE: "kernel/drivers/block/virtio_blk.ko.xz:\n",
}
ADDED = [
    ("extra_modules virtio_blk\n", []),
    ("extra_modules virtio_blk nosuch ext4\n", [("R45", "warning")]),
    ("dracut_args --add-drivers 'nosuch ext4' --force-drivers virtio_blk\n", [("R45", "warning")]),
    ("dracut_args --filesystems nosuch --omit-drivers gone\n", [("R45", "warning")]),
]


@pytest.mark.parametrize(("conf", "expected"), ADDED)
def test_module_that_the_kernel_does_not_have_is_a_finding(conf: str, expected: List[Tuple[str, str]]) -> None:
    files = dict(MODULES_DEP)
    files["/lib/modules/%s/modules.builtin" % RELEASE] = "kernel/fs/ext4/ext4.ko\n"
    assert said(host(conf, **files)) == expected


def test_finding_names_what_is_left_out_behind_an_unknown_module() -> None:
    found = KdumpctlStack(host("extra_modules virtio_blk nosuch ext4 xfs\n", **MODULES_DEP)).findings({})[CONF]
    assert found[0].message == (
        "the kernel 5.14.0-503.el9.x86_64 has no module nosuch, so dracut leaves it out, "
        "with all that is named behind it (ext4 xfs)"
    )


def test_kernel_of_kdump_kernelver_is_asked_for_modules() -> None:
    files = dict(MODULES_DEP, **{SYSCONFIG: 'KDUMP_KERNELVER="6.1"\n'})
    files["/lib/modules/6.1/modules.dep"] = "kernel/nosuch.ko:\n"
    assert said(host("extra_modules nosuch\n", **files)) == []
    assert said(host("extra_modules virtio_blk\n", **files)) == [("R45", "warning")]


def test_modules_of_a_kernel_that_cannot_be_seen_are_an_advice() -> None:
    other: Dict[str, Any] = {"/proc/sys/kernel/osrelease": "6.2\n"}
    machine = host("extra_modules virtio_blk\n", **other)
    assert said(machine) == [("R45", "advice")]
    assert KdumpctlStack(machine).refusals({"extra_modules": ["virtio_blk"]}) == []


TYPED = [
    ({"extra_modules": ["nosuch"]}, "extra_modules: 'nosuch' is refused"),
    ({"directives": {"extra_modules": "nosuch"}}, "directives.extra_modules: 'nosuch' is refused"),
    ({"dracut_args": "--add-drivers nosuch"}, "dracut_args: '--add-drivers nosuch' is refused"),
]


@pytest.mark.parametrize(("wanted", "words"), TYPED)
def test_unknown_module_in_an_option_is_refused(wanted: Dict[str, Any], words: str) -> None:
    refused = KdumpctlStack(host("path /d\n", **MODULES_DEP)).refusals(wanted)
    assert len(refused) == 1 and refused[0].startswith(words)


def test_unknown_module_that_stands_in_the_file_refuses_no_other_option() -> None:
    machine = host("extra_modules nosuch\n", **MODULES_DEP)
    assert KdumpctlStack(machine).refusals({"path": "/d"}) == []


WAITING = {
    "nfs h:/x\npath /none\n": "h:/x /auto nfs4 noauto,x-systemd.automount 0 0\n",
    "xfs UUID=2\npath /none\n": "UUID=2 /auto xfs defaults,x-systemd.automount 0 0\n",
}


@pytest.mark.parametrize("conf", WAITING)
def test_target_behind_an_idle_automount_counts_as_mounted(conf: str) -> None:
    files: Dict[str, Any] = {"/etc/fstab": WAITING[conf], "/proc/mounts": MOUNTS + "systemd-1 /auto autofs rw 0 0\n"}
    machine = host(conf, **files)
    assert said(machine) == [] and KdumpctlStack(machine).start_errors() == []
    del files["/proc/mounts"]
    assert said(host(conf, **files)) == [("R20", "error")]


HANGING = [
    ("ssh u@h\n", "ssh -G u@h"),
    ("fence_kdump_nodes node2\n", "hostname"),
    ("fence_kdump_nodes node2\n", "hostname -I"),
    ("raw /dev/sde1\n", "lsblk --nodeps -npo FSTYPE /dev/sde1"),
]


@pytest.mark.parametrize(("conf", "command"), HANGING)
def test_program_that_does_not_end_leaves_a_fact_unknown(conf: str, command: str) -> None:
    def hang(dummy: FakeHost) -> None:
        raise Failure("it did not end within 10 seconds and was stopped")

    commands: Dict[str, Any] = dict(NAMES, **{command: hang})
    machine = host(conf, commands=commands, programs=["ssh", "hostname", "lsblk"], **{"/etc/fstab": ""})
    assert [one for one in said(machine) if one[1] != "advice"] == []
    seen = TolerantHost(caching(machine), 5)
    KdumpctlStack(seen).findings({})
    assert seen.unseen == {command: "it did not end within 10 seconds and was stopped"}
