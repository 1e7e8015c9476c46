# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The made-up machines by name. The modules of the copied collection answer in the name of one of them."""

from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed, command_failure
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import PROPERTIES
from ansible_collections.crashops.kdump.plugins.module_utils._setup.configuration_plan import plan_configuration
from ansible_collections.crashops.kdump.plugins.module_utils._setup.reservation_plan import plan_reservation
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import config_options, crashkernel_options
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.tests.unit.armed_host import (
    EL10,
    JUDGED,
    STARTED,
    UNIT,
    armed_debian,
    armed_el8,
    armed_el9,
    armed_el10,
    armed_ubuntu,
)
from ansible_collections.crashops.kdump.tests.unit.fake_boot import RHEL, DebianHost, GrubbyHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, FakeHost

NEVER_INSTALLED = "LoadState=not-found\nActiveState=inactive\nUnitFileState=\n"
# the shell line of kdump_target, wherever it runs: a directory that is there, for root alone, with room for a dump
LOOKED = "step=make\nexisted=1\nbefore=700\nowner=0\nstep=space\n/dev/vda1 8388608 4194304 4194304 50% /\n"
PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILDm4VZi1Kk6wLHX4nyuQ0x2mSZmAuwJXrWMuyqpIcY3"
KEY_PAIR = {"/root/.ssh/k": "secret", "/root/.ssh/k.pub": PUBLIC + " root@web1\n"}
# what `kdumpctl test` leaves after a crash that left a dump
PROVED = "success kdump_test_id=1700000050-123456789\n"
ESTIMATE = "Reserved crashkernel:    192M\nRecommended crashkernel: 192M\n\nKernel image size:   47M\n"


# hunter2 is the secret of each
ISCSI = (
    "rd.iscsi.username=me rd.iscsi.password=hunter2 rd.iscsi.in.password=hunter2 "
    "netroot=iscsi:me:hunter2@10.0.0.1::::iqn.2009-06.dracut:target0"
)
SECRET_DEFAULTS = (
    """USE_KDUMP=1
: ${FTP_PASSWORD:=hunter2}
FTP_PASSWORD='hunter2 hunter2'
KDUMP_CMDLINE_APPEND="reset_devices systemd.unit=kdump-tools-dump.service nr_cpus=1 irqpoll usbcore.nousb %s"
"""
    % ISCSI
)
SECRET_CONF = (
    """path /var/crash
dracut_args --mount "//store/x /x cifs username=me,password=hunter2" --kernel-cmdline "%s"
"""
    % ISCSI
)
DUMPS = {"type": "ssh", "location": "kdump@dumps", "ssh_key": "/root/.ssh/k"}
ITS_OWN_SSH = {"/etc/default/kdump-tools": "USE_KDUMP=1\nSSH=root@dumps\nSSH_KEY=/root/.ssh/k\n", **KEY_PAIR}


OWN = "/etc/systemd/system/crashops-kdump-"
WATCHED = {
    "/etc/crashops-kdump/panic-policy.conf": "kernel.panic_on_oops=1\n",
    "/etc/crashops-kdump/metrics.json": "{}\n",
    "/usr/local/sbin/crashops-kdump-metrics": "#!/usr/bin/python3\n",
    OWN + "panic-policy.service": "[Service]\n",
    OWN + "metrics.service": "[Service]\n",
    OWN + "metrics.timer": "[Timer]\n",
}


def with_command_line(host: FakeHost) -> FakeHost:
    """Return a host that booted with secrets on its kernel's command line."""
    host.files["/proc/cmdline"] = host.files["/proc/cmdline"].rstrip() + " %s\n" % ISCSI
    return host


def bare(make: Callable[..., FakeHost], unit: str) -> Callable[[], FakeHost]:
    """Return a maker of a machine that kdump has never been installed on."""
    answer = {"systemctl show -p %s %s" % (PROPERTIES, unit): NEVER_INSTALLED}
    return lambda: make(programs=["systemctl"], commands=answer)


def set_up(make: Callable[..., FakeHost], files: dict[str, str] | None = None, **given: Any) -> Callable[[], FakeHost]:
    """Return a maker of a machine that setup has set up by its defaults and these variables, and that booted since."""

    def made() -> FakeHost:
        host = make(files or {}, unit=UNIT + JUDGED + STARTED)
        variables = dict({"kdump_capture_panic": 10, "kdump_private_dumps": True}, **given)
        for change in plan_configuration(host, config_options(variables, find_stack(host)), False).changes:
            host.files[change.path] = change.after
        reserving = plan_reservation(host, crashkernel_options(variables), True)
        if reserving.plan.changed():
            reserving.bootloader.apply(reserving.plan)
        host.mtimes.update(dict.fromkeys(host.files, START - UPTIME - 100))
        return host

    return made


MACHINES: dict[str, Callable[[], FakeHost]] = {
    "debian": armed_debian,
    "ubuntu": armed_ubuntu,
    "ubuntu_apport": lambda: with_directory(armed_ubuntu(), "/var/crash", 0o3777),
    "el8": armed_el8,
    "el9": armed_el9,
    "el10": armed_el10,
    "proven_el9": lambda: armed_el9({"/var/lib/kdump/vmcore-creation.status": PROVED}),
    "container": lambda: armed_debian({"/run/systemd/container": "lxc\n"}),
    "set_up_debian": set_up(armed_debian),
    "set_up_el9": set_up(armed_el9),
    "set_up_ssh": lambda: with_programs(set_up(armed_debian, KEY_PAIR, kdump_target=DUMPS)(), "ssh"),
    # as the role left them: the policy asks for one profile, and the program writes metrics
    "watched_debian": set_up(armed_debian, WATCHED),
    "watched_el9": set_up(armed_el9, WATCHED),
    "unarmed": lambda: armed_debian({"/sys/kernel/kexec_crash_loaded": "0\n"}),
    "el9_warned": lambda: armed_el9({"/etc/kdump.conf": "path /var/crash\nsshkey /root/.ssh/gone\n"}),
    "latin1_el9": lambda: armed_el9({"/etc/kdump.conf": "# caf\udce9\npath /var/crash\n#\udcff\n"}),
    "latin1_debian": lambda: armed_debian({"/etc/default/kdump-tools": "# caf\udce9\nUSE_KDUMP=1\n"}),
    "read_only": armed_debian,
    # its own file names an account on the dump server, which does not let it in yet
    "root_of_dumps": lambda: with_programs(armed_debian(ITS_OWN_SSH), "ssh"),
    # the same account lets it in, and it may do anything there
    "let_in_by_dumps": lambda: with_programs(armed_debian(ITS_OWN_SSH), "ssh"),
    # the account takes dumps alone; the SHA-256 of the program that answers there is behind a colon
    "takes_dumps": lambda: with_programs(armed_debian(ITS_OWN_SSH), "ssh"),
    "root_of_dumps_without_ssh": lambda: armed_debian(ITS_OWN_SSH),
    "secret_debian": lambda: with_command_line(armed_debian({"/etc/default/kdump-tools": SECRET_DEFAULTS})),
    "secret_el9": lambda: with_command_line(armed_el9({"/etc/kdump.conf": SECRET_CONF})),
    "ssh_client": lambda: with_programs(armed_debian(), "ssh", "mount.nfs"),
    "bare_container": lambda: DebianHost(files={"/run/systemd/container": "lxc\n"}, programs=["systemctl"]),
    "no_boot_loader": lambda: without_programs(DebianHost(programs=["systemctl"]), "update-grub"),
    "bare_debian": bare(DebianHost, "kdump-tools.service"),
    "bare_el9": bare(GrubbyHost, "kdump.service"),
}
# what programs answer on every machine that has them, by the first words of the command
ANSWERS: dict[str, Callable[[str], str | tuple[int, str] | None]] = {
    "systemctl show": lambda name: NEVER_INSTALLED,
    "kdumpctl get-default-crashkernel": lambda name: EL10 if name == "el10" else RHEL,
    "kdumpctl estimate": lambda name: ESTIMATE,
    "sh -c": lambda name: None if name == "read_only" else LOOKED,
    "ssh -i": lambda name: (255, "Permission denied (publickey).") if name == "root_of_dumps" else _account(name),
    "ssh -G": lambda name: "user kdump\n",
    "unshare --mount": lambda name: LOOKED,
}


def with_programs(host: FakeHost, *programs: str) -> FakeHost:
    """Return a host that has further programs."""
    host.programs += programs
    return host


def with_directory(host: FakeHost, path: str, mode: int) -> FakeHost:
    """Return a host whose directory has another mode."""
    host.directories[path] = mode
    return host


def without_programs(host: FakeHost, *programs: str) -> FakeHost:
    """Return a host that lacks programs."""
    host.programs = [program for program in host.programs if program not in programs]
    return host


def machine(name: str) -> FakeHost:
    """Return a machine. A program that it does not have fails there, and does not end the test."""
    host = MACHINES[name.partition(":")[0]]()
    host.modes["/root/.ssh/k"] = 0o600
    known = host.run

    def run(argv: list[str], timeout_s: int = 60, check: bool = True) -> Completed:
        try:
            return known(argv, timeout_s, check)
        except AssertionError:
            done = _answer(name, argv)
            if check and done.rc:
                raise command_failure("the command failed", done) from None
            return done

    host.replace_methods(run=run)
    return host


def _account(name: str) -> str:
    """Return what the account on the dump server answers a trial."""
    program = name.partition(":")[2]
    return ("write_only=1\nprogram=%s\n" % program if program else "") + LOOKED


def _answer(name: str, argv: list[str]) -> Completed:
    """Return what a command answers on a machine, or what a shell says of a program that is not there."""
    line = " ".join(argv)
    for words, answer in ANSWERS.items():
        output = answer(name) if line.startswith(words) else None
        if isinstance(output, tuple):
            return Completed(list(argv), output[0], "", output[1])
        if output is not None:
            return Completed(list(argv), 0, output, "")
    return Completed(list(argv), 127, "", "%s: command not found\n" % argv[0])
