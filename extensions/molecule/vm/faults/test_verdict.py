# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that a crash has proved is broken in one way after the other: found each time, and mended by the advice."""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import jsonschema
import pytest

from tools.lab.guest import Guest

EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
SCHEMAS = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / "docs" / "schemas"
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
RUN_LIMIT_S = 1800
# kdump_info has more to import than ping; the aim is twice its time, and a noisy machine gets half as much again
TIMES_OF_PING = 3
GONE_LIMIT_S = 10


@pytest.fixture(scope="module")
def guest():
    """Return the machine that has crashed and left a dump."""
    return Guest(EPHEMERAL / "guests" / NAME)


def module(name, **options):
    """Run a module of the collection, or another one, on the machine and return its result."""
    argv = ["ansible", NAME, "-i", str(EPHEMERAL / "inventory" / "hosts.json"), "-m", name]
    argv += ["-a", json.dumps(options)] if options else []
    environment = dict(os.environ, ANSIBLE_CALLBACK_RESULT_FORMAT="json")
    done = subprocess.run(argv, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False, env=environment)
    # of a failure, more words may come before it
    answer = re.search(rf"^{NAME} \| .*? => ({{.*}})", done.stdout, re.MULTILINE | re.DOTALL)
    assert answer, done.stdout + done.stderr
    return json.loads(answer[1])


def info(**options):
    """Return what kdump_info says of the machine; it is as the published schema has it."""
    result = module("crashops.kdump.kdump_info", **options)
    assert not result.get("failed"), result
    schema = json.loads((SCHEMAS / "kdump_info-1.json").read_text())
    jsonschema.validate(result, schema)
    return result


def found(result, status):
    """Return the checks that say so, by id."""
    return {check["id"]: check for check in result["checks"] if check["status"] == status}


def mend(name, **options):
    """Follow an advice that names a module."""
    result = module("crashops.kdump." + name, **options)
    assert not result.get("failed"), result


def test_a_machine_that_left_a_dump_is_ready_and_looking_at_it_changes_nothing(guest):
    before = guest.ssh(FINGERPRINT).splitlines()
    result = info()
    assert (result["verdict"], result["proof"]["state"]) == ("ready", "proven"), result["summary"]
    assert result["summary"] == "A crash has proved this very setup."
    assert guest.ssh(FINGERPRINT).splitlines() == before


def test_it_costs_little_more_than_a_ping(guest, measured):
    spent = {"ansible.builtin.ping": [], "crashops.kdump.kdump_info": []}
    for name in [*spent] * 3:
        began = time.monotonic()
        module(name)
        spent[name].append(time.monotonic() - began)
    ping, read = (min(times) for times in spent.values())
    measured(f"ping {ping:.1f} s, kdump_info {read:.1f} s, {read / ping:.2f} times as long")
    assert read < TIMES_OF_PING * ping


def stop(guest):
    guest.ssh("systemctl stop kdump-tools")


def start_again(guest):
    mend("kdump_service", state="started")


def write_true(guest):
    guest.ssh(f"cp -a {CONFIGURATION} /root/kept; sed -i 's/^USE_KDUMP=.*/USE_KDUMP=true/' {CONFIGURATION}")


def write_one(guest):
    mend("kdump_config", sysconfig={"USE_KDUMP": "1"})
    mend("kdump_service", state="started")


def drop_crashkernel(guest):
    mend("crashkernel_reserve", state="absent")


def reserve_more(guest):
    mend("crashkernel_reserve", size="224M")


def reserve_default(guest):
    mend("crashkernel_reserve", size="default")


def fill_the_disk(guest):
    guest.ssh("fallocate -l $(( $(df --output=avail -B1 /var/crash | tail -n 1) - 104857600 )) /var/filler")


def free_the_disk(guest):
    guest.ssh("rm /var/filler")


def open_the_directory(guest):
    guest.ssh("chmod 0755 /var/crash")


def close_the_directory(guest):
    mend("kdump_target")


def break_an_old_dump(guest):
    guest.ssh(
        "set -e; mkdir -p /var/crash/202001010101; dump=$(find /var/crash -name 'dump.*' | head -n 1);"
        "head -c 1000000 $dump > /var/crash/202001010101/dump.202001010101"
    )


def remove_the_broken_dump(guest):
    guest.ssh("rm -r /var/crash/202001010101")


def take_words(guest):
    guest.ssh(f"echo 'KDUMP_CMDLINE_APPEND=\"nr_cpus=1\"' >> {CONFIGURATION}")


def give_words_back(guest):
    mend("kdump_config", sysconfig={"KDUMP_CMDLINE_APPEND": None})
    mend("kdump_service", state="started")


def let_oopses_go(guest):
    guest.ssh("echo 0 > /proc/sys/kernel/panic_on_oops")


def panic_on_oopses(guest):
    guest.ssh("echo 1 > /proc/sys/kernel/panic_on_oops")


BROKEN = [
    # what is done to it, the check that finds it, its status, the verdict, words of the reason, what the advice names
    (stop, "armed", "fail", "not_ready", "No capture kernel is loaded", start_again),
    (write_true, "switched_on", "fail", "not_ready", "USE_KDUMP", write_one),
    (drop_crashkernel, "crashkernel_value", "fail", "not_ready", "The next boot reserves nothing", reserve_default),
    (reserve_more, "reboot_not_pending", "warn", "reboot_pending", "crashkernel=224M is configured", reserve_default),
    (fill_the_disk, "space", "fail", "not_ready", "are free where the dump lands", free_the_disk),
    (open_the_directory, "dump_directory_private", "warn", "degraded", "passwords and keys", close_the_directory),
    (take_words, "capture_command_line", "fail", "not_ready", "kdump-tools-dump.service", give_words_back),
    (let_oopses_go, "panic_on_oops", "warn", "degraded", "goes on, damaged", panic_on_oopses),
    (break_an_old_dump, "dumps_complete", "warn", "degraded", "1 of 2 dumps are not complete", remove_the_broken_dump),
]


@pytest.mark.parametrize(
    ("harm", "check", "status", "verdict", "words", "remedy"), BROKEN, ids=[row[1] for row in BROKEN]
)
def test_what_is_broken_is_found_and_its_advice_mends_it(guest, harm, check, status, verdict, words, remedy):
    harm(guest)
    result = info()
    assert result["verdict"] == verdict
    assert words in found(result, status)[check]["reason"]
    assert found(result, status)[check]["advice"]
    remedy(guest)
    mended = info()
    assert mended["verdict"] == "ready", mended["reasons"]


def test_an_nfs_server_that_is_gone_is_told_within_seconds(guest, measured):
    guest.ssh(f"cp -a {CONFIGURATION} /root/kept; echo NFS={NOBODY}:/dumps >> {CONFIGURATION}")
    began = time.monotonic()
    result = info()
    spent = time.monotonic() - began
    guest.ssh(f"mv /root/kept {CONFIGURATION}")
    measured(f"kdump_info with its NFS server gone: {spent:.1f} s, {result['probe']['seconds']} s of it waiting")
    assert result["verdict"] == "not_ready"
    assert f"{NOBODY} does not answer on TCP port 2049" in found(result, "fail")["nfs_server"]["reason"]
    assert result["probe"]["seconds"] < GONE_LIMIT_S
    began = time.monotonic()
    assert info()["verdict"] == "ready"
    assert spent < time.monotonic() - began + GONE_LIMIT_S


def test_a_waiver_counts_until_its_day(guest):
    break_an_old_dump(guest)
    waiver = {"id": "dumps_complete", "reason": "it is looked into", "until": "2999-12-31"}
    waived = info(waivers=[waiver])
    assert waived["verdict"] == "ready"
    assert found(waived, "warn")["dumps_complete"]["waived"]["reason"] == "it is looked into"
    assert info(waivers=[dict(waiver, until="2020-01-01")])["verdict"] == "degraded"
    remove_the_broken_dump(guest)


def playbook(name, **variables):
    """Run a playbook of the collection on the machine and return what it said."""
    argv = ["ansible-playbook", "-i", str(EPHEMERAL / "inventory" / "hosts.json"), f"crashops.kdump.{name}"]
    argv += ["--extra-vars", json.dumps(variables)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
    print(done.stdout, done.stderr)
    return done


def test_panic_policy_and_metrics_come_and_go_with_the_role(guest):
    wanted = {"kdump_hosts": NAME, "kdump_panic_policy": ["hung_tasks"], "kdump_metrics": True}
    assert playbook("setup", **wanted).returncode == 0
    assert guest.ssh("cat /proc/sys/kernel/hung_task_panic").strip() == "1"
    assert guest.ssh("grep -rl hung_task /etc/sysctl.d /etc/sysctl.conf 2>/dev/null || true").strip() == ""
    metrics = guest.ssh("cat /var/lib/prometheus/node-exporter/crashops_kdump.prom")
    assert 'crashops_kdump_verdict{verdict="ready"} 1' in metrics
    assert guest.ssh("systemctl is-active crashops-kdump-metrics.timer").strip() == "active"
    # without root it tells what it can: what is loaded, but not what only root may read
    seen = guest.ssh("runuser -u nobody -- /usr/local/sbin/crashops-kdump-metrics --stdout")
    assert "crashops_kdump_up 1" in seen and "crashops_kdump_armed 1" in seen
    again = playbook("setup", **wanted)
    assert "changed=0 " in again.stdout
    assert found(info(panic_policy=["hung_tasks"]), "pass")["hang_policy"]["value"].startswith(
        "kernel.hung_task_panic = 1"
    )
    gone = playbook("setup", kdump_hosts=NAME, kdump_panic_policy=["none"], kdump_metrics=False)
    assert gone.returncode == 0
    assert (
        guest.ssh("ls /etc/crashops-kdump /etc/systemd/system | grep crashops || true").strip()
        == "/etc/crashops-kdump:"
    )
    guest.ssh("echo 0 > /proc/sys/kernel/hung_task_panic")


def test_a_masked_service_stays_masked_until_somebody_says_otherwise(guest):
    stop(guest)
    guest.ssh("systemctl mask kdump-tools")
    masked = info()
    assert masked["verdict"] == "disabled_by_policy"
    assert "STIG" in found(masked, "fail")["unit_unmasked"]["reason"]
    refused = playbook("setup", kdump_hosts=NAME)
    assert refused.returncode == 2
    # Molecule has failures shown on standard error
    assert "kdump_masked" in refused.stderr
    assert guest.ssh("systemctl is-enabled kdump-tools || true").strip() == "masked"
    assert playbook("setup", kdump_hosts=NAME, kdump_masked=False).returncode == 0
    mended = info()
    assert mended["verdict"] == "ready", mended["reasons"]


def test_a_host_that_may_load_nothing_is_told_from_one_that_cannot(guest):
    stop(guest)
    guest.ssh("echo 1 > /proc/sys/kernel/kexec_load_disabled")
    forbidden = info()
    assert forbidden["verdict"] == "disabled_by_policy"
    assert "forbids that a capture kernel is loaded" in found(forbidden, "fail")["kexec_allowed"]["reason"]
    refused = module("crashops.kdump.kdump_service", state="started")
    assert "kernel.kexec_load_disabled is 1" in refused["msg"]
    # the advice: it cannot be unset before the next boot
    boot = guest.boot_id()
    guest.ssh("systemd-run --quiet --on-active=1 systemctl reboot")
    guest.wait_for_new_boot(boot)
    guest.ssh("until [ $(cat /sys/kernel/kexec_crash_loaded) = 1 ]; do sleep 1; done", timeout_s=900)
    assert info()["verdict"] == "ready"


def test_an_initramfs_that_is_older_than_its_kernel_is_built_anew_and_has_to_be_proved_again(guest):
    guest.ssh("touch /boot/vmlinuz-$(uname -r)")
    stale = info()
    assert stale["verdict"] == "degraded"
    assert "must be built anew: it is older than /boot/vmlinuz-" in found(stale, "warn")["image_fresh"]["reason"]
    start_again(guest)
    rebuilt = info()
    assert (rebuilt["verdict"], rebuilt["proof"]["state"]) == ("ready_unproven", "stale")
    assert "the capture initramfs was built anew" in found(rebuilt, "warn")["proof_current"]["reason"]
