# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The made-up machines by name. The modules of the copied collection answer in the name of one of them."""

from ansible_collections.crashops.kdump.plugins.module_utils._host import command_failure
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_boot import DebianHost, GrubbyHost

# crashops.kdump has not been on the bare ones
MACHINES = {
    "debian": armed_debian,
    "ubuntu": armed_ubuntu,
    "el8": armed_el8,
    "el9": armed_el9,
    "el10": armed_el10,
    "container": lambda: armed_debian({"/run/systemd/container": "lxc\n"}),
    "unarmed": lambda: armed_debian({"/sys/kernel/kexec_crash_loaded": "0\n"}),
    "el9_warned": lambda: armed_el9({"/etc/kdump.conf": "path /var/crash\nsshkey /root/.ssh/gone\n"}),
    "ssh_client": lambda: with_programs(armed_debian(), "ssh"),
    "bare_container": lambda: DebianHost(files={"/run/systemd/container": "lxc\n"}, programs=["systemctl"]),
    "no_boot_loader": lambda: without_programs(DebianHost(programs=["systemctl"]), "update-grub"),
    "bare_debian": lambda: DebianHost(programs=["systemctl"]),
    "bare_el9": lambda: GrubbyHost(programs=["systemctl"]),
}


def with_programs(host, *programs):
    """Return a host that has further programs."""
    host.programs += programs
    return host


def without_programs(host, *programs):
    """Return a host that lacks programs."""
    host.programs = [program for program in host.programs if program not in programs]
    return host


def machine(name):
    """Return a machine. A command that it does not know fails there, as on a machine without that program."""
    host = MACHINES[name]()
    known = host.run

    def run(argv, timeout_s=60, check=True):
        try:
            return known(argv, timeout_s, check)
        except AssertionError:
            done = host_said_nothing(argv)
            if check:
                raise command_failure("the command failed", done) from None
            return done

    host.run = run
    return host


def host_said_nothing(argv):
    """Return what a shell says of a program that is not there."""
    from ansible_collections.crashops.kdump.plugins.module_utils._host import Completed

    return Completed(list(argv), 127, "", "%s: command not found\n" % argv[0])
