# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The sysctl keys that are set in the capture kernel, by its command line and by the files of systemd-sysctl."""

import fnmatch
import re
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import SysctlFile, applied_at_boot
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import signed

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


class SysctlSetting(NamedTuple):
    """A sysctl key's value as written, and what sets it: the path of a file, or LINE."""

    value: str
    source: str


# by the names of the keys
SysctlSettings = Dict[str, SysctlSetting]


class CaptureSettings(NamedTuple):
    """The words of the capture kernel's command line, and the sysctl keys that are set while it runs."""

    words: List[str]
    sysctls: SysctlSettings


def read_captured(stack: Stack, words: List[str], version: Optional[Tuple[int, int]]) -> CaptureSettings:
    """Return the capture kernel's command line and sysctl keys; sysctl files win over the command line."""
    return CaptureSettings(words, dict(of_words(words, version), **applied(stack.capture_sysctls())))


def read_at_boot(host: Host, words: List[str], version: Optional[Tuple[int, int]]) -> SysctlSettings:
    """Return the sysctl keys that the next boot sets before any service starts; files to come in /run are not known."""
    return dict(of_words(words, version), **applied(applied_at_boot(host)))


def of_words(words: List[str], version: Optional[Tuple[int, int]]) -> SysctlSettings:
    """Return the sysctl keys that a kernel command line sets."""
    found = {}  # type: Dict[str, SysctlSetting]
    for word in words:
        name, _sign, value = word.partition("=")
        if word in FIXED:
            found[FIXED[word][0]] = SysctlSetting(FIXED[word][1], LINE)
        elif name in ALIASES and value:
            found["kernel." + name] = SysctlSetting(value, LINE)
        elif re.match(r"sysctl[./]", name) and version is not None and version >= KNOWS_WORDS:
            found[name[len("sysctl.") :].replace("/", ".")] = SysctlSetting(value, LINE)
    return found


def applied(files: List[SysctlFile]) -> SysctlSettings:
    """Return the sysctl keys that systemd-sysctl sets from these files.

    The last assignment to a key counts, and a key that is named wins over a pattern.
    """
    options = {}  # type: Dict[str, Tuple[Optional[str], str]]
    for file in files:
        for key, value in _parsed(file.text):
            if key not in options or options[key][0] != value:
                options.pop(key, None)
                options[key] = value, file.path
    named = {key: pair for key, pair in options.items() if not _is_pattern(key)}
    patterns = [(key, pair) for key, pair in options.items() if _is_pattern(key)]
    found = {}  # type: Dict[str, SysctlSetting]
    for key in set(named) | set(JUDGED):
        pair = named.get(key) or next((pair for pattern, pair in reversed(patterns) if _fits(key, pattern)), None)
        if pair is not None and pair[0] is not None:
            found[key.replace("/", ".")] = SysctlSetting(pair[0], pair[1])
    return found


def _parsed(text: str) -> List[Tuple[str, Optional[str]]]:
    """Return the keys and values of a sysctl file, slashes between a key's parts; None: no pattern may set the key."""
    found = []  # type: List[Tuple[str, Optional[str]]]
    for line in (line.strip() for line in text.splitlines()):
        if not line or line[0] in "#;" or ("=" not in line and line[0] != "-"):
            continue
        key, sign, value = line.lstrip("-").partition("=")
        found.append((_normalized(key.strip()), value.strip() if sign else None))
    return found


def _normalized(key: str) -> str:
    """Return a sysctl key with slashes between its parts; its first dot or slash tells which one separates them."""
    separator = re.search(r"[./]", key)
    if separator and separator.group(0) == ".":
        key = key.translate({ord("."): "/", ord("/"): "."})
    return re.sub("/+", "/", key).strip("/")


def _is_pattern(key: str) -> bool:
    """Return whether a sysctl key is a glob pattern."""
    return any(sign in key for sign in "*?[")


def _fits(key: str, pattern: str) -> bool:
    """Return whether a glob pattern matches a sysctl key; a star does not cross a slash."""
    parts, wanted = key.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(fnmatch.fnmatchcase(*pair) for pair in zip(parts, wanted))


# keys that checks ask for, and that a pattern may set
JUDGED = tuple(
    key.replace(".", "/")
    for key in (
        "kernel.panic",
        "kernel.hung_task_panic",
        "kernel.hung_task_timeout_secs",
        "kernel.softlockup_panic",
        "kernel.hardlockup_panic",
        "kernel.panic_on_rcu_stall",
        "kernel.panic_on_warn",
        "kernel.panic_on_oops",
        "kernel.panic_on_io_nmi",
        "kernel.panic_on_unrecovered_nmi",
        "kernel.unknown_nmi_panic",
        "kernel.watchdog",
        "kernel.soft_watchdog",
        "kernel.nmi_watchdog",
        "kernel.watchdog_thresh",
        "kernel.kexec_load_disabled",
        "vm.min_free_kbytes",
        "vm.nr_hugepages",
        "vm.nr_hugepages_mempolicy",
        "vm.overcommit_memory",
        "vm.overcommit_ratio",
        "vm.overcommit_kbytes",
        "vm.panic_on_oom",
    )
)


def number(settings: SysctlSettings, key: str) -> Optional[int]:
    """Return a sysctl key's value as the kernel reads numbers; None where the key is not set or holds no number."""
    match = re.match(r"-?(0[xX][0-9a-fA-F]+|[0-9]+)\b", settings[key].value) if key in settings else None
    if not match:
        return None
    digits = match.group(1)
    base = 16 if digits[:2].lower() == "0x" else 8 if re.match(r"0[0-7]+\Z", digits) else 10
    return signed(match.group(), base)
