# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of settings in the capture kernel: sysctl keys and boot words that take its memory, or make it panic."""

import re
from typing import List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
    mib,
    passed,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import LINE, number
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

MIB = 1 << 20
# Below the first the capture kernel dies, below the second the dump is in doubt. Linux 6.1 of Debian 12 with 128 MiB:
# log_buf_len=8M (36 MiB) and vm.min_free_kbytes = 65536 killed it, 32768 stalled it, 16384 and 4096 did no harm.
FLOOR = 94 * MIB
DOUBTFUL = 152 * MIB
# what may be taken without a word: vm.min_free_kbytes = 16384 with 128 MiB left a dump
ORDINARY_PERCENT = 13
HUGE_PAGE = 2 * MIB
# what programs ask for until the dump is written; with half of 128 MiB, the dump came
COMMITTED = 32 * MIB
# since 5.10 the kernel's log has an index next to its text: 112 bytes for each 32 (setup_log_buf in printk.c)
LOG_INDEX = (5, 10)
LOG_TIMES = 4.5
UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
PANIC = "kernel.panic"
# keys that end the dump where a disk or a server is slow, and what switches their detector off when it is 0
HANGS = (
    ("kernel.hung_task_panic", ("kernel.hung_task_timeout_secs",)),
    ("kernel.softlockup_panic", ("kernel.watchdog", "kernel.soft_watchdog", "kernel.watchdog_thresh")),
    ("kernel.hardlockup_panic", ("kernel.watchdog", "kernel.nmi_watchdog", "kernel.watchdog_thresh")),
    ("kernel.panic_on_rcu_stall", ()),
    ("kernel.panic_on_warn", ()),
)
# keys that end it where something else goes wrong as well
TROUBLES = (
    "kernel.panic_on_oops",
    "kernel.panic_on_io_nmi",
    "kernel.panic_on_unrecovered_nmi",
    "kernel.unknown_nmi_panic",
    "vm.panic_on_oom",
)
# words for finding bugs, which keep something about each page or object
DEBUGGERS = {
    "slub_debug": ("-", "off", "none"),
    "slab_debug": ("-", "off", "none"),
    "page_owner": ("off", ""),
    "kmemleak": ("off", ""),
    "debug_pagealloc": ("off", "0", ""),
    "page_poison": ("off", "0", ""),
}
MOVE = "Take it out of %s, or set it in a unit that has ConditionPathExists=!/proc/vmcore."


class Taker(NamedTuple):
    """A setting that takes memory in the capture kernel: its words, where it is set, and the bytes that it takes."""

    what: str
    source: str
    size: int


def capture_sysctls(seen: Evidence) -> Outcome:
    """Judge whether sysctl keys would end the dump: they leave too little memory, or turn a hang into a panic."""
    takers = _of_keys(seen)
    hopeless = _takes_much(seen, takers) and _left(seen, takers) < FLOOR
    hangs = _hangs(seen)
    if hopeless:
        worst = max(takers, key=lambda taker: taker.size)
        reason = "%s acts in the capture kernel too, and leaves it %s of %s: it dies without a dump."
        sizes = mib(max(0, _left(seen, takers))), mib(_reserved(seen))
        return failed(
            reason % ((worst.what,) + sizes), _advice(seen, worst.source), [one.what for one in takers], "less"
        )
    if not hangs:
        return passed("none")
    source = seen.capture_settings.sysctls[hangs[0]].source
    reason = "%s would act in the capture kernel as well, where a slow disk then ends the dump."
    advice = "Set them by kdump_panic_policy instead, which leaves the capture kernel alone. " + _advice(seen, source)
    return warned(reason % ", ".join(hangs), advice, hangs, "none")


def capture_settings(seen: Evidence) -> Outcome:
    """Judge whether settings of the capture kernel are in doubt: they take memory, or make it panic."""
    keys = [key for key in TROUBLES if (number(seen.capture_settings.sysctls, key) or 0) > 0]
    keys = [key for key in keys if key not in seen.stack_class.usual_sysctls]
    takers = _of_keys(seen) + _of_words(seen)
    needed = seen.memory.needed.total if seen.memory.needed else 0
    tight = _takes_much(seen, takers) and _left(seen, takers) < max(DOUBTFUL, needed)
    found = [taker.what for taker in takers] if tight else []
    commit = _commit_limit(seen)
    if commit is not None and commit < COMMITTED:
        found.append("vm.overcommit_memory = 2 (programs get %s)" % mib(commit))
    found += _debuggers(seen)
    if not found and not keys:
        return passed("nothing that takes much")
    reasons = ["%s acts in the capture kernel too, and may leave too little memory." % ", ".join(found)] * bool(found)
    reasons += ["%s would end the dump at the first trouble." % ", ".join(keys)] * bool(keys)
    sources = [seen.capture_settings.sysctls[key].source for key in keys] + [one.source for one in takers if tight]
    advice = _advice(seen, (sources or [LINE])[0]) + " Or prove it by a test (crashops.kdump.test)."
    return warned(" ".join(reasons), advice, found + keys, "none")


def _advice(seen: Evidence, source: str) -> str:
    """Return the advice on a setting of the capture kernel, by the file or command line that sets it."""
    return seen.stack_class.unsay if source == LINE else MOVE % source


def _reserved(seen: Evidence) -> int:
    return int(seen.running.reserved_bytes or 0)


def _takes_much(seen: Evidence, takers: List[Taker]) -> bool:
    """Return whether settings take more of the reserved memory than a capture kernel can spare."""
    return sum(taker.size for taker in takers) * 100 > _reserved(seen) * ORDINARY_PERCENT


def _left(seen: Evidence, takers: List[Taker]) -> int:
    """Return the reserved memory that settings leave; without a known reservation, more than enough."""
    reserved = _reserved(seen)
    return reserved - sum(taker.size for taker in takers) if reserved else 1 << 60


def _of_keys(seen: Evidence) -> List[Taker]:
    """Return the sysctl keys that would take memory from the capture kernel's programs."""
    settings = seen.capture_settings.sysctls
    found = []  # type: List[Taker]
    for key, unit in (("vm.min_free_kbytes", 1024),):
        value = number(settings, key) or 0
        if value > 0:
            found.append(Taker("%s = %d" % (key, value), settings[key].source, value * unit))
    return found


def _of_words(seen: Evidence) -> List[Taker]:
    """Return what else would take memory in the capture kernel: huge pages, by key or by word, and the log buffer."""
    settings, words = seen.capture_settings.sysctls, seen.capture_settings.words
    found = []  # type: List[Taker]
    # two names of one pool
    pages, key = max((number(settings, key) or 0, key) for key in ("vm.nr_hugepages", "vm.nr_hugepages_mempolicy"))
    if pages > 0:
        found.append(Taker("%s = %d" % (key, pages), settings[key].source, pages * _huge_page(words)))
    size = _huge_page(words)
    for word in words:
        name, _sign, value = word.partition("=")
        if name == "hugepagesz":
            size = bytes_of(value) or HUGE_PAGE
        elif name == "hugepages" and whole(value):
            found.append(Taker(word, LINE, (whole(value) or 0) * size))
        elif name == "log_buf_len":
            found += _log_buffer(seen, word, bytes_of(value) or 0)
    return found


def _log_buffer(seen: Evidence, word: str, size: int) -> List[Taker]:
    """Return how much of the capture kernel's memory log_buf_len= would take.

    A buffer larger than the reservation takes nothing: with log_buf_len=64M, 128 MiB left a dump.
    """
    indexed = (seen.platform.version or LOG_INDEX) >= LOG_INDEX
    rounded = 1 << (size - 1).bit_length() if size else 0
    taken = int(rounded * (LOG_TIMES if indexed else 1))
    return [Taker(word, LINE, taken)] if 0 < taken < _reserved(seen) else []


def _huge_page(words: List[str]) -> int:
    """Return how much memory each huge page takes that vm.nr_hugepages counts in the capture kernel."""
    sizes = [bytes_of(word.partition("=")[2]) for word in words if word.startswith("default_hugepagesz=")]
    return (sizes or [None])[-1] or HUGE_PAGE


def bytes_of(text: str) -> Optional[int]:
    """Return the bytes of memory that a boot word's size means to the kernel (memparse), None if it is no size."""
    match = re.match(r"([0-9]+)([kKmMgGtT]?)", text)
    count = whole(match.group(1)) if match else None
    return count << UNITS[match.group(2).lower()] if match and count is not None else None


def _commit_limit(seen: Evidence) -> Optional[int]:
    """Return how much memory the capture kernel would give to programs, None where it sets no limit."""
    settings = seen.capture_settings.sysctls
    if number(settings, "vm.overcommit_memory") != 2 or not _reserved(seen):
        return None
    kbytes, ratio = number(settings, "vm.overcommit_kbytes"), number(settings, "vm.overcommit_ratio")
    return kbytes * 1024 if kbytes else _reserved(seen) * (50 if ratio is None else ratio) // 100


def _hangs(seen: Evidence) -> List[str]:
    """Return the sysctl keys that would turn a hang of the capture kernel into a panic, and whose detector is on."""
    settings = seen.capture_settings.sysctls
    found = [(key, detectors) for key, detectors in HANGS if (number(settings, key) or 0) > 0]
    return [key for key, detectors in found if all(number(settings, one) != 0 for one in detectors)]


def _debuggers(seen: Evidence) -> List[str]:
    """Return the capture kernel's boot words that turn on a debugger of memory; the last of a name counts."""
    last = {word.partition("=")[0]: word for word in seen.capture_settings.words}
    found = [(last[name], off) for name, off in sorted(DEBUGGERS.items()) if name in last]
    return [
        word for word, off in found if word.partition("=")[2].lower() not in off or word in ("slub_debug", "slab_debug")
    ]


def capture_boots(seen: Evidence) -> Optional[Outcome]:
    """Return what keeps the capture kernel from starting the program that saves the dump, None where nothing does."""
    words = seen.capture_settings.words
    if not seen.stack_class.boots_root:
        stops = [word for word in words if re.match(STOPS, word)]
    else:
        stops = (
            [word for word in words if re.match(r"rdinit=|break($|=)", word)] + _other_unit(words) + _other_init(words)
        )
    if not stops:
        return _hopeless_log(seen)
    reason = "The capture kernel gets %s, and so does not come to saving the dump." % " ".join(stops)
    return failed(reason, seen.stack_class.unsay, stops)


def _hopeless_log(seen: Evidence) -> Optional[Outcome]:
    """Return that the capture kernel's log buffer leaves too little memory, None where it does not."""
    logs = [taker for taker in _of_words(seen) if taker.what.startswith("log_buf_len=")][-1:]
    # a larger one may find no room in one piece, and is then left out
    if not logs or logs[0].size * 2 > _reserved(seen) or _left(seen, logs) >= FLOOR or not _takes_much(seen, logs):
        return None
    reason = "The capture kernel gets %s, whose buffer and index take %s of its %s: it dies without a dump."
    told = reason % (logs[0].what, mib(logs[0].size), mib(_reserved(seen)))
    return failed(told, seen.stack_class.unsay, logs[0].what, "less")


# dracut stops in a shell; a rd.break that comes later comes after the dump
STOPS = r"(rdinit|rd\.systemd\.unit)=|rd\.break=(cmdline|pre-udev|pre-trigger|initqueue|pre-mount|mount)$"
RUNLEVEL_WORDS = ("emergency", "rescue", "single", "s", "S", "1", "2", "3", "4", "5")


def _other_unit(words: List[str]) -> List[str]:
    """Return the last boot word that starts a unit in the capture kernel, if that unit does not save the dump."""
    found = [word for word in words if word in RUNLEVEL_WORDS or word.startswith("systemd.unit=")]
    return found[-1:] if found and found[-1] != "systemd.unit=kdump-tools-dump.service" else []


def _other_init(words: List[str]) -> List[str]:
    """Return the capture kernel's init= if it is not systemd, and so would not start what saves the dump."""
    found = [word for word in words if word.startswith("init=")][-1:]
    return [word for word in found if not re.search(r"/(?:s?bin/init|systemd)$", word)]


def capture_panic(seen: Evidence) -> Optional[Tuple[str, str]]:
    """Return the kernel.panic of a file that wins over panic= in the capture kernel, and the file; None without."""
    setting = seen.capture_settings.sysctls.get(PANIC)
    return (setting.value, setting.source) if setting and setting.source != LINE else None
