# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""How kernels differ in reading crashkernel=.

The sources named below were compiled and asked; tests/unit/plugins/module_utils/recorded holds their answers.
"""

import re
from typing import NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import version as version_of
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

# what "auto" stands for in the RHEL 8 kernel: kernel/crash_core.c of 4.18.0-*.el8, and kdump-lib.sh of RHEL 8
AUTO = {
    "x86_64": "1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M",
    "s390x": "1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M",
    "aarch64": "2G-:448M",
    "ppc64le": "2G-4G:384M,4G-16G:512M,16G-64G:1G,64G-128G:2G,128G-:4G",
}
# CentOS Stream, AlmaLinux, Rocky and Oracle build the same kernel; Oracle's UEK and ELRepo's kernels are others
RHEL8 = re.compile(r"4\.18\.0-(\d+)\b.*\.el8")
RHEL9 = re.compile(r"5\.14\.0-\d+\b.*\.el9")
VERSION = re.compile(r"(\d+)\.(\d+)")
NEWEST = (999, 0)
RHEL8_ROUNDS = 348  # RHEL 8.5
ROUNDS = (6, 1)  # 6.1 of Debian 12 rounds, 5.15 does not
GENERIC = (6, 7)  # one code for x86_64, aarch64 and riscv64; 6.1 has one of each
ARM_HIGH = (6, 0)
CMA = (6, 17)
# which machines reserve what stands before ,cma: x86 since 6.17, powerpc since 6.19 (b4a96ab50f36). The documentation
# of 7.2 names no other.
CMA_MACHINES = {"x86_64": CMA, "ppc64le": (6, 19), "ppc64": (6, 19)}
# The patches for arm64 and riscv were under review for the 14th time in May 2026, at 7.1-rc5. Nobody can say yet which
# kernel after 7.2 brings them.
CMA_TO_COME = {"aarch64": (7, 3), "riscv64": (7, 3)}
# swiotlb (64 MiB unless the command line or memory encryption makes it larger) + 8 MiB, at least 256 MiB
X86_LOW = 256 * MIB
ARM_LOW = 128 * MIB
# these place the block wherever there is room, know no ,high, and round its size up
ELSEWHERE_ALIGN = {"s390x": MIB, "ppc64le": 64 << 10, "ppc64": 64 << 10}


class Kernel(NamedTuple):
    """How one kernel reads crashkernel=.

    places: the suffixes that it tells apart.
    high: when a value with ,high counts: only without a plain value ("absent"), also where the plain value reserves
    nothing ("useless"), or "never".
    default_low: the bytes that it takes where ,low is not given; with lenient_low, also where ,low cannot be read.
    moves_up: whether a plain size that does not fit below 4 GiB is placed above. None: this machine has no such border.
    align: sizes are rounded up to a multiple of this.
    cma: whether a value with ,cma reserves anything here. None: that is unknown.
    """

    rounds_ram: bool
    auto: Optional[str]
    places: Tuple[str, ...]
    high: str
    default_low: int
    lenient_low: bool
    moves_up: Optional[bool]
    align: int
    cma: Optional[bool] = False


def _reserves_cma(machine: str, version: Tuple[int, ...]) -> Optional[bool]:
    """Return whether a kernel of this version reserves anything for ,cma; None where that is unknown."""
    if machine in CMA_TO_COME and version >= CMA_TO_COME[machine]:
        return None
    return machine in CMA_MACHINES and version >= CMA_MACHINES[machine]


def kernel_of(release: Optional[str] = None, machine: str = "x86_64", knows_cma: bool = False) -> Kernel:
    """Return how the kernel of a release (as `uname -r` prints it) reads crashkernel=; None is the newest known one.

    knows_cma: the kernel knows ,cma whatever its release, as a vendor brought it to an older one.
    """
    text = release or ""
    found = VERSION.match(text)
    version = version_of(found.groups()) if found else NEWEST
    rhel8, rhel9 = RHEL8.match(text), RHEL9.match(text)
    rounds = (whole(rhel8.group(1)) or 0) >= RHEL8_ROUNDS if rhel8 else bool(rhel9) or version >= ROUNDS
    places = ("high", "low", "cma") if version >= CMA or knows_cma else ("high", "low")
    cma = True if knows_cma else _reserves_cma(machine, version)
    auto = AUTO.get(machine) if rhel8 else None
    common = Kernel(rounds, auto, places, "absent", 0, False, True, 1, cma)
    if machine in ELSEWHERE_ALIGN:
        return common._replace(high="never", moves_up=None, align=ELSEWHERE_ALIGN[machine])
    if machine == "x86_64":
        common = common._replace(default_low=X86_LOW)
        return common if version >= GENERIC else common._replace(high="useless", lenient_low=True)
    # RHEL 9 brought the code of 6.2 and later to its 5.14
    if version >= (6, 2) or rhel9:
        return common._replace(default_low=ARM_LOW)
    return common._replace(high="absent" if version >= ARM_HIGH else "never", moves_up=False, align=4096)
