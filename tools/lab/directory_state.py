# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a directory in a guest, to compare before and after something that must change nothing."""

from tools.lab.guest import Guest

# A file that is left behind shows up, whatever its name. Times of folders are left out: they change when a file inside
# is replaced.
CONTENTS = "cd {0} && find . -xdev -printf '%p %m %u:%g\\n' | sort; find . -xdev -type f -exec sha256sum {{}} + | sort"
TIMES = "cd {0} && find . -xdev -not -type d -printf '%p %T@\\n' | sort"


def contents(guest: Guest, directory: str) -> list[str]:
    """Return path, mode, owner and group of everything in a guest's directory, and the hash of each file."""
    return guest.ssh(CONTENTS.format(directory)).splitlines()


def times(guest: Guest, directory: str) -> list[str]:
    """Return when everything in a guest's directory, except folders, was changed last."""
    return guest.ssh(TIMES.format(directory)).splitlines()
