# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kdump_info: every fact, and what stands against a dump."""

import json
import tracemalloc
from typing import Any, Callable, Dict, List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.all_checks import IDS
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Refused
from ansible_collections.crashops.kdump.plugins.modules.kdump_info import ensure, main
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    IMAGE,
    STARTED,
    UNIT,
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_boot import DebianHost, GrubbyHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.schemas import validate

DEFAULTS = {
    "timeout": 30,
    "probe": True,
    "probe_timeout": 5,
    "mem_usage": False,
    "panic_policy": None,
    "thresholds": None,
    "waivers": None,
    "detail": "full",
}


def info(host: FakeHost, **options: Any) -> Dict[str, Any]:
    return ensure(host, dict(DEFAULTS, **options), False)


@pytest.mark.parametrize("host", [armed_debian(), armed_el9(), DebianHost(), GrubbyHost(), FakeHost()])
def test_every_key_and_every_check_is_there_on_every_host(host: FakeHost) -> None:
    if not isinstance(host, DebianHost) and not isinstance(host, GrubbyHost):
        host.answers["uname -m"] = "x86_64\n"
    result = info(host)
    validate("kdump_info-1", dict(result, commands=host.commands))
    assert [check["id"] for check in result["checks"]] == list(IDS)
    assert "ansible_facts" not in result
    assert not result["changed"]
    assert not host.written
    assert not any(argv[0] in ("kdumpctl", "kdump-config") for argv in host.commands)


def nulls(value: object, path: str = "") -> List[str]:
    """Return the places at which a value is null."""
    if isinstance(value, dict):
        return [place for key in value for place in nulls(value[key], "%s.%s" % (path, key))]
    if isinstance(value, list):
        return [place for part in value for place in nulls(part, path + "[]")]
    return [path] if value is None else []


@pytest.mark.parametrize("make", [armed_debian, armed_el9, DebianHost, GrubbyHost])
def test_short_result_lists_each_check_once_and_holds_no_null(
    make: Callable[..., FakeHost],
) -> None:
    host = make()
    short = info(host, detail="short")
    validate("kdump_info-1", dict(short, commands=host.commands))
    told = [check["id"] for check in short["checks"]]
    assert sorted(told + short["passed"] + short["not_applicable"]) == sorted(IDS)
    assert {check["status"] for check in short["checks"]} <= {"fail", "warn", "unknown"}
    assert all(check["reason"] and check["advice"] for check in short["checks"])
    assert nulls(short) == []


@pytest.mark.parametrize("make", [armed_debian, armed_el9, DebianHost, GrubbyHost])
def test_short_result_says_what_the_full_one_says(make: Callable[..., FakeHost]) -> None:
    short, full = info(make(), detail="short"), info(make())
    held = [check for check in full["checks"] if check["status"] in ("fail", "warn", "unknown")]
    for brief, check in zip(short.pop("checks"), held):
        left_out = ("reference", "doubt")
        assert brief == {key: value for key, value in check.items() if value is not None and key not in left_out}
    by_status = {word: [one["id"] for one in full["checks"] if one["status"] == word] for word in ("pass", "skip")}
    assert (short["passed"], short["not_applicable"]) == (by_status["pass"], by_status["skip"])
    for name, value in short.items():
        if isinstance(value, dict):
            assert all(full[name][key] == value[key] for key in value if key != "sysctls")
        else:
            assert full[name] == value
    assert "collector" in full and "collector" not in short


@pytest.mark.parametrize("make", [armed_debian, armed_ubuntu, armed_el8, armed_el9, armed_el10])
def test_healthy_host_takes_less_than_6000_bytes_on_the_wire(
    make: Callable[..., FakeHost], run_module: Callable[..., Dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = make()
    monkeypatch.setattr(
        "ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module.Host", lambda dummy: host
    )
    host.replace_methods(unlock=lambda: None)
    result = run_module(main)
    assert (result["verdict"], result["failed"]) == ("ready_unproven", False)
    assert result["commands"]
    assert len(json.dumps(result)) < 6000


@pytest.mark.parametrize("make", [armed_debian, armed_el9])
def test_healthy_host_takes_less_than_25_kb_of_memory_on_the_controller(make: Callable[..., FakeHost]) -> None:
    text = json.dumps(info(make(), detail="short"))
    tracemalloc.start()
    try:
        kept = [json.loads(text) for dummy in range(50)]
        size = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert size / len(kept) < 25000


def test_a_host_that_is_right_is_ready() -> None:
    result = info(armed_debian())
    assert result["reasons"] == []
    assert result["ready"]
    assert result["armed"]
    assert result["bootloader"] == "grub-dropin"
    memory = [result["memory"][name] for name in ("ram_bytes", "reserved_bytes", "will_reserve_bytes")]
    assert memory == [2048 * MIB, 128 * MIB, 128 * MIB]
    assert result["crashkernel"]["configured_consistent"]
    assert not result["crashkernel"]["reboot_required"]
    assert result["dump_directory"] == {
        "path": "/var/crash",
        "exists": True,
        "mode": "0700",
        "uid": 0,
        "free_bytes": 4 << 30,
    }
    assert result["service"] == {
        "unit": "kdump-tools.service",
        "enabled": True,
        "active": True,
        "moving": False,
        "masked": False,
        "condition": True,
        "changed_since": [],
    }


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (armed_debian({"/proc/vmcore": "x"}), "This is the capture kernel"),
        (armed_debian({"/sys/kernel/kexec_crash_loaded": "0\n"}), "No capture kernel is loaded."),
        (
            armed_debian({"/sys/kernel/kexec_crash_loaded": "0\n"}, unit=UNIT.replace("=active", "=activating")),
            "kdump-tools.service is still starting",
        ),
        (armed_debian({"/sys/kernel/kexec_crash_size": "0\n"}), "No memory is reserved: crashkernel=384M-:128M was"),
        (armed_debian({"/sys/kernel/kexec_crash_size": None}), "/sys/kernel/kexec_crash_size is not there"),
        (armed_debian(unit=UNIT.replace("=enabled", "=disabled")), "kdump-tools.service is not enabled"),
        (armed_debian(unit="LoadState=masked\nUnitFileState=masked\nActiveState=inactive\n"), "is masked, as STIG"),
        (armed_debian({IMAGE: None}), "The capture initramfs %s does not exist." % IMAGE),
        (armed_debian({"/etc/default/kdump-tools": "USE_KDUMP=yes\n"}), "/etc/default/kdump-tools, line 1: "),
        (DebianHost(), "kdump is not installed: there is no kdump-config."),
    ],
)
def test_what_stands_against_a_dump_is_said(host: DebianHost, words: str) -> None:
    result = info(host)
    assert not result["ready"]
    assert any(words in reason for reason in result["reasons"])


@pytest.mark.parametrize(
    ("text", "generation"),
    [("kdump_emergency auto_reset_crashkernel", "current"), ("auto_reset_crashkernel", "el9"), ("", "el8")],
)
def test_the_generation_is_that_of_the_hosts_own_kdumpctl(text: str, generation: str) -> None:
    host = GrubbyHost(files={"/usr/sbin/kdumpctl": text}, programs=["kdumpctl"])
    assert info(host)["stack"]["generation"] == generation


@pytest.mark.parametrize("host", [armed_debian(), GrubbyHost()])
def test_a_host_without_kdumpctl_has_no_generation_of_it(host: FakeHost) -> None:
    assert info(host)["stack"]["generation"] is None


def test_an_image_that_is_older_than_its_sources_is_said() -> None:
    host = armed_debian({"/etc/initramfs-tools/modules": "x\n"})
    host.mtimes["/etc/initramfs-tools/modules"] = host.clock + 10
    result = info(host)
    stale = next(check for check in result["checks"] if check["id"] == "image_fresh")
    assert "must be built again: it is older than /etc/initramfs-tools/modules." in stale["reason"]
    assert (result["verdict"], result["ready"]) == ("degraded", True)


def test_a_configuration_that_is_newer_than_what_is_loaded_is_said() -> None:
    host = armed_debian(unit=UNIT + STARTED)
    host.mtimes.update(
        {
            IMAGE: host.clock - 20000,
            "/boot/vmlinuz-6.1.0-41-amd64": host.clock - 30000,
            "/etc/default/kdump-tools": host.clock + 10,
        }
    )
    result = info(host)
    assert result["service"]["changed_since"] == ["/etc/default/kdump-tools"]
    stale = next(check for check in result["checks"] if check["id"] == "loaded_fresh")
    assert (
        stale["reason"] == "What is loaded is older than /etc/default/kdump-tools, unless it was loaded again by hand."
    )


def test_a_host_without_a_known_boot_loader_still_tells_the_rest() -> None:
    host = armed_debian()
    host.programs.remove("update-grub")
    result = info(host)
    assert result["bootloader"] is None
    assert result["crashkernel"]["configured"] is None
    assert "neither grubby nor update-grub" in result["crashkernel"]["reason"]
    assert result["ready"]


def test_entries_that_differ_are_told_apart_from_rescue_ones() -> None:
    host = GrubbyHost()
    assert info(host)["crashkernel"]["configured_consistent"]
    path = "/boot/loader/entries/%s.conf" % host.names[0]
    host.files[path] = host.files[path].replace("crashkernel=1G-", "crashkernel=2G-")
    assert not info(host)["crashkernel"]["configured_consistent"]


@pytest.mark.parametrize(
    ("unit", "said"),
    [((1, "", "Failed to connect to bus"), None), ("LoadState=not-found\nActiveState=inactive\n", False)],
)
def test_what_systemd_does_not_know_is_null_or_no(unit: Any, said: Optional[bool]) -> None:
    service = info(armed_debian(unit=unit))["service"]
    assert (service["enabled"], service["active"], service["masked"]) == (said, said, said)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timeout": 0}, "timeout: 0 is refused"),
        ({"probe_timeout": 0}, "probe_timeout: 0 is refused"),
        ({"thresholds": {"proof_age_days": -1}}, "thresholds.proof_age_days: -1 is refused"),
        ({"waivers": [{"id": "x", "reason": "y", "until": "2026-01-01"}]}, "waivers.id: 'x' is refused"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_before_anything_is_read(options: Dict[str, Any], words: str) -> None:
    host = FakeHost()
    with pytest.raises(Refused, match=words):
        info(host, **options)
    assert host.commands == []


def test_waivers_and_thresholds_reach_the_checks() -> None:
    host = armed_debian()
    host.directories["/var/crash"] = 0o755
    waiver = {"id": "dump_directory_private", "reason": "encrypted", "until": "2999-01-01"}
    waived = info(host, waivers=[waiver])
    assert (info(host)["verdict"], waived["verdict"]) == ("degraded", "ready_unproven")
    said = [check["waived"] for check in waived["checks"] if check["waived"]]
    assert said == [{"reason": "encrypted", "until": "2999-01-01"}]
    assert info(armed_debian(), thresholds={"free_inodes": 5000})["verdict"] == "degraded"


def test_makedumpfile_counts_pages_only_where_that_is_asked_for() -> None:
    host = armed_debian()
    pages = "page size:\t\t4096\nKERN_DATA\t100000\tno\tx\n"
    host.answers["makedumpfile --mem-usage /proc/kcore"] = pages
    assert info(host)["space"]["dump_bytes_from"] == "ram"
    space = info(host, mem_usage=True)["space"]
    assert (space["dump_bytes"], space["dump_bytes_from"]) == (100000 * 4096, "makedumpfile")
    # what the level leaves in is written too
    host.files["/etc/default/kdump-tools"] = "USE_KDUMP=1\nMAKEDUMP_ARGS='-c -d 17'\n"
    host.answers["makedumpfile --mem-usage /proc/kcore"] = pages + "ZERO\t5\tyes\tx\nUSER\t7\tyes\tx\nFREE\t9\tyes\tx\n"
    assert info(host, mem_usage=True)["space"]["dump_bytes"] == (100000 + 7) * 4096
    host.answers["makedumpfile --mem-usage /proc/kcore"] = (1, "", "The kernel is locked down.\n")
    locked = info(host, mem_usage=True)
    assert locked["space"]["dump_bytes_from"] == "ram"
    assert "The kernel is locked down." in locked["unseen"][0]["reason"]


def test_the_module_reads_the_machine_that_it_runs_on(run_module: Callable[..., Dict[str, Any]]) -> None:
    result = run_module(main, timeout=30)
    assert not result["failed"]
    assert result["kernel"]
    assert result["memory"]["ram_bytes"]
