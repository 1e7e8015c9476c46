# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""How much a capture kernel needs on this machine: asked of kdumpctl or kdump-config, else counted."""

import re
from typing import Any, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.capture_kernel_needs import (
    IMAGE_FACTOR,
    KDUMP_TOOLS_RUNTIME,
    KDUMPCTL_RUNTIME,
    counted,
    in_words,
    whole,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_variables

KDUMP_TOOLS = "/etc/default/kdump-tools"
SUGGESTED = re.compile(r"^(?:Recommended crashkernel|crashkernel suggested size):\s+([0-9]{1,12})M\s*$", re.MULTILINE)
UNKNOWN = re.compile(r"^crashkernel suggested size:\s+(Unknown.*)$", re.MULTILINE)
PART = re.compile(
    r"^(Kernel image size|Kernel modules size|Initramfs size|Runtime reservation|LUKS required size):\s+([0-9]{1,12})M",
    re.MULTILINE,
)
OLD_RUNTIME = 64
# in the text of a kdumpctl whose estimate builds nothing: RHEL 8 and 9
ONLY_READS = "kdumpctl estimate: kdump initramfs is not built yet"


class Suggestion(NamedTuple):
    """How many bytes are suggested, None where check mode cannot ask, and what to tell of where they are from.

    floored: the vendor's default is already counted in as the least.
    """

    size: Optional[int]
    messages: List[str]
    floored: bool


def suggestion(host: Any, running: Running, timeout_s: int, check_mode: bool) -> Suggestion:
    """Return what the host's own tool suggests, or what is counted here where it suggests nothing."""
    if host.which("kdumpctl"):
        return _of_kdumpctl(host, running, timeout_s, check_mode)
    if not host.which("kdump-config"):
        raise Failure(
            "size: 'estimate' needs kdumpctl or kdump-config, and neither is installed; install kdump or say default"
        )
    directory = shell_variables.values(host.read(KDUMP_TOOLS) or "").get("KDUMP_COREDIR") or "/var/crash"
    if check_mode and host.stat(directory) is None:
        return Suggestion(None, ["kdump-config would make the dump directory, so check mode does not ask it"], False)
    done = host.run(["kdump-config", "show"], timeout_s=timeout_s, check=False)
    return _answer(done, False) or _counted(host, running, done, KDUMP_TOOLS_RUNTIME)


def _of_kdumpctl(host: Any, running: Running, timeout_s: int, check_mode: bool) -> Suggestion:
    """Return what kdumpctl suggests. A recent one builds a stale capture initramfs anew first."""
    if check_mode and ONLY_READS not in (host.read(host.which("kdumpctl")) or ""):
        return Suggestion(
            None, ["kdumpctl estimate may build the capture initramfs, so check mode does not ask it"], False
        )
    done = host.run(["kdumpctl", "estimate"], timeout_s=timeout_s, check=False)
    return _answer(done, True) or _counted(host, running, done, KDUMPCTL_RUNTIME)


def _answer(done: Completed, floored: bool) -> Optional[Suggestion]:
    """Return the tool's answer, counted anew where it is by the old formula; None where it gave none."""
    match = SUGGESTED.search(done.stdout)
    if not match:
        return None
    told = "%s suggests %sM" % (" ".join(done.argv), match.group(1))
    size = int(match.group(1))
    parts = {name: int(number) for name, number in PART.findall(done.stdout)}
    if parts.get("Runtime reservation") != OLD_RUNTIME:
        return Suggestion(size * MIB, [told], floored)
    # each part is cut down to whole MiB
    counted = sum(parts.values()) + len(parts) - OLD_RUNTIME + KDUMPCTL_RUNTIME // MIB
    counted += (IMAGE_FACTOR - 1) * (parts.get("Initramfs size", 0) + 1)
    if counted <= size:
        return Suggestion(size * MIB, [told], floored)
    words = "%s and counts the initramfs once; counted three times, as kdump-utils 1.0.57 and later do, that is %dM"
    return Suggestion(counted * MIB, [words % (told, counted)], floored)


def _counted(host: Any, running: Running, done: Completed, runtime: int) -> Suggestion:
    """Return the sum that is counted here, because the tool gave no answer."""
    release = running.kernel or ""
    parts = counted(host, release, find_stack(host).image(release).path, runtime)
    unknown = UNKNOWN.search(done.stdout)
    said = unknown.group(1) if unknown else (done.stderr.strip() or "nothing of a size").splitlines()[-1].rstrip(".")
    if parts is None:
        remedy = "start kdump once with size=default, reboot, and estimate then; or name a size"
        msg = "size: 'estimate' has no answer here: %s said: %s; %s" % (" ".join(done.argv), said, remedy)
        raise Failure(msg, argv=done.argv, rc=done.rc, stdout=done.stdout, stderr=done.stderr)
    words = "%s said: %s; so it is counted here: %s: %s"
    told = words % (" ".join(done.argv), said, in_words(parts), whole(parts.total))
    return Suggestion(parts.total, [told], False)
