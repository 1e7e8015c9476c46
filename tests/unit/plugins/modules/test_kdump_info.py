# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kdump_info: every fact, and what stands against a dump."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._memory import MIB
from ansible_collections.crashops.kdump.plugins.module_utils._result import Refused
from ansible_collections.crashops.kdump.plugins.module_utils._service import PROPERTIES
from ansible_collections.crashops.kdump.plugins.modules.kdump_info import ensure, main
from ansible_collections.crashops.kdump.tests.unit.fake_boot import (
    PACKAGE_DROP_IN,
    PACKAGE_TEXT,
    DebianHost,
    GrubbyHost,
    kernel_files,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

RELEASE = "6.1.0-41-amd64"
IMAGE = "/var/lib/kdump/initrd.img-" + RELEASE
ENABLED = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n"
KEYS = {
    "stack": {"name", "installed", "tool", "unit"},
    "memory": {"ram_bytes", "reserved_bytes", "will_reserve_bytes"},
    "crashkernel": {"booted", "configured", "configured_consistent", "reboot_required", "reason"},
    "service": {"unit", "enabled", "active", "moving", "masked", "changed_since"},
    "image": {"path", "exists", "stale_because"},
    "settings": {
        "target_type",
        "target_location",
        "ssh_key",
        "path",
        "dump_directory",
        "core_collector",
        "failure_action",
    },
    "dump_directory": {"path", "exists", "mode", "uid", "free_bytes"},
}
SINGLE = {"bootloader", "kernel", "machine", "boot_id", "capture_kernel", "armed", "findings", "ready", "reasons"}


def armed_debian(files=None, unit=ENABLED, **more):
    """Return a Debian host that is ready; `files` differ from that, None takes one away."""
    seen = kernel_files(RELEASE, "crashkernel=384M-:128M", 128 * MIB)
    seen["/sys/kernel/kexec_crash_loaded"] = "1\n"
    seen["/etc/default/kdump-tools"] = "USE_KDUMP=1\n"
    seen[PACKAGE_DROP_IN] = PACKAGE_TEXT
    seen[IMAGE] = "image"
    seen.update(files or {})
    host = DebianHost(
        files=seen,
        programs=["kdump-config", "systemctl"],
        commands={"systemctl show -p %s kdump-tools.service" % PROPERTIES: unit},
        directories={"/var/crash": 0o700},
        **more,
    )
    host.files = {path: text for path, text in host.files.items() if text is not None}
    host.free["/var/crash"] = 1 << 30
    host.update_grub(host)
    return host


def info(host):
    return ensure(host, {"timeout": 30}, False)


@pytest.mark.parametrize("host", [armed_debian(), DebianHost(), GrubbyHost(), FakeHost()])
def test_every_key_is_there_on_every_host(host):
    if not isinstance(host, DebianHost) and not isinstance(host, GrubbyHost):
        host.answers["uname -m"] = "x86_64\n"
    result = info(host)
    facts = result["ansible_facts"]["crashops_kdump"]
    assert set(facts) == set(KEYS) | SINGLE
    assert {name: set(facts[name]) for name in KEYS} == KEYS
    assert all(result[name] == facts[name] for name in facts)
    assert not result["changed"]
    assert not host.written
    assert not any(argv[0] in ("kdumpctl", "kdump-config") for argv in host.commands)


def test_a_host_that_is_right_is_ready():
    result = info(armed_debian())
    assert result["reasons"] == []
    assert result["ready"]
    assert result["armed"]
    assert result["bootloader"] == "grub-dropin"
    assert result["memory"] == {"ram_bytes": 2048 * MIB, "reserved_bytes": 128 * MIB, "will_reserve_bytes": 128 * MIB}
    assert result["crashkernel"]["configured_consistent"]
    assert not result["crashkernel"]["reboot_required"]
    assert result["dump_directory"] == {
        "path": "/var/crash",
        "exists": True,
        "mode": "0700",
        "uid": 0,
        "free_bytes": 1 << 30,
    }
    assert result["service"] == {
        "unit": "kdump-tools.service",
        "enabled": True,
        "active": True,
        "moving": False,
        "masked": False,
        "changed_since": [],
    }


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (armed_debian({"/proc/vmcore": "x"}), "This is the capture kernel"),
        (armed_debian({"/sys/kernel/kexec_crash_loaded": "0\n"}), "No capture kernel is loaded."),
        (
            armed_debian({"/sys/kernel/kexec_crash_loaded": "0\n"}, unit=ENABLED.replace("=active", "=activating")),
            "kdump-tools.service is still starting",
        ),
        (armed_debian({"/sys/kernel/kexec_crash_size": "0\n"}), "No memory is reserved: crashkernel=384M-:128M was"),
        (armed_debian({"/sys/kernel/kexec_crash_size": None}), "/sys/kernel/kexec_crash_size is not there"),
        (armed_debian(unit=ENABLED.replace("=enabled", "=disabled")), "kdump-tools.service is not enabled"),
        (armed_debian(unit="LoadState=masked\nUnitFileState=masked\nActiveState=inactive\n"), "is masked."),
        (armed_debian({IMAGE: None}), "The capture initramfs %s does not exist." % IMAGE),
        (armed_debian({"/etc/default/kdump-tools": "USE_KDUMP=yes\n"}), "/etc/default/kdump-tools, line 1: "),
        (armed_debian({"/etc/default/kdump-tools": "USE_KDUMP=1\nKDUMP_COREDIR=/d\n"}), "The dump directory /d does"),
        (DebianHost(), "kdump is not installed: there is no kdump-config."),
    ],
)
def test_what_stands_against_a_dump_is_said(host, words):
    result = info(host)
    assert not result["ready"]
    assert any(words in reason for reason in result["reasons"])


def test_an_image_that_is_older_than_its_sources_is_said():
    host = armed_debian({"/etc/initramfs-tools/modules": "x\n"})
    host.mtimes["/etc/initramfs-tools/modules"] = host.clock + 10
    assert "must be built anew: it is older than /etc/initramfs-tools/modules." in info(host)["reasons"][0]


def test_a_configuration_that_is_newer_than_what_is_loaded_is_said():
    started = "InactiveExitTimestampMonotonic=5000000\nActiveEnterTimestampMonotonic=6000000\n"
    host = armed_debian(unit=ENABLED + started)
    host.mtimes.update({IMAGE: host.clock - 20000, "/etc/default/kdump-tools": host.clock + 10})
    result = info(host)
    assert result["service"]["changed_since"] == ["/etc/default/kdump-tools"]
    assert result["reasons"] == ["What is loaded is older than /etc/default/kdump-tools."]


def test_a_host_without_a_known_boot_loader_still_tells_the_rest():
    host = armed_debian()
    host.programs.remove("update-grub")
    result = info(host)
    assert result["bootloader"] is None
    assert result["crashkernel"]["configured"] is None
    assert "neither grubby nor update-grub" in result["crashkernel"]["reason"]
    assert result["ready"]


def test_entries_that_differ_are_told_apart_from_rescue_ones():
    host = GrubbyHost()
    assert info(host)["crashkernel"]["configured_consistent"]
    path = "/boot/loader/entries/%s.conf" % host.names[0]
    host.files[path] = host.files[path].replace("crashkernel=1G-", "crashkernel=2G-")
    assert not info(host)["crashkernel"]["configured_consistent"]


@pytest.mark.parametrize(
    ("unit", "said"),
    [((1, "", "Failed to connect to bus"), None), ("LoadState=not-found\nActiveState=inactive\n", False)],
)
def test_what_systemd_does_not_know_is_null_or_no(unit, said):
    service = info(armed_debian(unit=unit))["service"]
    assert (service["enabled"], service["active"], service["masked"]) == (said, said, said)


def test_a_timeout_of_nothing_is_refused():
    with pytest.raises(Refused, match="timeout: 0 is refused"):
        ensure(FakeHost(), {"timeout": 0}, False)


def test_the_module_reads_the_machine_that_it_runs_on(run_module):
    result = run_module(main, timeout=30)
    assert not result["failed"]
    assert result["kernel"]
    assert result["memory"]["ram_bytes"]
