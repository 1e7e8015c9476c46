# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What every rule of kdump.conf is handed and hands back: the file as one generation reads it, its host, findings."""

import re
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import TARGETS, Directive
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

STREAMS = ("raw", "ssh")  # targets that a collector writes to through its standard output
SHOWN = 60


class Surroundings(NamedTuple):
    """What is known of the host of a file. Where nothing is known, the rules that are about it say nothing.

    ssh_hostname is whom `ssh -G` calls the host of the ssh target; what is written, where kdumpctl does not ask.
    missing_files has a file that the directives name, and what is wrong with it. missing_directory is where the
    running system would see the dumps, if that is not there. unmounted is where fstab has the target, if it is not
    there and kdumpctl would not mount it. unlisted is a target that is neither mounted nor in fstab. fs_type is that
    of the target's device, mounted_at where a raw device is mounted. kernel is the release of the kernel that captures,
    unknown_modules are those that dracut is to add and that kernel does not have; None: its modules cannot be seen.
    """

    ssh_hostname: Optional[str] = None
    missing_files: Dict[str, str] = {}
    missing_directory: Optional[str] = None
    unmounted: Optional[str] = None
    unlisted: Optional[str] = None
    host_name: Optional[str] = None
    addresses: Tuple[str, ...] = ()
    fs_type: Optional[str] = None
    mounted_at: Optional[str] = None
    opal: bool = False
    path_on_root: Optional[bool] = None
    kernel: str = ""
    unknown_modules: Optional[Tuple[str, ...]] = ()

    def without_what_may_come(self) -> "Surroundings":
        """Return the facts without those that another task may change before kdump starts."""
        return self._replace(missing_files={}, missing_directory=None, unmounted=None, unlisted=None)


class Document(NamedTuple):
    """A kdump.conf as one generation of kdumpctl reads it, and what is known of its host."""

    text: str
    entries: Sequence[Directive]
    generation: str
    host: Surroundings

    def named(self, *names: str) -> List[Directive]:
        """Return the entries that have one of the names."""
        return [entry for entry in self.entries if entry.name in names]

    def valued(self, *names: str) -> List[Directive]:
        """Return the entries that have one of the names, and a value."""
        return [entry for entry in self.named(*names) if entry.value]

    def target(self) -> Optional[Directive]:
        """Return the entry of the dump target, None where the dump goes to the local path."""
        found = self.named(*TARGETS)
        return found[0] if found else None

    def streams(self) -> bool:
        """Return whether the collector writes to a stream."""
        target = self.target()
        return target is not None and target.name in STREAMS


def shown(text: str) -> str:
    """Return a part of the file for a message: what cannot be seen is escaped, and a long one is cut off."""
    return visible(text[:SHOWN]) + ("..." if len(text) > SHOWN else "")


def words(value: str) -> List[str]:
    """Return the words of a value as a shell splits it: at blanks and tabs, and at nothing else."""
    return [word for word in re.split("[ \t]+", value) if word]
