# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The sysctl keys that are set in the capture kernel, by its command line and by the files of systemd-sysctl."""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import (
    SysctlSetting,
    SysctlSettings,
    applied,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

LINE = "its command line"
# the kernel's own names for keys (fs/proc/proc_sysctl.c, kernel/panic.c, kernel/watchdog.c)
ALIASES = ("hung_task_panic", "softlockup_panic", "panic_on_warn", "panic")
FIXED = {
    "oops=panic": ("kernel.panic_on_oops", "1"),
    "nmi_watchdog=panic": ("kernel.hardlockup_panic", "1"),
    "nmi_watchdog=0": ("kernel.nmi_watchdog", "0"),
    "nowatchdog": ("kernel.watchdog", "0"),
    "nosoftlockup": ("kernel.soft_watchdog", "0"),
    "unknown_nmi_panic": ("kernel.unknown_nmi_panic", "1"),
}
# sysctl.NAME= on the command line
KNOWS_WORDS = (5, 8)


class CaptureSettings(NamedTuple):
    """The words of the capture kernel's command line, and the sysctl keys that are set while it runs."""

    words: List[str]
    sysctls: SysctlSettings


def read_captured(stack: Stack, words: List[str], version: Optional[Tuple[int, int]]) -> CaptureSettings:
    """Return the capture kernel's command line and sysctl keys; sysctl files win over the command line."""
    return CaptureSettings(words, dict(of_words(words, version), **applied(stack.capture_sysctls())))


def of_words(words: List[str], version: Optional[Tuple[int, int]]) -> SysctlSettings:
    """Return the sysctl keys that words of a command line set in the capture kernel, or at a boot."""
    found: Dict[str, SysctlSetting] = {}
    for word in words:
        name, _sign, value = word.partition("=")
        if word in FIXED:
            found[FIXED[word][0]] = SysctlSetting(FIXED[word][1], LINE)
        elif name in ALIASES and value:
            found["kernel." + name] = SysctlSetting(value, LINE)
        elif re.match(r"sysctl[./]", name) and version is not None and version >= KNOWS_WORDS:
            found[name[len("sysctl.") :].replace("/", ".")] = SysctlSetting(value, LINE)
    return found
