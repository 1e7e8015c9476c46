# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""How much of the capture kernel's memory its sysctl keys and boot words take."""

import re
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import LINE
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import number
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


class Taker(NamedTuple):
    """A setting that takes memory in the capture kernel: its words, where it is set, and the bytes that it takes."""

    what: str
    source: str
    size: int


def reserved(seen: Evidence) -> int:
    """Return how much memory the capture kernel has before anything is taken, 0 where that is not known."""
    return int(seen.running.reserved_bytes or 0)


def takes_much(seen: Evidence, takers: List[Taker]) -> bool:
    """Return whether settings take more of the reserved memory than a capture kernel can spare."""
    return sum(taker.size for taker in takers) * 100 > reserved(seen) * ORDINARY_PERCENT


def left(seen: Evidence, takers: List[Taker]) -> int:
    """Return the reserved memory that settings leave; without a known reservation, more than enough."""
    whole_block = reserved(seen)
    return whole_block - sum(taker.size for taker in takers) if whole_block else 1 << 60


def of_keys(seen: Evidence) -> List[Taker]:
    """Return the sysctl keys that would take memory from the capture kernel's programs."""
    settings = seen.capture_settings.sysctls
    found = []  # type: List[Taker]
    for key, unit in (("vm.min_free_kbytes", 1024),):
        value = number(settings, key) or 0
        if value > 0:
            found.append(Taker("%s = %d" % (key, value), settings[key].source, value * unit))
    return found


def of_words(seen: Evidence) -> List[Taker]:
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
    return [Taker(word, LINE, taken)] if 0 < taken < reserved(seen) else []


def _huge_page(words: List[str]) -> int:
    """Return how much memory each huge page takes that vm.nr_hugepages counts in the capture kernel."""
    sizes = [bytes_of(word.partition("=")[2]) for word in words if word.startswith("default_hugepagesz=")]
    return (sizes or [None])[-1] or HUGE_PAGE


def bytes_of(text: str) -> Optional[int]:
    """Return how much memory a size in a boot word takes (memparse), None if it is no size."""
    match = re.match(r"([0-9]+)([kKmMgGtT]?)", text)
    count = whole(match.group(1)) if match else None
    return count << UNITS[match.group(2).lower()] if match and count is not None else None


def commit_limit(seen: Evidence) -> Optional[int]:
    """Return how much memory the capture kernel would give to programs, None where it sets no limit."""
    settings = seen.capture_settings.sysctls
    if number(settings, "vm.overcommit_memory") != 2 or not reserved(seen):
        return None
    kbytes, ratio = number(settings, "vm.overcommit_kbytes"), number(settings, "vm.overcommit_ratio")
    return kbytes * 1024 if kbytes else reserved(seen) * (50 if ratio is None else ratio) // 100
