# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts on which setup can be planned: a look at a dump target is answered, wherever it leads."""

from pathlib import Path
from typing import Any, Dict, List, Tuple, TypeVar, Union

import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed
from ansible_collections.crashops.kdump.plugins.module_utils._setup.whole_plan import plan_setup
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# the shell line of kdump_target: a directory that is there, for root alone, with room for a dump
PRIVATE = "step=make\nexisted=1\nbefore=700\nowner=0\nstep=space\n/dev/vda1 8388608 4194304 4194304 50% /\n"
MISSING = PRIVATE.replace("existed=1\nbefore=700\nowner=0", "existed=0")
LOOKS = ("sh", "ssh", "unshare")
Some = TypeVar("Some", bound=FakeHost)


def looked_at(host: Some, answer: Union[str, Tuple[int, str, str]] = PRIVATE) -> Some:
    """Return the host with one answer to every look at a dump target: its output, or (rc, stdout, stderr)."""
    known = host.run

    def run(argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        if argv[0] not in LOOKS:
            return known(argv, timeout_s, check)
        rc, stdout, stderr = answer if isinstance(answer, tuple) else (0, answer, "")
        host.commands.append(list(argv))
        return Completed(list(argv), rc, stdout, stderr)

    host.replace_methods(run=run)
    return host


def defaults(role: Path) -> Dict[str, Any]:
    """Return the defaults of the role in a folder."""
    return dict(yaml.safe_load((role / "defaults/main.yml").read_text(encoding="utf-8")))


def planned(host: FakeHost, check_mode: bool = False, **variables: Any) -> Dict[str, Any]:
    """Return the plan of setup by variables that the control node has converted."""
    return plan_setup(host, variables, check_mode)
