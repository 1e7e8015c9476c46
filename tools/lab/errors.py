# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong in the lab. A guest that is lost is not a check that failed."""

from tools.lab.console import tail


class LabError(Exception):
    """The lab cannot do what it was asked; the sentence says why and what to do."""


class CommandFailed(LabError):
    """A command failed, on this machine or in a guest; the guest itself is fine."""


class GuestLost(LabError):
    """The guest went away or hangs: no test result at all. The end of its console is in the message."""

    def __init__(self, name: str, what: str, console: str) -> None:
        super().__init__(f"guest {name} is lost: {what}. The end of its console:\n{tail(console)}")
        self.name = name
