# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The document that every rule of kdump.conf judges: its directives, and facts about its host."""

from typing import List, NamedTuple, Optional, Sequence

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_host_facts import Surroundings
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import (
    STREAMS,
    TARGETS,
    Directive,
)


class Document(NamedTuple):
    """A kdump.conf as one generation of kdumpctl reads it, and facts about its host."""

    text: str
    entries: Sequence[Directive]
    generation: str
    host: Surroundings

    def named(self, *names: str) -> List[Directive]:
        """Return the document's directives that have one of the names."""
        return [entry for entry in self.entries if entry.name in names]

    def valued(self, *names: str) -> List[Directive]:
        """Return the document's directives that have one of the names, and a value."""
        return [entry for entry in self.named(*names) if entry.value]

    def target(self) -> Optional[Directive]:
        """Return the document's own directive for the dumps; None where they go to the local path."""
        found = self.named(*TARGETS)
        return found[0] if found else None

    def streams(self) -> bool:
        """Return whether the document makes the collector write a stream to its standard output."""
        target = self.target()
        return target is not None and target.name in STREAMS
