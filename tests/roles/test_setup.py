# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that setup, test and disable leave alone, dump targets, and what shows on the screen."""

from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.tests.roles.machines import WATCHED
from ansible_collections.crashops.kdump.tests.roles.made_up import Fleet

SSH = {"type": "ssh", "location": "kdump@dumps"}
REMOVE_METRICS = "Remove the program, its units and the metrics"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ"


def test_setup_stops_at_a_container_before_any_change(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(box="container", bare="bare_container").playbook(collections, "setup")
    for host in ("box", "bare"):
        (message,) = done.failures(host)
        assert message.startswith("%s is unsupported, so nothing was changed: " % host)
        assert "Install the packages" not in str(list(done.of(host)))
        assert "Configure kdump" not in done.of(host)


def test_test_refuses_a_container_with_one_sentence(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(box="container").playbook(collections, "test", kdump_test_confirm="box")
    (message,) = done.failures("box")
    assert "take it out of this run" in message


def test_disable_changes_nothing_on_hosts_that_never_had_kdump(collections: str, fleet: Callable[..., Fleet]) -> None:
    hosts = fleet(box="container", bare="bare_debian", rock="bare_el9", none="no_boot_loader")
    done = hosts.playbook(collections, "disable")
    assert done.rc == 0
    for host in ("box", "none"):
        assert [task for task, result in done.of(host).items() if result.get("changed")] == []
    assert "box is a container" in done.said
    assert "none has no boot loader that is known here" in done.said


def test_an_ssh_target_needs_no_server_in_the_inventory(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(web1="ssh_client").playbook(collections, "setup", kdump_target=SSH, kdump_ssh_host_keys=[KEY])
    assert done.failures("web1") == []
    assert "Configure kdump" in done.of("web1")


def test_a_server_that_does_not_answer_is_named_to_every_host(collections: str, fleet: Callable[..., Fleet]) -> None:
    hosts = fleet(dumps="unreachable", web1="ssh_client", web2="ssh_client", db1="debian")
    done = hosts.playbook(collections, "setup", "--limit", "all:!dumps", kdump_ssh_server="dumps", kdump_target=SSH)
    for host in ("web1", "web2"):
        (message,) = done.failures(host)
        assert message.startswith("kdump_ssh_server: 'dumps' is refused: its host keys could not be read")
        assert "ansible -m ping dumps" in message


def test_setup_looks_for_python_on_a_host_once(collections: str, fleet: Callable[..., Fleet]) -> None:
    host = {"made_up": "debian", "ansible_python_interpreter": "auto_silent"}
    done = fleet(web1=host).playbook(collections, "setup", "-vvv")
    assert "Configure kdump" in done.of("web1")
    assert done.output.count("Attempting python interpreter discovery") == 1


def test_dumps_leave_the_directory_that_apport_opens(collections: str, fleet: Callable[..., Fleet]) -> None:
    hosts = fleet(moved="ubuntu_apport", kept={"made_up": "ubuntu_apport", "kdump_own_path": ""}, plain="ubuntu")
    done = hosts.playbook(collections, "setup")
    paths = {name: done.of(name)["Configure kdump"]["effective"]["path"] for name in ("moved", "kept", "plain")}
    assert paths == {"moved": "/var/kdump", "kept": "/var/crash", "plain": "/var/crash"}
    assert done.said.count("Every user may write to /var/crash (mode 3777), as apport needs it.") == 1
    drop_in = [entry["after_header"] for entry in done.of("plain")["Configure kdump"]["diff"]][1]
    assert drop_in == "/etc/systemd/system/kdump-tools-dump.service.d/50-crashops-kdump.conf"


def test_a_target_that_does_not_work_fails_with_its_own_sentence(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(web1="read_only").playbook(collections, "setup", kdump_path="/srv/dumps")
    (message,) = done.failures("web1")
    assert message.startswith("nothing can be written to /srv/dumps on this host")


def test_warnings_about_the_configuration_are_on_the_screen(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(web1="el9", loud="el9_warned").playbook(collections, "setup", kdump_crashkernel="256M")
    assert done.said.count("[WARNING]: /etc/kdump.conf") == 1


def test_a_directory_that_a_variable_of_the_file_names_is_tried_before_it_is_written(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    done = fleet(web1="read_only").playbook(collections, "setup", kdump_sysconfig={"KDUMP_COREDIR": "/srv/dumps"})
    (message,) = done.failures("web1")
    assert message.startswith("nothing can be written to /srv/dumps on this host")
    assert "Configure kdump" not in done.of("web1")


def test_a_configuration_that_is_no_utf8_is_set_up_and_its_bytes_are_shown(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    hosts = fleet(rock="latin1_el9", deb="latin1_debian")
    done = hosts.playbook(collections, "setup", "--diff", kdump_core_collector="makedumpfile -c -d 31")
    for host in ("rock", "deb"):
        assert done.failures(host) == []
        result = done.of(host)["Configure kdump"]
        assert result["changed"] is True
        assert "# caf\\xe9\n" in str(result["diff"][0]["before"])


SET_UP = {"deb": "set_up_debian", "rock": "set_up_el9"}


def test_a_host_that_is_set_up_is_asked_once(collections: str, fleet: Callable[..., Fleet]) -> None:
    target = {"kdump_target": dict(SSH, ssh_key="/root/.ssh/k")}
    done = fleet(**SET_UP, far=dict(target, made_up="set_up_ssh")).playbook(collections, "setup")
    assert done.rc == 0, done.output
    assert sorted(done.asked) == ["set_up_debian", "set_up_el9", "set_up_ssh"]
    for host in ("deb", "rock", "far"):
        assert [task for task, result in done.of(host).items() if result.get("changed")] == []


def test_a_host_that_is_set_up_is_asked_once_where_policy_and_metrics_are_taken_away(
    collections: str, fleet: Callable[..., Fleet]
) -> None:
    away: dict[str, Any] = {"kdump_panic_policy": "none", "kdump_metrics": False}
    done = fleet(**SET_UP).playbook(collections, "setup", **away)
    assert done.rc == 0, done.output
    assert sorted(done.asked) == ["set_up_debian", "set_up_el9"]


def test_a_policy_and_metrics_are_taken_away_again(collections: str, fleet: Callable[..., Fleet]) -> None:
    hosts = fleet(deb="watched_debian", rock="watched_el9")
    done = hosts.playbook(collections, "setup", kdump_panic_policy="none", kdump_metrics=False)
    assert done.rc == 0, done.output
    for host in ("deb", "rock"):
        ran = done.of(host)
        assert ran["Stop and disable the panic policy unit"]["changed"] is True
        assert ran["Stop the timer"]["changed"] is True
        removed = ran["Remove the panic policy's files"]["results"] + ran[REMOVE_METRICS]["results"]
        assert {row["item"] for row in removed} >= set(WATCHED)
        assert {row["state"] for row in removed} == {"absent"}


def test_a_key_that_no_profile_asks_for_any_more_is_taken_out(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(deb="watched_debian").playbook(collections, "setup", kdump_panic_policy="lockups")
    assert done.rc == 0, done.output
    assert "Remove sysctl keys that no profile asks for" in done.of("deb")


def test_disable_takes_policy_and_metrics_away(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(deb="watched_debian", rock="watched_el9").playbook(collections, "disable")
    assert done.rc == 0, done.output
    for host in ("deb", "rock"):
        assert {"Remove the panic policy's files", REMOVE_METRICS} <= set(done.of(host))


def test_only_the_modules_with_a_change_run(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(**SET_UP).playbook(collections, "setup", kdump_crashkernel="512M")
    assert done.rc == 0, done.output
    reserve, configure, arm = "Reserve memory for the capture kernel", "Configure kdump", "Arm the host"
    for host, tasks in (("deb", [reserve]), ("rock", [configure, reserve, arm])):
        assert [task for task in (configure, reserve, arm) if task in done.of(host)] == [
            task for task in (configure, reserve, arm) if task in tasks
        ]
        # each of them changes something by the plan, so in check mode too
        assert all(done.of(host)[task]["changed"] for task in tasks)
        assert done.asked.count(SET_UP[host]) == 1 + len(tasks)


def test_verify_asks_a_host_once(collections: str, fleet: Callable[..., Fleet]) -> None:
    done = fleet(**SET_UP).playbook(collections, "verify")
    assert sorted(done.asked) == ["set_up_debian", "set_up_el9"]


def test_all_changes_of_a_first_run_are_predicted(collections: str, fleet: Callable[..., Fleet]) -> None:
    hosts = fleet(deb="bare_debian", rock="bare_el9")
    done = hosts.playbook(collections, "setup", kdump_panic_policy="oops", kdump_metrics=True)
    for host in ("deb", "rock"):
        changed = [task for task, result in done.of(host).items() if result.get("changed")]
        for task in ("Report the packages to install", "Reserve memory for the capture kernel"):
            assert task in changed, (host, task, done.failures(host))
        assert {"Report the panic policy at boot", "Report the timer to create"} <= set(changed)
    # the packages of Debian enable the unit by themselves
    assert done.of("deb")["Configure kdump"]["changed"] is True
    assert done.of("rock")["Arm the host"]["changed"] is True
