# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a directory in a guest, to compare before and after something that must change nothing."""

from tools.lab.guest import Guest

# A file that is left behind shows up, whatever its name. Times of folders are left out: they change when a file inside
# is replaced.
CONTENTS = "find {0} -xdev -printf '%p %m %u:%g\\n'; find {0} -xdev -type f -exec sha256sum {{}} +"
TIMES = "find {0} -xdev -not -type d -printf '%p %T@\\n'"


def contents(guest: Guest, *directories: str) -> set[str]:
    """Return path, mode, owner and group of everything in a guest's directories, and the hash of each file."""
    return set(guest.ssh(CONTENTS.format(" ".join(directories))).splitlines())


def times(guest: Guest, *directories: str) -> set[str]:
    """Return when everything in a guest's directories, except folders, was changed last."""
    return set(guest.ssh(TIMES.format(" ".join(directories))).splitlines())
