# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that a crash has proved is broken in one way after the other: found each time, and mended by the advice."""

import json
import time
from pathlib import Path

import jsonschema
import pytest

from tools.lab import plays

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
NAME = "deb12"
CONFIGURATION = "/etc/default/kdump-tools"
# an address of the guests' network that nobody has
NOBODY = "10.77.0.99"
# left out is what the login and the system's own timers write meanwhile
ELSEWHERE = ["log", "lib/systemd", "lib/apt", "tmp", "cache", "backups"]
LOOKED_AT = "/etc /boot /var -xdev " + " ".join(f"-not -path '/var/{place}*'" for place in ELSEWHERE)
FINGERPRINT = (
    f"find {LOOKED_AT} -printf '%p %m %u:%g %T@ %s\\n' | sort; "
    f"find {LOOKED_AT} -type f -exec sha256sum {{}} + | sort -k 2; "
    "systemctl list-unit-files --no-legend; systemctl --failed --no-legend; "
    "systemctl show -p ActiveState,SubState,ActiveEnterTimestampMonotonic kdump-tools"
)
# each program that kdump_info starts costs time on each host of a fleet
COMMANDS_LIMIT = 6


class Machine:
    """The machine that has crashed and left a dump, with all that is done to it here."""

    def __init__(self, guest, inventory):
        self.guest = guest
        self.ssh = guest.ssh
        self._inventory = inventory
        self._schema = json.loads((SCHEMAS / "kdump_info-1.json").read_text())

    def module(self, name, **options):
        """Run a module of the collection, or another one, and return its result."""
        return plays.module(self._inventory, NAME, name, **options)

    def info(self, **options):
        """Return what kdump_info says; it is as the published schema has it."""
        result = self.module("crashops.kdump.kdump_info", **options)
        assert not result.get("failed"), result
        jsonschema.validate(result, self._schema)
        return result

    def mend(self, name, **options):
        """Follow an advice that names a module."""
        result = self.module("crashops.kdump." + name, **options)
        assert not result.get("failed"), result

    def playbook(self, name, **variables):
        """Run a playbook of the collection and return what became of it."""
        return plays.playbook(self._inventory, name, NAME, **variables)


@pytest.fixture(scope="module")
def machine(saved_guest, inventory):
    """Return the machine, going on where its story saved it."""
    return Machine(saved_guest(NAME), inventory)


def found(result, status):
    """Return the checks that say so, by id."""
    return {check["id"]: check for check in result["checks"] if check["status"] == status}


def test_a_machine_that_left_a_dump_is_ready_and_looking_at_it_changes_nothing(machine):
    before = machine.ssh(FINGERPRINT).splitlines()
    result = machine.info()
    assert (result["verdict"], result["proof"]["state"]) == ("ready", "proven"), result["summary"]
    assert result["summary"] == "A crash has proved this very setup."
    assert machine.ssh(FINGERPRINT).splitlines() == before


def test_a_look_starts_few_programs(machine, measured):
    spent = {"ansible.builtin.ping": [], "crashops.kdump.kdump_info": []}
    for name in [*spent] * 3:
        began = time.monotonic()
        machine.module(name)
        spent[name].append(time.monotonic() - began)
    ping, read = (min(times) for times in spent.values())
    measured(f"ping {ping:.1f} s, kdump_info {read:.1f} s, {read / ping:.2f} times as long")
    started = [" ".join(argv) for argv in machine.info()["commands"]]
    assert len(started) <= COMMANDS_LIMIT, started


def stop(machine):
    machine.ssh("systemctl stop kdump-tools")


def start_again(machine):
    machine.mend("kdump_service", state="started")


def write_true(machine):
    machine.ssh(f"cp -a {CONFIGURATION} /root/kept; sed -i 's/^USE_KDUMP=.*/USE_KDUMP=true/' {CONFIGURATION}")


def write_one(machine):
    machine.mend("kdump_config", sysconfig={"USE_KDUMP": "1"})
    machine.mend("kdump_service", state="started")


def drop_crashkernel(machine):
    machine.mend("crashkernel_reserve", state="absent")


def reserve_more(machine):
    machine.mend("crashkernel_reserve", size="224M")


def reserve_default(machine):
    machine.mend("crashkernel_reserve", size="default")


def fill_the_disk(machine):
    machine.ssh("fallocate -l $(( $(df --output=avail -B1 /var/crash | tail -n 1) - 104857600 )) /var/filler")


def free_the_disk(machine):
    machine.ssh("rm /var/filler")


def open_the_directory(machine):
    machine.ssh("chmod 0755 /var/crash")


def close_the_directory(machine):
    machine.mend("kdump_target")


def break_an_old_dump(machine):
    machine.ssh(
        "set -e; mkdir -p /var/crash/202001010101; dump=$(find /var/crash -name 'dump.*' | head -n 1);"
        "head -c 1000000 $dump > /var/crash/202001010101/dump.202001010101"
    )


def remove_the_broken_dump(machine):
    machine.ssh("rm -r /var/crash/202001010101")


def take_words(machine):
    machine.ssh(f"echo 'KDUMP_CMDLINE_APPEND=\"nr_cpus=1\"' >> {CONFIGURATION}")


def give_words_back(machine):
    machine.mend("kdump_config", sysconfig={"KDUMP_CMDLINE_APPEND": None}, commandline_default=["panic=10"])
    machine.mend("kdump_service", state="started")


def keep_much_memory_free(machine):
    machine.ssh("echo 'vm.min_free_kbytes = 262144' > /etc/sysctl.d/99-large.conf")


def keep_no_memory_free(machine):
    # a smaller value would do as well, but it is not what the proof was made with
    machine.ssh("rm /etc/sysctl.d/99-large.conf")


def let_oopses_go(machine):
    machine.ssh("echo 0 > /proc/sys/kernel/panic_on_oops")


def panic_on_oopses(machine):
    machine.ssh("echo 1 > /proc/sys/kernel/panic_on_oops")


BROKEN = [
    # what is done to it, the check that finds it, its status, the verdict, words of the reason, what the advice names
    (stop, "armed", "fail", "not_ready", "No capture kernel is loaded", start_again),
    (write_true, "switched_on", "fail", "not_ready", "USE_KDUMP", write_one),
    (drop_crashkernel, "crashkernel_value", "fail", "not_ready", "The next boot reserves nothing", reserve_default),
    (reserve_more, "reboot_not_pending", "warn", "reboot_pending", "crashkernel=224M is configured", reserve_default),
    (fill_the_disk, "space", "fail", "not_ready", "are free where the dump lands", free_the_disk),
    (open_the_directory, "dump_directory_private", "warn", "degraded", "passwords and keys", close_the_directory),
    (take_words, "capture_command_line", "fail", "not_ready", "kdump-tools-dump.service", give_words_back),
    (keep_much_memory_free, "capture_sysctls", "fail", "not_ready", "262144", keep_no_memory_free),
    (let_oopses_go, "panic_on_oops", "warn", "degraded", "goes on, damaged", panic_on_oopses),
    (break_an_old_dump, "dumps_complete", "warn", "degraded", "1 of 2 dumps are not complete", remove_the_broken_dump),
]


@pytest.mark.parametrize(
    ("harm", "check", "status", "verdict", "words", "remedy"), BROKEN, ids=[row[1] for row in BROKEN]
)
def test_what_is_broken_is_found_and_its_advice_mends_it(machine, harm, check, status, verdict, words, remedy):
    harm(machine)
    result = machine.info()
    assert result["verdict"] == verdict
    assert words in found(result, status)[check]["reason"]
    assert found(result, status)[check]["advice"]
    remedy(machine)
    mended = machine.info()
    assert mended["verdict"] == "ready", mended["reasons"]


def test_an_nfs_server_that_is_gone_is_named_and_no_mount_is_tried(machine, measured):
    machine.ssh(f"cp -a {CONFIGURATION} /root/kept; echo NFS={NOBODY}:/dumps >> {CONFIGURATION}")
    began = time.monotonic()
    result = machine.info()
    spent = time.monotonic() - began
    machine.ssh(f"mv /root/kept {CONFIGURATION}")
    measured(f"kdump_info with its NFS server gone: {spent:.1f} s, {result['probe']['seconds']} s of it waiting")
    assert result["verdict"] == "not_ready"
    assert f"{NOBODY} does not answer on TCP port 2049" in found(result, "fail")["nfs_server"]["reason"]
    # a mount would wait for minutes
    assert not [argv for argv in result["commands"] if any(word.startswith("mount") for word in argv)]
    assert machine.info()["verdict"] == "ready"


def test_a_waiver_counts_until_its_day(machine):
    break_an_old_dump(machine)
    waiver = {"id": "dumps_complete", "reason": "it is looked into", "until": "2999-12-31"}
    waived = machine.info(waivers=[waiver])
    assert waived["verdict"] == "ready"
    assert found(waived, "warn")["dumps_complete"]["waived"]["reason"] == "it is looked into"
    assert machine.info(waivers=[dict(waiver, until="2020-01-01")])["verdict"] == "degraded"
    remove_the_broken_dump(machine)


def test_panic_policy_and_metrics_come_and_go_with_the_role(machine):
    wanted = {"kdump_panic_policy": ["hung_tasks"], "kdump_metrics": True}
    assert machine.playbook("setup", **wanted).returncode == 0
    assert machine.ssh("cat /proc/sys/kernel/hung_task_panic").strip() == "1"
    assert machine.ssh("grep -rl hung_task /etc/sysctl.d /etc/sysctl.conf 2>/dev/null || true").strip() == ""
    metrics = machine.ssh("cat /var/lib/prometheus/node-exporter/crashops_kdump.prom")
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


def test_a_masked_service_stays_masked_until_somebody_says_otherwise(machine):
    stop(machine)
    machine.ssh("systemctl mask kdump-tools")
    masked = machine.info()
    assert masked["verdict"] == "disabled_by_policy"
    assert "STIG" in found(masked, "fail")["unit_unmasked"]["reason"]
    refused = machine.playbook("setup")
    assert refused.returncode == 2
    assert "kdump_masked" in plays.said(refused)
    assert machine.ssh("systemctl is-enabled kdump-tools || true").strip() == "masked"
    assert machine.playbook("setup", kdump_masked=False).returncode == 0
    mended = machine.info()
    assert mended["verdict"] == "ready", mended["reasons"]


def test_a_host_that_may_load_nothing_is_told_from_one_that_cannot(machine):
    stop(machine)
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


def test_an_initramfs_that_is_older_than_its_kernel_is_built_anew_and_has_to_be_proved_again(machine):
    machine.ssh("touch /boot/vmlinuz-$(uname -r)")
    stale = machine.info()
    assert stale["verdict"] == "degraded"
    assert "must be built again: it is older than /boot/vmlinuz-" in found(stale, "warn")["image_fresh"]["reason"]
    start_again(machine)
    rebuilt = machine.info()
    assert (rebuilt["verdict"], rebuilt["proof"]["state"]) == ("ready_unproven", "stale")
    assert "the capture initramfs was built again" in found(rebuilt, "warn")["proof_current"]["reason"]


def test_disable_takes_policy_and_metrics_away_as_well(machine):
    assert machine.playbook("setup", kdump_panic_policy=["hung_tasks"], kdump_metrics=True).returncode == 0
    assert machine.playbook("disable").returncode == 0
    left = "/etc/crashops-kdump /etc/systemd/system/crashops-kdump-* /var/lib/prometheus/node-exporter/crashops*"
    assert machine.ssh(f"ls -d {left} 2>/dev/null || true").strip() == ""
    assert machine.ssh("systemctl is-enabled kdump-tools || true").strip() == "disabled"
