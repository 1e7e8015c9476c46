# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The releases of ansible-core that ./dev test runs with."""

from typing import NamedTuple

from tools.dev.pythons import FOR_MAIN
from tools.dev.stages import ALL, EVERY


class Core(NamedTuple):
    """A release of ansible-core, and the tiers of its stages; an empty tier stands for no stage.

    key: the name of its environment, and of requirements-KEY.txt and its lock file.
    series: the release in the names of its stages.
    pythons: those that it runs on, on a control node.
    units_on: the Python of hosts that the unit tests run on; None for the environment's own.
    batches: the tier of the playbooks in batches alone, which are the part of `roles` that a release broke.
    """

    key: str
    series: str
    pythons: tuple[tuple[int, int], ...]
    units: str = ""
    sanity: str = ""
    roles: str = ""
    units_on: tuple[int, int] | None = None
    batches: str = ""

    @property
    def preparation(self) -> str:
        """Return the name of the stage that makes its environment."""
        return "prepare" if self == MAIN else f"prepare-{self.series}"

    @property
    def title(self) -> str:
        """Return its name in words, as ./dev test prints it."""
        return "newest ansible-core" if self == MAIN else f"ansible-core {self.series}"


# with it come the tools, such as mypy and Molecule
MAIN = Core("main", "newest", FOR_MAIN, EVERY, EVERY, EVERY)
OLDER = (
    # the last that manages Python 3.6, which EL 8 has
    Core("core216", "2.16", ((3, 10), (3, 11), (3, 12)), EVERY, ALL, ALL, (3, 6), batches=EVERY),
    Core("core217", "2.17", ((3, 10), (3, 11), (3, 12)), ALL, ALL),
    Core("core218", "2.18", ((3, 11), (3, 12), (3, 13)), ALL, ALL),
    # the newest one where Python is 3.11
    Core("core219", "2.19", ((3, 11), (3, 12), (3, 13)), ALL, ALL),
)
