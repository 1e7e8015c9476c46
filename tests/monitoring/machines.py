# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makers of hosts in the states that alerts are about."""

import json
import struct
from collections.abc import Callable
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import PROOF, record_of
from ansible_collections.crashops.kdump.plugins.module_utils._machine import results
from ansible_collections.crashops.kdump.tests.monitoring.timeline import BEGAN, DAY
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.dump_builder import (
    CRASH_TIME,
    KERNEL,
    DeadKernel,
    flattened,
    kdump_compressed,
)
from ansible_collections.crashops.kdump.tests.unit.situations import boot
from ansible_collections.crashops.kdump.tests.unit.situations.situation import judge

Host = Any
FOLDER = "/var/crash/202611232010"
CORE = FOLDER + "/dump.202611232010"
DUMP = flattened(DeadKernel().compressed())
CUT = flattened(kdump_compressed())[:9000]
# as the header of a dump has it
TIME = struct.pack("<q", CRASH_TIME)


def proved(make: Callable[[], Host], crashed: float, **record: Any) -> Callable[[], Host]:
    """Return a maker of a host that has the record of a crash test; `record` differs from what it would hold."""

    def made() -> Host:
        host = make()
        host.clock = crashed
        info = judge(host)
        dump = dict.fromkeys(("id", "core", "format", "crash_time", "panic"), None)
        dump.update(crash_time=crashed, mtime=crashed, size_bytes=7 << 20, kernel=info["kernel"])
        host.files[PROOF] = json.dumps({**record_of(info, crashed - 86400, dump), **record})
        host.mtimes[info["image"]["path"]] = crashed - 86400
        return host

    return made


def with_dump(make: Callable[[], Host], content: bytes = DUMP, crashed: float = CRASH_TIME) -> Callable[[], Host]:
    """Return a maker of a host that has a dump, by default of the crash at CRASHED."""

    def made() -> Host:
        host = make()
        host.files[CORE] = content.replace(TIME, struct.pack("<q", int(crashed)))
        host.mtimes[CORE] = crashed
        host.directories[FOLDER] = 0o700
        return host

    return made


def with_room(make: Callable[[], Host], free: int) -> Callable[[], Host]:
    """Return a maker of a host with so many bytes free for dumps."""

    def made() -> Host:
        host = make()
        host.free["/var/crash"] = free
        return host

    return made


LAST_MONTH = BEGAN - 30 * 60 * DAY
ready = proved(armed_debian, LAST_MONTH)
ready_el9 = proved(armed_el9, LAST_MONTH)
stale = proved(armed_debian, LAST_MONTH, kernel=KERNEL)
old = proved(armed_debian, BEGAN - 300 * 60 * DAY)
NOT_LOADED = {"/sys/kernel/kexec_crash_loaded": "0\n"}
MASKED = "LoadState=masked\nActiveState=inactive\nUnitFileState=masked\n"
SSH = "ssh kdump@dumps\nsshkey /root/.ssh/k\npath /dumps\ncore_collector makedumpfile -l -F --message-level 7 -d 31\n"
KEY = {"/root/.ssh/k": "secret", "/root/.ssh/k.pub": "public", "/root/.ssh/known_hosts": "dumps ssh-ed25519 AAAA\n"}


def unarmed() -> Host:
    """Return a host without a loaded capture kernel."""
    return armed_debian(NOT_LOADED)


def masked() -> Host:
    """Return a host whose operator has masked kdump."""
    return armed_el9(NOT_LOADED, unit=MASKED)


def container() -> Host:
    """Return a container."""
    return armed_debian({"/run/systemd/container": "lxc\n"})


def disabled_at_boot() -> Host:
    """Return a host that is armed, and whose next boot would not arm it."""
    return armed_el9(unit="LoadState=loaded\nActiveState=active\nUnitFileState=disabled\n")


def to_ssh() -> Host:
    """Return a host that sends its dumps to a server."""
    host = armed_el9({"/etc/kdump.conf": SSH, **KEY})
    host.modes["/root/.ssh/k"] = 0o600
    host.programs = [*host.programs, "ssh"]
    return host


def unseen() -> Host:
    """Return a host where even root cannot see whether it is armed."""
    host: Host = armed_el9()
    read = host.read_bytes

    def read_bytes(path: str, *part: int) -> bytes | None:
        if path == "/sys/kernel/kexec_crash_loaded":
            raise results.Failure("cannot read %s: Permission denied" % path)
        content: bytes | None = read(path, *part)
        return content

    host.read_bytes = read_bytes
    return host


def not_reserved() -> Host:
    """Return a host that was set up, and that has not booted since."""
    return armed_el9(boot.NOTHING)


def pending() -> Host:
    """Return a host that is armed, and whose next boot reserves another amount."""
    return armed_el9({boot.EL9_ENTRY: boot.EL8_AUTO})


cut_last_month = with_dump(armed_debian, CUT, LAST_MONTH)
