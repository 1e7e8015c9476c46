# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that make no sense, by module and option: one sentence names the option, the value, the rule, the remedy."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils import _host
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure, Refused
from ansible_collections.crashops.kdump.plugins.modules import (
    crashkernel_reserve,
    kdump_info,
    kdump_service,
    kdump_target,
    vmcore_info,
)

LAUGHABLE = [
    (
        vmcore_info,
        {"path": "cores"},
        "path: 'cores' is refused: the path is not absolute; begin it with /, or leave it out.",
    ),
    (vmcore_info, {"path": ""}, "path: '' is refused: it is empty; begin it with /, or leave it out."),
    (vmcore_info, {"newest": 0}, "newest: 0 is refused: it must be at least 1; give a larger number or leave it out."),
    (vmcore_info, {"slack": -1}, "slack: -1 is refused: it must be at least 0;"),
    (vmcore_info, {"timeout": 0}, "timeout: 0 is refused: it must be at least 1;"),
    (
        kdump_info,
        {"panic_policy": ["none", "oops"]},
        "panic_policy: ['none', 'oops'] is refused: none stands next to profiles, and means that there is none; "
        "give [none] alone, or the profiles without it.",
    ),
    (kdump_info, {"timeout": 0}, "timeout: 0 is refused: it is no time; give 1 or more seconds."),
    (kdump_info, {"probe_timeout": -5}, "probe_timeout: -5 is refused"),
    (kdump_info, {"thresholds": {"proof_age_days": -1}}, "thresholds.proof_age_days: -1 is refused: it is below 0;"),
    (kdump_info, {"waivers": [{"id": "x", "reason": "y", "until": "2027-01-01"}]}, "is refused"),
    (kdump_target, {"path": "crash"}, "path: 'crash' is refused: the path is not absolute; begin it with /."),
    (kdump_service, {"state": "started", "timeout": 0}, "timeout: 0 is refused"),
    (crashkernel_reserve, {"size": "256MB"}, "size: '256MB' is refused"),
]


@pytest.mark.parametrize(("module", "options", "sentence"), LAUGHABLE)
def test_a_value_without_sense_is_refused_in_one_sentence(run_module, module, options, sentence):
    result = run_module(module.main, **options)
    assert result["failed"] is True and sentence in result["msg"]
    assert "Traceback" not in result["msg"] and "become" not in result["msg"]


class Somebody:
    """A host as a user sees it."""

    def __init__(self, root):
        self.root = root

    def is_root(self):
        """Return whether this is root."""
        return self.root


def test_a_failure_without_root_names_become():
    failure = Failure("cannot read /etc/kdump.conf: Permission denied")
    assert _host.without_root(Somebody(False), failure).startswith(" The task ran without root: set become: true")
    assert _host.without_root(Somebody(True), failure) == ""


def test_a_refused_value_says_nothing_of_root():
    assert _host.without_root(Somebody(False), Refused(["x: 1 is refused: no; go."])) == ""
