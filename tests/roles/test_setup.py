# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that setup, test and disable leave alone, dump targets, and what shows on the screen."""

SSH = {"type": "ssh", "location": "kdump@dumps"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ"


def test_setup_stops_at_a_container_before_any_change(collections, fleet):
    done = fleet(box="container", bare="bare_container").playbook(collections, "setup")
    for host in ("box", "bare"):
        (message,) = done.failures(host)
        assert message.startswith("%s is unsupported, so nothing was changed: " % host)
        assert "Install the packages" not in str(list(done.of(host)))
        assert "Configure kdump" not in done.of(host)


def test_test_refuses_a_container_with_one_sentence(collections, fleet):
    done = fleet(box="container").playbook(collections, "test", kdump_test_confirm="box")
    (message,) = done.failures("box")
    assert "take it out of this run" in message


def test_disable_changes_nothing_on_hosts_that_never_had_kdump(collections, fleet):
    done = fleet(box="container", bare="bare_debian", rock="bare_el9", none="no_boot_loader")
    done = done.playbook(collections, "disable")
    assert done.rc == 0
    for host in ("box", "none"):
        assert [task for task, result in done.of(host).items() if result.get("changed")] == []
    assert "box is a container" in done.said
    assert "none has no boot loader that is known here" in done.said


def test_an_ssh_target_needs_no_server_in_the_inventory(collections, fleet):
    done = fleet(web1="ssh_client").playbook(collections, "setup", kdump_target=SSH, kdump_ssh_host_keys=[KEY])
    assert done.failures("web1") == []
    assert "Configure kdump" in done.of("web1")


def test_a_server_that_does_not_answer_is_named_to_every_host(collections, fleet):
    hosts = fleet(dumps="unreachable", web1="ssh_client", web2="ssh_client", db1="debian")
    done = hosts.playbook(collections, "setup", "--limit", "all:!dumps", kdump_ssh_server="dumps", kdump_target=SSH)
    for host in ("web1", "web2"):
        (message,) = done.failures(host)
        assert message.startswith("kdump_ssh_server: 'dumps' is refused: its host keys could not be read")
        assert "ansible -m ping dumps" in message


def test_setup_looks_for_python_on_a_host_once(collections, fleet):
    host = {"made_up": "debian", "ansible_python_interpreter": "auto_silent"}
    done = fleet(web1=host).playbook(collections, "setup", "-vvv")
    assert "Configure kdump" in done.of("web1")
    assert done.output.count("Attempting python interpreter discovery") == 1


def test_dumps_leave_the_directory_that_apport_opens(collections, fleet):
    hosts = fleet(moved="ubuntu_apport", kept={"made_up": "ubuntu_apport", "kdump_own_path": ""}, plain="ubuntu")
    done = hosts.playbook(collections, "setup")
    paths = {name: done.of(name)["Configure kdump"]["effective"]["path"] for name in ("moved", "kept", "plain")}
    assert paths == {"moved": "/var/kdump", "kept": "/var/crash", "plain": "/var/crash"}
    assert done.said.count("Every user may write to /var/crash (mode 3777), as apport needs it.") == 1
    drop_in = [entry["after_header"] for entry in done.of("plain")["Configure kdump"]["diff"]][1]
    assert drop_in == "/etc/systemd/system/kdump-tools-dump.service.d/50-crashops-kdump.conf"


def test_a_target_that_does_not_work_fails_with_its_own_sentence(collections, fleet):
    done = fleet(web1="read_only").playbook(collections, "setup", kdump_path="/srv/dumps")
    (message,) = done.failures("web1")
    assert message.startswith("nothing can be written to /srv/dumps on this host")


def test_warnings_about_the_configuration_are_on_the_screen(collections, fleet):
    done = fleet(web1="el9", loud="el9_warned").playbook(collections, "setup", kdump_crashkernel="256M")
    assert done.said.count("[WARNING]: /etc/kdump.conf") == 1


def test_a_directory_that_a_variable_of_the_file_names_is_tried_before_it_is_written(collections, fleet):
    done = fleet(web1="read_only").playbook(collections, "setup", kdump_sysconfig={"KDUMP_COREDIR": "/srv/dumps"})
    (message,) = done.failures("web1")
    assert message.startswith("nothing can be written to /srv/dumps on this host")
    assert "Configure kdump" not in done.of("web1")


def test_a_configuration_that_is_no_utf8_is_set_up_and_its_bytes_are_shown(collections, fleet):
    hosts = fleet(rock="latin1_el9", deb="latin1_debian")
    done = hosts.playbook(collections, "setup", "--diff", kdump_core_collector="makedumpfile -c -d 31")
    for host in ("rock", "deb"):
        assert done.failures(host) == []
        result = done.of(host)["Configure kdump"]
        assert result["changed"] is True
        assert "# caf\\xe9\n" in str(result["diff"][0]["before"])
