# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What every rule of kdump.conf gets and uses: the file as one generation reads it, and facts about its host."""

import re
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import TARGETS, Directive
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import visible

STREAMS = ("raw", "ssh")  # targets that a collector writes to through its standard output
SHOWN = 60


class Surroundings(NamedTuple):
    """Facts about the host of a kdump.conf. The rules about an unknown fact find nothing.

    ssh_hostname: the name that `ssh -G` gives the host of the ssh target; the written one where kdumpctl does not ask.
    missing_files: a file that the directives name, and what is wrong with it.
    missing_directory: where the running system would see the dumps, if that is not there.
    unmounted: where fstab has the target, if it is not mounted and kdumpctl would not mount it.
    unlisted: a target that is neither mounted nor in fstab.
    fs_type: the file system on the target's device. mounted_at: where a raw device is mounted.
    kernel: the release of the capture kernel.
    unknown_modules: modules that dracut is to add and that this kernel lacks. None: its modules cannot be seen.
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
        """Return the facts about the host without those that another task may change before kdump starts."""
        return self._replace(missing_files={}, missing_directory=None, unmounted=None, unlisted=None)


class Document(NamedTuple):
    """A kdump.conf as one generation of kdumpctl reads it, and facts about its host."""

    text: str
    entries: Sequence[Directive]
    generation: str
    host: Surroundings

    def named(self, *names: str) -> List[Directive]:
        """Return the directives that have one of the names."""
        return [entry for entry in self.entries if entry.name in names]

    def valued(self, *names: str) -> List[Directive]:
        """Return the directives that have one of the names, and a value."""
        return [entry for entry in self.named(*names) if entry.value]

    def target(self) -> Optional[Directive]:
        """Return the directive of the dump target; None where the dump goes to the local path."""
        found = self.named(*TARGETS)
        return found[0] if found else None

    def streams(self) -> bool:
        """Return whether the dump target takes a stream, which the collector writes to its standard output."""
        target = self.target()
        return target is not None and target.name in STREAMS


def shown(text: str) -> str:
    """Return a part of kdump.conf for a message: what cannot be seen is escaped, and a long text is cut off."""
    return visible(text[:SHOWN]) + ("..." if len(text) > SHOWN else "")


def words(value: str) -> List[str]:
    """Return the words that a directive's value splits into in a shell: at blanks and tabs only."""
    return [word for word in re.split("[ \t]+", value) if word]
