# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that is wrong in one way, or only looks wrong, and what kdump_info must say of it."""

from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.modules.kdump_info import ensure
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

DEFAULTS = {
    "timeout": 30,
    "probe": True,
    "probe_timeout": 5,
    "mem_usage": False,
    "panic_policy": None,
    "thresholds": None,
    "waivers": None,
    "detail": "full",
}


# makes a host that is right in every respect, given the files that differ
Maker = Callable[..., FakeHost]
Change = Callable[[FakeHost], None]
# what one check must say: its status, and words of its reason or value
Said = Tuple[str, str]


class Situation(NamedTuple):
    """One machine.

    on: makes a host that is right in every respect, given the files that differ (None takes a file away).
    files: those files by path. change: changes anything else of the host.
    says: the checks that must say something else than on the right host, by id: status and words of reason or value.
    verdict: the verdict of the host. source: where it was seen. before: what the product said when it was found.
    """

    name: str
    on: Maker
    files: Mapping[str, Any] = {}
    change: Optional[Change] = None
    says: Mapping[str, Said] = {}
    verdict: str = "ready_unproven"
    source: str = ""
    before: str = ""

    def host(self) -> FakeHost:
        """Return the machine."""
        host = self.on(dict(self.files))
        if self.change:
            self.change(host)
        return host


def judge(host: FakeHost, **options: Any) -> Dict[str, Any]:
    """Return what kdump_info returns of a host."""
    return dict(ensure(host, dict(DEFAULTS, **options), False))


def statuses(result: Dict[str, Any]) -> Dict[str, str]:
    """Return the status of each check by its id."""
    return {check["id"]: check["status"] for check in result["checks"]}
