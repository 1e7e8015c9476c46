# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""How much memory a capture kernel needs here: asked of kdumpctl or kdump-config, else counted."""

import re
from typing import List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.capture_kernel_needs import (
    IMAGE_FACTOR,
    counted,
    in_words,
    whole,
)
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_grammar import MIB
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed, Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack

SUGGESTED = re.compile(r"^(?:Recommended crashkernel|crashkernel suggested size):\s+([0-9]{1,12})M\s*$", re.MULTILINE)
UNKNOWN = re.compile(r"^crashkernel suggested size:\s+(Unknown.*)$", re.MULTILINE)
PART = re.compile(
    r"^(Kernel image size|Kernel modules size|Initramfs size|Runtime reservation|LUKS required size):\s+([0-9]{1,12})M",
    re.MULTILINE,
)
OLD_RUNTIME = 64


class Suggestion(NamedTuple):
    """The suggested size of the reservation (None: check mode cannot ask), and messages on where it is from.

    floored: the size is never less than the vendor's default.
    """

    size: Optional[int]
    messages: List[str]
    floored: bool


def suggestion(host: Host, stack: Stack, running: Running, timeout_s: int, check_mode: bool) -> Suggestion:
    """Return the tool's estimate, or the size that is counted where it suggests nothing."""
    if not stack.installed():
        raise Failure(
            "size: 'estimate' needs kdumpctl or kdump-config, and neither is installed; install kdump or say default"
        )
    changes = stack.estimate_changes() if check_mode else None
    if changes:
        return Suggestion(None, ["%s, so check mode does not ask it" % changes], False)
    done = host.run(list(stack.estimate_argv), timeout_s=timeout_s, check=False)
    return _answer(done, stack) or _counted(host, stack, running, done)


def _answer(done: Completed, stack: Stack) -> Optional[Suggestion]:
    """Return the tool's suggestion, counted again where it uses the old formula; None where it gave none."""
    match = SUGGESTED.search(done.stdout)
    if not match:
        return None
    told = "%s suggests %sM" % (" ".join(done.argv), match.group(1))
    size = int(match.group(1))
    parts = {name: int(number) for name, number in PART.findall(done.stdout)}
    if parts.get("Runtime reservation") != OLD_RUNTIME:
        return Suggestion(size * MIB, [told], stack.estimate_counts_default)
    # each part is cut down to whole MiB
    counted = sum(parts.values()) + len(parts) - OLD_RUNTIME + stack.runtime_bytes // MIB
    counted += (IMAGE_FACTOR - 1) * (parts.get("Initramfs size", 0) + 1)
    if counted <= size:
        return Suggestion(size * MIB, [told], stack.estimate_counts_default)
    words = "%s and counts the initramfs once; counted three times, as kdump-utils 1.0.57 and later do, that is %dM"
    return Suggestion(counted * MIB, [words % (told, counted)], stack.estimate_counts_default)


def _counted(host: Host, stack: Stack, running: Running, done: Completed) -> Suggestion:
    """Return the estimate that stands in for the tool's where it gave none: counted here."""
    release = running.kernel or ""
    parts = counted(host, release, stack.image(release).path, stack.runtime_bytes)
    unknown = UNKNOWN.search(done.stdout)
    said = unknown.group(1) if unknown else (done.stderr.strip() or "nothing of a size").splitlines()[-1].rstrip(".")
    if parts is None:
        remedy = "start kdump once with size=default, reboot, and estimate then; or name a size"
        msg = "size: 'estimate' has no answer here: %s said: %s; %s" % (" ".join(done.argv), said, remedy)
        raise Failure(msg, argv=done.argv, rc=done.rc, stdout=done.stdout, stderr=done.stderr)
    words = "%s said: %s; so it is counted here: %s: %s"
    told = words % (" ".join(done.argv), said, in_words(parts), whole(parts.total))
    return Suggestion(parts.total, [told], False)
