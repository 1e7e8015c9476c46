# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The evidence: all facts of a host before any check, for the checks to judge and for kdump_info to return."""

from typing import Dict, NamedTuple, Optional, Type

from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.running_kernel import Running
from ansible_collections.crashops.kdump.plugins.module_utils._facts.boot_entries import BootEntries
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_image import CaptureImage
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import CaptureSettings
from ansible_collections.crashops.kdump.plugins.module_utils._facts.collector import Tools
from ansible_collections.crashops.kdump.plugins.module_utils._facts.configuration import Configuration, StackFacts
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dump_size import DumpSize
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dumps import Dumps
from ansible_collections.crashops.kdump.plugins.module_utils._facts.kernel import Platform
from ansible_collections.crashops.kdump.plugins.module_utils._facts.memory import Memory
from ansible_collections.crashops.kdump.plugins.module_utils._facts.panic_policy import PanicPolicy
from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import Proof
from ansible_collections.crashops.kdump.plugins.module_utils._facts.service import ServiceFacts
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target import TargetFacts
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_drivers import Drivers
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import stack_named


class Evidence(NamedTuple):
    """All facts of a host as they were read. Nothing here touches the machine.

    own_files: the SHA-256 of the stack's programs and files, None where one cannot be read. unseen: what could not be
    read, and why. now: the host's clock.
    """

    running: Running
    platform: Platform
    stack: StackFacts
    settings: Settings
    configuration: Configuration
    capture_settings: CaptureSettings
    service: ServiceFacts
    capture_image: CaptureImage
    boot_entries: BootEntries
    memory: Memory
    target: TargetFacts
    target_drivers: Drivers
    dumps: Dumps
    dump_size: DumpSize
    panic_policy: PanicPolicy
    tools: Tools
    proof: Proof
    own_files: Dict[str, Optional[str]]
    unseen: Dict[str, str]
    now: float

    @property
    def stack_class(self) -> Type[Stack]:
        """Return the class of the evidence's stack, for the checks that judge what is true of it on any host."""
        return stack_named(self.stack.name)
