# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sysctl keys the files of sysctl.d set, by systemd's own order of files."""

from typing import List, Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._checks.capture_settings import HANGS, TROUBLES
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import JUDGED, SysctlFile, applied


def value(key: str, *texts: str) -> Optional[str]:
    """Return what files with these texts, in this order, set a key to."""
    found = applied(
        [SysctlFile("%d.conf" % count, "/etc/sysctl.d/%d.conf" % count, text) for count, text in enumerate(texts)]
    )
    return found[key].value if key in found else None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["vm.min_free_kbytes=1"], "1"),
        (["vm/min_free_kbytes = 1"], "1"),
        (["/vm/min_free_kbytes = 1"], "1"),
        (["  -vm.min_free_kbytes =  1 "], "1"),
        (["vm.min_free_kbytes"], None),
        (["# vm.min_free_kbytes=1", "; vm.min_free_kbytes=1"], None),
        (["vm.min_free_kbytes=1", "vm.min_free_kbytes=2"], "2"),
        (["vm.min_free_kbytes=2\nvm.min_free_kbytes=1"], "1"),
        (["vm.*=7"], "7"),
        (["*.min_free_kbytes=7"], "7"),
        (["*=7"], None),
        (["vm.min_free_kbytes=1", "vm.*=7"], "1"),
        (["vm.*=7", "-vm.min_free_kbytes"], None),
        (["vm.m*=1", "vm.*=2"], "2"),
    ],
)
def test_the_value_is_the_one_that_systemd_sysctl_sets(texts: List[str], expected: Optional[str]) -> None:
    assert value("vm.min_free_kbytes", *texts) == expected


def test_a_key_with_dots_in_a_name_is_kept() -> None:
    assert value("net.ipv4.conf.eth0.1.rp_filter", "net/ipv4/conf/eth0.1/rp_filter=1") == "1"


def test_every_key_that_a_check_judges_is_one_that_a_pattern_may_set() -> None:
    judged = {one for key, detectors in HANGS for one in (key, *detectors)} | set(TROUBLES)
    assert judged <= {key.replace("/", ".") for key in JUDGED}
