# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the kernel reserves for the crashkernel= on its command line, as far as that can be predicted.

Only the machine knows where its memory is free. What depends on that is returned as a doubt.
"""

from functools import lru_cache
from typing import List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_grammar import (
    Asked,
    command_line,
    last_value,
    plain,
    suffixed,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.kernel_versions import Kernel
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import GIB, MIB, mib, round_up
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running

BORDER = 4 * GIB
# what firmware and devices leave free below 4 GiB differs; up to this size there is room on any usual machine
FITS_LOW = 512 * MIB
# a machine with no more than this has nothing above 4 GiB
ALL_LOW = 2 * GIB


class Reservation(NamedTuple):
    """The bytes that the kernel would reserve for crashkernel=. reason: why they are 0.

    doubt: what the command line and the RAM leave open; None: nothing.
    more: what may come on top of size, below 4 GiB, where the block has to be placed above.
    cma: what a value with ,cma adds. The system uses that memory until the crash, and kexec_crash_size leaves it out.
    cma_known: False where it is unknown whether this kernel sets it aside.
    """

    size: int
    reason: Optional[str]
    doubt: Optional[str] = None
    more: int = 0
    cma: int = 0
    cma_known: bool = True

    @property
    def told_cma(self) -> Optional[int]:
        """Return the bytes that ,cma adds to the reservation; None where that is unknown."""
        return self.cma if self.cma_known else None

    @property
    def useless(self) -> Optional[str]:
        """Return why no capture kernel fits into the reservation, whatever else it holds; None where one may."""
        if self.size >= MIB:
            return None
        return self.reason or "%s hold no kernel; a unit, such as M, may be missing" % mib(self.size)


# one run asks for the same values many times: for each boot entry, for the next boot, for what is wanted
@lru_cache(maxsize=256)
def reservation(cmdline: str, ram_bytes: int, kernel: Kernel) -> Reservation:
    """Predict what the kernel reserves at boot for a whole command line, on a machine with this RAM."""
    cmdline = cmdline.partition("\0")[0]
    found = _standard(cmdline, ram_bytes, kernel)
    text = last_value(cmdline, "cma", kernel) if found.size and kernel.cma is not False else None
    if text is None:
        return found
    asked = suffixed(text, "cma").size
    if kernel.cma or not asked:
        return found._replace(cma=asked)
    doubt = "whether this kernel sets aside what stands before ,cma is not known"
    return found._replace(cma=asked, cma_known=False, doubt="%s; %s" % (found.doubt, doubt) if found.doubt else doubt)


def will_reserve(configured: List[str], running: Running) -> Optional[Reservation]:
    """Predict what the configured crashkernel= reserves at the next boot; None where the RAM is unknown."""
    if running.ram_bytes is None:
        return None
    return reservation(command_line(configured), running.ram_bytes, running.reader())


def in_words(reserved: int, cma: int) -> str:
    """Return a reservation as messages say it, with its CMA if there is any."""
    return "%s and %s of CMA" % (mib(reserved), mib(cma)) if cma else mib(reserved)


def that_count(values: List[str], ram_bytes: Optional[int], kernel: Kernel) -> List[str]:
    """Return the crashkernel= values that a prediction goes by, in a fixed order; this kernel drops all others."""
    cmdline = command_line(values)
    found = {place: last_value(cmdline, place, kernel) for place in (None,) + kernel.places}
    main = found[None]
    beside = kernel.high == "useless" and main is not None and ram_bytes and not plain(main, ram_bytes, kernel).size
    places: Tuple[Optional[str], ...] = (None,)
    if found.get("high") is not None and kernel.high != "never" and (main is None or beside):
        places = ("high", "low")
    if found.get(places[0]) is None:
        return []
    counting = [found[place] for place in places + (("cma",) if kernel.cma is not False else ())]
    return [value for value in counting if value is not None]


def _standard(cmdline: str, ram_bytes: int, kernel: Kernel) -> Reservation:
    """Predict what is reserved for the capture kernel alone, without what ,cma adds."""
    text = last_value(cmdline, None, kernel)
    if text is None:
        return _high(cmdline, ram_bytes, kernel)
    asked = plain(text, ram_bytes, kernel)
    if asked.size or kernel.high != "useless":
        return _placed(asked, ram_bytes, kernel)
    instead = _high(cmdline, ram_bytes, kernel)
    return instead if instead.size else _nothing(asked.reason)


def _nothing(reason: Optional[str]) -> Reservation:
    return Reservation(0, reason)


def _placed(asked: Asked, ram_bytes: int, kernel: Kernel) -> Reservation:
    """Predict what the kernel reserves for a plain size."""
    if asked.reason:
        return _nothing(asked.reason)
    if asked.size >= ram_bytes:
        return _nothing("%s is not less than the RAM" % mib(asked.size))
    size = round_up(asked.size, kernel.align)
    if asked.base:
        return Reservation(size, None, "it is reserved only if just that place is free")
    if kernel.moves_up is None or size <= FITS_LOW:
        doubt = "the running kernel may leave no room for it" if 2 * size > ram_bytes else None
        return Reservation(size, None, doubt)
    return _large(size, ram_bytes, kernel)


def _large(size: int, ram_bytes: int, kernel: Kernel) -> Reservation:
    """Predict what the kernel reserves for a plain size that may not fit below 4 GiB, where it looks first."""
    if size >= BORDER and not kernel.moves_up:
        return _nothing("%s does not fit below 4 GiB, where this kernel places it" % mib(size))
    if size >= BORDER:
        return Reservation(size + kernel.default_low, None, "there may be no room for it in one piece")
    if not kernel.moves_up or ram_bytes <= ALL_LOW:
        return Reservation(size, None, "it is reserved only if it fits below 4 GiB")
    words = "where it does not fit below 4 GiB it is placed above, and %s come on top" % mib(kernel.default_low)
    return Reservation(size, None, words, kernel.default_low)


def _high(cmdline: str, ram_bytes: int, kernel: Kernel) -> Reservation:
    """Predict what ,high and ,low reserve. Without memory above 4 GiB the block lies below, and ,low does not count."""
    text = last_value(cmdline, "high", kernel)
    if text is None:
        return _nothing("no crashkernel= says how much")
    if kernel.high == "never":
        return _nothing("this kernel does not know a value with ,high")
    asked = suffixed(text, "high")
    low = _low(cmdline, kernel)
    if asked.reason or low.reason:
        return _nothing(asked.reason or low.reason)
    size = round_up(asked.size, kernel.align)
    if not size or size >= ram_bytes:
        return _nothing("%s is not less than the RAM" % mib(size) if size else "its size is 0")
    if ram_bytes <= ALL_LOW:
        return Reservation(size, None)
    return _split(size, low.size, ram_bytes)


def _low(cmdline: str, kernel: Kernel) -> Asked:
    """Predict what ,low asks for; 0 is a valid size here. A reason is why it keeps ,high from counting."""
    text = last_value(cmdline, "low", kernel)
    if text is None:
        return Asked(kernel.default_low, 0, None)
    asked = suffixed(text, "low")
    if asked.reason and kernel.lenient_low:
        return Asked(kernel.default_low, 0, None)
    return asked


def _split(size: int, low: int, ram_bytes: int) -> Reservation:
    """Predict what a block above 4 GiB and one below reserve, on a machine that may have memory above."""
    if ram_bytes > BORDER and low >= BORDER:
        return _nothing("the %s with ,low do not fit below 4 GiB" % mib(low))
    if ram_bytes > BORDER:
        doubt = "it lies above 4 GiB only if it fits there" if ram_bytes <= BORDER + size else None
        return Reservation(size + low, None, doubt)
    words = "where a part of the memory lies above 4 GiB, %s below come on top" % mib(low)
    return Reservation(size, None, words, low)
