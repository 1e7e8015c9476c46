# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The expected size of a dump of this machine, and how much free space to keep for it."""

import re
from typing import Any, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import makedumpfile
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

KCORE = "/proc/kcore"
# makedumpfile's bits: 8 leaves user pages out, 16 free ones
USER, FREE = 8, 16
# of the RAM, by what the dump level leaves out. Red Hat's article 5676371: a dump at level 31 is typically below 10 %.
PERCENT = {(True, True): 10, (True, False): 100, (False, True): 50, (False, False): 100}
# the same article: keep half of the RAM free, on machines with more than 500 GB of it 30 %
LARGE_RAM = 500 * 10**9
KEEP_PERCENT, KEEP_PERCENT_LARGE = 50, 30
# the kinds of pages that makedumpfile counts, those that it may leave out with the bit that does so
PAGES = re.compile(r"^([A-Z_]+)\s+([0-9]{1,18})\s+(?:yes|no)\s", re.MULTILINE)
BITS = {"ZERO": 1, "NON_PRI_CACHE": 2, "CACHE": 2, "PRI_CACHE": 4, "CACHE_PRIVATE": 4, "USER": USER, "FREE": FREE}
PAGE_SIZE = re.compile(r"^page size:\s+([0-9]{1,18})$", re.MULTILINE)


class DumpSize(NamedTuple):
    """The expected bytes of a dump, where the number is from (makedumpfile, last_dump, ram), and the space to keep."""

    size: Optional[int]
    source: Optional[str]
    keep: Optional[int]


def dump_size(
    ram_bytes: Optional[int],
    collector: str,
    measured: Optional[int] = None,
    last: Optional[int] = None,
    takes_free: bool = False,
) -> DumpSize:
    """Return the expected size of a dump: makedumpfile's count, else a share of the RAM; at least the last dump's size.

    takes_free: this makedumpfile writes all free pages of this kernel, so that a dump may be as large as the RAM.
    """
    if ram_bytes is None:
        return DumpSize(last, "last_dump" if last else None, last)
    percent = PERCENT[leaves_out(collector)]
    found = (measured, "makedumpfile") if measured else (ram_bytes * percent // 100, "ram")
    if last and last > found[0]:
        found = (last, "last_dump")
    keep_percent = KEEP_PERCENT if ram_bytes < LARGE_RAM else KEEP_PERCENT_LARGE
    keep = ram_bytes * max(keep_percent, 100 if takes_free else percent) // 100
    return DumpSize(found[0], found[1], max(found[0], keep))


def leaves_out(collector: str) -> Any:
    """Return whether the collector's dump level leaves out (user pages, free pages)."""
    level = dump_level(collector)
    return (bool(level & USER), bool(level & FREE))


def dump_level(collector: str) -> int:
    """Return the dump level that the expected size depends on; 0 (nothing left out) if it is not makedumpfile's."""
    level = 0
    for text in makedumpfile.dump_levels(makedumpfile.command_words(collector) or []):
        first = whole(text.split(",")[0])
        level = level if first is None else first
    return level


def measured_size(host: Host, collector: str, timeout_s: int) -> Optional[int]:
    """Return the bytes that a dump would have, by makedumpfile --mem-usage; raise a Failure that says why not."""
    if not host.which("makedumpfile"):
        raise Failure("makedumpfile is not installed, so it cannot count the kernel's pages; install it")
    done = host.run(["makedumpfile", "--mem-usage", KCORE], timeout_s=timeout_s, check=False)
    pages, page_size = dict(PAGES.findall(done.stdout)), PAGE_SIZE.search(done.stdout)
    if "KERN_DATA" not in pages or not page_size:
        words = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise Failure("makedumpfile --mem-usage %s gave no number: %s" % (KCORE, " / ".join(words[-2:])))
    level = dump_level(collector)
    written = [int(count) for kind, count in pages.items() if not level & BITS.get(kind, 0)]
    return sum(written) * int(page_size.group(1))
