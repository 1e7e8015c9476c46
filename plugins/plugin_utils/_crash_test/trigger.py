# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The crash itself: the program that crashes the host, the command that starts it, and the one that calls it off."""

from __future__ import annotations

import shlex

from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import FADUMP

# The program that crashes the host. It lies on the host, is run by a timer, and looks once more before it acts: without
# this file nothing happens, so removing it calls the crash off.
GUARD = "/run/crashops-kdump-crash"
# why the program did not act, for everybody to read
HELD = GUARD + ".held"
UNIT = "crashops-kdump-crash"
CALL_OFF_BY_HAND = "rm %s" % GUARD
CALL_OFF = "rm -f %s; systemctl stop %s.timer 2>/dev/null; cat /proc/sys/kernel/random/boot_id" % (GUARD, UNIT)
PROGRAM = """\
# Crashes this machine for crashops.kdump.crash_test. Remove this file to call the crash off.
hold() {
    umask 022
    echo "$1" > HELD
    echo "$1"
    exit 1
}
test "$(cat /proc/sys/kernel/random/boot_id)" = BOOT_ID || hold 'it has booted since it was checked'
test ! -e /proc/vmcore || hold 'it is inside a capture kernel'
first() {
    for file do
        cat "$file" 2>/dev/null && return
    done
}
if test "$(first FADUMP_ENABLED)" = 1; then
    test "$(first FADUMP_REGISTERED)" = 1 || hold 'it is not armed any more (fadump is not registered)'
else
    test "$(first KEXEC_LOADED)" = 1 || hold 'it is not armed any more (kexec_crash_loaded is not 1)'
fi
# held until the panic: no run begins to change the host meanwhile
{ true >>LOCK; } 2>/dev/null || hold 'LOCK cannot be opened, so a run that changes it would not be seen'
command -v flock >/dev/null || hold 'flock (package util-linux) is missing, so a run that changes it would not be seen'
exec 9<>LOCK
if ! flock -n 9; then
    read -r process name since <LOCK
    hold "another run has been changing it since $since ($name, process $process)"
fi
for name in makedumpfile vmcore-dmesg kexec dpkg rpm dnf dnf5 yum; do
    if grep -qsx "$name" /proc/[0-9]*/comm; then
        hold "$name is at work there"
    fi
done
test "$1" != fire || echo c > /proc/sysrq-trigger
"""


def guard(boot_id: str) -> str:
    """Return the program that checks the host once more and then makes its kernel panic."""
    enabled, registered = zip(*FADUMP)
    text = PROGRAM.replace("KEXEC_LOADED", " ".join(CRASH_LOADED))
    text = text.replace("FADUMP_ENABLED", " ".join(enabled)).replace("FADUMP_REGISTERED", " ".join(registered))
    return text.replace("HELD", HELD).replace("LOCK", host_lock.PATH).replace("BOOT_ID", shlex.quote(boot_id))


def trigger_command(delay_s: int, boot_id: str) -> str:
    """Return the shell command that makes the kernel panic after it has returned.

    A systemd timer outlives the session. Where none can be made, a process of a new session sleeps.
    """
    timer = "systemd-run --quiet --collect --unit=%s --on-active=%ds --timer-property=AccuracySec=100ms" % (
        UNIT,
        delay_s,
    )
    sleeper = "setsid sh -c 'sleep %d; exec sh %s fire' </dev/null >/dev/null 2>&1 &" % (delay_s, GUARD)
    parts = [
        "if systemctl is-active --quiet %s.timer; then echo 'another crash test has set its timer'; exit 1; fi" % UNIT,
        "timeout 60 sync",
        "umask 077",
        "rm -f %s" % HELD,
        "printf %%s %s > %s" % (shlex.quote(guard(boot_id)), GUARD),
        "sh %s look || { rm -f %s; exit 1; }" % (GUARD, GUARD),
        "%s /bin/sh %s fire || { %s }" % (timer, GUARD, sleeper),
    ]
    return "; ".join(parts)
