# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The sysctl.d files that systemd-sysctl reads, in its order, and the keys that they set."""

import fnmatch
import re
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.dropin_directories import drop_ins
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import signed

RUN = "/run/sysctl.d"
# a file hides those of the same name in the directories after its own: sysctl.d(5)
DIRECTORIES = ("/etc/sysctl.d", RUN, "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
UNIT = "/etc/systemd/system/systemd-sysctl.service"
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
        "kernel.kexec_load_limit_panic",
        "vm.min_free_kbytes",
        "vm.nr_hugepages",
        "vm.nr_hugepages_mempolicy",
        "vm.overcommit_memory",
        "vm.overcommit_ratio",
        "vm.overcommit_kbytes",
        "vm.panic_on_oom",
    )
)


class SysctlFile(NamedTuple):
    """A file that systemd-sysctl reads: the name by which it is sorted, its path, and its text."""

    name: str
    path: str
    text: str


class SysctlSetting(NamedTuple):
    """A sysctl key's value as written, and what sets it: the path of a file, or the command line."""

    value: str
    source: str


# by the names of the keys
SysctlSettings = Dict[str, SysctlSetting]


def sysctl_files(host: Host, directories: Iterable[str] = DIRECTORIES) -> List[SysctlFile]:
    """Return the sysctl.d files of some directories as systemd-sysctl reads them; a link to /dev/null is empty."""
    found = drop_ins(host, directories)
    texts = ["" if host.real_path(one.path) == "/dev/null" else host.read(one.path) or "" for one in found]
    return [SysctlFile(one.name, one.path, text) for one, text in zip(found, texts)]


def applied_at_boot(host: Host) -> List[SysctlFile]:
    """Return the sysctl.d files that a boot applies, none if systemd-sysctl is masked; those in /run are unknown."""
    if host.real_path(UNIT) == "/dev/null":
        return []
    return sysctl_files(host, [directory for directory in DIRECTORIES if directory != RUN])


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


def number(settings: SysctlSettings, key: str) -> Optional[int]:
    """Return the value of a key in sysctl.d files as the kernel reads numbers; None for a key without a number."""
    match = re.match(r"-?(0[xX][0-9a-fA-F]+|[0-9]+)\b", settings[key].value) if key in settings else None
    if not match:
        return None
    digits = match.group(1)
    base = 16 if digits[:2].lower() == "0x" else 8 if re.match(r"0[0-7]+\Z", digits) else 10
    return signed(match.group(), base)
