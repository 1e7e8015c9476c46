# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which sysctl keys are set in the capture kernel: by its command line, and by what systemd-sysctl reads there.

kdump-tools boots the system's own root file system, whose systemd-sysctl applies sysctl.d. kdumpctl removes all of
sysctl.d from its initramfs (remove_sysctl_conf in its dracut module, in EL 8 to 10 and Fedora).
"""

import fnmatch
import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.dropin_directories import drop_ins
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

# a file hides those of the same name in the directories after its own: sysctl.d(5)
DIRECTORIES = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
RUN = "/run/sysctl.d"
UNIT = "/etc/systemd/system/systemd-sysctl.service"
DRACUT_MODULES = "/usr/lib/dracut/modules.d/*kdumpbase/module-setup.sh"
REMOVES_ALL = "remove_sysctl_conf"
# kdump-tools puts this file into its initramfs, and these scripts copy it to /run/sysctl.d of the capture kernel
KDUMP_TOOLS_FILE = "/etc/kdump/sysctl.conf"
INITRAMFS_SCRIPT = "/usr/share/initramfs-tools/scripts/local-bottom/kdump-sysctl"
DRACUT_SCRIPTS = "/usr/lib/dracut/modules.d/*kdump-tools/*.sh"
# find refuses -maxdepth=1 (1.6.10 to 1.10.9), so that no name is found to come after
WORKING_FIND = re.compile(r"-maxdepth\s+1\b")
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


class Setting(NamedTuple):
    """A key's value as written, and the file that sets it, or LINE."""

    value: str
    source: str


class File(NamedTuple):
    """A file that systemd-sysctl reads: by what name it is sorted, where its text is, and the text."""

    name: str
    path: str
    text: str


Settings = Dict[str, Setting]


def read_captured(host: Any, stack: Stack, words: List[str], version: Optional[Tuple[int, int]]) -> Settings:
    """Return the keys that are set in the capture kernel; its files are applied after its command line."""
    return dict(of_words(words, version), **applied(_files(host, stack)))


def read_at_boot(host: Any, words: List[str], version: Optional[Tuple[int, int]]) -> Settings:
    """Return the keys that the next boot sets before any service starts; what is in /run by then is not known."""
    masked = host.real_path(UNIT) == "/dev/null"
    kept = [directory for directory in DIRECTORIES if directory != RUN]
    return dict(of_words(words, version), **({} if masked else applied(_read(host, kept))))


def of_words(words: List[str], version: Optional[Tuple[int, int]]) -> Settings:
    """Return the keys that a command line sets."""
    found = {}  # type: Dict[str, Setting]
    for word in words:
        name, _sign, value = word.partition("=")
        if word in FIXED:
            found[FIXED[word][0]] = Setting(FIXED[word][1], LINE)
        elif name in ALIASES and value:
            found["kernel." + name] = Setting(value, LINE)
        elif re.match(r"sysctl[./]", name) and version is not None and version >= KNOWS_WORDS:
            found[name[len("sysctl.") :].replace("/", ".")] = Setting(value, LINE)
    return found


def _files(host: Any, stack: Stack) -> List[File]:
    """Return the files that are read in the capture kernel, in order."""
    if stack.name != "kdump-tools":
        modules = [host.read(path) or "" for path in host.glob(DRACUT_MODULES)]
        kept = any(modules) and not any(REMOVES_ALL in text for text in modules)
        return _read(host, DIRECTORIES) if kept else []
    if host.real_path(UNIT) == "/dev/null":
        return []
    # what the running system has in /run is not there in the capture kernel
    found = _read(host, [directory for directory in DIRECTORIES if directory != RUN])
    own, script = host.read(KDUMP_TOOLS_FILE), _copying_script(host)
    if own is None or not script:
        return found
    last = max((file.name for file in found), default="") if WORKING_FIND.search(script) else ""
    # a file of that name in /etc hides it: there, it stands in /run
    name = last + "-kdump.conf"
    written = [] if any(file.name == name for file in found) else [File(name, KDUMP_TOOLS_FILE, own)]
    return sorted(found + written)


def _copying_script(host: Any) -> str:
    """Return the text of what copies kdump-tools' own file: initramfs-tools' script, or dracut's where that builds."""
    paths = [INITRAMFS_SCRIPT] if host.which("mkinitramfs") else host.glob(DRACUT_SCRIPTS)
    return "\n".join(host.read(path) or "" for path in paths)


def _read(host: Any, directories: Any) -> List[File]:
    """Return the files of some directories as they are applied; one that leads to /dev/null is an empty one."""
    found = drop_ins(host, directories)
    texts = ["" if host.real_path(one.path) == "/dev/null" else host.read(one.path) or "" for one in found]
    return [File(one.name, one.path, text) for one, text in zip(found, texts)]


def applied(files: List[File]) -> Settings:
    """Return what is set once all files are applied: the last word on a key counts, and a key named beats a pattern."""
    options = {}  # type: Dict[str, Tuple[Optional[str], str]]
    for file in files:
        for key, value in _parsed(file.text):
            if key not in options or options[key][0] != value:
                options.pop(key, None)
                options[key] = value, file.path
    named = {key: pair for key, pair in options.items() if not _is_pattern(key)}
    patterns = [(key, pair) for key, pair in options.items() if _is_pattern(key)]
    found = {}  # type: Dict[str, Setting]
    for key in set(named) | set(JUDGED):
        pair = named.get(key) or next((pair for pattern, pair in reversed(patterns) if _fits(key, pattern)), None)
        if pair is not None and pair[0] is not None:
            found[key.replace("/", ".")] = Setting(pair[0], pair[1])
    return found


def _parsed(text: str) -> List[Tuple[str, Optional[str]]]:
    """Return the keys of a file with their values, parts separated by slashes; None: no pattern may set it."""
    found = []  # type: List[Tuple[str, Optional[str]]]
    for line in (line.strip() for line in text.splitlines()):
        if not line or line[0] in "#;" or ("=" not in line and line[0] != "-"):
            continue
        key, sign, value = line.lstrip("-").partition("=")
        found.append((_normalized(key.strip()), value.strip() if sign else None))
    return found


def _normalized(key: str) -> str:
    """Return a key with slashes between its parts; what comes first, a dot or a slash, separates them."""
    separator = re.search(r"[./]", key)
    if separator and separator.group(0) == ".":
        key = key.translate({ord("."): "/", ord("/"): "."})
    return re.sub("/+", "/", key).strip("/")


def _is_pattern(key: str) -> bool:
    """Return whether a key is a shell's pattern."""
    return any(sign in key for sign in "*?[")


def _fits(key: str, pattern: str) -> bool:
    """Return whether a pattern matches a key; a star crosses no slash."""
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


def number(settings: Settings, key: str) -> Optional[int]:
    """Return a key's value as the kernel reads numbers, None where it is not set or is no number."""
    match = re.match(r"(-?)(0[xX][0-9a-fA-F]+|[0-9]+)\b", settings[key].value) if key in settings else None
    if not match:
        return None
    digits = match.group(2)
    base = 16 if digits[:2].lower() == "0x" else 8 if re.match(r"0[0-7]+\Z", digits) else 10
    size = whole(digits, base)
    if size is None:
        return None
    return -size if match.group(1) else size
