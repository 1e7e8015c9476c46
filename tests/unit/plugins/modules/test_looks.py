# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look changes nothing: kdump_info, and each module in check mode, run only commands of which that is known."""

import re
from typing import Any, Callable, Dict, List, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._targets.ssh_client import IMAGE_CONFIGURATION
from ansible_collections.crashops.kdump.plugins.module_utils._targets.write_test import look_script, trial_script
from ansible_collections.crashops.kdump.plugins.modules import (
    crashkernel_reserve,
    kdump_config,
    kdump_service,
    kdump_target,
    vmcore_info,
)
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.plugins.module_utils._checks.test_all_checks import BROKEN
from ansible_collections.crashops.kdump.tests.unit.plugins.modules.test_kdump_config import OPTIONS
from ansible_collections.crashops.kdump.tests.unit.situations.every import SITUATIONS
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge

QUIET_SSH = ["BatchMode=yes", "CheckHostIP=no", "ControlMaster=no", "ControlPath=none", "PermitLocalCommand=no"]
QUIET_SSH += ["UpdateHostKeys=no", "AddKeysToAgent=no"]
# a shell line that looks at a directory, here or on a server: nothing that makes, changes or removes
WRITES = re.compile(r"\b(mkdir|chmod|chown|mktemp|dd|rm|touch|mv|cp|ln|tee|sed -i)\b|>[^&]")
# What a look may run, and why it leaves no trace. -p keeps blkid from its cache file; stat -f and ssh -G only read;
# kdump-config makes its dump directory whenever it is called, so that it is asked where that is there already.
# Neither kdumpctl status, which may mount the target, nor kdumpctl estimate, which may build an initramfs, is here.
LOOKS = tuple(
    re.compile(pattern + r"\Z", re.DOTALL)
    for pattern in (
        r"systemctl show -p \S+ \S+",
        r"uname -m",
        r"hostname( -I)?",
        r"makedumpfile (-v|--mem-usage /proc/kcore)",
        r"grubby (--info=ALL|--default-index|--default-kernel)",
        r"(rpm-ostree kargs|bootc status --json)",
        r"blkid -p -o export \S+",
        r"lsblk --nodeps -npo FSTYPE \S+",
        r"stat -f -c %T \S+",
        r"ssh -G (-F none )?\S+",
        r"ssh-keygen -y -P  -f \S+",
        r"getent ahosts \S+",
        r"ip (-o |-j )?route get .*",
        r"dmsetup status \S+",
        r"kdumpctl get-default-crashkernel",
        r"kdump-config show",
    )
)
LOCAL = {"type": "local"}
NFS = {"type": "nfs", "location": "store:/dumps"}
SSH = {"type": "ssh", "location": "kdump@store", "ssh_key": "/root/.ssh/kdump_id_rsa"}
EXT4 = {"type": "ext4", "location": "/dev/vdb"}
RAW = {"type": "raw", "location": "/dev/vdb"}


class Answers(Dict[str, Any]):
    """The answers of a machine; any other command fails as one does that finds nothing."""

    def __contains__(self, line: object) -> bool:
        return True

    def __missing__(self, line: str) -> Tuple[int, str, str]:
        return 1, "", "no answer"


def is_a_look(argv: List[str]) -> bool:
    """Return whether a command is known to leave everything as it is."""
    line = " ".join(argv)
    if argv[:2] == ["ssh", "-i"]:
        return all(option in argv for option in QUIET_SSH) and not WRITES.search(argv[-1].replace("2>&1", ""))
    if argv[:2] == ["sh", "-c"]:
        return not WRITES.search(line.replace("2>&1", "").replace("2>/dev/null", ""))
    if argv[:6] == ["unshare", "--mount", "--propagation", "private", "sh", "-c"]:
        # a server's file system is mounted with its own options, and ends with the name space
        return not WRITES.search(argv[6].replace("2>&1", "")) and (argv[8] == "nfs" or argv[9].startswith("ro"))
    return any(pattern.match(line) for pattern in LOOKS)


def watched(make: Callable[..., FakeHost]) -> FakeHost:
    """Return a machine that answers everything, and what of it must stay."""
    host = make()
    host.answers = Answers(host.answers)
    host.files.update({"/root/.ssh/kdump_id_rsa": "secret", "/dev/vdb": ""})
    host.kinds["/dev/vdb"] = "block"
    host.modes["/root/.ssh/kdump_id_rsa"] = 0o600
    host.programs += ["ssh", "ip", "hostname", "lsblk", "dmsetup", "mount.nfs"]
    for asked in ("ssh -G kdump@store", "ssh -G -F none kdump@store"):
        host.answers[asked] = "user kdump\nhostname store\nport 22\n"
    host.answers["sh -c %s configuration kdump@store" % IMAGE_CONFIGURATION] = "hostname store\n"
    return host


def assert_nothing_changed(host: FakeHost, files: Dict[str, Any]) -> None:
    assert (host.files, host.written, host.removed) == (files, [], [])
    assert [argv for argv in host.commands if not is_a_look(argv)] == []


MACHINES = [(one.name, one.host) for one in SITUATIONS] + [("%s %s: %s" % row[:3], row[3]) for row in BROKEN]


@pytest.mark.parametrize("make", [make for _name, make in MACHINES], ids=[name for name, _make in MACHINES])
def test_a_verdict_leaves_no_trace(make: Callable[..., FakeHost]) -> None:
    host = make()
    host.answers = Answers(host.answers)
    files = dict(host.files)
    judge(host)
    assert_nothing_changed(host, files)


HOSTS = [armed_debian, armed_ubuntu, armed_el8, armed_el9, armed_el10]


@pytest.mark.parametrize("target", [LOCAL, NFS, SSH, EXT4, RAW], ids=lambda one: one["type"])
@pytest.mark.parametrize("make", HOSTS)
def test_check_mode_leaves_no_trace(make: Callable[..., FakeHost], target: Dict[str, str]) -> None:
    config = dict(dict.fromkeys(OPTIONS), target=target, path="/var/dumps", exclusive=False, backup=True)
    size: Dict[str, Any] = {
        "size": "estimate",
        "state": "present",
        "kernels": ["all"],
        "margin_percent": None,
        "minimum": None,
    }
    size.update({"maximum": None, "timeout": 60})
    trial = {"target": target, "path": "/var/dumps", "create": True, "timeout": 60, "must_work": True}
    wanted = {"state": "started", "enabled": True, "masked": False, "rebuild": "always", "timeout": 60}
    for module, params in (
        (kdump_config, config),
        (kdump_target, trial),
        (kdump_service, wanted),
        (crashkernel_reserve, size),
    ):
        host = watched(make)
        files = dict(host.files)
        try:
            module.ensure(host, params, True)
        except Failure:
            pass  # such as a target that this stack has not
        assert_nothing_changed(host, files)


@pytest.mark.parametrize("make", HOSTS)
def test_looking_at_dumps_runs_nothing(make: Callable[..., FakeHost]) -> None:
    host = make()
    files = dict(host.files)
    asked = dict.fromkeys(("path", "newest", "after", "slack"))
    vmcore_info.ensure(host, dict(asked, check=True, timeout=60), False)
    assert_nothing_changed(host, files)


@pytest.mark.parametrize(
    "line",
    [
        "systemctl restart kdump.service",
        "kdumpctl status",
        "kdumpctl estimate",
        "grubby --update-kernel=ALL --args=crashkernel=1M",
        "blkid -o export /dev/vdb",
        "mount /dev/vdb",
    ],
)
def test_a_command_that_acts_is_no_look(line: str) -> None:
    assert not is_a_look(line.split())


def test_a_trial_and_a_login_that_may_write_are_no_looks() -> None:
    assert not is_a_look(["sh", "-c", trial_script("/var/crash", True, True)])
    assert is_a_look(["sh", "-c", look_script("/var/crash", True, True)])
    assert not is_a_look(["ssh", "-i", "/root/.ssh/key", "-o", "BatchMode=yes", "kdump@store", "true"])
    assert is_a_look(["sh", "-c", IMAGE_CONFIGURATION, "configuration", "kdump@store"])
