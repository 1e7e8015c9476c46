# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sysctl keys the words of a command line set."""

from typing import Optional

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import of_words
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import (
    number,
)


@pytest.mark.parametrize(
    ("word", "key", "expected"),
    [
        ("softlockup_panic=1", "kernel.softlockup_panic", 1),
        ("hung_task_panic=0x1", "kernel.hung_task_panic", 1),
        ("panic=-1", "kernel.panic", -1),
        ("oops=panic", "kernel.panic_on_oops", 1),
        ("nmi_watchdog=panic", "kernel.hardlockup_panic", 1),
        ("sysctl.vm.min_free_kbytes=010", "vm.min_free_kbytes", 8),
        ("sysctl/vm/min_free_kbytes=65536", "vm.min_free_kbytes", 65536),
        ("vm.min_free_kbytes=1", "vm.min_free_kbytes", None),
        ("softlockup_panic", "kernel.softlockup_panic", None),
        ("softlockup_panic=yes", "kernel.softlockup_panic", None),
    ],
)
def test_a_word_sets_a_key_as_the_kernel_reads_it(word: str, key: str, expected: Optional[int]) -> None:
    assert number(of_words([word], (6, 1)), key) == expected
