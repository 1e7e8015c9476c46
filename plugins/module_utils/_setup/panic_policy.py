# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the role's tasks for the panic policy would change on a host."""

import re
from typing import Any, Dict, List, Mapping

from ansible_collections.crashops.kdump.plugins.module_utils._facts.panic_policy import read_panic_policy
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._setup.own_files import (
    DIRECTORY,
    UNITS,
    any_exists,
    are_as_expected,
    part,
    runs,
)

POLICY_FILE = DIRECTORY + "/panic-policy.conf"
UNIT = "crashops-kdump-panic-policy.service"
UNIT_FILE = "%s/%s" % (UNITS, UNIT)
SYSCTL = "/usr/sbin/sysctl"
LINE = re.compile(r"^[ \t]*([a-z0-9_.]{1,64})[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)


def plan_policy(host: Host, profiles: List[str], files: Mapping[str, str]) -> Dict[str, Any]:
    """Return what sets the panic policy's profiles, or removes the policy without any. files: digests by path."""
    if not profiles:
        return part(any_exists(host, (POLICY_FILE, UNIT_FILE)), "absent", unit_exists=any_exists(host, (UNIT_FILE,)))
    rows = read_panic_policy(host, profiles).sysctls
    written = dict(LINE.findall(host.read(POLICY_FILE) or ""))
    keys = [{"key": row.key, "value": row.wanted} for row in rows if row.wanted is not None]
    unasked = [row.key for row in rows if row.profile is None and row.key in written]
    lacks_sysctl = host.stat(SYSCTL) is None
    directory = host.stat(DIRECTORY)
    is_set = all(row.value == row.wanted for row in rows if row.wanted is not None)
    is_set = is_set and all(written.get(one["key"]) == str(one["value"]) for one in keys) and not unasked
    is_there = directory is not None and directory.mode == 0o755 and are_as_expected(host, files)
    done = is_set and is_there and not lacks_sysctl and runs(host, UNIT)
    return part(not done, "present", sysctls=keys, unasked=unasked, installs=lacks_sysctl)
