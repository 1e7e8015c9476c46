# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stack of Debian says before its package is installed."""

from typing import Dict, List, Tuple

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools.stack import KdumpToolsStack
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# a word that the file cannot hold, so that a finding shows whether it was added
WANTED: Dict[str, List[str]] = {"commandline_default": ["trace_buf_size=$size"]}
BOOTED: Tuple[Tuple[str, List[str]], ...] = (("root=/dev/vda1", ["warning"]), ("root=/dev/vda1 trace_buf_size=1M", []))


@pytest.mark.parametrize(("cmdline", "severities"), BOOTED)
def test_default_word_is_judged_by_what_the_kernel_was_booted_with(cmdline: str, severities: List[str]) -> None:
    host = FakeHost(files={"/proc/cmdline": cmdline})
    findings = KdumpToolsStack(host).findings(WANTED)["/etc/default/kdump-tools"]
    assert [finding.severity for finding in findings] == severities
