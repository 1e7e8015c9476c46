# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""A host for reports: what cannot be read counts as absent, and is noted with the reason."""

from typing import Callable, Dict

from ansible_collections.crashops.kdump.plugins.module_utils._machine.asking_host import AskingHost, Seen
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure


class TolerantHost(AskingHost):
    """Reads as a Host does; `unseen` holds what could not be read, and why: also what a silent server has."""

    def __init__(self, host: Host, timeout_s: int) -> None:
        super().__init__(host, timeout_s)
        self.unseen: Dict[str, str] = {}

    def attempt(self, what: str, look: Callable[[], Seen], otherwise: Seen) -> Seen:
        """Return what a function gives, or `otherwise` if it fails; the reason is noted under the name `what`."""
        try:
            return look()
        except Failure as failure:
            self.unseen[what] = failure.msg
            return otherwise

    def _look(self, path: str, look: Callable[[str], Seen], otherwise: Seen) -> Seen:
        """Return what a look at a path gives, or `otherwise` if it fails or a server on the way is gone."""
        return self.attempt(path, lambda: super(TolerantHost, self)._look(path, look, otherwise), otherwise)
