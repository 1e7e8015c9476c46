# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The settings that dracut gets from kdump.conf and from its own files when it builds the capture initramfs.

Read in the source of dracut 049 (EL 8), 057 (EL 9) and 111, and tried with 059. Its files are parts of a shell script:
a later assignment replaces an earlier one, and += adds to it.
"""

import re
from typing import Dict, List, NamedTuple, Set

from ansible_collections.crashops.kdump.plugins.module_utils._machine.dropin_directories import by_version, drop_ins
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import plain
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Details
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.dracut_options import FLAGS, options

CONF = "/etc/dracut.conf"
# a file of an earlier directory hides its namesakes; kdump-utils hands dracut the second by --add-confdir
DIRECTORIES = (
    "/etc/dracut.conf.d",
    "/lib/kdump/dracut.conf.d",
    "/usr/lib/dracut/dracut.conf.d",
    "/run/initramfs/dracut.conf.d",
)
LINE = re.compile(r"^[ \t]*(\w+)(\+?)=[ \t]*(?:\"([^\"]*)\"|'([^']*)'|([^\s#]*))", re.MULTILINE)
# what an option replaces in the files, instead of adding to it
REPLACED = ("drivers", "filesystems", "dracutmodules", "no_kernel", "kernel_only", "hostonly")
OF_KDUMP_CONF = "dracut_args in /etc/kdump.conf"
# by that name the lists of drivers call modules that are added, too
ADDED = ("add_drivers", "force_drivers")


class Said(NamedTuple):
    """A value of a dracut setting, the file or option that sets it, and advice on how to change it."""

    value: str
    where: str
    advice: str

    def words(self) -> List[str]:
        """Return the words in this value of a dracut setting."""
        return self.value.split()


class DracutSettings(NamedTuple):
    """All dracut settings by name, each with the values that count, in order."""

    settings: Dict[str, List[Said]]

    def said(self, name: str) -> List[Said]:
        """Return the values of a dracut setting, in order."""
        return self.settings.get(name, [])

    def is_set(self, name: str) -> bool:
        """Return whether a dracut setting holds anything. Blanks count, as they do for dracut."""
        return any(one.value for one in self.said(name))

    def words(self, *names: str) -> Set[str]:
        """Return all words in the values of these dracut settings."""
        return {word for name in names for one in self.said(name) for word in one.words()}

    def is_yes(self, name: str) -> bool:
        """Return whether a dracut switch is on."""
        return "".join(one.value for one in self.said(name)) == "yes"

    def added(self) -> Set[str]:
        """Return the drivers that add_drivers and force_drivers name."""
        return {plain(word) for word in self.words(*ADDED)}


def read_told(host: Host, details: Details) -> DracutSettings:
    """Read the dracut settings of dracut's own files, and of extra_modules and dracut_args in kdump.conf."""
    found = {}  # type: Dict[str, List[Said]]
    for path in [CONF] + [one.path for one in by_version(drop_ins(host, DIRECTORIES))]:
        for name, adds, one, two, three in LINE.findall(host.read(path) or ""):
            before = found.get(name, []) if adds else []
            found[name] = before + [Said(one or two or three, path, "Change %s." % path)]
    # kdumpctl itself builds for this host only
    found["hostonly"] = [Said("yes", "mkdumprd", "")]
    given = [("add_drivers", " ".join(details.extra_modules))] if details.extra_modules else []
    replaced = set()  # type: Set[str]
    for name, value in given + list(options(details.dracut_args)):
        before = found.get(name, [])
        if name in REPLACED and (name not in replaced or name in dict(FLAGS.values())):
            before = []
        replaced.add(name)
        found[name] = before + [Said(value, OF_KDUMP_CONF, "Change kdump_dracut_args.")]
    return DracutSettings(found)
