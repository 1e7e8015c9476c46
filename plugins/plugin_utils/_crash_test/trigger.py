# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The crash itself: the program that crashes the host, the command that starts it, and the one that calls it off."""

from __future__ import annotations

import os
import shlex

from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import TESTS_WITHOUT_DUMP
from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_LOADED
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import FADUMP

# The program that crashes the host. It lies on the host, is run by a timer, and looks once more before it acts: without
# this file nothing happens, so removing it calls the crash off.
GUARD = "/run/crashops-kdump-crash"
# why the program did not act, for everybody to read
HELD = GUARD + ".held"
UNIT = "crashops-kdump-crash"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
CALL_OFF_BY_HAND = "rm %s" % GUARD
# a file system whose server is gone is waited for no longer than this
SYNC_LIMIT_S = 60
PROGRAM = """\
# Crashes this machine for crashops.kdump.crash_test. Remove this file to call the crash off.
hold() {
    umask 022
    echo "$1" > HELD
    echo "$1"
    FORGET
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


def forget(test: str) -> str:
    """Return the shell command that takes a crash test out of the host's list of those without a dump."""
    return "sed -i '/ %s$/d' %s 2>/dev/null; test -s %s || rm -f %s" % (test, *[TESTS_WITHOUT_DUMP] * 3)


def forget_all() -> str:
    """Return the shell command that removes this list: a complete dump was found after all those tests."""
    return "rm -f %s" % TESTS_WITHOUT_DUMP


def call_off(boot_id: str, test: str) -> str:
    """Return the shell command that calls the crash off, and prints the boot id. A host that crashed keeps its list."""
    stop = "rm -f %s; systemctl stop %s.timer 2>/dev/null" % (GUARD, UNIT)
    same = 'if test "$(cat %s)" = %s; then %s; fi' % (BOOT_ID, shlex.quote(boot_id), forget(test))
    return "%s; %s; cat %s" % (stop, same, BOOT_ID)


def guard(boot_id: str, test: str) -> str:
    """Return the program that checks the host once more and then makes its kernel panic. test: the test's own id."""
    enabled, registered = zip(*FADUMP)
    text = PROGRAM.replace("KEXEC_LOADED", " ".join(CRASH_LOADED))
    text = text.replace("FADUMP_ENABLED", " ".join(enabled)).replace("FADUMP_REGISTERED", " ".join(registered))
    text = text.replace("HELD", HELD).replace("LOCK", host_lock.PATH).replace("FORGET", forget(test))
    return text.replace("BOOT_ID", shlex.quote(boot_id))


def trigger_command(delay_s: int, boot_id: str, test: str) -> str:
    """Return the shell command that makes the kernel panic after it has returned. test: the test's own id.

    A systemd timer outlives the session. Where none can be made, a process of a new session sleeps. Ansible may send
    the command twice if the connection breaks (ssh's option reconnection_retries), even after the panic.
    """
    timer = "systemd-run --quiet --collect --unit=%s --on-active=%ds --timer-property=AccuracySec=100ms" % (
        UNIT,
        delay_s,
    )
    sleeper = "setsid sh -c 'sleep %d; exec sh %s fire' </dev/null >/dev/null 2>&1 &" % (delay_s, GUARD)
    directory = os.path.dirname(TESTS_WITHOUT_DUMP)
    parts = [
        "if grep -qs %s %s %s; then exit 0; fi" % (test, GUARD, TESTS_WITHOUT_DUMP),
        "if systemctl is-active --quiet %s.timer; then echo 'another crash test has set its timer'; exit 1; fi" % UNIT,
        "umask 077",
        "rm -f %s" % HELD,
        "printf %%s %s > %s" % (shlex.quote(guard(boot_id, test)), GUARD),
        "sh %s look || { rm -f %s; exit 1; }" % (GUARD, GUARD),
        'mkdir -p %s && echo "$(date +%%s) %s" >> %s || { rm -f %s; exit 1; }'
        % (directory, test, TESTS_WITHOUT_DUMP, GUARD),
        # in the background, as nothing can end a sync that hangs; tail ends with it
        "{ sync %s %s; sync; } </dev/null >/dev/null 2>&1 & timeout %d tail --pid=$! -s 0.1 -f /dev/null"
        % (TESTS_WITHOUT_DUMP, directory, SYNC_LIMIT_S),
        "%s /bin/sh %s fire || { %s }" % (timer, GUARD, sleeper),
    ]
    return "; ".join(parts)
