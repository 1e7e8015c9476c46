# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a module reads each file once, parses it once, and asks each program once, until it acts."""

import inspect
import pathlib
from typing import Any, Dict, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import only_reads
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_assignments import events
from ansible_collections.crashops.kdump.plugins.modules import (
    crashkernel_reserve,
    kdump_config,
    kdump_info,
    kdump_plan,
    kdump_service,
    kdump_target,
)
from ansible_collections.crashops.kdump.tests.unit import armed_host
from ansible_collections.crashops.kdump.tests.unit.counted_run import Run, counted
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

FIXTURES = pathlib.Path(__file__).parents[2] / "fixtures"
EL = {
    "/etc/kdump.conf": (FIXTURES / "kdump-utils-1.0.61.conf").read_text(),
    "/etc/sysconfig/kdump": (FIXTURES / "kdump-utils-1.0.61.sysconfig").read_text(),
    "/lib/modules/%s/modules.dep": "kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz\n",
}
EL8 = dict(EL, **{"/etc/kdump.conf": EL["/etc/kdump.conf"].replace("auto_reset_crashkernel yes\n", "")})
SSH = dict(
    EL,
    **{"/etc/kdump.conf": "ssh kdump@store\npath /dumps\nextra_modules ext4 nfs\nextra_bins /bin/ls\n", "/bin/ls": ""},
)
NFS = dict(EL, **{"/etc/kdump.conf": "nfs store:/export\npath /dumps\ndracut_args --add-drivers ext4\n"})
RAW = dict(EL, **{"/etc/kdump.conf": "raw /dev/vdc\ncore_collector makedumpfile -F -l -d 31\n", "/dev/vdc": ""})
DEB = {"/etc/default/kdump-tools": (FIXTURES / "kdump-tools-1.8.1.default").read_text()}
HOSTS = {
    "el8": (armed_host.armed_el8, EL8),
    "el9": (armed_host.armed_el9, EL),
    "el10": (armed_host.armed_el10, EL),
    "el9 with ssh": (armed_host.armed_el9, SSH),
    "el10 with nfs": (armed_host.armed_el10, NFS),
    "el10 with raw": (armed_host.armed_el10, RAW),
    "debian": (armed_host.armed_debian, DEB),
    "ubuntu": (armed_host.armed_ubuntu, DEB),
}
SERVICE = {"state": "restarted", "enabled": True, "masked": None, "rebuild": "auto", "timeout": 600}
RESERVE: Dict[str, Any] = {
    "size": "512M",
    "state": "present",
    "kernels": "all",
    "margin_percent": None,
    "minimum": None,
}
RESERVE.update(maximum=None, timeout=900)
TARGET = {"target": None, "path": "/var/dumps", "create": True, "timeout": 60, "must_work": False}
INFO: Dict[str, Any] = {
    "timeout": 30,
    "probe": True,
    "probe_timeout": 5,
    "mem_usage": False,
    "panic_policy": None,
    "detail": "short",
}
INFO.update(thresholds=None, waivers=None)
SETUP = {"kdump_path": "/var/dumps", "kdump_crashkernel": "512M", "kdump_blocked_drivers": ["nouveau"]}
MODULES: Dict[str, Tuple[Any, Dict[str, Any]]] = {
    "kdump_info": (kdump_info, INFO),
    "kdump_config": (
        kdump_config,
        {"path": "/var/dumps", "commandline_append": ["a=1"], "blocked_drivers": ["nouveau"]},
    ),
    "kdump_config without a change": (kdump_config, {}),
    "crashkernel_reserve": (crashkernel_reserve, RESERVE),
    "kdump_service": (kdump_service, SERVICE),
    "kdump_target": (kdump_target, TARGET),
    "kdump_plan": (kdump_plan, {"entry_point": "setup", "variables": SETUP, "expected": None}),
}
CONFIG: Dict[str, Any] = dict.fromkeys(
    [
        *("target", "path", "core_collector", "failure_action", "final_action", "kdump_pre", "kdump_post"),
        *("kdump_emergency", "extra_bins", "extra_modules", "dracut_args", "fence_kdump_nodes", "fence_kdump_args"),
        *("auto_reset_crashkernel", "force_rebuild", "directives", "sysconfig", "commandline_append"),
        *("commandline_default", "commandline_remove", "blocked_drivers", "private_dumps"),
    ]
)
CONFIG.update(exclusive=False, backup=False)


class Silent(Dict[str, Any]):
    """Answers: whatever is not among them ends well, says nothing and leaves the capture kernel loaded."""

    def __contains__(self, line: object) -> bool:
        return True

    def __missing__(self, line: str) -> str:
        return ""


def machine(name: str) -> FakeHost:
    """Return an armed host that has the packages' own files."""
    make, files = HOSTS[name]
    host = make()
    release = host.files["/proc/sys/kernel/osrelease"].strip()
    host.files.update({path.replace("%s", release): text for path, text in files.items()})
    host.answers = Silent(host.answers)
    host.programs += ["hostname", "ssh", "lsblk", "ip", "mount.nfs"]
    host.kinds["/dev/vdc"], host.modes["/bin/ls"] = "block", 0o755
    return host


def run(name: str, module: str, check_mode: bool) -> Run:
    """Return the counts of one run of a module on a host of its own."""
    host, (plugin, options) = machine(name), MODULES[module]
    options = dict(CONFIG, **options) if plugin is kdump_config else options
    return counted(host, only_reads, lambda: plugin.ensure(host, options, check_mode))


@pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("name", HOSTS)
def test_run_reads_parses_and_asks_once(name: str, module: str, check_mode: bool) -> None:
    found = run(name, module, check_mode)
    assert found.reads > 0
    assert found.repeated_reads == {}
    assert found.repeated_programs == {}
    assert [parse for parse, times in found.parses.items() if times > 1] == []


@pytest.mark.parametrize("name", HOSTS)
def test_configuration_is_among_what_is_parsed(name: str) -> None:
    parsers = {parse[0] for parse in run(name, "kdump_config", True).parses}
    expected = (
        {"read_script", "events"} if name in ("debian", "ubuntu") else {"read_script", "events", "entries", "_names"}
    )
    assert expected <= parsers


def test_what_is_asked_twice_is_counted() -> None:
    host = machine("el9")

    def twice() -> None:
        for dummy in range(2):
            host.read("/etc/kdump.conf")
            host.run(["makedumpfile", "-v"])
            inspect.unwrap(events)("A=1\n")

    found = counted(host, only_reads, twice)
    assert found.repeated_reads == {"/etc/kdump.conf": 1}
    assert found.repeated_programs == {"makedumpfile -v": 1}
    assert found.parses[("events", "A=1\n")] == 2


def test_what_is_asked_again_after_an_act_is_no_repetition() -> None:
    host = machine("el9")

    def act() -> None:
        host.read("/etc/kdump.conf")
        host.read("/proc/cmdline")
        host.write("/etc/kdump.conf", "path /x\n")
        host.read("/etc/kdump.conf")
        host.read("/proc/cmdline")
        host.run(["systemctl", "restart", "kdump.service"])
        host.read("/etc/kdump.conf")

    found = counted(host, only_reads, act)
    assert (found.repeated_reads, found.repeated_programs, found.reads, found.programs) == ({}, {}, 5, 1)
