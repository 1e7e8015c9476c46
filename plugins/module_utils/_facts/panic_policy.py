# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The panic policy: profiles of sysctl keys that turn a hang or an error into a panic, and this kernel's values."""

from typing import List, NamedTuple, Optional, Sequence

from ansible_collections.crashops.kdump.plugins.module_utils._facts.kernel import read_sysctls
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host


class Key(NamedTuple):
    """A sysctl key, the panic-policy profile that wants it, and the value that it wants.

    `instead_of` is the only value that is replaced; None replaces every other.
    """

    name: str
    profile: str
    wanted: int
    instead_of: Optional[int] = None


class Row(NamedTuple):
    """A sysctl key of this kernel: its value, the value that a profile wants, and that profile.

    profile is None where no requested profile names the key; then no value is wanted either.
    """

    key: str
    value: int
    wanted: Optional[int]
    profile: Optional[str]


class PanicPolicy(NamedTuple):
    """The panic-policy profiles that were requested, and this kernel's sysctl keys."""

    profiles: List[str]
    sysctls: List[Row]


PROFILES = ("oops", "lockups", "hung_tasks", "nmi")
# Documentation/admin-guide/sysctl/kernel.rst. A kernel has a key only where it was built with what the key is about:
# the detectors of lockups, of hung tasks, RCU that can stall; the three of nmi are x86's.
KEYS = (
    # "0: try to continue operation. 1: panic immediately." 1 in the kernels of RHEL, 0 in those of Debian and Ubuntu
    Key("kernel.panic_on_oops", "oops", 1),
    # a CPU that does not schedule for twice kernel.watchdog_thresh, 20 s by default
    Key("kernel.softlockup_panic", "lockups", 1),
    # a CPU that takes no interrupts for kernel.watchdog_thresh; needs kernel.nmi_watchdog, which guests often lack
    Key("kernel.hardlockup_panic", "lockups", 1),
    # Linux 4.8 and later; from 5.11 on kernel.max_rcu_stall_to_panic says after how many stalls, and is left alone
    Key("kernel.panic_on_rcu_stall", "lockups", 1),
    # a task that waits in state D for longer than the next key says
    Key("kernel.hung_task_panic", "hung_tasks", 1),
    # "0: means infinite timeout, no checking is done": the profile would do nothing. 120 is the kernel's default.
    Key("kernel.hung_task_timeout_secs", "hung_tasks", 120, instead_of=0),
    # what the NMI button of a server, a BMC or a cloud's API makes
    Key("kernel.unknown_nmi_panic", "nmi", 1),
    # memory that failed and could not be corrected, where the firmware tells it by NMI
    Key("kernel.panic_on_unrecovered_nmi", "nmi", 1),
    # IOCHK, an error on the bus that may have damaged what was written
    Key("kernel.panic_on_io_nmi", "nmi", 1),
)


def read_panic_policy(host: Host, profiles: Sequence[str]) -> PanicPolicy:
    """Return this kernel's value of each panic-policy key, and the value that a requested profile wants.

    A key that a requested profile names has no wanted value if it stays as it is.
    """
    asked = [profile for profile in PROFILES if profile in profiles]
    values = read_sysctls(host, [key.name for key in KEYS])
    rows = [_row(key, values[key.name], asked) for key in KEYS if key.name in values]
    return PanicPolicy(asked, rows)


def _row(key: Key, value: int, asked: List[str]) -> Row:
    """Return this kernel's value of a panic-policy key, and the value that is wanted."""
    named = key.profile in asked
    stays = not named or (key.instead_of is not None and value != key.instead_of)
    wanted = None if stays else key.wanted
    return Row(key.name, value, wanted, key.profile if named else None)
