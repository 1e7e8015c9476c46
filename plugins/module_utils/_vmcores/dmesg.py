# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Reads a crashed kernel's log, and finds in it why the kernel crashed, its release, and how it was booted."""

import re
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import values
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.find import Found

# Words that a dying kernel writes, the most telling first. Sources: kernel/panic.c, drivers/tty/sysrq.c,
# arch/*/kernel/{traps,dumpstack}.c, mm/fault.c, kernel/watchdog.c; crash(8) looks for the same ones.
# «Fatal exception» only follows an oops, which tells more. Kernels before 5.1 crash on sysrq by a null pointer.
PATTERNS = (
    ("panic", re.compile(r"Kernel panic - not syncing: (?!Fatal exception).+")),
    ("sysrq", re.compile(r"(?:sysrq: )?(?:SysRq : )?Trigger a crash", re.IGNORECASE)),
    ("bug", re.compile(r"(?:kernel BUG at|BUG: (?!soft lockup)|Unable to handle kernel).+")),
    ("oops", re.compile(r"(?:Oops|Internal error|general protection fault|double fault)\b.*")),
    ("lockup", re.compile(r"(?:watchdog: )?(?:BUG: soft lockup|Watchdog detected hard LOCKUP).*")),
    ("panic", re.compile(r"Kernel panic - not syncing: .+")),
)
# «[   12.345678] », «[   12.345678][    T1] », «<0>[...] »
STAMP = re.compile(r"^(?:<\d+>)?(?:\[\s*\d+\.\d+\]\s*)?(?:\[\s*[TC]\d+\]\s*)?")
BANNER = re.compile(r"Linux version (\S+)")
RELEASE = re.compile(r"[0-9]+\.[0-9]+\S*\Z")
# the kernel writes at most 1024 bytes a line (LOG_LINE_MAX of kernel/printk); what is longer was not written by it
LINE = 4096
# the banner is at the beginning of a log, the panic at its end
DMESG_HEAD_BYTES = 64 << 10
DMESG_TAIL_BYTES = 1 << 20
# x86 says the first as soon as it can, and every architecture the second
COMMAND_LINE = re.compile(r"\b[Cc]ommand line: (.*)")


class Panic(NamedTuple):
    """The log line that says why the kernel crashed, and its kind: panic, sysrq, bug, oops or lockup."""

    kind: str
    line: str


def panic(dmesg: str) -> Optional[Panic]:
    """Return the log line that explains the crash best, the last one of its kind; None if there is none."""
    lines = [STAMP.sub("", line[:LINE]) for line in dmesg.splitlines() if line]
    for kind, pattern in PATTERNS:
        line = next((line for line in reversed(lines) if pattern.match(line)), None)
        if line is not None:
            return Panic(kind, line.strip())
    return None


def kernel_release(dmesg: str) -> Optional[str]:
    """Return the release of the kernel that wrote a log: by its banner, or by a stack trace if the log has wrapped."""
    found = BANNER.search(dmesg)
    if found:
        return found.group(1)
    traces = (_release_of_trace(line[:LINE]) for line in dmesg.splitlines() if "CPU: " in line)
    return next((release for release in traces if release), None)


def _release_of_trace(line: str) -> Optional[str]:
    """Return the kernel's release in the line above a stack trace.

    It is the first word after the taint that a build number follows.

    «CPU: 0 PID: 1 Comm: bash Kdump: loaded Not tainted 6.1.0-27-amd64 #1 Debian ...»
    """
    words = line.split(" ")
    taint = next((at for at, word in enumerate(words) if word in ("tainted", "Tainted:")), len(words))
    pairs = zip(words[taint + 1 :], words[taint + 2 :])
    return next((word for word, after in pairs if after.startswith("#") and RELEASE.match(word)), None)


def dmesg_text(host: Host, found: Found) -> str:
    """Read the beginning and the end of a crashed kernel's log, empty if it cannot be read."""
    if found.dmesg is None:
        return ""
    path, size = found.dmesg.path, found.dmesg.facts.size
    try:
        parts = [host.read_bytes(path, 0, DMESG_HEAD_BYTES)]
        if size > DMESG_HEAD_BYTES:
            parts.append(host.read_bytes(path, max(DMESG_HEAD_BYTES, size - DMESG_TAIL_BYTES), DMESG_TAIL_BYTES))
    except Failure:
        return ""
    return "\n".join((part or b"").decode("utf-8", "replace") for part in parts)


def booted_with(log: str) -> Optional[List[str]]:
    """Return the crashkernel= values of the command line at the beginning of a kernel's log."""
    match = COMMAND_LINE.search(log)
    return values(match.group(1)) if match else None
