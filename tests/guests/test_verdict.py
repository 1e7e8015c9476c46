# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that a crash has proved is broken in one way after the other: found each time, and mended by the advice."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tools.lab import plays
from tools.lab.guest import Guest
from tools.lab.harms import STARTED, Harm, Module, harms, old_dump_cut_off, target_out_of_reach
from tools.lab.stacks import stack_of_saved

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
NAME = os.environ.get("LAB_MACHINE", "deb12")
STACK = stack_of_saved(Path(os.environ.get("LAB_SAVED", "")) / NAME)
# an address of the guests' network that nobody has
NOBODY = "10.77.0.99"
# left out is what the login and the system's own timers write meanwhile
ELSEWHERE = ["log", "lib/systemd", "lib/apt", "tmp", "cache", "backups"]
LOOKED_AT = "/etc /boot /var -xdev " + " ".join(f"-not -path '/var/{place}*'" for place in ELSEWHERE)
FINGERPRINT = (
    f"find {LOOKED_AT} -printf '%p %m %u:%g %T@ %s\\n' | sort; "
    f"find {LOOKED_AT} -type f -exec sha256sum {{}} + | sort -k 2; "
    # each login is a transient unit, where PAM tells logind of it
    "systemctl list-unit-files --no-legend | grep -v ' transient '; systemctl --failed --no-legend; "
    f"systemctl show -p ActiveState,SubState,ActiveEnterTimestampMonotonic {STACK.unit}"
)
# each program that kdump_info starts costs time on each host of a fleet
COMMANDS_LIMIT = 6


class Machine:
    """The machine that has crashed and left a dump, with all that is done to it here."""

    def __init__(self, guest: Guest, inventory: Path) -> None:
        self.guest = guest
        self.ssh = guest.ssh
        self._inventory = inventory
        self._schema = json.loads((SCHEMAS / "kdump_info-1.json").read_text())

    def module(self, name: str, **options: Any) -> dict[str, Any]:
        """Run a module of the collection, or another one, and return its result."""
        return plays.module(self._inventory, NAME, name, **options)

    def info(self, **options: Any) -> dict[str, Any]:
        """Return what kdump_info says; it is as the published schema has it."""
        result = self.module("crashops.kdump.kdump_info", **options)
        assert not result.get("failed"), result
        jsonschema.validate(result, self._schema)
        return result

    def act(self, *acts: str | Module) -> None:
        """Run shell commands and modules, each of which must end well."""
        for act in acts:
            if isinstance(act, str):
                self.ssh(act)
            else:
                result = self.module("crashops.kdump." + act.name, **act.options)
                assert not result.get("failed"), result

    def playbook(self, name: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        """Run a playbook of the collection and return what became of it."""
        return plays.playbook(self._inventory, name, NAME, **variables)


@pytest.fixture(scope="module")
def machine(saved_guest: Callable[[str], Guest], inventory: Path) -> Machine:
    """Return the machine, going on where its story saved it."""
    return Machine(saved_guest(NAME), inventory)


def found(result: dict[str, Any], status: str) -> dict[str, Any]:
    """Return the checks that say so, by id."""
    return {check["id"]: check for check in result["checks"] if check["status"] == status}


def test_a_machine_that_left_a_dump_is_ready_and_looking_at_it_changes_nothing(machine: Machine) -> None:
    before = machine.ssh(FINGERPRINT).splitlines()
    result = machine.info()
    assert (result["verdict"], result["proof"]["state"]) == ("ready", "proven"), result["summary"]
    assert result["summary"] == "A crash has proved this very setup."
    assert machine.ssh(FINGERPRINT).splitlines() == before


def test_a_look_starts_few_programs(machine: Machine, measured: Callable[[str], None]) -> None:
    spent: dict[str, list[float]] = {"ansible.builtin.ping": [], "crashops.kdump.kdump_info": []}
    for name in [*spent] * 3:
        began = time.monotonic()
        machine.module(name)
        spent[name].append(time.monotonic() - began)
    ping, read = (min(times) for times in spent.values())
    measured(f"ping {ping:.1f} s, kdump_info {read:.1f} s, {read / ping:.2f} times as long")
    started = [" ".join(argv) for argv in machine.info()["commands"]]
    assert len(started) <= COMMANDS_LIMIT, started


@pytest.mark.parametrize("broken", harms(STACK), ids=lambda broken: broken.check)
def test_what_is_broken_is_found_and_its_advice_mends_it(machine: Machine, broken: Harm) -> None:
    machine.act(*broken.harm)
    result = machine.info()
    assert result["verdict"] == broken.verdict
    assert broken.words in found(result, broken.status)[broken.check]["reason"]
    assert found(result, broken.status)[broken.check]["advice"]
    machine.act(*broken.mend)
    mended = machine.info()
    assert mended["verdict"] == "ready", mended["reasons"]


def test_an_nfs_server_that_is_gone_is_named_and_no_mount_is_tried(
    machine: Machine, measured: Callable[[str], None]
) -> None:
    begin, end = target_out_of_reach(STACK, NOBODY)
    machine.ssh(begin)
    began = time.monotonic()
    result = machine.info()
    spent = time.monotonic() - began
    machine.ssh(end)
    measured(f"kdump_info with its NFS server gone: {spent:.1f} s, {result['probe']['seconds']} s of it waiting")
    assert result["verdict"] == "not_ready"
    assert f"{NOBODY} does not answer on TCP port 2049" in found(result, "fail")["nfs_server"]["reason"]
    # a mount would wait for minutes
    assert not [argv for argv in result["commands"] if any(word.startswith("mount") for word in argv)]
    assert machine.info()["verdict"] == "ready"


def test_a_waiver_counts_until_its_day(machine: Machine) -> None:
    begin, end = old_dump_cut_off(STACK)
    machine.ssh(begin)
    waiver = {"id": "dumps_complete", "reason": "it is looked into", "until": "2999-12-31"}
    waived = machine.info(waivers=[waiver])
    assert waived["verdict"] == "ready"
    assert found(waived, "warn")["dumps_complete"]["waived"]["reason"] == "it is looked into"
    assert machine.info(waivers=[dict(waiver, until="2020-01-01")])["verdict"] == "degraded"
    machine.ssh(end)


def test_panic_policy_and_metrics_come_and_go_with_the_role(machine: Machine) -> None:
    wanted = {"kdump_panic_policy": ["hung_tasks"], "kdump_metrics": True}
    assert machine.playbook("setup", **wanted).returncode == 0
    assert machine.ssh("cat /proc/sys/kernel/hung_task_panic").strip() == "1"
    assert machine.ssh("grep -rl hung_task /etc/sysctl.d /etc/sysctl.conf 2>/dev/null || true").strip() == ""
    metrics = machine.ssh(f"cat {STACK.metrics}/crashops_kdump.prom")
    assert 'crashops_kdump_verdict{verdict="ready"} 1' in metrics
    assert machine.ssh("systemctl is-active crashops-kdump-metrics.timer").strip() == "active"
    # without root it tells what it can: what is loaded, but not what only root may read
    seen = machine.ssh("runuser -u nobody -- /usr/local/sbin/crashops-kdump-metrics --stdout")
    assert "crashops_kdump_up 1" in seen and "crashops_kdump_armed 1" in seen
    again = machine.playbook("setup", **wanted)
    assert again.returncode == 0
    assert "changed=0 " in again.stdout
    assert found(machine.info(panic_policy=["hung_tasks"], detail="full"), "pass")["hang_policy"]["value"].startswith(
        "kernel.hung_task_panic = 1"
    )
    gone = machine.playbook("setup", kdump_panic_policy=["none"], kdump_metrics=False)
    assert gone.returncode == 0
    assert (
        machine.ssh("ls /etc/crashops-kdump /etc/systemd/system | grep crashops || true").strip()
        == "/etc/crashops-kdump:"
    )
    machine.ssh("echo 0 > /proc/sys/kernel/hung_task_panic")


def test_a_masked_service_stays_masked_until_somebody_says_otherwise(machine: Machine) -> None:
    machine.ssh(f"systemctl stop {STACK.unit}; systemctl mask {STACK.unit}")
    masked = machine.info()
    assert masked["verdict"] == "disabled_by_policy"
    assert "STIG" in found(masked, "fail")["unit_unmasked"]["reason"]
    refused = machine.playbook("setup")
    assert refused.returncode == 2
    assert "kdump_masked" in plays.said(refused)
    assert machine.ssh(f"systemctl is-enabled {STACK.unit} || true").strip() == "masked"
    assert machine.playbook("setup", kdump_masked=False).returncode == 0
    mended = machine.info()
    assert mended["verdict"] == "ready", mended["reasons"]


def test_a_host_that_may_load_nothing_is_told_from_one_that_cannot(machine: Machine) -> None:
    machine.ssh(f"systemctl stop {STACK.unit}")
    machine.ssh("echo 1 > /proc/sys/kernel/kexec_load_disabled")
    forbidden = machine.info()
    assert forbidden["verdict"] == "disabled_by_policy"
    assert "forbids that a capture kernel is loaded" in found(forbidden, "fail")["kexec_allowed"]["reason"]
    refused = machine.module("crashops.kdump.kdump_service", state="started")
    assert "kernel.kexec_load_disabled is 1" in refused["msg"]
    # the advice: it cannot be unset before the next boot
    boot = machine.guest.boot_id()
    machine.ssh("systemd-run --quiet --on-active=1 systemctl reboot")
    machine.guest.wait_for_new_boot(boot)
    machine.ssh("until [ $(cat /sys/kernel/kexec_crash_loaded) = 1 ]; do sleep 1; done", timeout_s=900)
    assert machine.info()["verdict"] == "ready"


def test_an_initramfs_that_is_older_than_its_kernel_is_built_anew_and_has_to_be_proved_again(machine: Machine) -> None:
    machine.ssh("touch /boot/vmlinuz-$(uname -r)")
    stale = machine.info()
    assert stale["verdict"] == "degraded"
    assert "must be built again: it is older than /boot/vmlinuz-" in found(stale, "warn")["image_fresh"]["reason"]
    machine.act(STARTED)
    rebuilt = machine.info()
    assert (rebuilt["verdict"], rebuilt["proof"]["state"]) == ("ready_unproven", "stale")
    assert "the capture initramfs was built again" in found(rebuilt, "warn")["proof_current"]["reason"]


def test_disable_takes_policy_and_metrics_away_as_well(machine: Machine) -> None:
    assert machine.playbook("setup", kdump_panic_policy=["hung_tasks"], kdump_metrics=True).returncode == 0
    assert machine.playbook("disable").returncode == 0
    left = f"/etc/crashops-kdump /etc/systemd/system/crashops-kdump-* {STACK.metrics}/crashops*"
    assert machine.ssh(f"ls -d {left} 2>/dev/null || true").strip() == ""
    assert machine.ssh(f"systemctl is-enabled {STACK.unit} || true").strip() == "disabled"
