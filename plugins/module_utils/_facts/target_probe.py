# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Whether a dump target answers now that the running system does not see."""

from typing import NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._facts.network_links import NETWORKED
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings, Stack


class Answer(NamedTuple):
    """The answer of a dump target: trouble is a word, msg the sentence for it; untried: why it was not tried.

    address: the server's first address, None where there is no server or its address is not known.
    """

    tried: bool
    trouble: Optional[str] = None
    msg: Optional[str] = None
    seconds: Optional[float] = None
    untried: Optional[str] = None
    free: Optional[int] = None
    existed: Optional[bool] = None
    address: Optional[str] = None


def read_probe(host: TolerantHost, stack: Stack, settings: Settings, wanted: bool, timeout_s: int) -> Answer:
    """Try whether the dump target answers. A directory that the running system sees needs no probe."""
    untried = _untried(host, settings, wanted)
    if untried is not None and settings.target_type not in NETWORKED:
        return Answer(False, untried=untried)
    # Compiling a module takes longer than looking at a host does: what most hosts need not is imported here.
    from ansible_collections.crashops.kdump.plugins.module_utils._facts import dump_server

    if untried is not None:
        return Answer(False, untried=untried, address=dump_server.address_of(host, settings, wanted, timeout_s))
    return dump_server.look(host, stack.delivery, settings, timeout_s)


def _untried(host: Host, settings: Settings, wanted: bool) -> Optional[str]:
    """Return why the dump target is not tried, None where it is."""
    if not wanted:
        return "probe is false"
    if settings.dump_directory is not None:
        return "the running system sees the dump directory"
    return None if host.is_root() else "only root can reach the target as the capture kernel does"
